# SPDX-License-Identifier: ISC
"""The services that are measured, each started in a folder of its own."""
import os
import shutil
import signal
import subprocess
import sys
import time

from meter import Meter


class Service:
    started = []  # also those that did not come up: all are stopped

    def __init__(self, name, scratch):
        Service.started.append(self)
        self.name = name
        self.folder = os.path.join(scratch, "run-" + name)
        os.makedirs(self.folder, exist_ok=True)
        os.chmod(self.folder, 0o755)
        self.socket = os.path.join(self.folder, "milter.sock")
        self.meter = Meter(name)
        self.processes = []

    def start(self, argv, **more):
        log = open(os.path.join(self.folder, "log"), "ab")
        process = subprocess.Popen(argv, stdin=subprocess.DEVNULL, stdout=log,
                                   stderr=log, preexec_fn=self.meter.enter,
                                   start_new_session=True, **more)
        self.processes.append(process)
        self.meter.pids.append(process.pid)
        return process

    def wait_for(self, path, seconds=120):
        end = time.monotonic() + seconds
        while not os.path.exists(path):
            for process in self.processes:
                if process.poll() is not None:
                    sys.exit(f"{self.name} ended: see {self.folder}/log")
            if time.monotonic() > end:
                sys.exit(f"{self.name} did not start: see {self.folder}/log")
            time.sleep(0.05)

    def write(self, name, text):
        path = os.path.join(self.folder, name)
        with open(path, "w") as f:
            f.write(text)
        return path

    def stop(self):
        """Also twice."""
        for process in reversed(self.processes):
            process.send_signal(signal.SIGTERM)
        for process in self.processes:
            try:
                process.wait(10)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
        left = self.meter.members() if self.meter.folder else []
        for pid in left:  # what outlived its parent
            try:
                os.kill(pid, signal.SIGKILL)
            except ProcessLookupError:
                pass
        self.processes.clear()
        self.meter.close()


def start_noop(scratch, args):
    s = Service("noop", scratch)
    s.start([args.noop, "unix:" + s.socket])
    s.wait_for(s.socket)
    return s


def start_sekimori(scratch, args, name="sekimori", more="", signatures=None):
    s = Service(name, scratch)
    signatures = signatures or args.signatures
    root = os.geteuid() == 0
    users = "".join(f"{u} {61000 + i};\n" for i, u in enumerate(
        ("user", "scan_user", "lookup_user", "seal_user",
         "verify_user"))) if root else ""
    conf = s.write("sekimori.conf", f"""
{users}
run_dir {s.folder}/run;
libexec_dir {args.build};
milter_socket "unix:{s.socket}";
milter_group root;
policy_file {args.policy};
own_domains example.go.jp;
own_networks 127.0.0.0/8;
signature_dir {signatures};
own_signature_dir {args.signatures};
quarantine_dir {s.folder}/quarantine;
spool_dir {s.folder}/spool;
journal_dir {s.folder}/journal;
certs_dir {s.folder}/certs;
records "sqlite:{s.folder}/records/records.sqlite";
secret_file {s.folder}/records/secret;
seal_key_file {s.folder}/seal.key;
lookup off;
{more}
""")
    s.start([os.path.join(args.build, "sekimorid"), "-f", "-c", conf])
    s.wait_for(os.path.join(s.folder, "run", "scan"))
    s.wait_for(s.socket)
    os.chmod(s.socket, 0o666)
    return s


def start_clamav(scratch, args):
    s = Service("clamav", scratch)
    clamd = os.path.join(s.folder, "clamd.sock")
    database = os.path.join(s.folder, "db")
    shutil.copytree(args.signatures, database)
    conf = s.write("clamd.conf", f"""
LocalSocket {clamd}
DatabaseDirectory {database}
Foreground true
DisableCache {"no" if args.cache else "yes"}
MaxThreads 12
AlertExceedsMax yes
StreamMaxLength 100M
MaxScanSize 400M
MaxFileSize 100M
TemporaryDirectory {args.temp}
""")
    milter = s.write("clamav-milter.conf", f"""
MilterSocket unix:{s.socket}
ClamdSocket unix:{clamd}
Foreground true
MaxFileSize 100M
OnInfected Accept
AddHeader Replace
TemporaryDirectory {args.temp}
""")
    s.start(["clamd", "-F", "-c", conf])
    s.wait_for(clamd)
    s.start(["clamav-milter", "-c", milter])
    s.wait_for(s.socket)
    return s


def start_rspamd(scratch, args):
    s = Service("rspamd", scratch)
    os.makedirs(os.path.join(s.folder, "var"), exist_ok=True)
    for path in (s.folder, os.path.join(s.folder, "var")):
        os.chmod(path, 0o777)
    # A file of its own: rspamd would read a second dns {} beside its first,
    # not into it, and ask the servers of /etc/resolv.conf.
    options = s.write("options", f"""
dns {{ nameserver = ["127.0.0.1:{args.dns_port}:1"]; timeout = 0.05s;
       retransmits = 1; }}
pidfile = "{s.folder}/rspamd.pid";
url_tld = "/usr/share/publicsuffix/public_suffix_list.dat";
""")
    conf = s.write("rspamd.conf", f"""
.include "$CONFDIR/common.conf"
options {{
    .include "$CONFDIR/options.inc"
    .include(try=false; duplicate=merge; priority=10) "{options}"
}}
logging {{ type = "console"; level = "error"; }}
worker "normal" {{ enabled = false; }}
worker "controller" {{ enabled = false; }}
worker "fuzzy" {{ enabled = false; }}
worker "rspamd_proxy" {{
    bind_socket = "{s.socket} mode=0666";
    milter = yes;
    timeout = 120s;
    upstream "local" {{ default = yes; self_scan = yes; }}
    count = 2;
}}
redis {{ disabled = true; }}
""")
    user = ["-u", "_rspamd", "-g", "_rspamd"] if os.geteuid() == 0 else ["-i"]
    s.start(["rspamd", "-f", "-c", conf, "--var", f"DBDIR={s.folder}/var",
             "--var", f"RUNDIR={s.folder}", "--var", "LOGDIR=/tmp"] + user)
    s.wait_for(s.socket)
    time.sleep(2)
    return s


STARTERS = {
    "noop": start_noop,
    "sekimori": start_sekimori,
    "cached": lambda scratch, args: start_sekimori(
        scratch, args, "cached", "clean_cache 100000;"),
    "clamav": start_clamav,
    "rspamd": start_rspamd,
}
