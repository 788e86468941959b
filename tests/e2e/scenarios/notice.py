# SPDX-License-Identifier: ISC
"""An official whose mail did not leave is told why, and nobody else is."""

import email

from scenarios import refused, same, scenario
from scenarios.outbound import NOBODY, SMIME, labelled, partners

OFFICIAL = "official@here.example"


def notices(g, name):
    """Mails of ours in which the identifier stands, as email.message."""
    found = []
    for mail in g.sink.mails:
        parsed = email.message_from_bytes(mail.data)
        if parsed["Auto-Submitted"] != "auto-replied":
            continue
        text = parsed.get_payload(decode=True).decode("utf-8")
        if name in text:
            found.append((mail, parsed, text))
    return found


def identifier(sent):
    """What the sender can ask with, from the refusal."""
    return sent.reply.text.split("Sekimori ", 1)[1].split(":", 1)[0]


@scenario()
def who_cannot_send_encrypted_is_told_why(g):
    with partners(g):
        secret, mail = labelled(g)
        sent = refused(g.send_out(mail, [SMIME, NOBODY]), 550, NOBODY)
        name = identifier(sent)
        g.until(lambda: notices(g, name), "a notice")
        (mail, parsed, text), = notices(g, name)
        same(mail.rcpts, [OFFICIAL])
        same(mail.sender, "")
        assert NOBODY in text and "送信されていません" in text, text
        assert secret.decode() not in text
        same(mail.field("X-Sekimori-Release"), [], "the token left")
        explained = g.ctl("policy", "explain", name)
        same(explained.returncode, 0, explained.stderr)
        assert NOBODY in explained.stdout, explained.stdout


@scenario()
def a_second_try_is_not_told_again(g):
    with partners(g):
        _, mail = labelled(g)
        first = refused(g.send_out(mail, [NOBODY]), 550)
        c = g.client("127.0.0.1")
        reply = c.send(first.sender, first.rcpts, first.message)
        c.quit()
        same(reply.code, 550)
        g.until(lambda: notices(g, identifier(first)), "a notice")
        again = reply.text.split("Sekimori ", 1)[1].split(":", 1)[0]
        same(notices(g, again), [])
        same(len(notices(g, identifier(first))), 1)


@scenario()
def a_sender_outside_is_told_nothing(g):
    """One of ours who writes in the name of a stranger."""
    with partners(g):
        _, mail = labelled(g)
        sent = refused(g.send(mail, to=[NOBODY], sender="x@far.example",
                              source="127.0.0.1"), 550)
        name = identifier(sent)
        g.until(lambda: g.events("mail.verdict", msg=name), "a verdict")
        same(notices(g, name), [])
