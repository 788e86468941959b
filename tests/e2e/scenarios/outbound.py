# SPDX-License-Identifier: ISC
"""Mail of our officials: what must be protected never leaves in clear."""

import base64
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


P7M = "application/pkcs7-mime; smime-type=enveloped-data; name=smime.p7m"
ENCRYPTED = ("multipart/encrypted; boundary=b1; "
             "protocol=\"application/pgp-encrypted\"")
BASE64 = "Content-Transfer-Encoding: base64"


def by_sender(g, kind, body, fields=()):
    """A labelled mail that its sender's program has encrypted."""
    return g.mail(sender="official@here.example", kind=kind, body=body,
                  subject=word("【部外秘】会議資料"), to=SMIME, fields=fields)


def lines(data):
    return base64.encodebytes(data).replace(b"\n", b"\r\n")


def entity(secret):
    return b"Content-Type: text/plain\r\n\r\n" + secret + b"\r\n"


def pgp_body(armour, before=b"", behind=b""):
    return (before + b"--b1\r\nContent-Type: application/pgp-encrypted\r\n\r\n"
            b"Version: 1\r\n\r\n--b1\r\n"
            b"Content-Type: application/octet-stream; name=\"encrypted.asc\""
            b"\r\n\r\n" + armour.replace(b"\r", b"").replace(b"\n", b"\r\n") +
            b"\r\n--b1--\r\n" + behind)


def left_as_it_was(g, sent, method):
    out, = g.arrived(taken(sent))
    same(out.body(), sent.message.split(b"\r\n\r\n", 1)[1])
    same(len(out.field("Content-Type")), 1)
    same(out.field("Bcc"), [])
    event, = g.events("mail.crypto", queue_id=sent.queue_id)
    same((event["res"], event["by"], event["method"]),
         ("sealed", "sender", method))
    return out.data


@scenario()
def what_the_sender_encrypted_leaves_as_it_was(g):
    with partners(g) as keys:
        secret = g.secret().encode()
        der = keys.seal_smime([SMIME, SMIME2], entity(secret))
        mail = by_sender(g, P7M, lines(der), [BASE64, "Bcc: " + SMIME2])
        data = left_as_it_was(g, g.send_out(mail, [SMIME, SMIME2]), "smime")
        assert secret in keys.open_smime(SMIME, data)
        armour = keys.seal_openpgp(PGP, entity(secret))
        mail = by_sender(g, ENCRYPTED, pgp_body(armour))
        data = left_as_it_was(g, g.send_out(mail, [PGP]), "openpgp")
        assert secret in keys.open_openpgp(data)


@scenario()
def what_the_sender_encrypted_for_another_is_refused(g):
    with partners(g) as keys:
        der = keys.seal_smime([SMIME], entity(g.secret().encode()))
        mail = by_sender(g, P7M, lines(der), [BASE64])
        sent = g.send_out(mail, [SMIME, SMIME2])
        refused(sent, 550, SMIME2 + ": the sender encrypted it, but not for")
        sent = g.send_out(mail, [NOBODY])
        refused(sent, 550, "no certificate")
        same(g.in_sink(sent), [])


def forgeries(keys, secret):
    """kind, body and fields of what only looks encrypted."""
    der = keys.seal_smime([SMIME], entity(b"x" * 900))
    armour = keys.seal_openpgp(PGP, entity(b"x"))
    clear = b"Content-Type: text/plain\r\n\r\n" + secret + b"\r\n"
    part = (b"Content-Type: application/pkcs7-mime\r\n" + BASE64.encode() +
            b"\r\n\r\n" + lines(der))
    return [
        (P7M, lines(entity(secret)), [BASE64]),
        (P7M, lines(der + entity(secret)), [BASE64]),
        (P7M, lines(der[:-500] + secret * 8 + der[-180:]), [BASE64]),
        (P7M, lines(der) + b"\r\n" + secret + b"\r\n", [BASE64]),
        (P7M, secret + b"\r\n", [BASE64, "Content-Type: text/plain"]),
        (P7M, b"", [BASE64]),
        ("multipart/mixed; boundary=o", b"--o\r\n" + clear + b"--o\r\n" +
         part + b"--o--\r\n", []),
        ("text/plain", armour.replace(b"\n", b"\r\n") + secret, []),
        (ENCRYPTED, pgp_body(b"-----BEGIN PGP MESSAGE-----\n\n" + secret +
                             b"\n-----END PGP MESSAGE-----\n"), []),
        (ENCRYPTED, pgp_body(armour, before=secret + b"\r\n"), []),
        (ENCRYPTED, pgp_body(armour, behind=secret + b"\r\n"), []),
        (ENCRYPTED, pgp_body(armour + b"\n--b1\n" + clear), []),
    ]


@scenario()
def what_only_looks_encrypted_is_encrypted(g):
    with partners(g) as keys:
        secret = g.secret().encode()
        for kind, body, fields in forgeries(keys, secret):
            mail = by_sender(g, kind, body, fields)
            out, = g.arrived(taken(g.send_out(mail, [SMIME])))
            opened = keys.open_smime(SMIME, out.data)
            assert body in opened, (kind, body)
            refused(g.send_out(mail, [NOBODY]), 550, NOBODY)


@scenario()
def signed_mail_is_encrypted_around_its_signature(g):
    with partners(g) as keys:
        secret = g.secret().encode()
        signed = keys.run(
            "openssl", "cms", "-sign", "-signer", keys.at(SMIME + ".pem"),
            "-inkey", keys.at(SMIME + ".key"), data=entity(secret))
        head, body = signed.replace(b"\r", b"").replace(
            b"\n", b"\r\n").split(b"\r\n\r\n", 1)
        kind = head.decode().split("Content-Type: ", 1)[1]
        out, = g.arrived(taken(g.send_out(by_sender(g, kind, body), [SMIME])))
        assert body in keys.open_smime(SMIME, out.data)


@scenario()
def the_sender_cannot_switch_tls_off(g):
    mail = g.mail(sender="official@here.example",
                  fields=["TLS-Required: No", "Require-TLS-ESMTP: yes"])
    out, = g.arrived(taken(g.send_out(mail, [NOBODY])))
    same(out.field("TLS-Required") + out.field("Require-TLS-ESMTP"), [])


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
