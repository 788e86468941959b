# SPDX-License-Identifier: ISC
"""Postfix and Sendmail, run from unpacked packages in a scratch folder.

Each listens twice on loopback: `port` for mail, `release_port` for what
sekimorictl releases; both pass the milter. Everything is delivered to the
sink. The host's own mail, users and files are not touched.
"""

import os
import signal
import socket
import subprocess
import time

HERE = os.path.dirname(os.path.abspath(__file__))
# Postfix wants an owner that shares its uid with nobody; these exist on
# every Debian and own no process.
OWNER, GROUP = "daemon", "mail"


def wait_for_port(port, seconds=20):
    end = time.monotonic() + seconds
    while True:
        try:
            with socket.create_connection(("127.0.0.1", port), 5) as s:
                if s.recv(3) == b"220":
                    return
        except OSError:
            pass
        if time.monotonic() > end:
            raise RuntimeError("nothing answers on port %d" % port)
        time.sleep(0.05)


class MTA:
    """What both have in common. options: settings a scenario adds."""

    def __init__(self, folder, port, release_port, sink_port, milter):
        self.folder = os.path.join(folder, self.name)
        self.port, self.release_port = port, release_port
        self.sink_port, self.milter = sink_port, milter
        self.process = None
        os.makedirs(self.folder)
        subprocess.run([os.path.join(HERE, "fetch"), self.name,
                        self.at("package")], check=True)
        self.lay_out()

    def at(self, *path):
        return os.path.join(self.folder, *path)

    def write(self, name, text):
        with open(self.at(name), "w", encoding="utf-8") as out:
            out.write(text)

    def start(self):
        with open(self.at("output"), "ab") as log:
            self.process = subprocess.Popen(
                self.command(), env=self.environment(), stdout=log,
                stderr=log, stdin=subprocess.DEVNULL, start_new_session=True)
        wait_for_port(self.port)
        wait_for_port(self.release_port)

    def stop(self):
        """Ends every process of it: it has a session of its own."""
        if self.process is None:
            return
        for sig in (signal.SIGTERM, signal.SIGKILL):
            try:
                os.killpg(self.process.pid, sig)
            except ProcessLookupError:
                break
            end = time.monotonic() + 5
            while time.monotonic() < end and self.alive():
                time.sleep(0.05)
        self.process.wait()
        self.process = None

    def alive(self):
        self.process.poll()
        try:
            os.killpg(self.process.pid, 0)
        except ProcessLookupError:
            return False
        return True

    def queued(self):
        """The bytes of every file in the queue."""
        files = []
        for top in self.queues:
            for folder, _, names in os.walk(self.at(top)):
                for name in names:
                    try:
                        with open(os.path.join(folder, name), "rb") as f:
                            files.append(f.read())
                    except FileNotFoundError:
                        pass  # just delivered
        return files

    def wait_empty(self, seconds=60):
        end = time.monotonic() + seconds
        while self.queued() and time.monotonic() < end:
            time.sleep(0.1)
        return not self.queued()


class Postfix(MTA):
    name = "postfix"
    queues = ["queue/incoming", "queue/active", "queue/deferred"]

    def lay_out(self):
        self.lay_out_queue()
        lib = self.at("package/usr/lib/postfix")
        os.mkdir(self.at("conf"))
        self.certificate()
        self.write("conf/main.cf", MAIN_CF.format(
            top=self.folder, lib=lib, owner=OWNER, group=GROUP,
            sink=self.sink_port, milter=self.milter))
        self.write("conf/master.cf", MASTER_CF.format(
            port=self.port, release=self.release_port))

    def lay_out_queue(self):
        import grp
        import pwd
        uid = pwd.getpwnam(OWNER).pw_uid
        gid = grp.getgrnam(GROUP).gr_gid
        os.makedirs(self.at("queue/pid"))
        for name in ("active bounce corrupt defer deferred flush hold "
                     "incoming private saved trace").split():
            os.mkdir(self.at("queue", name), 0o700)
            os.chown(self.at("queue", name), uid, 0)
        for name, mode in (("maildrop", 0o730), ("public", 0o710)):
            os.mkdir(self.at("queue", name))
            os.chown(self.at("queue", name), uid, gid)
            os.chmod(self.at("queue", name), mode)
        os.mkdir(self.at("data"), 0o700)
        os.chown(self.at("data"), uid, 0)

    def certificate(self):
        subprocess.run(
            ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt",
             "ec_paramgen_curve:P-256", "-nodes", "-days", "2", "-subj",
             "/CN=gate.example", "-keyout", self.at("conf/tls.key"), "-out",
             self.at("conf/tls.pem")],
            check=True, capture_output=True, stdin=subprocess.DEVNULL)

    def environment(self):
        return {"PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "LC_ALL": "C",
                "LD_LIBRARY_PATH": self.at("package/usr/lib/postfix")}

    def command(self):
        return [self.at("package/usr/lib/postfix/sbin/master"), "-d", "-c",
                self.at("conf")]

    def flush(self):
        subprocess.run(
            [self.at("package/usr/sbin/postqueue"), "-c", self.at("conf"),
             "-f"], env=self.environment(), check=True,
            stdin=subprocess.DEVNULL)

    def log(self):
        with open(self.at("log"), encoding="utf-8", errors="replace") as f:
            return f.read()


class Sendmail(MTA):
    name = "sendmail"
    queues = ["queue"]

    def lay_out(self):
        os.mkdir(self.at("queue"), 0o700)
        self.write("switch", "hosts files\naliases files\n")
        self.write("sekimori.mc", SENDMAIL_MC.format(
            top=self.folder, cf=self.at("package/usr/share/sendmail/cf"),
            port=self.port, release=self.release_port,
            sink=self.sink_port, milter=self.milter))
        with open(self.at("sendmail.cf"), "wb") as out:
            # What it says of an open relay does not hold on loopback.
            subprocess.run(["m4", self.at("sekimori.mc")], stdout=out,
                           stderr=subprocess.PIPE, check=True,
                           stdin=subprocess.DEVNULL)

    def environment(self):
        return {"PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "LC_ALL": "C"}

    def program(self, *arguments):
        # A host name without a dot makes Sendmail sleep for a minute before
        # it starts, so it gets one of its own.
        return ["unshare", "--uts", "sh", "-c",
                'hostname gate.example && exec "$@"', "sh",
                self.at("package/usr/libexec/sendmail/sendmail"),
                "-C" + self.at("sendmail.cf"), *arguments]

    def command(self):
        # -bD stays in the foreground; -q tries the queue again so often
        return self.program("-bD", "-q15s", "-X" + self.at("log"))

    def flush(self):
        subprocess.run(self.program("-q"), env=self.environment(),
                       check=True, stdin=subprocess.DEVNULL,
                       stdout=subprocess.DEVNULL)

    def log(self):
        with open(self.at("output"), encoding="utf-8",
                  errors="replace") as f:
            return f.read()


MTAS = {"postfix": Postfix, "sendmail": Sendmail}

MAIN_CF = """
compatibility_level = 3.6
queue_directory = {top}/queue
command_directory = {top}/package/usr/sbin
daemon_directory = {lib}/sbin
shlib_directory = {lib}
meta_directory = {top}/conf
data_directory = {top}/data
mail_owner = {owner}
setgid_group = {group}
maillog_file = {top}/log
maillog_file_prefixes = {top}
import_environment = MAIL_CONFIG LD_LIBRARY_PATH PATH LC_ALL
myhostname = gate.example
mydestination =
alias_maps =
alias_database =
local_recipient_maps =
inet_interfaces = 127.0.0.1
inet_protocols = ipv4
mynetworks = 127.0.0.0/8 192.0.2.0/24
smtpd_relay_restrictions = permit_mynetworks, reject
smtpd_peername_lookup = no
smtpd_forbid_bare_newline = no
smtpd_client_connection_count_limit = 0
smtpd_recipient_limit = 2000
smtpd_recipient_overshoot_limit = 2000
relayhost = [127.0.0.1]:{sink}
disable_dns_lookups = yes
smtp_host_lookup = native
smtp_tls_security_level = none
message_size_limit = 0
mailbox_size_limit = 0
queue_minfree = 0
minimal_backoff_time = 2s
queue_run_delay = 2s
smtpd_milters = {milter}
non_smtpd_milters = {milter}
milter_default_action = tempfail
milter_connect_timeout = 5s
milter_command_timeout = 60s
milter_content_timeout = 300s
smtpd_tls_security_level = may
smtpd_tls_cert_file = {top}/conf/tls.pem
smtpd_tls_key_file = {top}/conf/tls.key
"""

MASTER_CF = """
127.0.0.1:{port} inet n - n - - smtpd
127.0.0.1:{release} inet n - n - - smtpd -o syslog_name=postfix/release
pickup unix n - n 60 1 pickup
cleanup unix n - n - 0 cleanup
qmgr unix n - n 300 1 qmgr
tlsmgr unix - - n 1000? 1 tlsmgr
rewrite unix - - n - - trivial-rewrite
bounce unix - - n - 0 bounce
defer unix - - n - 0 bounce
trace unix - - n - 0 bounce
verify unix - - n - 1 verify
flush unix n - n 1000? 0 flush
proxymap unix - - n - - proxymap
proxywrite unix - - n - 1 proxymap
smtp unix - - n - - smtp
relay unix - - n - - smtp
showq unix n - n - - showq
error unix - - n - - error
retry unix - - n - - error
discard unix - - n - - discard
local unix - n n - - local
anvil unix - - n - 1 anvil
scache unix - - n - 1 scache
postlog unix-dgram n - n - 1 postlogd
"""

SENDMAIL_MC = """divert(-1)
define(`_CF_DIR_', `{cf}/')
include(`{cf}/m4/cf.m4')
OSTYPE(`linux')
undefine(`SMART_HOST')
define(`confDOMAIN_NAME', `gate.example')
define(`QUEUE_DIR', `{top}/queue')
define(`STATUS_FILE', `{top}/statistics')
define(`HELP_FILE', `')
define(`ALIAS_FILE', `')
define(`confPID_FILE', `{top}/pid')
define(`confCW_FILE', `/dev/null')
define(`confSERVICE_SWITCH_FILE', `{top}/switch')
define(`confDONT_PROBE_INTERFACES', `True')
define(`confDONT_BLAME_SENDMAIL', `TrustStickyBit,GroupWritableDirPathSafe')
define(`confTO_IDENT', `0s')
define(`confMIN_QUEUE_AGE', `0s')
define(`confTO_QUEUEWARN', `')
define(`confMAX_MESSAGE_SIZE', `0')
define(`confMAX_HEADERS_LENGTH', `1000000')
define(`confMIN_FREE_BLOCKS', `0')
define(`confQUEUE_LA', `1000')
define(`confREFUSE_LA', `1000')
define(`confDELAY_LA', `0')
define(`confMAX_RCPTS_PER_MESSAGE', `2000')
define(`confBAD_RCPT_THROTTLE', `0')
define(`RELAY_MAILER_ARGS', `TCP $h {sink}')
define(`SMART_HOST', `relay:[127.0.0.1]')
FEATURE(`no_default_msa')
FEATURE(`nocanonify')
FEATURE(`promiscuous_relay')
FEATURE(`accept_unresolvable_domains')
FEATURE(`accept_unqualified_senders')
DAEMON_OPTIONS(`Name=MTA, Addr=127.0.0.1, Port={port}')
DAEMON_OPTIONS(`Name=release, Addr=127.0.0.1, Port={release}')
INPUT_MAIL_FILTER(`sekimori', `S={milter}, F=T, T=C:5s;S:60s;R:60s;E:5m')
MAILER(`smtp')
"""
