# SPDX-License-Identifier: ISC
"""Nothing lost, nothing doubled, nothing secret in clear: counted at the end.

Each check returns what is wrong, one line each; [] when all is well.
"""

import base64
import json
import os
import re
import shutil


def places(gate):
    """mark -> {recipient: [places]} of everything that is anywhere. A copy is
    what went on without its dangerous parts, the original being held."""
    found = {}

    def put(header, rcpts, place):
        mark = re.search(rb"^X-E2E: ([0-9a-f]{32})", header, re.M)
        if mark:
            where = found.setdefault(mark.group(1).decode(), {})
            for rcpt in rcpts:
                where.setdefault(rcpt, []).append(place)

    for mail in gate.sink.mails:
        put(mail.header(), mail.rcpts,
            "copy" if is_copy(mail.header()) else "sink")
    top = gate.at("state/quarantine")
    for state in ("held", "releasing"):
        folder = os.path.join(top, state)
        for name in os.listdir(folder) if os.path.isdir(folder) else ():
            meta = gate.meta(name)
            with open(os.path.join(folder, name, "message"), "rb") as f:
                put(f.read(1 << 16), meta["rcpts"], "quarantine and a copy"
                    if meta.get("removed") else "quarantine")
    top = gate.at("state/spool/ready")
    for name in os.listdir(top):
        with open(os.path.join(top, name, "meta.json"), "rb") as f:
            copies = json.load(f)["copies"]
        for n, copy in enumerate(copies):
            if copy["state"] == "ready":
                with open(os.path.join(top, name, str(n)), "rb") as f:
                    put(f.read(1 << 16), copy["rcpts"], "spool")
    return found


def is_copy(header):
    return b"\r\nX-Sekimori-Verdict: sanitise " in header


def well_placed(where, wanted):
    """One place for each; a copy only once, and beside the original, which
    is held or was released."""
    whole = [w for w in where if w != "copy"]
    copies = len(where) - len(whole)
    if whole == ["quarantine and a copy"] or (whole == ["sink"] and copies):
        return wanted == copies == 1
    return len(whole) == wanted and copies == 0


def lost_or_doubled(gate, discarded=()):
    """Mail that was taken is in one place for each recipient; mail that was
    not taken is nowhere. discarded: marks that staff gave up."""
    wrong = []
    if not gate.mta.wait_empty():
        wrong.append("the MTA's queue is not empty")
    found = places(gate)
    for sent in gate.ledger:
        for rcpt in sent.rcpts:
            where = found.get(sent.mark, {}).get(rcpt, [])
            wanted = int(sent.took() and sent.mark not in discarded)
            if not well_placed(where, wanted):
                wrong.append("%s to %s (%s): in %s" % (
                    sent.mark, rcpt, sent.reply, where or "no place"))
    known = {sent.mark for sent in gate.ledger}
    wrong += ["%s was never sent" % m for m in found if m not in known]
    return wrong


def in_clear(gate):
    """Secrets in what left, plain or in base64."""
    wrong = []
    for name in sorted(os.listdir(gate.sink.folder)):
        with open(os.path.join(gate.sink.folder, name), "rb") as f:
            data = f.read()
        joined = data.replace(b"\r\n", b"").replace(b"=\r\n", b"")
        for secret in gate.secrets:
            if any(n in joined for n in needles(secret.encode())):
                wrong.append("%s has %s in clear" % (name, secret))
    return wrong


def needles(secret):
    """The secret, and what base64 makes of it at each of three offsets."""
    found = [secret]
    for shift in range(3):
        coded = base64.b64encode(b"\0" * shift + secret)
        found.append(coded[4 if shift else 0:-4])
    return found


def verdicts(gate):
    """One mail.verdict event a message and group, for all its recipients."""
    wrong, by_queue = [], {}
    for event in gate.events("mail.verdict"):
        by_queue.setdefault(event.get("queue_id", ""), []).append(event)
    for sent in gate.ledger:
        if not sent.queue_id:
            continue
        events = by_queue.get(sent.queue_id, [])
        rcpts = sum(e["env_to_count"] for e in events)
        groups = {(e["verdict"], e["rule"]) for e in events}
        if rcpts != len(sent.rcpts) or len(groups) != len(events):
            wrong.append("%s: %d verdict events for %d of %d recipients" % (
                sent.queue_id, len(events), rcpts, len(sent.rcpts)))
    return wrong


def journal(gate):
    """With the first key, as an auditor would who took it away."""
    key = gate.at("auditor.key")
    shutil.copyfile(gate.settings["seal_key_file"] + ".verify", key)
    os.chmod(key, 0o644)
    done = gate.ctl("log", "verify", "--key", key)
    return [] if done.returncode == 0 else [done.stdout + done.stderr]
