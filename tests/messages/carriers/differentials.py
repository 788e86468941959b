# SPDX-License-Identifier: ISC
"""Mails that readers take differently, after the list of tricks (A1 to X3).

Each trick hides a program, or what would be one, from some readers; beside it
stands the honest mail that looks most like it. The codes are those of
milter/mail/traits.def and of the list it is after. What is SLOPPY only is the
same to all: it is counted and passes. E3 (TNEF) and E4 (signed mail that is
opaque) are in tests/mail/packed.c.
"""
import base64
import binascii
import quopri

from carriers import LETTER, PROGRAM, carrier

HEAD = ("Date: Mon, 23 Nov 2026 10:00:00 +0900\n"
        "From: Hanako <hanako@example.com>\n"
        "To: taro@cao.example.go.jp\n"
        "Message-ID: <differential@example.com>\n"
        "Subject: A letter\n"
        "MIME-Version: 1.0\n")
TEXT = "Content-Type: text/plain\n\nSee the file.\n"
MIXED = "Content-Type: multipart/mixed; "
ENCODING = "Content-Transfer-Encoding: base64\n"
OCTETS = "Content-Type: application/octet-stream\n"
EXE = OCTETS + "Content-Disposition: attachment; filename=tool.exe\n"
TXT = OCTETS + "Content-Disposition: attachment; filename=letter.txt\n"


def b64(data):
    return base64.encodebytes(data).decode()


def lines(text, length):
    text = text.replace("\n", "")
    return "".join(text[i:i + length] + "\n"
                   for i in range(0, len(text), length))


EXE64, TXT64 = b64(PROGRAM), b64(LETTER)
EXE_QP = quopri.encodestring(PROGRAM, quotetabs=True).decode()
EXE_UU = "".join(binascii.b2a_uu(PROGRAM[i:i + 45]).decode()
                 for i in range(0, len(PROGRAM), 45)) + "`\nend\n"


def yenc(data):
    text = "".join(("=" + chr((c + 106) % 256))
                   if (c + 42) % 256 in (0, 10, 13, 61)
                   else chr((c + 42) % 256) for c in data)
    return ("=ybegin line=999 size=%d name=tool.exe\n%s\n=yend size=%d\n"
            % (len(data), text, len(data)))


def wire(text):
    """As it comes over SMTP: every line feed that is none of the trick's."""
    return text.replace("\r\n", "\n").replace("\n", "\r\n").replace(
        "<CR>", "\r").replace("<LF>", "\n").replace(
        "<NUL>", "\0").encode("latin-1")


def multi(*parts, declared="boundary=b1", used="b1", end=True):
    return (HEAD + MIXED + declared + "\n\n"
            + "".join("--" + used + "\n" + part for part in (TEXT,) + parts)
            + ("--" + used + "--\n" if end else ""))


def program(fields=ENCODING, body=EXE64, head=EXE):
    return multi(head + fields + "\n" + body)


def letter(fields=ENCODING, body=TXT64, head=TXT):
    return multi(head + fields + "\n" + body)


def case(code, facts, bad, good, good_facts=""):
    name = "differential-" + code
    carrier(name, facts)(lambda: wire(bad))
    carrier(name + "-neighbour", good_facts)(lambda: wire(good))


CTE = "Content-Transfer-Encoding:"
FOUND = "attachment.program attachment.runs"
HARD = FOUND + " message.ambiguous"
SLOPPY = "message.malformed"
SLOPPY_HARD = HARD + " " + SLOPPY


# A: the encoding
case("a1-two", HARD,
     program(CTE + " 7bit\n" + ENCODING),
     letter(ENCODING + ENCODING))
case("a2-list", HARD,
     program(CTE + " base64, quoted-printable\n"), letter())
case("a2-quotes", HARD,
     program(CTE + ' "base64"\n'), letter(CTE + " BASE64\n"))
case("a3-word", HARD + " uninspectable",
     program(CTE + " =?us-ascii?Q?base64?=\n"), letter())
case("a4-comment", HARD,
     program(CTE + " base64 (x\n"), letter())
case("a5-unknown", HARD + " uninspectable",
     program(CTE + " x-base64\n"), letter(CTE + "base64\n"))
case("a6-blank", SLOPPY_HARD,
     program("Content-Transfer-Encoding : base64\n"),
     letter(CTE + "\tbase64\n"))
case("a6-tab", HARD + " uninspectable",
     program(CTE + "\vbase64\n"), letter(CTE + " base64 \n"))
case("a7-folded", SLOPPY_HARD,
     program(CTE + "\n \n base64\n"),
     letter(CTE + "\n base64\n"))
case("a8-outer", HARD,
     HEAD + MIXED + "boundary=b1\n" + ENCODING + "\n"
     + b64(("--b1\n" + EXE + ENCODING + "\n" + EXE64 + "--b1--\n").encode()),
     HEAD + MIXED + "boundary=b1\nContent-Transfer-Encoding: "
     "quoted-printable\n\n--b1\n" + TXT + ENCODING + "\n" + TXT64
     + "--b1--\n")
case("a9-return", HARD + " message.bare_cr",
     program("X-Field: a<CR>" + ENCODING),
     letter("X-Field: a\n" + ENCODING))
# B: base64
case("b1-junk", SLOPPY_HARD,
     program(body=lines(EXE64, 4).replace("\n", "-\n")),
     letter(body=lines(TXT64, 4)))
case("b2-padding", SLOPPY_HARD,
     program(body=lines(EXE64, 8).replace("\n", "=\n")),
     letter(body=TXT64 + "\n"))
case("b3-behind", SLOPPY_HARD,
     program(body=b64(PROGRAM[:62]) + b64(PROGRAM[62:])),
     letter(body=TXT64 + "\n  \n"))
case("b4-unpadded", SLOPPY_HARD,
     program(body=EXE64 + "QQ\n"),
     letter(body=b64(b"a").rstrip("=\n") + "\n"),
     SLOPPY)
case("b5-lines", SLOPPY_HARD,
     program(body=EXE64[:4] + "A\n" + EXE64[4:]),
     letter(body=lines(TXT64, 16)))
case("b6-prefix", SLOPPY_HARD,
     program(body="A\n\n" + EXE64), letter(body="\n" + TXT64))
case("b7-binary", SLOPPY_HARD,
     program(body=lines(EXE64, 8).replace("\n", "\xe9\n")),
     letter(body=TXT64))
# Q: quoted-printable
QP = CTE + " quoted-printable\n"
case("q1-escape", "attachment.runs message.ambiguous message.malformed",
     program(QP, "=XX" + EXE_QP.replace("=\n", "=ZZ=\n")),
     letter(QP, "Dear Taro=2C\n"))
case("q2-break", SLOPPY_HARD,
     program(QP, EXE_QP.replace("=\n", "= \n")),
     letter(QP, "Dear =\nTaro\n"))
# H: headers and line ends
case("h1-blanks", SLOPPY_HARD,
     multi(EXE + ENCODING + " \nX-Field: a\n\n" + EXE64),
     letter("X-Field: a\n\tb\n" + ENCODING))
PAGE = ("X-Spam-Report: software has NOT identified this as spam.\n \n"
        " Content preview:  See the file. [...]\n \n Content analysis\n"
        "Content-Type: %s\n\n<p>See the file.</p>\n")
case("h1-report", "message.ambiguous message.malformed",
     HEAD + (PAGE % "text/html").replace(" \n Content anal", " \nContent-Anal"),
     HEAD + PAGE % "text/html", SLOPPY)
case("h2-line", SLOPPY_HARD,
     program("no field\n" + ENCODING),
     letter("X-Field: no field\n" + ENCODING))
case("h3-directly", SLOPPY_HARD,
     multi(EXE + ENCODING + EXE64), letter())
case("h4-return", HARD + " message.bare_cr message.malformed",
     multi((EXE + ENCODING + "\n").replace("\n", "<CR>")
                        + EXE64), letter())
# M: multiparts
BOTH = EXE + ENCODING + "\n" + EXE64
HONEST = TXT + ENCODING + "\n" + TXT64
case("m1-two", HARD,
     multi(BOTH, declared="boundary=b1; boundary=b2"),
     multi(HONEST, declared="boundary=b1; charset=utf-8"))
case("m2-encoded", HARD,
     multi(BOTH, declared="boundary*=us-ascii''b1"),
     multi(HONEST))
case("m3-escaped", HARD,
     multi(BOTH, declared='boundary="\\b1"'),
     multi(HONEST, declared='boundary="b1"'))
case("m3-single", SLOPPY_HARD,
     multi(BOTH, declared="boundary='b1'"),
     multi(HONEST, declared="boundary=\"'b1\"", used="'b1"))
case("m4-comment", SLOPPY_HARD,
     multi(BOTH, declared="boundary=(boundary=b2)b1"),
     multi(HONEST))
case("m5-blank", HARD,
     multi(BOTH, declared='boundary="b1 "'),
     multi(HONEST, declared="boundary= b1"))
case("m6-word", HARD,
     multi(BOTH, declared='boundary="=?us-ascii?Q?b1?="'),
     multi(HONEST, declared='boundary="=_b1"', used="=_b1"))
case("m6-empty", "attachment.program message.ambiguous",
     multi(BOTH, declared='boundary=""', used=""),
     multi(HONEST, declared="boundary=" + "x" * 70, used="x" * 70))
case("m7-prefix", HARD,
     multi(BOTH).replace("--b1\nContent-Type: app",
                                      "--b1x\nContent-Type: app"),
     multi(HONEST).replace("--b1\n", "--b1 \n"))
case("m7-tab", HARD,
     multi(BOTH).replace("--b1\n", "--b1\t\n"), multi(HONEST))
INNER = MIXED + "boundary=b1\n\n--b1\n" + TEXT + "--b1\n"
case("m8-same", SLOPPY_HARD,
     multi(INNER + BOTH + "--b1--\n"),
     multi(INNER.replace("b1", "b2") + HONEST + "--b2--\n"))
case("m8-extends", HARD,
     multi(INNER.replace("b1", "b1x") + BOTH + "--b1x--\n--b1y\n" + BOTH),
     multi(INNER.replace("b1", "b1x") + HONEST + "--b1x--\n"))
case("m9-after", SLOPPY_HARD,
     multi() + "--b1\n" + BOTH, multi(HONEST, end=False),
     SLOPPY)
case("m10-preamble", HARD,
     multi().replace("\n\n--b1", "\n\n" + BOTH + "\n--b1", 1),
     multi(HONEST).replace("\n\n--b1", "\n\nThis is MIME.\n--b1", 1)
     + "\nThe end.\n")
case("m11-header", HARD,
     multi(EXE + ENCODING + "--b1\n\n" + EXE64),
     multi(HONEST))
case("m11-base64", "attachment.runs message.ambiguous message.malformed",
     multi(MIXED + "boundary=b2\n\n--b2\n" + EXE + ENCODING + "\n--b1\n"
           + EXE64 + "--b2--\n"),
     multi(MIXED + "boundary=b2\n\n--b2\n" + HONEST),
     SLOPPY)
case("m12-none", HARD,
     multi(BOTH, declared="charset=utf-8"), multi(HONEST))
case("m12-misspelt", HARD,
     multi(BOTH, declared="boundry=b1"), multi(HONEST))
# T: types
case("t1-two", HARD,
     multi(BOTH).replace(
    MIXED, "Content-Type: text/plain\n" + MIXED, 1), multi(HONEST))
case("t2-quoted", SLOPPY_HARD,
     multi(BOTH).replace("multipart/mixed", '"multipart/mixed"'),
     multi(HONEST).replace("multipart/mixed", "MULTIPART/Mixed"))
case("t2-slash", HARD,
     multi(BOTH).replace("multipart/mixed", "x-multipart/mixed"),
     multi(HONEST))
case("t3-missing", HARD,
     HEAD + "\n" + multi(BOTH).split("\n\n", 1)[1],
     HEAD + "\n--\nHanako\n")
case("t4-message", FOUND,
     multi("Content-Type: message/rfc822\n" + ENCODING + "\n"
           + b64(multi(BOTH).replace("b1", "b2").encode())),
     multi("Content-Type: message/rfc822\n\n"
           + multi(HONEST).replace("b1", "b2")))
case("t5-content", "attachment.program type.mismatch",
     program(head="Content-Type: text/plain; name=a.txt\n"),
     letter(head="Content-Type: text/plain; name=a.txt\n"))
# F: names


def named(fields, data=LETTER):
    return multi(fields + ENCODING + "\n" + b64(data))


def attached(rest):
    return OCTETS + "Content-Disposition: attachment; " + rest + "\n"


case("f1-two-fields", "attachment.runs message.ambiguous name.conflict",
     named("Content-Type: application/octet-stream; name=a.txt\n"
           "Content-Disposition: attachment; filename=a.exe\n"),
     named("Content-Type: application/octet-stream; name=a.txt\n"
           "Content-Disposition: attachment; filename=a.txt\n"))
case("f2-two-ways", "attachment.runs message.ambiguous name.conflict",
     named(attached("filename=a.txt; filename*=us-ascii''a.exe")),
     named(attached("filename=a.txt; filename*=us-ascii''%61.txt")))
case("f3-order", "attachment.runs message.ambiguous message.malformed",
     named(attached("filename*1=exe; filename*0=a.")),
     named(attached("filename*0=a.; filename*1=txt")))
case("f4-word", "attachment.runs",
     named(attached('filename="=?us-ascii?Q?a=2Eexe?="')),
     named(attached('filename="=?us-ascii?Q?a=2Etxt?="')))
case("f5-quotes", "attachment.runs message.malformed",
     named(attached("filename='a.exe'")),
     named(attached("filename=\"o'a.txt\"")))
case("f6-trailing", "attachment.runs name.trailing_dot",
     named(attached('filename="a.exe. "')),
     named(attached('filename="a.b.txt"')))
# E: other wrappings
case("e1-uuencode", FOUND,
     multi("Content-Type: text/plain\n\nbegin 644 a.exe\n"
                          + EXE_UU),
     multi("Content-Type: text/plain\n\nbegin 644 words\n"))
case("e1-announced", HARD + " uninspectable",
     multi(EXE + CTE + " x-uuencode\n\nbegin 644 a.exe\n"
                           + EXE_UU), letter())
case("e1-yenc", FOUND,
     multi("Content-Type: application/x-yencode\n"
           "Content-Transfer-Encoding: 8bit\n\n" + yenc(PROGRAM)),
     multi("Content-Type: text/plain\n\n=ybegin is how it starts\n"))
case("e1-binhex", "uninspectable",
     multi("Content-Type: application/mac-binhex40\n\n"
           "(This file must be converted with BinHex 4.0)\n\n:$f0ZFfPZC!:\n"),
     multi("Content-Type: text/plain\n\nConvert it with BinHex 4.0.\n"))
case("e2-no-version", FOUND,
     multi(BOTH).replace("MIME-Version: 1.0\n", ""),
     multi(HONEST).replace("MIME-Version: 1.0\n", ""))
case("e2-quoted", FOUND,
     HEAD.replace("MIME-Version: 1.0\n", "")
     + "\nYour mail came back:\n\n" + multi(BOTH),
     HEAD.replace("MIME-Version: 1.0\n", "")
     + "\nYour mail came back:\n\n" + multi(HONEST))
case("e5-alternative", FOUND,
     multi(BOTH).replace("multipart/mixed", "multipart/alternative"),
     multi("Content-Type: text/html\n\n<p>See the file.</p>\n").replace(
         "multipart/mixed", "multipart/alternative"))
# X: others
case("x1-utf-7", "link.numeric",
     multi("Content-Type: text/plain; charset=utf-7\n\n"
           "http:+AC8ALw-192.0.2.1+AC8-\n"),
     multi("Content-Type: text/plain; charset=utf-7\n\nDear Taro +AC0-\n"))
case("x2-from", "message.two_from",
     multi(HONEST).replace("From: ", "From: <a@example.net>\n"
                                      "From: ", 1),
     multi(HONEST).replace("From: ", "Reply-To: <a@example.net>\nFrom: ", 1))
case("x3-smuggled", "message.bare_lf",
     multi(HONEST) + "<LF>.<LF>MAIL FROM:<a@example.net>\n",
     multi(HONEST) + "\n..\n")
