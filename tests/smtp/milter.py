# SPDX-License-Identifier: ISC
"""An MTA's end of the milter protocol (version 6), as Sendmail and Postfix
speak it: packets go out in one piece up to the next reply that is due.
"""

import socket
import struct

# command: bit of "not wanted", bit of "no reply"
STEPS = {b"C": (0x1, 0x1000), b"H": (0x2, 0x2000), b"M": (0x4, 0x4000),
         b"R": (0x8, 0x8000), b"T": (0x200, 0x10000), b"L": (0x20, 0x80),
         b"N": (0x40, 0x40000), b"B": (0x10, 0x80000)}
ACTS = 0x1ff
OFFERED = 0x1fffff
LEADING_SPACE = 0x100000
CHUNK = 65535
FINAL = b"acdrty"


class Gone(ConnectionError):
    """The filter hung up before it answered."""


class Answer:
    """What the filter said at the end: a code, a text, and its changes as
    (packet, data)."""

    def __init__(self, kind, data, changes):
        self.kind, self.changes = kind, changes
        self.text = data.rstrip(b"\0").decode("utf-8", "replace")
        self.code = {b"a": 250, b"c": 250, b"d": 250, b"r": 550,
                     b"t": 451}.get(kind) or int(self.text[:3])
        self.discarded = kind == b"d"

    def removed(self):
        return [d.rstrip(b"\0") for k, d in self.changes if k == b"-"]

    def __str__(self):
        return "%d%s %s" % (self.code, " discarded" * self.discarded,
                            self.text)


class Connection:
    """One SMTP session as the filter sees it. macros: of the connection."""

    def __init__(self, path, address="192.0.2.10", helo="client.example",
                 macros=None, timeout=60, acts=ACTS, offered=OFFERED):
        self.out = b""
        self.socket = socket.socket(
            socket.AF_UNIX if isinstance(path, str) else socket.AF_INET)
        self.socket.settimeout(timeout)
        self.socket.connect(path)
        self.file = self.socket.makefile("rb")
        try:
            self.greet(address, helo, macros, acts, offered)
        except BaseException:
            self.close()
            raise

    def greet(self, address, helo, macros, acts, offered):
        self.packet(b"O", struct.pack("!III", 6, acts, offered))
        kind, data = self.reply()
        if kind != b"O":
            raise Gone("negotiation: " + repr(kind))
        self.acts, self.protocol = struct.unpack("!II", data[4:12])
        self.macros(b"C", {"j": "mx.example", "{daemon_name}": "smtpd"}
                    if macros is None else macros)
        where = (b"client.example\0" + b"4" + struct.pack("!H", 25) +
                 address.encode() + b"\0") if address else b"local\0U"
        self.step(b"C", where)
        if helo is not None:
            self.step(b"H", helo.encode() + b"\0")

    def packet(self, kind, data=b""):
        self.out += struct.pack("!I", len(data) + 1) + kind + data
        if len(self.out) > 4 * CHUNK:
            self.flush()

    def flush(self):
        out, self.out = self.out, b""
        self.socket.sendall(out)

    def reply(self):
        self.flush()
        head = self.file.read(5)
        if len(head) < 5:
            raise Gone("the filter hung up")
        size = struct.unpack("!I", head[:4])[0] - 1
        data = self.file.read(size)
        if len(data) < size:
            raise Gone("the filter hung up")
        return head[4:], data

    def macros(self, step, values):
        if values:
            self.packet(b"D", step + b"".join(
                k.encode() + b"\0" + v.encode() + b"\0"
                for k, v in values.items()))

    def step(self, kind, data=b""):
        unwanted, silent = STEPS[kind]
        if self.protocol & unwanted:
            return
        self.packet(kind, data)
        if not self.protocol & silent:
            answer = self.reply()[0]
            assert answer == b"c", (kind, answer)

    # --- one message

    def mail(self, sender, args=(), queue_id="4QUEUEID", macros=None):
        self.macros(b"M", {"i": queue_id} if macros is None else macros)
        self.step(b"M", words("<%s>" % sender, args))

    def rcpt(self, address, args=()):
        self.step(b"R", words("<%s>" % address, args))

    def data(self):
        self.step(b"T")

    def header(self, name, value):
        if not self.protocol & LEADING_SPACE and value[:1] == b" ":
            value = value[1:]
        self.step(b"L", name + b"\0" + value + b"\0")

    def end_of_header(self):
        self.step(b"N")

    def body(self, data):
        for i in range(0, len(data), CHUNK):
            self.step(b"B", data[i:i + CHUNK])

    def end(self):
        self.packet(b"E")
        changes = []
        while True:
            kind, data = self.reply()
            if kind in FINAL:
                return Answer(kind, data, changes)
            changes.append((kind, data))

    def content(self, message):
        """A whole message, CRLF and all, as an MTA takes it apart."""
        head, _, body = message.partition(b"\r\n\r\n")
        fields = []
        for line in head.split(b"\r\n") if head else []:
            if line[:1] in (b" ", b"\t") and fields:
                fields[-1] += b"\n" + line
            else:
                fields.append(line)
        for field in fields:
            name, _, value = field.partition(b":")
            self.header(name, value)
        self.end_of_header()
        self.body(body)

    def send(self, message, to=("official@here.example",),
             sender="someone@out.example", **words):
        self.mail(sender, **words)
        for address in to:
            self.rcpt(address)
        self.data()
        self.content(message)
        return self.end()

    def abort(self):
        self.packet(b"A")
        self.flush()

    def quit(self):
        try:
            self.packet(b"Q")
            self.flush()
        except OSError:
            pass
        self.close()

    def close(self):
        self.file.close()
        self.socket.close()


def words(address, args):
    return b"".join(w.encode() + b"\0" for w in (address, *args))
