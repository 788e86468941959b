# SPDX-License-Identifier: ISC
"""The mails that are sent: real phishing when there is any, and made ones."""
import base64
import glob
import os
import random
import tempfile
import zipfile

HEAD = ("From: Sender <sender@example.org>\r\nTo: rcpt@example.go.jp\r\n"
        "Subject: bench {n}\r\nDate: Mon, 01 Jun 2026 00:00:00 +0900\r\n"
        "Message-ID: <bench-{n}@example.org>\r\nMIME-Version: 1.0\r\n")


def text_mail(n, size):
    rng = random.Random(n)
    words = ["report", "meeting", "schedule", "please", "confirm", "the",
             "draft", "of", "annual", "budget", "attached", "regards"]
    body, length = [], 0
    while length < size:
        line = " ".join(rng.choice(words) for _ in range(10))
        body.append(line)
        length += len(line) + 2
    return (HEAD.format(n=n) + "Content-Type: text/plain\r\n\r\n"
            + "\r\n".join(body) + "\r\n").encode()


def attachment_mail(n, name, data):
    coded = base64.encodebytes(data).replace(b"\n", b"\r\n")
    head = (HEAD.format(n=n) + 'Content-Type: multipart/mixed; boundary="b"'
            "\r\n\r\n--b\r\nContent-Type: text/plain\r\n\r\nAttached.\r\n"
            "--b\r\nContent-Type: application/octet-stream\r\n"
            "Content-Transfer-Encoding: base64\r\n"
            f'Content-Disposition: attachment; filename="{name}"\r\n\r\n')
    return head.encode() + coded + b"--b--\r\n"


def zip_bytes(n, size):
    rng = random.Random(n)
    path = tempfile.mktemp()
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as z:
        for i in range(20):
            z.writestr(f"file{i}.txt", base64.b64encode(
                rng.randbytes(size // 16)).decode())
    with open(path, "rb") as f:
        data = f.read()
    os.unlink(path)
    return data


def synthetic_phish(n):
    rng = random.Random(n)
    rows = "".join(f"<tr><td style='padding:{i}px'>row {rng.random()}</td>"
                   f"<td><a href='https://example{i}.net/{rng.random()}'>"
                   f"open</a></td></tr>" for i in range(150))
    html = f"<html><body><p>Your account</p><table>{rows}</table></body></html>"
    coded = base64.encodebytes(html.encode()).replace(b"\n", b"\r\n")
    return (HEAD.format(n=n) + "Content-Type: text/html; charset=utf-8\r\n"
            "Content-Transfer-Encoding: base64\r\n\r\n").encode() + coded


def real_phish(folder):
    found = sorted(glob.glob(os.path.join(folder, "**", "*"), recursive=True))
    found = [f for f in found if os.path.isfile(f)
             and os.path.getsize(f) > 500][::15]
    return found


def make_corpora(scratch, phish, names):
    """The mails of each name, as files."""
    makers = {
        "phish": lambda: [synthetic_phish(n) for n in range(200)],
        "text2k": lambda: [text_mail(n, 2048) for n in range(300)],
        "zip100k": lambda: [attachment_mail(n, "a.zip",
                                            zip_bytes(n, 100 << 10))
                            for n in range(100)],
        "1mb": lambda: [attachment_mail(
            n, "a.bin", random.Random(n).randbytes(1 << 20))
            for n in range(40)],
        "20mb": lambda: [attachment_mail(
            n, "a.bin", random.Random(n).randbytes(20 << 20))
            for n in range(4)],
    }
    corpora = {}
    for name in names:
        if name == "phish" and os.path.isdir(phish):
            corpora[name] = real_phish(phish)
            continue
        folder = os.path.join(scratch, name)
        os.mkdir(folder)
        corpora[name] = []
        for i, mail in enumerate(makers[name]()):
            path = os.path.join(folder, f"{i:04}.eml")
            with open(path, "wb") as f:
                f.write(mail)
            corpora[name].append(path)
    return corpora


# messages a run and connections, so that a run takes a few seconds
RUNS = {"phish": (1500, 8), "text2k": (4000, 8), "zip100k": (800, 8),
        "1mb": (160, 8), "20mb": (8, 2)}
