# SPDX-License-Identifier: ISC
"""What breaks: mail is deferred and comes later, never lost or let through."""

import os
import signal
import threading
import time

from scenarios import EICAR, quarantined, same, scenario, taken


def deferred(sent):
    assert 400 <= sent.reply.code < 500, str(sent.reply)


@scenario()
def mail_is_deferred_while_the_filter_is_stopped(g):
    g.stop_filter()
    sent = g.send(g.mail())
    deferred(sent)
    g.start_filter()
    g.arrived(taken(g.again(sent)))


@scenario()
def filter_that_is_killed_loses_nothing(g):
    held = g.send(g.mail(body=EICAR + b"\r\n"))
    name = quarantined(g, held, "malware")
    g.stop_filter(signal.SIGKILL)
    deferred(g.send(g.mail()))
    g.start_filter()
    g.arrived(taken(g.send(g.mail())))
    same(g.held(held), [name])


@scenario()
def scan_that_dies_in_the_middle_defers(g):
    """A large mail, so that a child is seen at work, and killed."""
    children = g.children("scan")
    assert children, "no scan children"
    before = {pid: g.worked(pid) for pid in children}
    large = g.attachment("noise.bin", os.urandom(12_000_000))
    answers = []
    sender = threading.Thread(target=lambda: answers.append(g.send(large)))
    sender.start()
    busy = g.until(lambda: [p for p in children
                            if g.worked(p) > before[p] + 2], "a child at work")
    for pid in busy:
        os.kill(pid, signal.SIGKILL)
    sender.join(90)
    deferred(answers[0])
    same(g.held(answers[0]), [])
    assert "signal 9" in g.log()
    g.arrived(taken(g.again(answers[0])), 60)


@scenario()
def lookup_that_dies_lets_mail_pass(g):
    for pid in g.children("lookup"):
        os.kill(pid, signal.SIGKILL)
    g.arrived(taken(g.send(g.mail())))


@scenario()
def next_hop_that_defers_gets_it_later(g):
    g.sink.reply("END", "451 later")
    sent = taken(g.send(g.mail()))
    g.until(lambda: g.mta.queued(), "it to be in the queue")
    g.until(lambda: g.in_sink(sent) or g.mta.flush(), "it to arrive")


@scenario()
def quarantine_that_cannot_be_written_defers(g):
    folder = g.at("state/quarantine/tmp")
    os.chmod(folder, 0o500)
    try:
        sent = g.send(g.mail(body=EICAR + b"\r\n"))
        clean = g.send(g.mail())
    finally:
        os.chmod(folder, 0o700)
    deferred(sent)
    g.arrived(taken(clean))
    quarantined(g, g.send(g.mail(body=EICAR + b"\r\n")), "malware")


@scenario()
def journal_that_cannot_be_written_defers(g):
    """No mail is taken or delivered that is not recorded."""
    folder = g.at("state/journal")
    os.rename(folder, folder + ".away")
    with open(folder, "wb"):
        pass
    try:
        clean = g.send(g.mail())
        bad = g.send(g.mail(body=EICAR + b"\r\n"))
    finally:
        os.unlink(folder)
        os.rename(folder + ".away", folder)
    deferred(clean)
    deferred(bad)
    g.arrived(taken(g.again(clean)))
    quarantined(g, g.again(bad), "malware")


@scenario()
def end_is_orderly_with_mail_under_way(g):
    """SIGTERM between DATA and its end: the mail is finished, or the sender
    is told to try again; new ones are deferred; the status is 0."""
    sent = g.enter(g.mail(), "someone@out.example", ["official@here.example"])
    c = g.client()
    c.envelope("someone@out.example", ["official@here.example"])
    same(c.command("DATA").code, 354)
    c.raw(sent.message)
    status = []
    stopping = threading.Thread(
        target=lambda: status.append(g.stop_filter()))
    stopping.start()
    time.sleep(1)
    c.raw(b".\r\n")
    g.replied(sent, c.reply())
    c.close()
    stopping.join()
    same(status, [0], "exit status")
    if not sent.took():
        deferred(sent)
    g.start_filter()
    g.arrived(taken(g.send(g.mail())))
