# SPDX-License-Identifier: ISC
"""What staff do with held mail."""

import os
import subprocess

from scenarios import EICAR, quarantined, same, scenario, taken


def hold(g, **words):
    sent = g.send(g.attachment("report.txt", EICAR, **words))
    return sent, quarantined(g, sent, "malware")


@scenario()
def held_mail_is_listed_and_shown(g):
    sent, name = hold(g, subject="a held one")
    listed = g.ctl_json("quarantine", "list")
    row, = [r for r in listed if r["id"] == name]
    same(row["rcpts"], sent.rcpts)
    shown = g.ctl("quarantine", "show", name)
    same(shown.returncode, 0, shown.stderr)
    assert "virus" in shown.stdout, shown.stdout
    same(len(g.events("quarantine.view", q=name)), 1)


@scenario()
def release_sends_it_once_as_it_was(g):
    sent, name = hold(g)
    for _ in range(2):
        done = g.ctl("quarantine", "release", name, "--reason", "expected")
        same(done.returncode, 0, done.stdout + done.stderr)
    mail, = g.arrived(sent)
    same(mail.sender, sent.sender)
    same(mail.body(), sent.message.partition(b"\r\n\r\n")[2], "body")
    assert sent.message.partition(b"\r\n\r\n")[0] in mail.header(), \
        "the header is not the original one"
    same(mail.field("X-Sekimori-Release"), [], "the token left")
    same(g.meta(name)["state"] if "state" in g.meta(name) else "released",
         "released")
    assert os.path.isdir(g.at("state/quarantine/released", name))


@scenario()
def two_who_release_at_once_send_one_mail(g):
    sent, name = hold(g)
    command = [g.installed("bin/sekimorictl"), "-c", g.at("sekimori.conf"),
               "quarantine", "release", name, "--reason", "both"]
    both = [subprocess.Popen(command, stdin=subprocess.DEVNULL,
                             stdout=subprocess.PIPE,
                             stderr=subprocess.STDOUT) for _ in range(2)]
    for one in both:
        one.communicate(timeout=60)
    same(len(g.arrived(sent)), 1)


@scenario()
def stolen_token_does_not_open_the_gate(g):
    """The field of a released mail, put into another one."""
    sent, name = hold(g)
    nonce = "0" * 26
    forged = ("X-Sekimori-Release: %s.%s.%s\r\n" % (
        name, nonce, "0" * 64)).encode()
    again = g.send(forged + sent.message.partition(b"\r\n")[2])
    taken(again)
    same(g.in_sink(again), [], "a forged token passed")


@scenario()
def release_needs_a_reason_and_a_known_mail(g):
    _, name = hold(g)
    assert g.ctl("quarantine", "release", name).returncode != 0
    done = g.ctl("quarantine", "release", "nosuch", "--reason", "x")
    assert done.returncode == 1 and "nosuch" in done.stdout + done.stderr


@scenario()
def release_that_the_listener_refuses_stays_held(g):
    sent, name = hold(g)
    g.mta.stop()
    try:
        done = g.ctl("quarantine", "release", name, "--reason", "too early")
    finally:
        g.mta.start()
    same(done.returncode, 1, done.stdout)
    same(g.held(sent), [name])
    done = g.ctl("quarantine", "release", name, "--reason", "now")
    same(done.returncode, 0, done.stdout + done.stderr)
    same(len(g.arrived(sent)), 1)


@scenario()
def discard_removes_the_mail_and_keeps_the_record(g):
    sent, name = hold(g)
    done = g.ctl("quarantine", "discard", name, "--reason", "malware")
    same(done.returncode, 0, done.stdout + done.stderr)
    g.discarded.add(sent.mark)
    folder = g.at("state/quarantine/discarded", name)
    same(os.listdir(folder), ["meta.json"])
    done = g.ctl("quarantine", "release", name, "--reason", "no, back")
    same(done.returncode, 1, done.stdout)


@scenario()
def export_is_the_original(g):
    sent, name = hold(g)
    out = g.at("state/exported." + name)
    done = subprocess.run(
        [g.installed("bin/sekimorictl"), "-c", g.at("sekimori.conf"),
         "quarantine", "export", name, "--reason", "for analysis"],
        capture_output=True, stdin=subprocess.DEVNULL, check=False)
    same(done.returncode, 0, done.stderr)
    assert sent.message in done.stdout, "not the bytes (%s)" % out
