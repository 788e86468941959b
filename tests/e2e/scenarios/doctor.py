# SPDX-License-Identifier: ISC
"""The doctor finds every way around the filter in the MTA's own settings."""

import json
import os
import shutil

from scenarios import same, scenario
from scenarios.fence import shipped


def doctor(g, *arguments, status):
    """The texts of each result. Postfix's own postconf is asked."""
    path = os.environ["PATH"]
    if g.mta.name == "postfix":
        path = wrapper(g) + ":" + path
    done = g.ctl("doctor", "--json", *arguments, path=path)
    same(done.returncode, status, done.stdout + done.stderr)
    found = {"ok": [], "WARNING": [], "FAILED": []}
    for line in json.loads(done.stdout):
        found[line["result"]].append((line["test"], line["text"]))
    return found


def wrapper(g):
    """A folder with a postconf that finds its libraries."""
    folder = g.at("bin")
    os.makedirs(folder, exist_ok=True)
    name = os.path.join(folder, "postconf")
    with open(name, "w", encoding="utf-8") as out:
        out.write("#!/bin/sh\nLD_LIBRARY_PATH=%s exec %s \"$@\"\n" % (
            g.mta.at("package/usr/lib/postfix"),
            g.mta.at("package/usr/sbin/postconf")))
    os.chmod(name, 0o755)
    return folder


def changed(g, main="", master=None):
    """Postfix's settings with more lines; master: (old, new)."""
    folder = g.at("doctor")
    shutil.rmtree(folder, ignore_errors=True)
    shutil.copytree(g.mta.at("conf"), folder)
    with open(os.path.join(folder, "main.cf"), "a", encoding="utf-8") as f:
        f.write(main)
    if master:
        name = os.path.join(folder, "master.cf")
        with open(name, encoding="utf-8") as f:
            text = f.read()
        assert master[0] in text, master[0]
        with open(name, "w", encoding="utf-8") as f:
            f.write(text.replace(*master))
    return folder


def has(found, test, *words):
    texts = [text for name, text in found if name == test]
    assert any(all(w in text for w in words) for text in texts), \
        "%s %s is not among %s" % (test, words, found)


GOOD = """
mynetworks = 127.0.0.1/32
smtpd_forbid_bare_newline = yes
bounce_size_limit = 1
"""

# What is wrong, and what must be said of it.
FAULTS = [
    ("non_smtpd_milters =\n", ("local", "non_smtpd_milters")),
    ("smtpd_milters = unix:/run/other.sock\n", ("listener", "smtpd_milters")),
    ("milter_default_action = accept\n", ("action", "accept")),
    ("smtpd_milters = { unix:%s, default_action = accept }\n",
     ("action", "accept")),
    ("mynetworks = 127.0.0.1/8\n", ("networks", "127.0.0.1/8")),
    ("mynetworks = 127.0.0.1 203.0.113.0/24 [2001:db8::]/64\n",
     ("networks", "203.0.113.0/24")),
    ("smtpd_forbid_bare_newline = no\n", ("smuggling", "hide")),
    ("milter_mail_macros = i\n", ("macros", "auth_authen")),
]


@scenario("postfix")
def doctor_finds_what_is_wrong_with_postfix(g):
    found = doctor(g, "--postfix", changed(g, GOOD), status=0)
    same(found["FAILED"], [])
    has(found["WARNING"], "fence", "no second fence")
    has(found["ok"], "listener", str(g.mta.port))
    socket = g.milter[len("unix:"):]
    for text, words in FAULTS:
        text = text % socket if "%s" in text else text
        found = doctor(g, "--postfix", changed(g, GOOD + text), status=1)
        has(found["FAILED"], *words)
    release = "-o syslog_name=postfix/release"
    for option, word in (("smtpd_milters=", "smtpd_milters"),
                         ("receive_override_options=no_milters",
                          "no_milters")):
        folder = changed(g, GOOD, (release, "-o " + option))
        found = doctor(g, "--postfix", folder, status=1)
        has(found["FAILED"], "listener", str(g.mta.release_port), word)
    found = doctor(g, "--postfix", g.at("nowhere"), status=1)
    has(found["FAILED"], "postfix", "nowhere")


@scenario("postfix")
def doctor_finds_what_leads_around_the_fence(g):
    g.settings["fence"] = "on"
    g.write_settings()
    try:
        at_the_fence(g)
    finally:
        del g.settings["fence"]
        g.write_settings()


def at_the_fence(g):
    found = doctor(g, "--postfix", changed(g, GOOD), status=1)
    has(found["FAILED"], "fence", "no dead end")
    service = ("retry unix", shipped("master.cf.fence") + "retry unix")
    main = GOOD + shipped("main.cf.fence")
    found = doctor(g, "--postfix", changed(g, main, service), status=0)
    has(found["ok"], "fence", "only mail with the filter's pass")
    g.write("transport", "here.example smtp:[192.0.2.1]\n"
            "partner.example smtp:[192.0.2.7]\n# other.example smtp:\n")
    for text, word in (
            ("transport_maps = hash:%s\n" % g.at("transport"),
             "partner.example"),
            ("smtp_fallback_relay = [192.0.2.3]\n", None),
            ("content_filter = smtp:[192.0.2.4]\n", "content_filter"),
            ("relay_domains = far.example\nrelay_transport = smtp:\n",
             "relay_transport")):
        found = doctor(g, "--postfix", changed(g, main + text, service),
                       status=1 if word else 0)
        if word:
            has(found["FAILED"], "fence", word)
            same(len([t for n, t in found["FAILED"] if n == "fence"]), 1)
    bare = ("retry unix", "sekimori-fence unix - - n - - smtp\nretry unix")
    found = doctor(g, "--postfix", changed(
        g, main + "smtp_fallback_relay = [192.0.2.3]\n", bare), status=1)
    has(found["FAILED"], "fence", "smtp_fallback_relay")


@scenario("sendmail")
def doctor_finds_what_is_wrong_with_sendmail(g):
    good = g.mta.at("sendmail.cf")
    found = doctor(g, "--sendmail", good, status=0)
    has(found["ok"], "filter", "sekimori is asked")
    with open(good, encoding="utf-8") as f:
        text = f.read()
    for old, new, words in (
            ("F=T, T=", "T=", ("filter", "uninspected")),
            ("InputMailFilters=sekimori", "InputMailFilters=",
             ("filter", "does not list")),
            ("S=" + g.milter, "S=unix:/run/other.sock",
             ("filter", "no filter has")),
            ("Name=MTA,", "Name=MTA, InputMailFilters=other,",
             ("listener", "MTA"))):
        assert old in text, old
        g.write("bad.cf", text.replace(old, new))
        has(doctor(g, "--sendmail", g.at("bad.cf"), status=1)["FAILED"],
            *words)
