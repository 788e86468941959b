# SPDX-License-Identifier: ISC
"""Bursts: an attachment that comes a hundred times within seconds."""

import time
import uuid

import gate
from scenarios import same, scenario, taken

MAILS, FEW = 100, 12  # FEW: those that may pass until it is recognised


def burst(g, name, content, sender="someone@out.example", source=None):
    """On one connection; "#" is the number of the mail. Each that was sent,
    and the seconds from the first to its answer."""
    begun, sent = time.monotonic(), []
    c = g.client(source)
    for i in range(MAILS):
        author = sender.replace("#", str(i))
        each = g.send(g.attachment(name.replace("#", str(i)), content(),
                                   sender=author),
                      to=["burst%d@here.example" % i], sender=author,
                      connection=c)
        sent.append((taken(each), time.monotonic() - begun))
    c.quit()
    return sent


def changing():
    """Harmless, and other bytes each time."""
    return b"minutes %s of the meeting\r\n" % uuid.uuid4().hex.encode() * 40


def unchanging(text):
    return lambda: text * 40


def the_rest_is_held(g, sent):
    """From the first one on that is held, which comes soon; their metas."""
    ids = [g.held(each) for each, _ in sent]
    first = next(i for i, held in enumerate(ids) if held)
    assert first <= FEW and sent[first][1] < 10, \
        "number %d after %.1f s" % (first, sent[first][1])
    same([len(held) for held in ids[first:]], [1] * (MAILS - first), "held")
    for each, _ in sent[:first]:
        g.arrived(each)
    metas = [g.meta(held[0]) for held in ids[first:]]
    same({m["class"] for m in metas}, {"campaign"})
    return metas


def everybody_gets_it(g, sent):
    for each, _ in sent:
        g.arrived(each)


@scenario()
def burst_with_changing_bytes_is_held(g):
    metas = the_rest_is_held(g, burst(g, "invoice_#.txt", changing))
    name, = {m["campaign"] for m in metas}
    event, = g.events("campaign.begun", campaign=name, suspicious=True)
    same(event["pattern"], "invoice_#.txt")
    same(len(g.events("mail.verdict", campaign=name, verdict="quarantine")),
         len(metas))
    same(g.ctl("quarantine", "list").stdout.count(name), len(metas))
    listed = g.ctl_json("quarantine", "list", "--campaign", name)
    same({m["id"] for m in listed}, {m["id"] for m in metas})
    assert name in g.ctl("quarantine", "show", metas[0]["id"]).stdout


@scenario()
def burst_from_many_senders_is_held(g):
    the_rest_is_held(g, burst(g, "notice.txt", unchanging(b"notice to all\r\n"),
                              sender="someone@out#.example"))


@scenario()
def newsletter_that_spf_vouches_for_passes(g):
    everybody_gets_it(g, burst(g, "news.txt",
                               unchanging(b"news of the week\r\n")))
    event, = g.events("campaign.begun", name="news.txt")
    same(event["suspicious"], False)


@scenario()
def own_letters_to_everybody_pass(g):
    """Each with bytes of its own, as pay slips have."""
    everybody_gets_it(g, burst(g, "payslip_#.txt", changing, source=gate.INSIDE,
                               sender="official@here.example"))
    same(g.events("campaign.begun", pattern="payslip_#.txt"), [])
