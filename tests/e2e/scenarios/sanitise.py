# SPDX-License-Identifier: ISC
"""Mail that is delivered without its dangerous parts."""

import base64
import email
import email.policy
import os
import signal
import sys
import threading

from scenarios import quarantined, same, scenario, taken

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)),
                                "..", "..", "messages"))

from carriers.documents import AUTO, doc  # noqa: E402

PNG = base64.b64decode(
    b"iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwAD"
    b"hgGAWjR9awAAAABJRU5ErkJggg==")
MIXED = 'multipart/mixed; boundary="=_s"'


def part(kind, name, content):
    return (b"--=_s\r\nContent-Type: " + kind + b"\r\n"
            b"Content-Disposition: attachment; filename=\"" + name +
            b"\"\r\nContent-Transfer-Encoding: base64\r\n\r\n" +
            base64.encodebytes(content).replace(b"\n", b"\r\n"))


def macro_mail(g, more=b"", kind=MIXED):
    """A letter, a document with a macro, a clean picture."""
    return g.mail(
        body=b"--=_s\r\nContent-Type: text/plain\r\n\r\nsee the files\r\n" +
        part(b"application/msword", b"offer.doc", doc(AUTO)) +
        part(b"image/png", b"seal.png", PNG) + more + b"--=_s--\r\n",
        kind=kind)


def leaves(mail):
    got = email.message_from_bytes(mail.data, policy=email.policy.default)
    for p in got.walk():
        same(p.defects, [], "defects of %s" % p.get_content_type())
    return [p.get_content() for p in got.walk() if not p.is_multipart()]


@scenario()
def document_with_a_macro_is_taken_out_and_released_later(g):
    sent = taken(g.send(macro_mail(g)))
    mail, = g.arrived(sent)
    letter, notice, picture = leaves(mail)
    same(letter.strip(), "see the files")
    same(picture, PNG, "the picture")
    name, = g.held(sent)
    for text in ("offer.doc", name, "This attachment was removed",
                 "この添付ファイルは除去されました"):
        assert text in notice, "no %r in %s" % (text, notice)
    same(mail.field("X-Sekimori-Verdict"), ["sanitise (macro-auto)"])
    same(mail.field("Subject"), ["hello"])
    event, = g.events("mail.verdict", q=name)
    same((event["verdict"], event["removed"]), ("sanitise", ["2 offer.doc"]))
    assert "without part 2 offer.doc" in g.ctl(
        "policy", "explain", event["msg"]).stdout
    done = g.ctl("quarantine", "release", name, "--reason", "expected")
    same(done.returncode, 0, done.stdout + done.stderr)
    _, original = g.until(lambda: g.in_sink(sent)[1:] and g.in_sink(sent),
                          "the original")
    same(original.body(), sent.message.partition(b"\r\n\r\n")[2], "body")
    same(original.field("X-Sekimori-Verdict"), [])


@scenario()
def every_recipient_of_sanitised_mail_gets_the_copy(g):
    sent = taken(g.send(macro_mail(g), to=["user%d@here.example" % i
                                           for i in range(20)]))
    for mail in g.arrived(sent):
        same(mail.field("X-Sekimori-Verdict"), ["sanitise (macro-auto)"])
    same(len(g.held(sent)), 1)


@scenario()
def signed_mail_with_a_macro_is_held_whole(g):
    sent = g.send(macro_mail(
        g, kind='multipart/signed; boundary="=_s"; micalg=sha-256; '
        'protocol="application/pkcs7-signature"'))
    quarantined(g, sent, "macro")


@scenario()
def scan_that_dies_over_the_copy_holds_the_mail_whole(g):
    """The first inspection is over when the original is held."""
    large = macro_mail(g, part(b"application/octet-stream", b"noise.bin",
                               os.urandom(12_000_000)))
    answers = []
    sent = g.enter(large, "someone@out.example", ["official@here.example"])
    sender = threading.Thread(target=lambda: answers.append(g.again(sent)))
    sender.start()
    g.until(lambda: g.held(sent), "the original to be held")
    before = {pid: g.worked(pid) for pid in g.children("scan")}
    for pid in g.until(lambda: [p for p in before
                                if g.worked(p) > before[p] + 2],
                       "a child at work"):
        os.kill(pid, signal.SIGKILL)
    sender.join(90)
    quarantined(g, sent, "macro")
    event, = g.events("mail.verdict", q=g.held(sent)[0])
    assert "did not finish" in event["whole"], event
