#!/usr/bin/env python3
# SPDX-License-Identifier: ISC
"""Parts that die, hang, or find the disk full: mail is deferred, never lost,
never let through; and all is well again when the fault is gone."""

import glob
import os
import signal
import sys
import threading
import time

sys.dont_write_bytecode = True

from daemon import (Daemon, eicar, mail, main, slow,  # noqa: E402
                    ticks, until)


def accepted(answer):
    assert answer.code == 250 and not answer.discarded, str(answer)


def deferred(answer):
    assert answer.code == 451, str(answer)


class Later:
    """A mail that is on its way while something is done to the filter."""

    def __init__(self, d, message):
        self.answer = None
        self.begun = time.monotonic()
        self.thread = threading.Thread(target=self.run, args=(d, message))
        self.thread.start()

    def run(self, d, message):
        self.answer = d.send(message)
        self.took = time.monotonic() - self.begun

    def join(self):
        self.thread.join(60)
        assert self.answer is not None, "no answer"
        return self.answer


def busy_child(d):
    """The scan child that works on the mail, as its clock tells."""
    before = {pid: ticks(pid) for pid in d.children("scan")}

    def find():
        return [p for p, t in before.items() if ticks(p) >= t + 5]

    return until(find, "a scan child to work")[0]


def unfinished(d, count):
    found = [e for e in d.events("mail.verdict", verdict="defer")
             if any(f["name"] == "scan.unfinished"
                    for f in e["findings"])]
    assert len(found) == count, (len(found), count)


def scan_killed_at_work():
    with Daemon() as d:
        later = Later(d, slow())
        os.kill(busy_child(d), signal.SIGKILL)
        deferred(later.join())
        unfinished(d, 1)
        d.flows()


def scan_hangs():
    """Every child stops at work: the time limit ends them all."""
    with Daemon(scan_time=2) as d:
        before = set(d.children("scan"))
        mails = []
        for _ in before:
            mails.append(Later(d, slow()))
            os.kill(busy_child(d), signal.SIGSTOP)
        for later in mails:
            deferred(later.join())
            assert later.took < 5, later.took
        until(lambda: not before & set(d.children("scan")) and
              len(d.children("scan")) == len(before), "new children")
        unfinished(d, len(mails))
        d.flows()


def scan_server_killed():
    with Daemon() as d:
        server, = d.servers("scan")
        children = d.children("scan")
        os.kill(server, signal.SIGKILL)
        until(lambda: not set(children) & set(d.processes()),
              "its children to end")
        deferred(d.send(mail()))
        until(lambda: d.send(mail()).code == 250, "another scan server")
        assert d.events("sys.child", server="scan")
        d.flows()


def front_killed():
    with Daemon() as d:
        front, = d.front()
        os.kill(front, signal.SIGKILL)
        until(lambda: d.front() not in ([], [front]), "another front")
        until(d.answers, "its socket")
        assert d.events("sys.child", server="front")
        d.flows()


def lookup_killed():
    """Not knowing who sends is a fact, not a reason to keep mail away."""
    with Daemon(lookup=True, dns_servers=["127.0.0.1@1"]) as d:
        until(lambda: os.path.exists(d.at("run/lookup")), "lookup")
        accepted(d.send(mail()))

        def killed():
            # A child may still answer, or the next server be there already.
            for pid in d.servers("lookup"):
                os.kill(pid, signal.SIGKILL)
            accepted(d.send(mail()))
            return "permerror" in [e["spf"] for e in d.events("mail.auth")]
        until(killed, "a mail without a lookup")
        d.flows()


def verify_killed():
    """A signature that nobody verified is told as such, and held by nobody."""
    with Daemon() as d:
        until(lambda: os.path.exists(d.at("run/verify")), "verify")
        claim = mail(kind="multipart/signed; boundary=b",
                     body=b"--b\r\n\r\nhello\r\n--b--\r\n")

        def results():
            return [e["res"] for e in d.events("mail.crypto", op="verify")]
        accepted(d.send(mail()))
        assert results() == []
        accepted(d.send(claim))
        assert results() == ["unclear"], results()

        def killed():
            # A child may still answer, or the next server be there already.
            for pid in d.servers("verify"):
                os.kill(pid, signal.SIGKILL)
            accepted(d.send(claim))
            return "unchecked" in results()
        until(killed, "a mail that was not verified")
        d.flows()


def nothing_half_held(d, message):
    assert d.held(message) == []
    left = glob.glob(d.at("state/quarantine/tmp/*"))
    assert left == [], left


def quarantine_full():
    with Daemon(small=["quarantine"]) as d:
        d.flows()
        with d.no_room("quarantine" if d.mounts else "quarantine/tmp"):
            bad = eicar()
            deferred(d.send(bad))
            nothing_half_held(d, bad)
            accepted(d.send(mail()))
        d.flows()
        assert d.send(bad).discarded


def quarantine_lost():
    """A file where the folder should be."""
    with Daemon() as d:
        d.flows()
        folder = d.at("state/quarantine")
        os.rename(folder, folder + ".away")
        with open(folder, "wb"):
            pass
        bad = eicar()
        deferred(d.send(bad))
        accepted(d.send(mail()))
        os.unlink(folder)
        os.rename(folder + ".away", folder)
        nothing_half_held(d, bad)
        d.flows()


def database_spoilt():
    """The folders are the truth: the index is made again from them."""
    with Daemon() as d:
        first = eicar()
        assert d.send(first).discarded
        for path in glob.glob(d.at("state/records/records.sqlite*")):
            with open(path, "r+b") as f:
                f.write(b"garbage " * (os.path.getsize(path) // 8))
        bad = eicar()
        deferred(d.send(bad))
        nothing_half_held(d, bad)
        accepted(d.send(mail()))
        d.stop()
        for path in glob.glob(d.at("state/records/records.sqlite*")):
            os.unlink(path)
        d.start()
        d.flows()
        assert d.held(first)[0] in d.ctl("quarantine", "list").stdout


def journal_full():
    """What cannot be recorded does not happen."""
    with Daemon(small=["journal"]) as d:
        d.flows()
        if not d.mounts:
            return
        with d.no_room("journal"):
            # What was begun of the last block may still be filled.
            until(lambda: d.send(mail()).code == 451, "it to be full")
            bad = eicar()
            deferred(d.send(mail()))
            deferred(d.send(bad))
            assert len(d.held(bad)) <= 1
        d.flows()
        assert d.send(bad).discarded
        assert len(d.held(bad)) == 1, d.held(bad)


def journal_lost():
    with Daemon() as d:
        d.flows()
        folder = d.at("state/journal")
        os.rename(folder, folder + ".away")
        deferred(d.send(mail()))
        deferred(d.send(eicar()))
        os.rename(folder + ".away", folder)
        d.flows()


main([scan_killed_at_work, scan_hangs, scan_server_killed, front_killed,
      lookup_killed, verify_killed, quarantine_full, quarantine_lost,
      database_spoilt, journal_full, journal_lost])
