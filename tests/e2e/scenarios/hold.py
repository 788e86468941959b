# SPDX-License-Identifier: ISC
"""Mail to the outside that waits, and what becomes of it."""

import contextlib

from scenarios import same, scenario, taken
from scenarios.notice import notices
from scenarios.outbound import NOBODY, SMIME, labelled, partners

RULE = 'rule wait when always then hold %s because "a test"\n'


@contextlib.contextmanager
def waiting(g, time):
    """The shipped policy behind a rule that says hold."""
    before = g.policy
    head, rule, rest = before.partition("\nrule ")
    judge_by(g, head + "\n" + RULE % time + rule[1:] + rest)
    try:
        yield
    finally:
        judge_by(g, before)


def judge_by(g, policy):
    """Reloads; the supervisor and the front both say when they have."""
    def told():
        return g.log().count("settings and policy read again")

    before = told()
    g.write("default.policy", policy)
    g.reload()
    g.until(lambda: told() == before + 2, "the rules")


def held_for(g, sent):
    """The identifier of what waits, of which its sender was told."""
    taken(sent)
    name, = g.held(sent)
    same(g.in_sink(sent), [], "sent before its time")
    same(g.meta(name)["class"], "hold")
    g.until(lambda: notices(g, name), "a notice")
    return name


@scenario()
def mail_waits_and_leaves_encrypted(g):
    with partners(g) as keys, waiting(g, "3s"):
        secret, mail = labelled(g)
        sent = g.send_out(mail, [SMIME])
        name = held_for(g, sent)
        assert name in [m["id"] for m in g.ctl_json("hold", "list")]
        out, = g.arrived(sent)
        assert secret in keys.open_smime(SMIME, out.data)
        same(out.field("X-Sekimori-Release"), [], "the token left")
        g.until(lambda: g.events("hold.send", q=name, res="sent"), "an event")
        same(len(g.events("hold.create", q=name)), 1)


@scenario()
def what_is_cancelled_never_leaves(g):
    with waiting(g, "1h"):
        sent = g.send_out(g.mail(sender="official@here.example"), [NOBODY])
        name = held_for(g, sent)
        done = g.ctl("hold", "cancel", name, "--reason", "wrong address")
        same(done.returncode, 0, done.stdout + done.stderr)
        g.discarded.add(sent.mark)
        same(len(g.events("hold.cancel", q=name)), 1)
        done = g.ctl("hold", "now", name, "--reason", "too late")
        same(done.returncode, 1, done.stdout + done.stderr)
        same(g.in_sink(sent), [])


@scenario()
def no_release_makes_a_way_around_encryption(g):
    """Without a key it is refused whoever sends it on, and stays held."""
    with partners(g), waiting(g, "1h"):
        _, mail = labelled(g)
        sent = g.send_out(mail, [NOBODY])
        name = held_for(g, sent)
        for verb in ("hold", "now"), ("quarantine", "release"):
            done = g.ctl(*verb, name, "--reason", "urgent")
            same(done.returncode, 1, done.stdout + done.stderr)
            assert NOBODY in done.stderr, done.stderr
        same(g.in_sink(sent), [])
        same(g.held(sent), [name])


@scenario()
def sent_now_it_leaves_once(g):
    with partners(g) as keys, waiting(g, "1h"):
        secret, mail = labelled(g)
        sent = g.send_out(mail, [SMIME])
        name = held_for(g, sent)
        for _ in range(2):
            done = g.ctl("hold", "now", name, "--reason", "urgent")
            same(done.returncode, 0, done.stdout + done.stderr)
        out, = g.arrived(sent)
        assert secret in keys.open_smime(SMIME, out.data)


@scenario()
def what_waits_survives_a_restart(g):
    with partners(g), waiting(g, "5s"):
        _, mail = labelled(g)
        sent = g.send_out(mail, [SMIME])
        held_for(g, sent)
        g.stop_filter()
        g.start_filter()
        same(len(g.arrived(sent)), 1)
