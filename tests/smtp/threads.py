#!/usr/bin/env python3
# SPDX-License-Identifier: ISC
"""Answers to protected mail are protected, and every mail out has its label."""

import os
import re
import sqlite3
import sys

sys.dont_write_bytecode = True

from daemon import Daemon, attachment, mail, main  # noqa: E402

ENCRYPTED = ('multipart/encrypted; protocol="application/pgp-encrypted"; '
             'boundary="b"')


def ident(message):
    return re.search(rb"^Message-ID: (<.*?>)", message, re.M).group(1).decode()


def answer(message, field="In-Reply-To", more="", **words):
    return mail(fields=("%s: %s%s" % (field, more, ident(message)),), **words)


def out(d, message, to=("partner@out.example",)):
    """Sends it as one of us; the last verdict's rule."""
    c = d.connect(address="127.0.0.1")
    try:
        c.send(message, to=to, sender="official@here.example")
    finally:
        c.quit()
    return d.events("mail.verdict")[-1]["rule"]


def label(d):
    return d.events("mail.label")[-1]


def answers_are_protected():
    with Daemon() as d:
        marked = mail(subject="[Confidential] plan")
        assert out(d, answer(marked)) == "(default)"
        assert out(d, marked) == "labelled"
        first = answer(marked)
        assert out(d, first) == "labelled"
        event = label(d)
        assert event["decided_by"] == "thread" and event["class"] == 2, event
        # by References, behind many others, and through two answers
        many = "".join("<%d@out.example> " % i for i in range(100))
        second = answer(first, "References", many)
        assert out(d, second) == "labelled"
        # that come from outside
        third = answer(second)
        assert d.send(third).code == 250
        assert out(d, answer(third)) == "labelled"
        assert out(d, answer(mail())) == "(default)"
        # to our own people it goes as it is
        assert out(d, answer(marked), ("b@here.example",)) == "(default)"
        d.stop()
        d.start()
        assert out(d, answer(marked)) == "labelled"
        with sqlite3.connect(d.at("state/records/records.sqlite")) as db:
            stored = str(db.execute("SELECT * FROM thread").fetchall())
        assert "example" not in stored and len(stored) > 64, stored


def what_came_encrypted_is_answered_so():
    with Daemon() as d:
        came = mail(b"--b\r\nContent-Type: application/pgp-encrypted\r\n\r\n"
                    b"Version: 1\r\n--b--\r\n", kind=ENCRYPTED)
        d.send(came)
        assert out(d, answer(came)) == "labelled"
        assert out(d, answer(mail())) == "(default)"


def nothing_is_let_go_unasked():
    with Daemon() as d:
        marked = mail(subject="[Confidential] plan")
        assert out(d, marked) == "labelled"
        os.rename(d.at("state/records/records.sqlite"), d.at("spoilt"))
        os.mkdir(d.at("state/records/records.sqlite"))
        assert out(d, answer(marked)) == "unfinished"
        assert out(d, mail()) == "(default)"
        assert d.send(answer(marked)).code == 250
        d.deadly = True


def switched_off():
    with Daemon(thread_time=0) as d:
        marked = mail(subject="[Confidential] plan")
        assert out(d, marked) == "labelled"
        assert out(d, answer(marked)) == "(default)"


def every_mail_out_has_its_label():
    with Daemon() as d:
        assert out(d, mail()) == "(default)"
        event = label(d)
        assert event["class"] == 0 and event["decided_by"] == "none", event
        assert event["found"] == [], event
        assert out(d, attachment(b"a.txt", b"a letter")) == "(default)"
        event = label(d)
        assert event["class"] == 2 and event["decided_by"] == "default", event
        assert out(d, mail(subject="[Encrypt] [press release]")) == "labelled"
        event = label(d)
        assert event["class"] == 1 and event["handling"] == ["encrypt"], event
        number = mail("マイナンバー 123456789018".encode(),
                      kind="text/plain; charset=utf-8")
        assert out(d, number) == "personal-information"
        event = label(d)
        assert event["decided_by"] == "content", event
        for kind in ("mail.label", "mail.verdict"):
            assert "123456789018" not in str(d.events(kind)), kind
        assert len(d.events("mail.label")) == 4
        d.send(mail())
        assert len(d.events("mail.label")) == 4


main([answers_are_protected, what_came_encrypted_is_answered_so,
      nothing_is_let_go_unasked, switched_off, every_mail_out_has_its_label])
