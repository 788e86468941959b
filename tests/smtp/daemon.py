# SPDX-License-Identifier: ISC
"""sekimorid from the build tree in a scratch folder of its own, and what is
true of it at the end of every scenario.

    with Daemon(scan_time=2) as d:
        assert d.send(mail()).code == 250

As root the parts run as users of their own (numbers: the host need not have
them); otherwise all as who runs the test.
"""

import base64
import contextlib
import glob
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
import uuid

import milter

TOP = os.path.abspath(os.environ.get("top_srcdir", "."))
BUILD = os.path.abspath(os.environ.get("top_builddir", "."))
ROOT = os.geteuid() == 0
USERS = {"user": "61000", "scan_user": "61001", "lookup_user": "61002",
         "seal_user": "61003", "verify_user": "61004", "milter_group": "root"}
# Mounts of ours are nobody else's: see main().
PRIVATE = os.environ.get("SEKIMORI_UNSHARED") == "1"
# In two pieces, so that no scanner stops at this file.
EICAR = (b"X5O!P%@AP[4\\PZX54(P^)7CC)7}$EICAR-" +
         b"STANDARD-ANTIVIRUS-TEST-FILE!$H+H*")


def mail(body=b"hello\r\n", subject="hello", fields=(), kind="text/plain"):
    """A mail with a mark in front, by which it is found again."""
    lines = ["X-Mark: " + uuid.uuid4().hex,
             "From: <someone@out.example>", "To: <official@here.example>",
             "Subject: " + subject, "Date: Mon, 23 Nov 2026 10:00:00 +0900",
             "Message-ID: <%s@out.example>" % uuid.uuid4().hex,
             "MIME-Version: 1.0", "Content-Type: " + kind, *fields]
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + body


def eicar():
    return mail(EICAR + b"\r\n")


def attachment(name, content):
    lines = base64.encodebytes(content).replace(b"\n", b"\r\n")
    return mail(
        b"--b\r\nContent-Type: text/plain\r\n\r\nsee the file\r\n--b\r\n"
        b"Content-Type: application/octet-stream\r\n"
        b"Content-Disposition: attachment; filename=\"" + name +
        b"\"\r\nContent-Transfer-Encoding: base64\r\n\r\n" + lines +
        b"--b--\r\n", kind='multipart/mixed; boundary="b"')


def slow():
    """A mail that keeps scan busy for some seconds."""
    link = b'<p><a href="http://a%d.example/">http://b%d.example/</a></p>\r\n'
    return mail(b"".join(link % (i, i) for i in range(150000)),
                kind="text/html")


def mark(message):
    return re.search(rb"^X-Mark: ([0-9a-f]{32})", message, re.M).group(1)


def until(true, what, seconds=20):
    """Waits for true(); its value."""
    end = time.monotonic() + seconds
    while True:
        with contextlib.suppress(FileNotFoundError, ConnectionError):
            value = true()
            if value:
                return value
        if time.monotonic() > end:
            raise AssertionError("waited %d s for %s" % (seconds, what))
        time.sleep(0.02)


def ticks(pid):
    """Processor time used so far, in hundredths of a second."""
    with open("/proc/%d/stat" % pid, encoding="utf-8") as f:
        fields = f.read().rpartition(") ")[2].split()
    return int(fields[11]) + int(fields[12])


class Daemon:
    """small: folders of state/ that get a file system of their own of 512 KB
    (as root), for no_room(). place: host and port of an inet socket, instead
    of one in the file system."""

    def __init__(self, small=(), place=None, **settings):
        self.folder = tempfile.mkdtemp(prefix="sekimori-smtp.")
        os.chmod(self.folder, 0o755)  # the parts' users pass through
        for name in ("clamav", "state"):
            os.mkdir(self.at(name))
        self.mounts = []
        for name in small if PRIVATE else ():
            self.mounts.append(self.at("state", name))
            os.mkdir(self.mounts[-1])
            subprocess.run(["mount", "-t", "tmpfs", "-o", "size=512k",
                            "none", self.mounts[-1]], check=True)
        shutil.copytree(os.path.join(TOP, "milter/inspect/signatures"),
                        self.at("own"))
        shutil.copy(os.path.join(TOP, "policy/default.policy"),
                    self.at("default.policy"))
        subprocess.run(["chmod", "-R", "u+rwX,go+rX", self.folder],
                       check=True)
        self.socket = place or self.at("run/milter.sock")
        self.settings = {
            **(USERS if ROOT else {}), "own_domains": "here.example",
            "own_networks": "127.0.0.1", "node": "gate.example",
            "run_dir": self.at("run"), "libexec_dir": BUILD,
            "milter_socket": "inet:%d@%s" % place[::-1] if place
                             else "unix:" + self.socket,
            "policy_file": self.at("default.policy"),
            "signature_dir": self.at("clamav"),
            "own_signature_dir": self.at("own"), "signature_check": 1,
            "scan_children": 2, "lookup": False,
            "quarantine_dir": self.at("state/quarantine"),
            "spool_dir": self.at("state/spool"),
            "certs_dir": self.at("state/certs"),
            "records": "sqlite:" + self.at("state/records/records.sqlite"),
            "secret_file": self.at("state/records/secret"),
            "journal_dir": self.at("state/journal"), "journal_seal": 1,
            "seal_key_file": self.at("state/seal.key"), **settings}
        self.configure()
        self.process = None
        self.deadly = False  # the end is not orderly, on purpose

    def __enter__(self):
        try:
            self.start()
        except BaseException:
            self.__exit__(*sys.exc_info())
            raise
        return self

    def __exit__(self, kind, value, trace):
        try:
            if kind is None:
                self.stop()
                self.audit()
            else:
                sys.stderr.write(self.log()[-4000:])
        finally:
            if self.process is not None:
                with contextlib.suppress(ProcessLookupError):
                    os.killpg(self.process.pid, signal.SIGKILL)
                self.process.wait()
            for path in self.mounts:
                subprocess.run(["umount", "-l", path], check=False)
            shutil.rmtree(self.folder, ignore_errors=True)

    def at(self, *path):
        return os.path.join(self.folder, *path)

    def write(self, name, text):
        """Replaces a file in one step, as an editor should."""
        with open(self.at(name + ".new"), "w", encoding="utf-8") as out:
            out.write(text)
        os.chmod(self.at(name + ".new"), 0o644)
        os.rename(self.at(name + ".new"), self.at(name))

    def configure(self, **settings):
        self.settings.update(settings)
        self.write("sekimori.conf", "".join(
            "%s %s;\n" % (key, json.dumps(value))
            for key, value in self.settings.items()))

    # --- processes

    def start(self):
        with open(self.at("log"), "ab") as log:
            self.process = subprocess.Popen(
                [os.path.join(BUILD, "sekimorid"), "-f", "-c",
                 self.at("sekimori.conf")], stdin=subprocess.DEVNULL,
                stdout=log, stderr=log, start_new_session=True)
        self.ready()

    def ready(self):
        """It takes mail and inspects it."""
        until(self.answers, "sekimorid to answer", 30)

    def answers(self):
        if self.process.poll() is not None:
            raise AssertionError("sekimorid ended")
        if not os.path.exists(self.at("run/scan")):
            return False
        milter.Connection(self.socket).quit()
        return True

    def stop(self):
        """Orderly: status 0, no socket left."""
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
        status = self.process.wait(60)
        assert status == 0, "exit status %d" % status
        left = [n for n in os.listdir(self.at("run"))
                if n != "sekimorid.pid"]
        assert left == [], left

    def reload(self):
        self.process.send_signal(signal.SIGHUP)

    def log(self):
        with open(self.at("log"), encoding="utf-8", errors="replace") as f:
            return f.read()

    def processes(self):
        """pid -> (parent, name) of all that this daemon started."""
        found = {}
        for path in glob.glob("/proc/[0-9]*/stat"):
            try:
                with open(path, encoding="utf-8", errors="replace") as f:
                    pid, _, rest = f.read().partition(" (")
            except OSError:
                continue
            name, _, rest = rest.rpartition(") ")
            fields = rest.split()
            if int(fields[3]) == self.process.pid and fields[0] != "Z":
                found[int(pid)] = (int(fields[1]), name)
        return found

    def front(self):
        return [pid for pid, (parent, name) in self.processes().items()
                if name == "sekimorid" and parent == self.process.pid]

    def servers(self, name):
        return [pid for pid, (parent, has) in self.processes().items()
                if has == name and parent == self.process.pid]

    def children(self, name):
        all_of_them = self.processes()
        parents = self.servers(name)
        return [pid for pid, (parent, _) in all_of_them.items()
                if parent in parents]

    @contextlib.contextmanager
    def no_room(self, name):
        """state/name cannot be written to: its file system is full, or (not
        as root) we may not."""
        path = self.at("state", name)
        if path not in self.mounts:
            os.chmod(path, 0o500)
            yield
            os.chmod(path, 0o700)
            return
        with open(os.path.join(path, ".filler"), "wb", 0) as filler:
            for piece in (bytes(4096), b"0"):
                with contextlib.suppress(OSError):
                    while filler.write(piece):
                        pass
        yield
        os.unlink(os.path.join(path, ".filler"))

    # --- mail

    def connect(self, **words):
        return milter.Connection(self.socket, **words)

    def send(self, message, **words):
        """One mail on a connection of its own."""
        c = self.connect()
        try:
            return c.send(message, **words)
        finally:
            c.quit()

    def flows(self):
        """An honest mail goes through and a bad one does not."""
        answer = self.send(mail())
        assert answer.code == 250 and not answer.discarded, str(answer)
        bad = eicar()
        answer = self.send(bad)
        assert answer.discarded, str(answer)
        assert len(self.held(bad)) == 1, self.held(bad)

    def held(self, message):
        """Folders in quarantine that hold it."""
        wanted, found = b"X-Mark: " + mark(message), []
        for path in glob.glob(
                self.at("state/quarantine/[hr]e*/*/message")):
            with open(path, "rb") as f:
                if wanted in f.read(1 << 16):
                    found.append(path.split("/")[-2])
        return found

    def ctl(self, *arguments, check=True):
        done = subprocess.run(
            [os.path.join(BUILD, "sekimorictl"), "-c",
             self.at("sekimori.conf"), *arguments], capture_output=True,
            text=True, stdin=subprocess.DEVNULL, timeout=60, check=False)
        assert not check or done.returncode == 0, done.stdout + done.stderr
        return done

    def events(self, kind, **fields):
        """Events of the journal, oldest first."""
        found = []
        for path in sorted(glob.glob(self.at("state/journal/*.jsonl"))):
            with open(path, encoding="utf-8") as f:
                for line in f:
                    if '"%s"' % kind not in line or line[-1] != "\n":
                        continue
                    event = json.loads(line)
                    if event["type"] == kind and all(
                            event.get(k) == v for k, v in fields.items()):
                        found.append(event)
        return found

    def audit(self):
        """The journal is whole; each message has its verdicts once."""
        self.ctl("log", "verify")
        verdicts = {}
        for event in self.events("mail.verdict"):
            verdicts.setdefault(event["msg"], []).append(event)
        received = {e["msg"]: e for e in self.events("mail.received")}
        for msg, events in verdicts.items():
            counted = sum(e["env_to_count"] for e in events)
            assert counted == received[msg]["env_to_count"], (msg, counted)
            groups = {(e["verdict"], e["rule"], e.get("q"))
                      for e in events}
            assert len(groups) == len(events), events
            names = [n for e in events for n in e["env_to"]]
            assert len(set(names)) == len(names), names
        missing = set(received) - set(verdicts)
        assert self.deadly or not missing, missing


class Load:
    """Mail from several threads until told to stop. answers: (message,
    answer) of every mail that was answered; one without an answer is sent
    again, as an MTA does."""

    def __init__(self, daemon, makers=(mail, eicar), threads=3):
        self.daemon, self.makers, self.over = daemon, makers, False
        self.answers, self.retried = [], 0
        self.threads = [threading.Thread(target=self.work, args=(i,))
                        for i in range(threads)]

    def __enter__(self):
        for t in self.threads:
            t.start()
        return self

    def __exit__(self, *unused):
        self.over = True
        for t in self.threads:
            t.join()

    def work(self, number):
        count = number
        while not self.over:
            message = self.makers[count % len(self.makers)]()
            count += 1
            while not self.try_once(message) and not self.over:
                self.retried += 1
                time.sleep(0.02)

    def try_once(self, message):
        try:
            self.answers.append((message, self.daemon.send(message)))
            return True
        except OSError:
            return False

    def count(self, wanted, seconds=20):
        """Waits until so many more were answered."""
        begin = len(self.answers)
        until(lambda: len(self.answers) >= begin + wanted, "mail to flow",
              seconds)

    def failed(self):
        return [str(a) for _, a in self.answers if a.code != 250]


def main(scenarios):
    """Runs the functions (or those named on the command line), in order."""
    if ROOT and "SEKIMORI_UNSHARED" not in os.environ:
        os.environ["SEKIMORI_UNSHARED"] = "1"
        unshare = shutil.which("unshare")
        if unshare and subprocess.run(
                [unshare, "-m", "true"], check=False).returncode == 0:
            os.execv(unshare, [unshare, "-m", sys.executable, *sys.argv])
        os.environ["SEKIMORI_UNSHARED"] = "0"
    failures = 0
    for scenario in scenarios:
        if sys.argv[1:] and scenario.__name__ not in sys.argv[1:]:
            continue
        begin = time.monotonic()
        try:
            scenario()
            result = "ok"
        except Exception:  # the others are run all the same
            import traceback
            traceback.print_exc()
            result = "FAILED"
            failures += 1
        print("%-6s %5.1f s  %s" % (result, time.monotonic() - begin,
                                    scenario.__name__), flush=True)
    sys.exit(failures > 0)
