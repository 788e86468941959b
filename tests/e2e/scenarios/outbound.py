# SPDX-License-Identifier: ISC
"""Mail of our officials: what must be protected never leaves in clear."""

import contextlib
import os
import signal

from keys import Keys
from scenarios import EICAR, refused, same, scenario, taken, word

SMIME, SMIME2 = "partner@smime.example", "second@smime.example"
PGP, NOBODY = "partner@pgp.example", "nobody@unknown.example"


@contextlib.contextmanager
def partners(g):
    """The partners' keys, put into the store once a gate."""
    if not hasattr(g, "keys"):
        g.keys = Keys(g.at("keys"))
        for address in (SMIME, SMIME2):
            store(g, g.keys.certificate(address), address)
        store(g, g.keys.openpgp(PGP), PGP)
    try:
        yield g.keys
    finally:
        g.keys.close()


def store(g, file, address):
    done = g.ctl("certs", "import", file, "--address", address)
    same(done.returncode, 0, done.stdout + done.stderr)


def labelled(g, label="部外秘", **words):
    secret = g.secret()
    mail = g.mail(sender="official@here.example", body=secret + "\r\n",
                  subject=word("【%s】会議資料" % label), **words)
    return secret.encode(), mail


@scenario()
def unmarked_mail_leaves_as_it_was(g):
    sent = taken(g.send_out(g.mail(sender="official@here.example"), [NOBODY]))
    mail, = g.arrived(sent)
    same(mail.body(), b"hello\r\n")


@scenario()
def marked_mail_leaves_as_smime(g):
    with partners(g) as keys:
        secret, mail = labelled(g, to=SMIME + ">, <" + SMIME2)
        out, = g.arrived(taken(g.send_out(mail, [SMIME, SMIME2])))
        assert b"pkcs7-mime" in out.header(), out.header()
        for address in (SMIME, SMIME2):
            assert secret in keys.open_smime(address, out.data)


@scenario()
def marked_mail_leaves_as_openpgp(g):
    with partners(g) as keys:
        secret, mail = labelled(g, "取扱注意")
        out, = g.arrived(taken(g.send_out(mail, [PGP])))
        assert b"multipart/encrypted" in out.header(), out.header()
        assert secret in keys.open_openpgp(out.data)


@scenario()
def attachments_leave_encrypted_too(g):
    with partners(g) as keys:
        secret = g.secret().encode()
        mail = g.attachment("list.csv", secret * 2000,
                            subject=word("部外秘: 名簿"),
                            sender="official@here.example")
        out, = g.arrived(taken(g.send_out(mail, [SMIME])))
        opened = keys.open_smime(SMIME, out.data)
        assert b"list.csv" in opened


@scenario()
def without_a_key_nothing_leaves(g):
    with partners(g):
        _, mail = labelled(g)
        others = ["other@unknown.example", NOBODY]
        sent = g.send_out(mail, others)
        refused(sent, 550, *others)
        same(g.in_sink(sent), [])


@scenario()
def one_without_a_key_stops_it_for_all(g):
    with partners(g):
        _, mail = labelled(g)
        sent = g.send_out(mail, [SMIME, NOBODY])
        refused(sent, 550, SMIME, NOBODY)
        same(g.in_sink(sent), [])


def copies(g, sent, count):
    """recipient -> mail of each copy that arrived."""
    mails = g.arrived(sent)
    same(len(mails), count)
    return {rcpt: mail for mail in mails for rcpt in mail.rcpts}


@scenario()
def two_methods_in_one_mail_are_two_copies(g):
    with partners(g) as keys:
        secret, mail = labelled(g, to=SMIME + ">, <" + PGP)
        sent = taken(g.send_out(mail, [SMIME, PGP]))
        out = copies(g, sent, 2)
        assert secret in keys.open_smime(SMIME, out[SMIME].data)
        assert secret in keys.open_openpgp(out[PGP].data)
        for mail in out.values():
            same(mail.field("X-Sekimori-Release"), [], "the token left")
        same(len(g.events("mail.crypto", queue_id=sent.queue_id)), 2)
        g.until(lambda: len(g.events("copy.send", queue_id=sent.queue_id,
                                     res="sent")) == 2, "two events")


@scenario()
def colleagues_get_it_clear_and_partners_sealed(g):
    with partners(g) as keys:
        text = "we meet at three\r\n"
        mail = g.mail(sender="official@here.example", body=text,
                      to=SMIME, subject=word("【部外秘】会議"))
        out = copies(g, taken(g.send_out(
            mail, [SMIME, "colleague@here.example"])), 2)
        same(out["colleague@here.example"].body(), text.encode())
        assert b"three" not in out[SMIME].data
        assert text.encode() in keys.open_smime(SMIME, out[SMIME].data)


@scenario()
def who_is_not_named_gets_a_copy_alone(g):
    """The recipient list of one ciphertext names all who can open it."""
    with partners(g) as keys:
        secret, mail = labelled(g, to=SMIME, fields=["Bcc: " + SMIME2])
        out = copies(g, taken(g.send_out(mail, [SMIME, SMIME2])), 2)
        for address, other in ((SMIME, SMIME2), (SMIME2, SMIME)):
            assert secret in keys.open_smime(address, out[address].data)
            same(out[address].rcpts, [address])
            same(out[address].field("Bcc"), [])
            with contextlib.suppress(AssertionError):
                keys.open_smime(other, out[address].data)
                raise RuntimeError(other + " opens what is not for it")


@scenario()
def arguments_of_the_envelope_stay_with_the_copies(g):
    with partners(g):
        _, mail = labelled(g, to=SMIME + ">, <" + PGP)
        sent = taken(g.send_out(mail, [SMIME, PGP],
                                args=" BODY=8BITMIME RET=HDRS ENVID=qq1"))
        for mail in copies(g, sent, 2).values():
            assert "ENVID=qq1" in mail.args, mail.args
            assert "RET=HDRS" in mail.args, mail.args


@scenario()
def copies_survive_a_kill_and_are_sent_once(g):
    """The listener is away, the filter is killed, both come back."""
    with partners(g):
        listener = g.settings["release_listener"]
        _, mail = labelled(g, to=SMIME + ">, <" + PGP)
        g.stop_filter()
        g.settings["release_listener"] = "127.0.0.1:1"
        g.write_settings()
        g.start_filter()
        try:
            sent = taken(g.send_out(mail, [SMIME, PGP]))
            g.until(lambda: spooled(g, "ready"), "a spooled message")
            same(g.in_sink(sent), [])
            g.stop_filter(signal.SIGKILL)
        finally:
            g.settings["release_listener"] = listener
            g.write_settings()
            g.start_filter()
        again(g, sent)
        copies(g, sent, 2)
        g.until(lambda: not spooled(g, "ready"), "an empty spool")
        again(g, sent)
        g.until(lambda: not spooled(g, "ready"), "an empty spool")
        copies(g, sent, 2)


def again(g, sent):
    """The same bytes once more: our answer was lost on the way."""
    c = g.client("127.0.0.1")
    reply = c.send(sent.sender, sent.rcpts, sent.message)
    c.quit()
    same(reply.code, 250, str(reply))


def spooled(g, state):
    return os.listdir(g.at("state/spool", state))


@scenario()
def claiming_to_be_encrypted_does_not_help(g):
    """A mail that only says that it is S/MIME must be encrypted."""
    with partners(g):
        _, mail = labelled(
            g, kind="application/pkcs7-mime; smime-type=enveloped-data")
        refused(g.send_out(mail, [NOBODY]), 550, NOBODY)


@scenario()
def marked_mail_to_colleagues_stays_in_clear(g):
    text = "we meet at three\r\n"
    mail = g.mail(sender="official@here.example", body=text,
                  subject=word("【部外秘】会議"))
    out, = g.arrived(taken(g.send_out(mail, ["colleague@here.example"])))
    same(out.body(), text.encode())


@scenario()
def our_own_malware_is_refused(g):
    sent = g.send_out(g.attachment("x.txt", EICAR,
                                   sender="official@here.example"), [NOBODY])
    refused(sent, 550)
    same(g.held(sent), [])


@scenario()
def silent_seal_server_defers(g):
    """Stopped, so that it never answers in time; then mail passes again."""
    with partners(g):
        _, mail = labelled(g)
        stopped = g.children("seal")
        assert stopped, "no seal children"
        for pid in stopped:
            os.kill(pid, signal.SIGSTOP)
        sent = g.send_out(mail, [SMIME])
        for pid in stopped:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        assert 400 <= sent.reply.code < 500, str(sent.reply)
        g.arrived(taken(g.send_out(mail, [SMIME])))
