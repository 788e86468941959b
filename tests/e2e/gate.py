# SPDX-License-Identifier: ISC
"""The whole way a mail goes, in a scratch folder on loopback:
client -> MTA -> sekimorid -> MTA -> sink, with a name server beside it.

    gate = Gate(prefix, "postfix", folder, "127.0.0.9")
    gate.start()
    reply = gate.send(gate.mail(subject="hello"), to=["a@here.example"])
    gate.close()

127.0.0.1 is inside the organisation here.example; `outside` is an address that
is not, by which mail from outside comes.
Every mail carries an X-E2E field, by which ledger.py finds it again.
"""

import glob
import json
import os
import signal
import socket
import subprocess
import sys
import time
import uuid

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, "..", "smtp"))

import client  # noqa: E402
import mta  # noqa: E402
import sink  # noqa: E402

INSIDE = "127.0.0.1"
# Numbers, as the host need not have these users.
USERS = {"user": 64101, "scan_user": 64102, "lookup_user": 64103,
         "seal_user": 64104, "verify_user": 64105}


class Sent:
    """What was tried: the ledger is a list of these."""

    def __init__(self, mark, sender, rcpts, message):
        self.mark, self.sender, self.rcpts = mark, sender, rcpts
        self.message, self.reply, self.queue_id = message, None, ""

    def took(self):
        return self.reply is not None and self.reply.code == 250


class Gate:
    def __init__(self, prefix, kind, folder, outside):
        self.prefix, self.folder = prefix, folder
        self.outside = outside
        os.chmod(folder, 0o755)  # the servers' users pass through
        self.ledger, self.secrets, self.filter = [], [], None
        self.sink = sink.Sink(self.at("sink"))
        self.release_port = sink.free_port()
        self.milter = "unix:" + self.at("run/milter.sock")
        self.settings = self.shipped_settings()
        self.start_dns()
        self.write_settings()
        self.mta = mta.MTAS[kind](
            folder, sink.free_port(), self.release_port, self.sink.port,
            self.milter)

    def at(self, *path):
        return os.path.join(self.folder, *path)

    def installed(self, *path):
        return os.path.join(self.prefix, *path)

    # --- settings

    def shipped_settings(self):
        """The shipped policy, in a copy that scenarios may change."""
        for name in ("clamav", "certs", "state"):
            os.mkdir(self.at(name))
        with open(self.installed("etc/sekimori/default.policy"),
                  encoding="utf-8") as f:
            self.policy = f.read()
        self.write("default.policy", self.policy)
        return {
            **USERS,
            "own_domains": "here.example",
            "own_networks": "127.0.0.1",
            "node": "gate.example",
            "authserv_id": "gate.example",
            "run_dir": self.at("run"),
            "milter_socket": self.milter,
            "milter_group": mta.OWNER,
            "policy_file": self.at("default.policy"),
            "message_size": "24M",
            "seal_time": 5,
            "notice_hourly": 1000,
            "scan_children": 2,
            "signature_dir": self.at("clamav"),
            "signature_check": 1,
            "certs_dir": self.at("certs"),
            "quarantine_dir": self.at("state/quarantine"),
            "spool_dir": self.at("state/spool"),
            "records": "sqlite:" + self.at("state/records/records.sqlite"),
            "secret_file": self.at("state/records/secret"),
            "journal_dir": self.at("state/journal"),
            "journal_seal": 5,
            "seal_key_file": self.at("state/journal-seal.key"),
            "release_listener": "127.0.0.1:%d" % self.release_port,
        }

    def write(self, name, text):
        with open(self.at(name), "w", encoding="utf-8") as out:
            out.write(text)

    def write_settings(self):
        self.write("sekimori.conf", "".join(
            "%s %s;\n" % (key, json.dumps(value))
            for key, value in self.settings.items()))

    # --- processes

    def start_dns(self):
        zone = os.path.join(HERE, "zone.json")
        self.dns = subprocess.Popen(
            [sys.executable, os.path.join(HERE, "../lookup/dns.py"),
             "--zone", zone, "--log", self.at("dns.log")], stdin=subprocess.PIPE,
            stdout=subprocess.PIPE, text=True)
        port = self.dns.stdout.readline().split()[1]
        self.settings["dns_servers"] = "127.0.0.1@" + port

    def start(self):
        self.start_filter()
        self.mta.start()

    def start_filter(self):
        before = len(self.log())
        with open(self.at("sekimorid.log"), "ab") as log:
            self.filter = subprocess.Popen(
                [self.installed("sbin/sekimorid"), "-f", "-c",
                 self.at("sekimori.conf")], stdin=subprocess.DEVNULL,
                stdout=log, stderr=log, start_new_session=True)
        self.until(self.answers, "sekimorid to listen", 60)
        self.until(lambda: all(name + " is ready" in self.log()[before:]
                               for name in ("scan", "lookup", "seal", "verify")),
                   "the servers", 60)

    def answers(self):
        if self.filter.poll() is not None:
            raise AssertionError("sekimorid ended: " + self.log()[-2000:])
        with socket.socket(socket.AF_UNIX) as s:
            return s.connect_ex(self.milter[len("unix:"):]) == 0

    def stop_filter(self, sig=signal.SIGTERM, seconds=60):
        """Its exit status, or minus the signal that ended it."""
        self.filter.send_signal(sig)
        try:
            return self.filter.wait(seconds)
        finally:
            # A supervisor that is killed leaves nobody to end the rest.
            try:
                os.killpg(self.filter.pid, signal.SIGKILL)
            except ProcessLookupError:
                pass

    def reload(self):
        self.filter.send_signal(signal.SIGHUP)

    def close(self):
        if self.filter is not None and self.filter.poll() is None:
            self.stop_filter()
        self.mta.stop()
        self.sink.close()
        self.dns.stdin.close()
        self.dns.wait()

    def log(self):
        try:
            with open(self.at("sekimorid.log"), encoding="utf-8",
                      errors="replace") as f:
                return f.read()
        except FileNotFoundError:
            return ""

    def children(self, name):
        """Process ids of the filter's server children of that name."""
        found = []
        for path in glob.glob("/proc/[0-9]*/stat"):
            try:
                with open(path, encoding="utf-8", errors="replace") as f:
                    pid, _, rest = f.read().partition(" (")
                comm, _, rest = rest.rpartition(") ")
                session = int(rest.split()[3])
            except OSError:
                continue
            if comm == name and session == self.filter.pid:
                found.append((int(pid), int(rest.split()[1])))
        pids = {pid for pid, _ in found}
        return [pid for pid, parent in found if parent in pids]

    @staticmethod
    def worked(pid):
        """Clock ticks that a process has used."""
        try:
            with open("/proc/%d/stat" % pid, encoding="utf-8") as f:
                fields = f.read().rpartition(") ")[2].split()
        except OSError:
            return 0
        return sum(map(int, fields[11:13]))

    # --- mail

    def mail(self, subject="hello", body="hello\r\n", sender=None, to=None,
             fields=(), kind="text/plain; charset=utf-8"):
        """A mail with one part, or body as it is for another kind."""
        lines = ["From: <%s>" % (sender or "someone@out.example"),
                 "To: <%s>" % (to or "official@here.example"),
                 "Subject: " + subject,
                 "Date: Mon, 23 Nov 2026 10:00:00 +0900",
                 "Message-ID: <%s@e2e.example>" % uuid.uuid4(),
                 "MIME-Version: 1.0", "Content-Type: " + kind]
        lines += list(fields)
        head = "\r\n".join(lines).encode() + b"\r\n\r\n"
        return head + (body if isinstance(body, bytes) else body.encode())

    def attachment(self, name, content, **words):
        import base64
        lines = base64.encodebytes(content).replace(b"\n", b"\r\n")
        body = (b"--=_e2e\r\nContent-Type: text/plain\r\n\r\n"
                b"see the file\r\n--=_e2e\r\n"
                b"Content-Type: application/octet-stream\r\n"
                b"Content-Disposition: attachment; filename=\"" +
                name.encode() + b"\"\r\n"
                b"Content-Transfer-Encoding: base64\r\n\r\n" + lines +
                b"--=_e2e--\r\n")
        return self.mail(body=body, kind='multipart/mixed; '
                         'boundary="=_e2e"', **words)

    def secret(self):
        """Text that must never be seen in clear behind the gate."""
        text = "geheim" + uuid.uuid4().hex
        self.secrets.append(text)
        return text

    def client(self, source=None):
        return client.Client(self.mta.port, source or self.outside)

    def enter(self, message, sender, rcpts):
        """Into the ledger, with a mark in front."""
        mark = uuid.uuid4().hex
        message = b"X-E2E: " + mark.encode() + b"\r\n" + message
        self.ledger.append(Sent(mark, sender, list(rcpts), message))
        return self.ledger[-1]

    def send(self, message, to=("official@here.example",),
             sender="someone@out.example", source=None, args="",
             connection=None):
        """One mail over SMTP, and what became of it."""
        sent = self.enter(message, sender, to)
        c = connection or self.client(source)
        try:
            self.replied(sent, c.send(sender, to, sent.message, args))
        finally:
            if connection is None:
                c.quit()
        return sent

    def again(self, sent):
        """The same mail once more, as a sender does that was deferred."""
        c = self.client()
        self.replied(sent, c.send(sent.sender, sent.rcpts, sent.message))
        c.quit()
        return sent

    def send_out(self, message, to, **words):
        words.setdefault("sender", "official@here.example")
        return self.send(message, to, source=INSIDE, **words)

    def replied(self, sent, reply):
        sent.reply = reply
        words = reply.text.split()
        if reply.code == 250 and "as" in words:  # Postfix: queued as ID
            sent.queue_id = words[-1]
        elif reply.code == 250 and len(words) > 1:  # Sendmail: 2.0.0 ID
            sent.queue_id = words[1]

    # --- what became of it

    def arrived(self, sent, seconds=30):
        """The mails in the sink, as soon as everybody has it."""
        mark = ("X-E2E: " + sent.mark).encode()

        def here():
            return [m for m in self.sink.mails if mark in m.header()]

        self.until(lambda: {r for m in here() for r in m.rcpts} >=
                   set(sent.rcpts), "%s in the sink" % sent.mark, seconds)
        return here()

    def in_sink(self, sent):
        mark = ("X-E2E: " + sent.mark).encode()
        return [m for m in self.sink.mails if mark in m.header()]

    def held(self, sent):
        """Identifiers of the folders in quarantine that hold it."""
        mark, ids = ("X-E2E: " + sent.mark).encode(), []
        for path in glob.glob(self.at("state/quarantine/*/*/message")):
            with open(path, "rb") as f:
                if mark in f.read(1 << 16):
                    ids.append(path.split("/")[-2])
        return ids

    def meta(self, identifier):
        path, = glob.glob(
            self.at("state/quarantine/*", identifier, "meta.json"))
        with open(path, encoding="utf-8") as f:
            return json.load(f)

    def ctl(self, *arguments, path=None):
        """sekimorictl; path: where it finds programs."""
        return subprocess.run(
            [self.installed("bin/sekimorictl"), "-c",
             self.at("sekimori.conf"), *arguments], capture_output=True,
            text=True, stdin=subprocess.DEVNULL, timeout=120, check=False,
            env=dict(os.environ, PATH=path or os.environ["PATH"]))

    def ctl_json(self, *arguments):
        """A list: one object a line."""
        done = self.ctl(*arguments, "--json")
        assert done.returncode == 0, done.stderr or done.stdout
        return [json.loads(line) for line in done.stdout.splitlines()]

    def events(self, kind=None, **fields):
        """Events of the journal, oldest first."""
        found = []
        for path in sorted(glob.glob(self.at("state/journal/*.jsonl"))):
            with open(path, encoding="utf-8") as f:
                for line in f:
                    if not line.endswith("\n"):
                        continue  # being written just now
                    event = json.loads(line)
                    if kind in (None, event["type"]) and all(
                            event.get(k) == v for k, v in fields.items()):
                        found.append(event)
        return found

    def until(self, true, what, seconds=30):
        """Waits for true(); its value."""
        end = time.monotonic() + seconds
        while True:
            try:
                value = true()
            except (FileNotFoundError, ConnectionError):
                value = None
            if value:
                return value
            if time.monotonic() > end:
                raise AssertionError("waited %d s for %s" % (seconds, what))
            time.sleep(0.05)
