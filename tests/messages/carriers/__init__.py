# SPDX-License-Identifier: ISC
"""What all carriers share: the registry, the mail around them, harmless files.

A carrier is a function that returns the bytes of a mail:

    @carrier("zip-program", "attachment.program attachment.runs")
    def _():
        return mail(("tool.zip", zipped({"tool.exe": PROGRAM})))
"""
import base64
import email.header

ALL = {}  # name -> (facts, function)


def carrier(name, facts=""):
    def register(make):
        if name in ALL:
            raise ValueError(name + " is there twice")
        ALL[name] = (facts.split(), make)
        return make
    return register


def mail(*files, subject="A letter", text="See the file.", html=None,
         types=None):
    """A mail with attachments (name, bytes); types: name -> media type."""
    head = ("Date: Mon, 23 Nov 2026 10:00:00 +0900\r\n"
            "From: Hanako <hanako@example.com>\r\n"
            "To: taro@cao.example.go.jp\r\n"
            "Message-ID: <carrier@example.com>\r\n"
            "Subject: " + email.header.Header(subject).encode() + "\r\n"
            "MIME-Version: 1.0\r\n"
            'Content-Type: multipart/mixed; boundary="b1"\r\n\r\n')
    parts = [("text/plain; charset=utf-8", None, text.encode())]
    if html is not None:
        parts.append(("text/html; charset=utf-8", None, html.encode()))
    for name, data in files:
        kind = (types or {}).get(name, "application/octet-stream")
        parts.append((kind, name, data))
    return head.encode() + b"".join(map(part, parts)) + b"--b1--\r\n"


def part(item):
    kind, name, data = item
    lines = base64.encodebytes(data).replace(b"\n", b"\r\n")
    head = "--b1\r\nContent-Type: %s\r\n" % kind
    if name is not None:
        head += ("Content-Disposition: attachment; filename*=utf-8''%s\r\n"
                 % "".join("%%%02X" % c for c in name.encode()))
    return (head + "Content-Transfer-Encoding: base64\r\n\r\n").encode() + \
        lines


# The head of a program for Windows, and nothing behind it that could run.
PROGRAM = (b"MZ" + bytes(58) + (64).to_bytes(4, "little") + b"PE\0\0"
           + bytes(200))
LETTER = b"Dear Taro,\r\nthe meeting is on Monday.\r\n"
