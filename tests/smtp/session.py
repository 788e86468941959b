#!/usr/bin/env python3
# SPDX-License-Identifier: ISC
"""The session: every order of events that an MTA can give."""

import os
import socket
import sys
import time

sys.dont_write_bytecode = True

import milter  # noqa: E402
from daemon import (Daemon, attachment, eicar, mail, main,  # noqa: E402
                    until)


def accepted(answer):
    assert answer.code == 250 and not answer.discarded, str(answer)


def verdicts():
    with Daemon() as d:
        d.flows()
        lying = attachment(b"report.pdf.exe", b"MZ" + bytes(100))
        assert d.send(lying).discarded
        assert len(d.held(lying)) == 1
        # Twice over: a sender that lost the answer.
        assert d.send(lying).discarded
        assert len(d.held(lying)) == 1, d.held(lying)
        c = d.connect()
        for make, discarded in ((mail, False), (eicar, True), (mail, False)):
            answer = c.send(make())
            assert answer.discarded == discarded, str(answer)
        c.quit()


def begin(c, stage):
    """A message up to a stage, and no further."""
    steps = (lambda: c.mail("someone@out.example"),
             lambda: c.rcpt("official@here.example"), c.data,
             lambda: c.header(b"X-Mark", b" cut short"), c.end_of_header,
             lambda: c.body(b"half of it" * 20000))
    for step in steps[:stage + 1]:
        step()
    c.flush()


STAGES = range(6)


def aborts():
    """At every stage, then 2,000 of them: nothing is left behind."""
    with Daemon(scan_children=1) as d:
        c = d.connect()
        for stage in STAGES:
            begin(c, stage)
            c.abort()
            accepted(c.send(mail()))
        for stage in STAGES:
            other = d.connect()
            begin(other, stage)
            other.close()
            accepted(d.send(mail()))
        front, = d.front()
        before = size(front)
        for i in range(2000):
            begin(c, i % len(STAGES))
            c.abort()
        accepted(c.send(mail()))
        c.quit()
        for i in range(200):
            other = d.connect()
            begin(other, i % len(STAGES))
            other.close()
        until(lambda: size(front)[1] <= before[1], "descriptors to close")
        after = size(front)
        # The heaps of libmilter's workers come and go; a sanitizer keeps what
        # was freed for a while.
        room = 4096 if before[0] < 16384 else 262144
        assert after[0] <= before[0] + room, (before, after)
        assert after[2] <= before[2] + 4, (before, after)
        print("       front: %d -> %d KB, %d -> %d descriptors" % (
            before[0], after[0], before[1], after[1]))


def size(pid):
    """Own memory in KB, descriptors, threads."""
    with open("/proc/%d/status" % pid, encoding="utf-8") as f:
        status = dict(line.split(":", 1) for line in f if ":" in line)
    return (int(status["RssAnon"].split()[0]),
            len(os.listdir("/proc/%d/fd" % pid)), int(status["Threads"]))


def odd_mail():
    """What no one should send and somebody does."""
    with Daemon() as d:
        many = ["r%d@here.example" % i for i in range(1000)]
        accepted(d.send(mail(), to=many))
        answer = d.send(eicar(), to=many)
        assert answer.discarded, str(answer)
        event, = d.events("mail.verdict", verdict="quarantine")
        assert event["env_to_count"] == 1000, event
        accepted(d.send(mail(fields=["X-Long: " + "a" * 60000])))
        accepted(d.send(mail(fields=["X-Folded: a" + "\r\n\tb" * 20000])))
        accepted(d.send(mail("日本語\r\n".encode() * 100)))
        assert d.send(mail(b"a\0b\r\n")).discarded  # message.nul
        c = d.connect()
        for parts in ((), (b"body only\r\n",)):
            c.mail("")
            c.rcpt("official@here.example")
            c.data()
            c.end_of_header()
            for part in parts:
                c.body(part)
            assert c.end().code == 250
        # A header value is a C string: the rest of it is not seen.
        c.mail("someone@out.example")
        c.rcpt("official@here.example")
        c.header(b"Subject", b" a\0b")
        c.end_of_header()
        c.body(b"x\r\n")
        assert c.end().code == 250
        c.quit()
        d.flows()


def bounds():
    """One byte too many is refused, and recorded like any verdict."""
    with Daemon(message_size=65536, message_recipients=3) as d:
        answer = d.send(mail(b"a" * 62 + b"\r\n" + b"b" * 65536))
        assert answer.code == 552, str(answer)
        answer = d.send(mail(), to=["r%d@here.example" % i
                                    for i in range(4)])
        assert answer.code in (452, 552), str(answer)
        c = d.connect()
        begin(c, 2)
        for _ in range(300):
            c.header(b"X-Many", b" " + b"a" * 1000)
        c.end_of_header()
        assert c.end().code == 552
        accepted(c.send(mail()))
        c.quit()
        events = d.events("mail.verdict", verdict="refuse")
        assert len(events) == 3, events
        d.flows()


def sizes():
    """However many pieces it comes in, what is inspected is what was sent."""
    with Daemon() as d:
        for size in (1, 6000, 12000, 13000, 16000, 20000, 24000, 48000, 60000):
            lying = attachment(b"report.pdf.exe", b"MZ" + bytes(size))
            assert d.send(lying).discarded, size
            name, = d.held(lying)
            with open(d.at("state/quarantine/held", name, "message"),
                      "rb") as f:
                assert f.read() == lying, size


def macros_missing():
    with Daemon() as d:
        for address in ("192.0.2.10", None):
            c = d.connect(macros={}, address=address, helo=None)
            accepted(c.send(mail(), macros={}))
            accepted(c.send(mail(), macros={}))
            c.quit()
        # An MTA that cannot do what is needed is not served.
        for words in ({"acts": 0}, {"offered": 0}):
            try:
                d.connect(**words)
                raise AssertionError("it served an MTA of little use")
            except milter.Gone:
                pass
        d.flows()


def half_packets():
    """200 that say half a word: an honest client waits for none of them."""
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        place = s.getsockname()
    beside_half_packets(Daemon())
    beside_half_packets(Daemon(place=place))


def beside_half_packets(daemon):
    with daemon as d:
        held = []
        for _ in range(200):
            c = d.connect()
            c.socket.sendall(b"\0\0\1\0M<half")
            held.append(c)
        begun = time.monotonic()
        accepted(d.send(mail()))
        took = time.monotonic() - begun
        assert took < 1, took
        print("       answered in %.0f ms beside 200 half packets" %
              (took * 1000))
        for c in held:
            c.close()


main([verdicts, aborts, odd_mail, bounds, sizes, macros_missing, half_packets])
