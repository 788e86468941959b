#!/usr/bin/env python3
# SPDX-License-Identifier: ISC
"""Mail that is delivered without its dangerous parts, the original held."""

import base64
import email
import email.policy
import os
import signal
import sys
import threading

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)),
                                "..", "messages"))

import sink  # noqa: E402
from carriers import LETTER  # noqa: E402
from carriers.documents import AUTO, doc, zipped  # noqa: E402
from daemon import Daemon, mail, main, ticks, until  # noqa: E402

PNG = base64.b64decode(
    b"iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwAD"
    b"hgGAWjR9awAAAABJRU5ErkJggg==")
MIXED = 'multipart/mixed; boundary="b"'


def part(kind, content, name=None, more=b""):
    head = b"--b\r\nContent-Type: " + kind + b"\r\n"
    if name is not None:
        head += (b"Content-Disposition: attachment; filename*=utf-8''" +
                 name + b"\r\n")
    return (head + more + b"Content-Transfer-Encoding: base64\r\n\r\n" +
            base64.encodebytes(content).replace(b"\n", b"\r\n"))


LETTER_PART = part(b"text/plain; charset=utf-8", "見積書です。".encode())
MACRO_PART = part(b"application/msword", doc(AUTO), b"%E8%A6%8B%E7%A9%8D.doc")
PNG_PART = part(b"image/png", PNG, b"seal.png")


def dangerous(*more, kind=MIXED, fields=()):
    return mail(LETTER_PART + MACRO_PART + PNG_PART + b"".join(more) +
                b"--b--\r\n", kind=kind, fields=fields)


def copy(message, answer):
    """The mail as the MTA has it now; every part of it valid MIME."""
    assert answer.code == 250 and not answer.discarded, str(answer)
    body = b"".join(data for kind, data in answer.changes if kind == b"b")
    assert body, "no new body"
    got = email.message_from_bytes(
        message.partition(b"\r\n\r\n")[0] + b"\r\n\r\n" + body,
        policy=email.policy.default)
    for inner in got.walk():
        assert inner.defects == [], inner.defects
    return got


def contents(got):
    """(type, name, content) of every leaf."""
    return [(p.get_content_type(), p.get_filename(), p.get_content())
            for p in got.walk() if not p.is_multipart()]


def held(d, answer, message, why=None):
    """Held whole, once, and nobody gets anything."""
    assert answer.discarded, str(answer)
    name, = d.held(message)
    event = d.events("mail.verdict")[-1]
    assert event["verdict"] == "quarantine" and event["q"] == name, event
    assert "removed" not in event, event
    assert why is None or why in event["whole"], event
    return name


def the_document_is_taken_out():
    with Daemon(sanitise_contact="内線 1234") as d:
        message = dangerous()
        answer = d.send(message)
        got = copy(message, answer)
        letter, notice, png = contents(got)
        assert letter == ("text/plain", None, "見積書です。"), letter
        assert png == ("image/png", "seal.png", PNG), png
        name, = d.held(message)
        for text in ("見積.doc", name, "内線 1234", "This attachment was",
                     "この添付ファイルは"):
            assert text in notice[2], (text, notice)
        added = {d.partition(b"\0")[0]: d.partition(b"\0")[2]
                 for k, d in answer.changes if k == b"h"}
        assert added[b"X-Sekimori-Verdict"].rstrip(b"\0") == \
            b" sanitise (macro-auto)", added
        event = d.events("mail.verdict")[-1]
        assert event["verdict"] == "sanitise" and event["q"] == name, event
        assert event["removed"] == ["2 見積.doc"], event
        shown = d.ctl("quarantine", "show", name).stdout
        assert "Sent without 2 見積.doc" in shown, shown
        listed = d.ctl("quarantine", "list").stdout
        assert "held+copy" in listed, listed
        told = d.ctl("policy", "explain", event["msg"], "--lang", "ja").stdout
        assert "除去した部分: 2 見積.doc" in told and name in told, told
        d.flows()


def release_delivers_the_original():
    with Daemon() as d:
        out = sink.Sink(d.at("sink"))
        d.stop()
        d.configure(release_listener="127.0.0.1:%d" % out.port)
        d.start()
        message = dangerous()
        copy(message, d.send(message))
        name, = d.held(message)
        d.ctl("quarantine", "release", name, "--reason", "expected")
        assert len(out.mails) == 1
        assert out.mails[0].body() == message.partition(b"\r\n\r\n")[2]
        d.ctl("quarantine", "release", name, "--reason", "again")
        assert len(out.mails) == 1
        out.close()


def the_same_again_is_held_once():
    """A sender that did not hear the answer."""
    with Daemon() as d:
        message = dangerous()
        bodies = [b"".join(data for k, data in d.send(message).changes
                           if k == b"b") for _ in range(2)]
        assert bodies[0] == bodies[1] != b"", "another notice"
        assert len(d.held(message)) == 1
        assert d.events("quarantine.create")[-1]["seen_count"] == 2


def packed_and_attached():
    with Daemon() as d:
        message = mail(
            LETTER_PART + part(b"application/zip", zipped(
                {"a/b.doc": doc(AUTO), "c.txt": LETTER}), b"a.zip") +
            b"--b\r\nContent-Type: message/rfc822\r\n\r\n" +
            dangerous().replace(b"--b", b"--inner").replace(
                b'"b"', b'"inner"') + b"--b--\r\n", kind=MIXED)
        got = copy(message, d.send(message))
        kinds = [kind for kind, _, _ in contents(got)]
        assert kinds == ["text/plain", "text/plain", "text/plain",
                         "text/plain", "image/png"], kinds
        event = d.events("mail.verdict")[-1]
        assert event["removed"] == ["2 a.zip", "3.2 見積.doc"], event


def what_cannot_be_cut_is_held():
    with Daemon() as d:
        for message, why in [
                (dangerous(kind='multipart/signed; boundary="b"; '
                           'micalg=sha-256; protocol="application/'
                           'pkcs7-signature"'), "cannot be taken out"),
                (dangerous(part(b"application/pkcs7-mime", b"0", b"x.p7m")),
                 None),
                (dangerous()[:-len(b"--b--\r\n")], "cannot be taken out"),
                (dangerous(kind=MIXED + "; boundary=c"), None),
                (mail(base64.encodebytes(doc(AUTO)).replace(b"\n", b"\r\n"),
                      kind='application/msword; name="a.doc"',
                      fields=["Content-Transfer-Encoding: base64"]),
                 "cannot be taken out")]:
            held(d, d.send(message), message, why)


def the_copy_is_judged_too():
    """What is not named by the rule stays, and is held for what it is."""
    rules = ('policy "t"\ndefault deliver\nrule s when macro.auto then sanitise '
             'class "c" because "b"\nrule q when attachment.program then '
             'quarantine class "p" because "b"\n')
    with Daemon() as d:
        d.write("own.policy", rules)
        d.configure(policy_file=d.at("own.policy"))
        d.stop()
        d.start()
        program = b"MZ" + bytes(58) + (64).to_bytes(4, "little") + \
            b"PE\0\0" + bytes(200)
        message = dangerous(part(b"image/gif", program, b"a.gif"))
        held(d, d.send(message), message, "q, without the parts")
        message = dangerous()
        copy(message, d.send(message))


def one_copy_for_all():
    rules = ('policy "t"\ndefault deliver\nrule s when macro.auto and not '
             'recipient is "a@here.example" then sanitise class "c" '
             'because "b"\n')
    with Daemon() as d:
        d.write("own.policy", rules)
        d.configure(policy_file=d.at("own.policy"))
        d.stop()
        d.start()
        message = dangerous()
        copy(message, d.send(message, to=["a@here.example",
                                          "b@here.example"]))
        names = d.held(message)
        events = d.events("mail.verdict")
        assert {e["q"] for e in events} == set(names), events
        assert len(names) == 2, names
        assert [e["verdict"] for e in events] == ["sanitise"] * 2, events


def a_child_that_dies_over_the_copy():
    with Daemon() as d:
        noise = part(b"application/octet-stream", os.urandom(12_000_000),
                     b"noise.bin")
        message = dangerous(noise)
        until(lambda: len(d.children("scan")) > 0, "the children")
        answers = []

        def send():
            answers.append(d.send(message))

        sender = threading.Thread(target=send)
        sender.start()
        until(lambda: d.held(message), "the original to be held")
        before = {pid: ticks(pid) for pid in d.children("scan")}
        busy = until(lambda: [p for p, t in before.items()
                              if ticks(p) > t + 1], "a child at work")
        for pid in busy:
            os.kill(pid, signal.SIGKILL)
        sender.join(60)
        held(d, answers[0], message, "did not finish")
        d.flows()


main([the_document_is_taken_out, release_delivers_the_original,
      the_same_again_is_held_once, packed_and_attached,
      what_cannot_be_cut_is_held, the_copy_is_judged_too, one_copy_for_all,
      a_child_that_dies_over_the_copy])
