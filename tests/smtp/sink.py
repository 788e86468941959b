# SPDX-License-Identifier: ISC
"""An SMTP server that keeps every mail it gets, with its envelope.

The MTA under test delivers to it, so what it holds is what left the gate.
"""

import os
import socket
import socketserver
import threading


class Mail:
    """One message as it arrived: bytes with CRLF, dots unstuffed."""

    def __init__(self, sender, args, rcpts, data):
        self.sender = sender
        self.args = args
        self.rcpts = rcpts
        self.data = data

    def header(self):
        return self.data.split(b"\r\n\r\n", 1)[0]

    def body(self):
        return self.data.partition(b"\r\n\r\n")[2]

    def field(self, name):
        """Values of the fields of that name, unfolded."""
        values, wanted = [], name.lower().encode() + b":"
        for line in self.header().split(b"\r\n"):
            if line[:1] in (b" ", b"\t"):
                if values and values[-1] is not None:
                    values[-1] += line
            elif line.lower().startswith(wanted):
                values.append(line[len(wanted):].strip())
            else:
                values.append(None)
        return [v.decode("utf-8", "replace") for v in values
                if v is not None]


class Session(socketserver.StreamRequestHandler):
    """One connection. Replies can be scripted by Sink.reply()."""

    wbufsize = -1

    def say(self, text):
        self.wfile.write(text.encode() + b"\r\n")
        self.wfile.flush()

    def handle(self):
        self.sender, self.args, self.rcpts = None, "", []
        self.say("220 sink ESMTP")
        while True:
            line = self.rfile.readline(1 << 16)
            if not line:
                return
            verb, _, rest = line.strip().decode(
                "utf-8", "surrogateescape").partition(" ")
            if not self.command(verb.upper(), rest):
                return

    def command(self, verb, rest):
        scripted = self.server.sink.scripted(verb, rest)
        if scripted == "drop":
            return False
        if scripted:
            self.say(scripted)
        elif verb == "EHLO":
            self.say("250-sink\r\n250-PIPELINING\r\n250-8BITMIME\r\n"
                     "250-SMTPUTF8\r\n250-DSN\r\n250 SIZE 0")
        elif verb == "MAIL":
            self.sender, self.args = path(rest)
            self.rcpts = []
            self.say("250 ok")
        elif verb == "RCPT":
            self.rcpts.append(path(rest)[0])
            self.say("250 ok")
        elif verb == "DATA":
            return self.data()
        elif verb == "QUIT":
            self.say("221 bye")
            return False
        elif verb in ("HELO", "RSET", "NOOP"):
            self.say("250 ok")
        else:
            self.say("500 what is " + verb)
        return True

    def data(self):
        self.say("354 go on")
        lines = []
        while True:
            line = self.rfile.readline()
            if not line:
                return False  # gave up in the middle: nothing was taken
            if line == b".\r\n":
                break
            lines.append(line[1:] if line[:1] == b"." else line)
        scripted = self.server.sink.scripted("END", "")
        if scripted == "drop":
            return False
        if not scripted:
            self.server.sink.keep(
                Mail(self.sender, self.args, self.rcpts, b"".join(lines)))
        self.rcpts = []
        self.say(scripted or "250 kept")
        return True


def path(rest):
    """FROM:<a@b> ARGS -> address and arguments."""
    address, _, args = rest.partition(":")[2].strip().partition(">")
    return address.lstrip("<"), args.strip()


class Server(socketserver.ThreadingTCPServer):
    daemon_threads = True
    allow_reuse_address = True
    request_queue_size = 128


class Sink:
    def __init__(self, folder, port=0):
        """port 0: the system picks a free one."""
        self.folder = folder
        os.makedirs(folder, exist_ok=True)
        self.mails = []
        self.script = []
        self.changed = threading.Condition()
        self.server = Server(("127.0.0.1", port), Session)
        self.server.sink = self
        self.port = self.server.server_address[1]
        threading.Thread(target=self.server.serve_forever,
                         daemon=True).start()

    def reply(self, verb, text, times=1, part=""):
        """The next `times` commands `verb` (END: the dot after the data)
        whose argument has `part` get that reply; "drop" hangs up."""
        with self.changed:
            self.script.append([verb, text, times, part])

    def scripted(self, verb, rest):
        with self.changed:
            for row in self.script:
                if row[0] == verb and row[2] > 0 and row[3] in rest:
                    row[2] -= 1
                    return row[1]
        return None

    def keep(self, mail):
        """On disk before the MTA hears 250, as a real next hop does."""
        with self.changed:
            name = os.path.join(self.folder, "%05d.eml" % len(self.mails))
            with open(name, "wb") as out:
                out.write(mail.data)
            self.mails.append(mail)
            self.changed.notify_all()

    def wait(self, wanted, seconds=30):
        """The mails for which wanted(mail) is true, as soon as there is
        one; [] when none came in time."""
        with self.changed:
            self.changed.wait_for(
                lambda: any(wanted(m) for m in self.mails), seconds)
            return [m for m in self.mails if wanted(m)]

    def close(self):
        self.server.shutdown()
        self.server.server_close()


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]
