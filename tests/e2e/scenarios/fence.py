# SPDX-License-Identifier: ISC
"""The second fence: without the filter's pass nothing leaves the MTA."""

import contextlib
import os
import shutil

from scenarios import same, scenario, taken
from scenarios.outbound import NOBODY, SMIME, copies, labelled, partners

HERE = os.path.dirname(os.path.abspath(__file__))
CONTRIB = os.path.join(HERE, "../../../contrib/postfix")
COLLEAGUE = "colleague@here.example"


def shipped(name):
    with open(os.path.join(CONTRIB, name), encoding="utf-8") as f:
        return f.read()


@contextlib.contextmanager
def rewritten(g, name, text):
    """A file of Postfix's, changed for a while."""
    path = g.mta.at("conf", name)
    with open(path, encoding="utf-8") as f:
        before = f.read()
    rewrite(g, path, text(before))
    try:
        yield
    finally:
        rewrite(g, path, before)


def rewrite(g, path, text):
    """Started anew: after a reload some of its processes serve once more as
    they were."""
    g.mta.stop()
    with open(path, "w", encoding="utf-8") as out:
        out.write(text)
    g.mta.start()


@contextlib.contextmanager
def fence(g):
    """As contrib/postfix says; the sink is the world and the inside."""
    conf = g.mta.at("conf")
    sink = "smtp:[127.0.0.1]:%d" % g.sink.port
    shutil.copy(os.path.join(CONTRIB, "sekimori_strip"), conf)
    with open(os.path.join(conf, "sekimori_pass"), "w",
              encoding="utf-8") as out:
        out.write(shipped("sekimori_pass").replace("FILTER smtp:\n",
                                                   "FILTER %s\n" % sink))
    main = shipped("main.cf.fence") + (
        "relayhost =\ntransport_maps = inline:{ here.example=%s }\n" % sink)
    g.settings["fence"] = "on"
    g.write_settings()
    g.stop_filter()
    g.start_filter()
    try:
        with rewritten(g, "master.cf",
                       lambda text: text + shipped("master.cf.fence")), \
                rewritten(g, "main.cf", lambda text: text + main):
            yield
    finally:
        del g.settings["fence"]
        g.write_settings()
        g.stop_filter()
        g.start_filter()


def plain(g, **words):
    return g.mail(sender="official@here.example", **words)


def passes(g):
    out, = g.arrived(taken(g.send_out(plain(g), [NOBODY])))
    same(out.field("X-Sekimori-Pass"), [], "the pass left")
    g.arrived(taken(g.send_out(plain(g), [COLLEAGUE])))
    both = copies(g, taken(g.send_out(plain(g), [NOBODY, COLLEAGUE])), 2)
    same(both[NOBODY].body(), both[COLLEAGUE].body())
    with partners(g) as keys:
        secret, mail = labelled(g, to=SMIME)
        out, = g.arrived(taken(g.send_out(mail, [SMIME])))
        assert secret in keys.open_smime(SMIME, out.data)


def waits(g):
    """Taken by the MTA, and in its queue; with a forged pass too."""
    forged = plain(g, fields=["X-Sekimori-Pass: outbound"])
    left = [taken(g.send_out(mail, [NOBODY])) for mail in (plain(g), forged)]
    g.until(lambda: "FENCE" in g.mta.log(), "the fence to be reached")
    for sent in left:
        sent.queue_id = None  # no filter, no verdict
        same(g.in_sink(sent), [], "it left without the filter")
    return left


def outside(g, left):
    """When the fence is gone it arrives: nothing was lost."""
    g.mta.flush()
    for sent in left:
        g.arrived(sent)


@scenario("postfix")
def only_what_the_filter_passed_leaves_the_fence(g):
    """Nor when it is forgotten, or dead and may be skipped."""
    with fence(g):
        passes(g)
        with rewritten(g, "main.cf", lambda text: text + "smtpd_milters =\n"):
            left = waits(g)
        accept = "milter_default_action = accept\n"
        with rewritten(g, "main.cf", lambda text: text + accept):
            g.stop_filter()
            left += waits(g)
            g.start_filter()
        passes(g)
    outside(g, left)
