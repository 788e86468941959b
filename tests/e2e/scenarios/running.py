# SPDX-License-Identifier: ISC
"""Changes while mail flows."""

import os
import threading

from scenarios import same, scenario, taken


class Flow:
    """Mail with some text, one after the other, in the background."""

    def __init__(self, g, body):
        self.g, self.body, self.sent, self.on = g, body, [], True
        self.threads = [threading.Thread(target=self.run) for _ in range(2)]
        for t in self.threads:
            t.start()

    def run(self):
        while self.on:
            self.sent.append(self.g.send(self.g.mail(body=self.body)))

    def stop(self):
        self.on = False
        for t in self.threads:
            t.join()
        assert len(self.sent) > 2, "no mail flowed"
        return self.sent


def signature(g, name, text):
    """Written beside and renamed, as freshclam does."""
    g.write("clamav/" + name + ".new", text)
    os.chmod(g.at("clamav", name + ".new"), 0o644)
    os.rename(g.at("clamav", name + ".new"), g.at("clamav", name))


@scenario()
def new_signatures_are_taken_up_while_mail_flows(g):
    body = "Sekimori-E2E-" + g.mta.name + "\r\n"
    flow = Flow(g, body)
    g.until(lambda: len(flow.sent) > 3, "mail to flow")
    signature(g, "e2e.ndb", "E2E.Text:0:*:%s\n" % body.strip().encode().hex())
    try:
        g.until(lambda: g.held(flow.sent[-1]), "the new signature to count")
    finally:
        sent = flow.stop()
    for each in sent:
        taken(each)
    same(g.events("db.update")[-1]["res"], "taken")


@scenario()
def broken_signatures_are_refused(g):
    before = len(g.events("db.update"))
    flow = Flow(g, "hello\r\n")
    signature(g, "broken.ndb", "this is : not a signature\n")
    try:
        g.until(lambda: len(g.events("db.update")) > before, "an event")
    finally:
        os.unlink(g.at("clamav/broken.ndb"))
        sent = flow.stop()
    for each in sent:
        taken(each)
    assert g.events("db.update")[before]["res"] != "taken"


@scenario()
def bad_policy_keeps_the_old_one(g):
    g.write("default.policy", g.policy + "\nrule broken when nonsense\n")
    g.reload()
    line = g.policy.count("\n") + 2
    try:
        g.until(lambda: "default.policy:%d" % line in g.log(),
                "file and line in the log")
    finally:
        g.write("default.policy", g.policy)
    mail, = g.arrived(taken(g.send(g.mail(), sender="x@forbidden.example")))
    same(mail.field("Subject"), ["[SUSPICIOUS] hello"])


@scenario()
def good_policy_is_taken_up(g):
    def code():
        return g.send(g.mail(), sender="x@noentry.example").reply.code

    head, rules = g.policy.split("default deliver\n", 1)
    g.write("default.policy", head + "default deliver\n"
            "list noentry \"noentry.example\"\n"
            "rule e2e\n"
            "    when sender domain in noentry\n"
            "    then refuse text \"not today\"\n"
            "    because \"a test\"\n" + rules)
    try:
        checked = g.ctl("policy", "check", g.at("default.policy"))
        same(checked.returncode, 0, checked.stdout + checked.stderr)
        g.reload()
        g.until(lambda: code() == 550, "the new rule")
    finally:
        g.write("default.policy", g.policy)
        g.reload()
    g.until(lambda: code() == 250, "the old rules")


@scenario()
def bad_settings_keep_the_old_ones(g):
    good = dict(g.settings)
    g.settings["message_size"] = "many"
    g.write_settings()
    g.reload()
    try:
        g.until(lambda: "message_size" in g.log(), "the fault to be told")
    finally:
        g.settings = good
        g.write_settings()
    g.arrived(taken(g.send(g.mail())))
    g.reload()
    g.arrived(taken(g.send(g.mail())))
