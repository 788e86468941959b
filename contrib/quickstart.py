# SPDX-License-Identifier: ISC
"""The part of contrib/quickstart behind the build: mail, and what became of
it. quickstart.py PREFIX FOLDER [--once]"""

import os
import signal
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, "../tests/e2e"))

from gate import Gate  # noqa: E402
from keys import Keys  # noqa: E402
from scenarios import EICAR, word  # noqa: E402

OFFICIAL = "official@here.example"
PARTNER, STRANGER = "partner@smime.example", "stranger@unknown.example"
OUTSIDE = "127.0.0.9"
SECRET = "The draft of the budget is attached to nothing yet."


def say(text=""):
    print(text, flush=True)


class Show:
    """Sends the mails one by one; counts what did not go as it should."""

    def __init__(self, gate, keys):
        self.gate, self.keys = gate, keys
        self.number = self.wrong = 0
        self.held = []

    def title(self, what, *envelope):
        self.number += 1
        say("\n%d. %s" % (self.number, what))
        for line in envelope:
            say("     " + line)

    def told(self, right, text, *more):
        say("   %s %s" % ("->" if right else "-> WRONG:", text))
        for line in more:
            say("      " + line)
        self.wrong += not right

    def clean(self):
        self.title("A clean mail from outside",
                   "From a-friend@out.example, Subject: 会議の件")
        sent = self.gate.send(self.gate.mail(
            subject=word("会議の件"), body="See you at three.\r\n",
            sender="a-friend@out.example"), sender="a-friend@out.example")
        if not sent.took():
            self.told(False, "not taken: %s" % sent.reply)
            return
        self.gate.arrived(sent)
        self.told(True, "delivered, unchanged but for one line that says "
                  "what SPF found",
                  "in " + self.stored(sent))

    def stored(self, sent):
        mail = self.gate.in_sink(sent)[0]
        number = self.gate.sink.mails.index(mail)
        return os.path.join(self.gate.sink.folder, "%05d.eml" % number)

    def attack(self, what, name, shown, content):
        self.title(what, "From reporter@out.example, Subject: 取材のお願い",
                   "Attachment: " + shown)
        sent = self.gate.send(self.gate.attachment(
            word(name), content, subject=word("取材のお願い")),
            sender="reporter@out.example")
        held = self.gate.held(sent)
        if len(held) != 1 or self.gate.in_sink(sent):
            self.told(False, "it is not held: %s" % sent.reply)
            return
        self.held.append(held[0])
        meta = self.gate.meta(held[0])
        self.told(True, "held in quarantine, class \"%s\"; the recipient "
                  "got nothing" % meta["class"], "ID " + held[0],
                  *self.why(held[0]))

    def why(self, identifier):
        done = self.gate.ctl("policy", "explain", identifier)
        return [line for line in done.stdout.splitlines() if line.strip()]

    def confidential(self):
        self.title("A confidential mail to a partner whose certificate we "
                   "have", "From %s to %s, Subject: 【部外秘】予算案" % (
                       OFFICIAL, PARTNER))
        sent = self.send_marked(PARTNER)
        if not sent.took():
            self.told(False, "not taken: %s" % sent.reply)
            return
        left, = self.gate.arrived(sent)
        if SECRET.encode() in left.data:
            self.told(False, "it left in clear")
            return
        opened = self.keys.open_smime(PARTNER, left.data)
        self.told(SECRET.encode() in opened,
                  "it left encrypted (S/MIME); the partner's key opens it",
                  "in " + self.stored(sent))

    def refused(self):
        self.title("The same to somebody whose certificate we do not have",
                   "From %s to %s" % (OFFICIAL, STRANGER))
        sent = self.send_marked(STRANGER)
        self.told(sent.reply.code == 550 and not self.gate.in_sink(sent),
                  "refused; nothing left. The official's mail program "
                  "shows:", *str(sent.reply).splitlines())

    def send_marked(self, to):
        return self.gate.send_out(self.gate.mail(
            subject=word("【部外秘】予算案"), body=SECRET + "\r\n",
            sender=OFFICIAL, to=to), [to])

    def ledger(self):
        done = self.gate.ctl("log", "verify")
        self.title("The journal of all this")
        self.told(done.returncode == 0, "whole: no line changed, removed or "
                  "inserted", *done.stdout.splitlines()[-2:])


def next_steps(show, running):
    command = "%s -c %s" % (show.gate.installed("bin/sekimorictl"),
                            show.gate.at("sekimori.conf"))
    held = show.held[0] if show.held else "ID"
    say("\nWhere to look next" + (
        ", in another terminal:" if running else " (run without --once to "
        "try these):"))
    say("  S='%s'" % command)
    for verb, what in (
            ("quarantine list", "what is held"),
            ("quarantine show " + held, "all that is known of one"),
            ("quarantine release %s --reason 'was expected'" % held,
             "send it on, once"),
            ("policy explain " + held, "why it was held"),
            ("log show --id " + held, "every step, as events"),
            ("report --fiscal-year 2026 --draft --out report.html",
             "the annual report so far"),
            ("scan FOLDER-WITH-MAIL", "judge mail without an MTA")):
        say("  $S %-60s # %s" % (verb, what))
    say("  Rules:    %s" % show.gate.at("default.policy"))
    say("  Settings: %s" % show.gate.at("sekimori.conf"))
    say("  Mail of your own: smtp://127.0.0.1:%d, from inside (127.0.0.1) "
        "or, bound to" % show.gate.mta.port)
    say("  " + OUTSIDE + ", from outside; what is delivered is in %s" %
        show.gate.sink.folder)


def run(gate, keys):
    show = Show(gate, keys)
    gate.start()
    say("  %-10s listens on 127.0.0.1:%d, delivers to %s" % (
        "Postfix", gate.mta.port, gate.sink.folder))
    say("  %-10s is its milter; here.example is the organisation" % "Sekimori")
    done = gate.ctl("certs", "import", keys.certificate(PARTNER),
                    "--address", PARTNER)
    if done.returncode != 0:
        say("certs import: " + done.stdout + done.stderr)
        show.wrong += 1
    show.clean()
    show.attack("A targeted attack: a program that looks like a document",
                "取材依頼書\u202efdp.exe", "the recipient would see "
                "取材依頼書exe.pdf", b"MZ" + b"\0" * 62)
    show.attack("A virus (the harmless EICAR test file)", "report.txt",
                "report.txt", EICAR)
    show.confidential()
    show.refused()
    show.ledger()
    return show


def main(prefix, folder, once):
    # From here on an interrupt ends what is running, not the clean-up.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    gate = Gate(prefix, "postfix", folder, OUTSIDE)
    keys = Keys(gate.at("keys"))
    try:
        show = run(gate, keys)
        next_steps(show, not once)
        say()
        if show.wrong:
            say("%d of %d did not go as it should." % (
                show.wrong, show.number))
        else:
            say("All %d went as they should." % show.number)
        if not once:
            say("Running until Ctrl-C.")
            signal.pause()
    except KeyboardInterrupt:
        say("\nStopping.")
        return 0 if not once else 130
    finally:
        keys.close()
        gate.close()
    return 1 if show.wrong else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], sys.argv[2], "--once" in sys.argv[3:]))
