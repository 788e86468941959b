# SPDX-License-Identifier: ISC
"""An SMTP client that says exactly what it is told, also what is wrong."""

import socket
import ssl


class Reply:
    def __init__(self, code, text):
        self.code = code
        self.text = text

    def __str__(self):
        return "%d %s" % (self.code, self.text)


class Gone(Exception):
    """The server hung up."""


class Client:
    """source is the address that the connection comes from."""

    def __init__(self, port, source="127.0.0.1", helo="client.example",
                 timeout=120):
        self.socket = socket.create_connection(
            ("127.0.0.1", port), timeout, (source, 0))
        self.file = self.socket.makefile("rb")
        self.greeting = self.reply()
        self.extensions = self.command("EHLO " + helo).text.upper()

    def reply(self):
        lines = []
        while True:
            line = self.file.readline()
            if not line:
                raise Gone("the server hung up")
            lines.append(line[4:].rstrip().decode("utf-8", "replace"))
            if line[3:4] != b"-":
                return Reply(int(line[:3]), "\n".join(lines))

    def raw(self, data):
        self.socket.sendall(data)

    def command(self, text):
        self.raw(text.encode() + b"\r\n")
        return self.reply()

    def starttls(self):
        reply = self.command("STARTTLS")
        if reply.code != 220:
            return reply
        context = ssl.create_default_context()
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
        self.socket = context.wrap_socket(self.socket)
        self.file = self.socket.makefile("rb")
        self.extensions = self.command("EHLO client.example").text.upper()
        return reply

    def envelope(self, sender, rcpts, args=""):
        """MAIL and all RCPT, pipelined; the replies in order."""
        lines = ["MAIL FROM:<%s>%s" % (sender, args and " " + args)]
        lines += ["RCPT TO:<%s>" % r for r in rcpts]
        replies = []
        for i in range(0, len(lines), 100):
            some = lines[i:i + 100]
            self.raw("".join(s + "\r\n" for s in some).encode())
            replies += [self.reply() for _ in some]
        return replies

    def data(self, message):
        """DATA with dots stuffed; the reply to the end, or to DATA."""
        reply = self.command("DATA")
        if reply.code != 354:
            return reply
        if message[:1] == b".":
            message = b"." + message
        message = message.replace(b"\r\n.", b"\r\n..")
        if not message.endswith(b"\r\n"):
            message += b"\r\n"
        self.raw(message + b".\r\n")
        return self.reply()

    def send(self, sender, rcpts, message, args=""):
        """A whole mail: the final reply, or the first refusal."""
        for reply in self.envelope(sender, rcpts, args):
            if reply.code >= 400:
                self.command("RSET")
                return reply
        return self.data(message)

    def quit(self):
        try:
            self.command("QUIT")
        except (Gone, OSError):
            pass
        self.close()

    def close(self):
        self.file.close()
        self.socket.close()
