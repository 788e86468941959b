#!/usr/bin/env python3
# SPDX-License-Identifier: ISC
"""An encrypted file in one mail, its password in another (PPAP)."""

import os
import sys

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)),
                                "..", "messages"))

import sink  # noqa: E402
from carriers import LETTER, PROGRAM  # noqa: E402
from carriers import documents, pdfs  # noqa: E402
from carriers.archives import locked  # noqa: E402
from daemon import Daemon, attachment, mail, main, until  # noqa: E402

PASSWORD = "Kasumi-2026"


def encrypted(content, name="letter.txt"):
    return attachment(b"a.zip", locked({name: content}, PASSWORD))


def notice(password=PASSWORD):
    return mail(("解凍パスワードは %s です。\r\n" % password).encode(),
                kind="text/plain; charset=utf-8")


class House:
    """A daemon whose released mail arrives in a sink."""

    def __enter__(self):
        self.daemon = Daemon()
        self.sink = sink.Sink(self.daemon.at("sink"))
        self.daemon.configure(release_listener="127.0.0.1:%d" %
                              self.sink.port)
        return self.daemon.__enter__(), self.sink

    def __exit__(self, *why):
        self.daemon.__exit__(*why)
        self.sink.close()


def held(d, message):
    answer = d.send(message)
    assert answer.discarded and len(d.held(message)) == 1, str(answer)
    return d.held(message)[0]


def judged(d, number):
    until(lambda: len(d.events("quarantine.judge")) == number,
          "second look number %d" % number)
    return d.events("quarantine.judge")[-1]


def password_comes_second():
    with House() as (d, out):
        message = encrypted(LETTER)
        name = held(d, message)
        d.send(notice("wrong-2026"))
        d.send(notice(), sender="somebody.else@out.example")
        answer = d.send(notice())
        assert answer.code == 250 and not answer.discarded, str(answer)
        event = judged(d, 1)
        assert event["q"] == name, event
        assert event["verdict"] in ("deliver", "tag"), event
        until(lambda: len(out.mails) == 1, "the released mail")
        assert out.mails[0].body() == message.partition(b"\r\n\r\n")[2]
        until(lambda: d.events("quarantine.release", res="sent"), "release")
        assert len(out.mails) == 1


def shows(d, name, word):
    """What is shown of a held mail, once the word is in it."""
    shown = d.ctl("quarantine", "show", name).stdout
    return shown if word in shown else None


def a_program_stays_held():
    with House() as (d, out):
        name = held(d, encrypted(PROGRAM, "tool.exe"))
        d.send(notice())
        event = judged(d, 1)
        assert event["q"] == name and event["verdict"] == "quarantine"
        assert event["rule"] == "program", event
        # The event is there first, then what staff is shown.
        shown = until(lambda: shows(d, name, "attachment.program"), "note")
        assert "uninspectable.encrypted" not in shown, shown
        assert out.mails == []


def password_comes_first():
    with House() as (d, _):
        d.send(notice())
        answer = d.send(encrypted(LETTER))
        assert answer.code == 250 and not answer.discarded, str(answer)
        held(d, encrypted(PROGRAM, "tool.exe"))
        answer = d.send(encrypted(LETTER), sender="somebody.else@out.example")
        assert answer.discarded, str(answer)


def switched_off():
    with House() as (d, out):
        d.stop()
        d.configure(password_time=0)
        d.start()
        d.send(notice())
        held(d, encrypted(LETTER))
        d.send(notice())
        d.flows()
        assert d.events("quarantine.judge") == [] and out.mails == []


def docx(**more):
    return documents.ooxml({"word/document.xml": b"<w:document/>", **more})


# Each opens with PASSWORD only: a harmless one, and one that must not pass.
DOCUMENTS = [
    (b"a.pdf", lambda: pdfs.encrypted(PASSWORD.encode(), 4),
     lambda: pdfs.encrypted(PASSWORD.encode(), 4,
                            *pdfs.file(b"tool.exe", PROGRAM, 6)), "program"),
    (b"b.pdf", lambda: pdfs.encrypted(PASSWORD.encode(), 6),
     lambda: pdfs.encrypted(PASSWORD.encode(), 6,
                            *pdfs.file(b"tool.exe", PROGRAM, 6)), "program"),
    (b"c.docx", lambda: documents.agile(docx(), PASSWORD),
     lambda: documents.agile(documents.docm(documents.CALLS), PASSWORD),
     "macro"),
    (b"d.docx", lambda: documents.standard(docx(), PASSWORD),
     lambda: documents.standard(documents.docm(documents.CALLS), PASSWORD),
     "macro"),
]


def documents_open_too():
    """Held, then judged by what is in them, each like the zip above."""
    for name, harmless, harmful, rule in DOCUMENTS:
        with House() as (d, out):
            good = attachment(name, harmless())
            ids = {held(d, good): ("deliver", "tag"),
                   held(d, attachment(name, harmful())): ("quarantine",)}
            d.send(notice())
            judged(d, 2)
            for event in d.events("quarantine.judge"):
                assert event["verdict"] in ids[event["q"]], (name, event)
                if event["verdict"] == "quarantine":
                    assert event["rule"] == rule, (name, event)
            until(lambda: len(out.mails) == 1, "the released mail")
            assert out.mails[0].body() == good.partition(b"\r\n\r\n")[2]


def documents_after_their_password():
    with House() as (d, _):
        d.send(notice())
        for name, harmless, harmful, _ in DOCUMENTS:
            answer = d.send(attachment(name, harmless()))
            assert answer.code == 250 and not answer.discarded, (name, answer)
            held(d, attachment(name, harmful()))


def a_campaign_stays_held():
    """Its password does not open the gate: a burst is no less one for it."""
    with House() as (d, out):
        file = locked({"letter.txt": LETTER * 40}, PASSWORD)
        names = [held_for(d, i, attachment(b"letter.zip", file))
                 for i in range(12)]
        d.send(notice())
        judged(d, 12)
        verdicts = {e["q"]: e["verdict"] for e in d.events("quarantine.judge")}
        assert verdicts[names[0]] in ("deliver", "tag"), verdicts
        assert verdicts[names[-1]] == "quarantine", verdicts
        event, = d.events("campaign.begun")
        shown = d.ctl("quarantine", "show", names[-1]).stdout
        assert "campaign" in shown and event["campaign"] in shown, shown
        until(lambda: out.mails, "the first")


def send_out(d, message):
    """Sends it as one of us."""
    c = d.connect(address="127.0.0.1")
    try:
        c.send(message, to=["partner@out.example"],
               sender="official@here.example")
    finally:
        c.quit()


def an_answer_stays_protected():
    """What opens is an answer to a marked mail, and not released in clear."""
    with House() as (d, out):
        with open(d.at("default.policy"), encoding="utf-8") as f:
            policy = f.read()
        d.stop()
        d.write("default.policy", policy.replace(
            "rule malware-outbound", "rule closed-outbound\n"
            "    when direction is outbound and uninspectable.encrypted\n"
            '    then quarantine class "ppap"\n'
            '    because "nothing that nobody saw"\n\n'
            "rule malware-outbound", 1))
        d.start()
        marked = mail(subject="[Confidential] plan")
        send_out(d, marked)
        ident = marked.partition(b"Message-ID: ")[2].partition(b"\r\n")[0]
        answer = encrypted(LETTER).replace(
            b"MIME-Version", b"In-Reply-To: " + ident + b"\r\nMIME-Version",
            1)
        send_out(d, answer)
        name, = d.held(answer)
        d.send(notice(), sender="official@here.example")
        event = judged(d, 1)
        assert event["q"] == name and event["verdict"] == "encrypt", event
        # Its author is told of what did not leave, and nobody else.
        assert {(m.sender, *m.rcpts) for m in out.mails} <= {
            ("", "official@here.example")}, out.mails


def held_for(d, number, message):
    """Held for an official of that number; its name."""
    d.send(message, to=["official%d@here.example" % number])
    name, = d.held(message)
    return name


main([password_comes_second, a_program_stays_held, documents_open_too,
      documents_after_their_password, a_campaign_stays_held,
      an_answer_stays_protected, password_comes_first, switched_off])
