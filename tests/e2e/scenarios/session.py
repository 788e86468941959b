# SPDX-License-Identifier: ISC
"""SMTP sessions that do what sessions do: several mails, and giving up."""

import threading

from client import Gone
from scenarios import EICAR, quarantined, same, scenario, taken


@scenario()
def several_mails_on_one_connection(g):
    c = g.client()
    first = g.send(g.mail(), connection=c)
    bad = g.send(g.mail(body=EICAR + b"\r\n"), connection=c)
    second = g.send(g.mail(), to=["other@here.example"], connection=c)
    c.quit()
    g.arrived(taken(first))
    g.arrived(taken(second))
    quarantined(g, bad, "malware")


def gives_up(g, *steps):
    """A session that ends after the steps, without a goodbye."""
    sent = g.enter(g.mail(), "someone@out.example", ["official@here.example"])
    c = g.client()
    for step in steps:
        if step == "half":
            c.command("DATA")
            c.raw(sent.message[:len(sent.message) // 2])
        else:
            c.command(step)
    c.close()


MAIL, RCPT = "MAIL FROM:<someone@out.example>", "RCPT TO:<official@here.example>"


@scenario()
def giving_up_at_every_stage_leaves_nothing(g):
    for steps in ([], ["HELO again"], [MAIL], [MAIL, RCPT],
                  [MAIL, RCPT, "RSET"], [MAIL, RCPT, "half"],
                  [MAIL, RCPT, "QUIT"], [MAIL, "RSET", MAIL, RCPT, "half"]):
        gives_up(g, *steps)
    g.arrived(taken(g.send(g.mail())))


@scenario()
def mail_after_reset_is_the_new_one(g):
    c = g.client()
    c.envelope("wrong@out.example", ["wrong@here.example"])
    c.command("RSET")
    sent = g.send(g.mail(), connection=c)
    c.envelope("wrong@out.example", ["wrong@here.example"])
    same(c.command("EHLO again.example").code, 250)
    other = g.send(g.mail(), connection=c)
    c.quit()
    for each in (sent, other):
        mail, = g.arrived(taken(each))
        same(mail.rcpts, ["official@here.example"])


@scenario()
def many_connections_at_once(g):
    sent, faults = [], []

    def one(number):
        try:
            c = g.client()
            for _ in range(5):
                sent.append(g.send(
                    g.mail(), to=["u%d@here.example" % number], connection=c))
            c.quit()
        except (OSError, Gone) as fault:
            faults.append(fault)

    threads = [threading.Thread(target=one, args=(i,)) for i in range(20)]
    for t in threads:
        t.start()
    for t in threads:
        t.join()
    same(faults, [])
    for each in sent:
        g.arrived(taken(each))
    same(len(sent), 100)


@scenario("postfix")
def mail_over_tls_is_recorded_as_such(g):
    c = g.client()
    same(c.starttls().code, 220)
    sent = g.send(g.mail(), connection=c)
    c.quit()
    g.arrived(taken(sent))
    event, = g.events("mail.received", queue_id=sent.queue_id)
    assert "TLSv1.3" in str(event["tls"]), event
