# SPDX-License-Identifier: ISC
"""Archives: what is packed must be found, at any depth, in any format."""
import bz2
import gzip
import io
import lzma
import os
import struct
import subprocess
import tarfile
import tempfile
import zipfile
import zlib

from . import LETTER, PROGRAM, carrier, mail

RUNS = "attachment.program attachment.runs"
FILES = {"program": ({"tool.exe": PROGRAM}, RUNS),
         "letter": ({"letter.txt": LETTER}, "")}


def zipped(files, how=zipfile.ZIP_DEFLATED):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", how) as z:
        for name, data in files.items():
            z.writestr(zipfile.ZipInfo(name), data, how)
    return out.getvalue()


def tarred(files, how="w"):
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode=how) as t:
        for name, data in files.items():
            info = tarfile.TarInfo(name)
            info.size = len(data)
            t.addfile(info, io.BytesIO(data))
    return out.getvalue()


def bsdtarred(files, kind, *more):
    """By bsdtar: 7zip, iso9660, cpio, zip. (Pipes it would pad.)"""
    with tempfile.TemporaryDirectory() as folder:
        for name, data in files.items():
            with open(os.path.join(folder, name), "wb") as f:
                f.write(data)
        out = os.path.join(folder, "out")
        subprocess.run(["bsdtar", "-c", "-f", out, "--format", kind, *more,
                        "-C", folder, *files], check=True)
        with open(out, "rb") as f:
            return f.read()


def ar(files):
    out = b"!<arch>\n"
    for name, data in files.items():
        out += (b"%-16s%-12d%-6d%-6d%-8o%-10d`\n" % (
            name.encode() + b"/", 0, 0, 0, 0o100644, len(data)) + data
            + b"\n" * (len(data) % 2))
    return out


def crc16(data):
    crc = 0
    for byte in data:
        crc ^= byte
        for _ in range(8):
            crc = crc >> 1 ^ (0xA001 if crc & 1 else 0)
    return crc


def lha(files):
    """Level 1 headers, stored (-lh0-)."""
    out = b""
    for name, data in files.items():
        name = name.encode("cp932")
        body = (b"-lh0-" + struct.pack("<IIIBB", len(data), len(data), 0,
                                       0x20, 1)
                + bytes([len(name)]) + name
                + struct.pack("<HBH", crc16(data), ord("M"), 0))
        out += bytes([len(body), sum(body) & 255]) + body + data
    return out + b"\0"


def rar4(files):
    def block(kind, flags, rest):
        head = struct.pack("<BHH", kind, flags, 7 + len(rest)) + rest
        return struct.pack("<H", zlib.crc32(head) & 0xFFFF) + head
    out = b"Rar!\x1a\x07\0" + block(0x73, 0, bytes(6))
    for name, data in files.items():
        name = name.encode()
        out += block(0x74, 0x8000, struct.pack(
            "<IIBIIBBHI", len(data), len(data), 2, zlib.crc32(data),
            0x5A21_0000, 20, 0x30, len(name), 0x20) + name) + data
    return out + block(0x7B, 0x4000, b"")


def cab(files):
    """One folder, not compressed (MS-CAB)."""
    data = b"".join(files.values())
    entries, at = b"", 0
    for name, content in files.items():
        entries += struct.pack("<IIHHHH", len(content), at, 0, 0x5A21, 0,
                               0x20) + name.encode() + b"\0"
        at += len(content)
    first = 36 + 8
    start = first + len(entries)
    total = start + 8 + len(data)
    return (b"MSCF" + struct.pack("<IIIIIBBHHHHH", 0, total, 0, first, 0, 3,
                                  1, 1, len(files), 0, 0, 0)
            + struct.pack("<IHH", start, 1, 0) + entries
            + struct.pack("<IHH", 0, len(data), len(data)) + data)


FORMATS = {
    "zip": ("a.zip", zipped),
    "zip-stored": ("a.zip", lambda f: zipped(f, zipfile.ZIP_STORED)),
    "zip-bzip2": ("a.zip", lambda f: zipped(f, zipfile.ZIP_BZIP2)),
    "zip-lzma": ("a.zip", lambda f: zipped(f, zipfile.ZIP_LZMA)),
    "zip-prepended": ("a.zip", lambda f: b"junk in front" * 9 + zipped(f)),
    "tar": ("a.tar", tarred),
    "tar-gz": ("a.tar.gz", lambda f: tarred(f, "w:gz")),
    "tar-bz2": ("a.tar.bz2", lambda f: tarred(f, "w:bz2")),
    "tar-xz": ("a.tar.xz", lambda f: tarred(f, "w:xz")),
    "7z": ("a.7z", lambda f: bsdtarred(f, "7zip")),
    "iso": ("a.iso", lambda f: bsdtarred(f, "iso9660")),
    "cpio": ("a.cpio", lambda f: bsdtarred(f, "cpio")),
    "ar": ("a.a", ar),
    "lha": ("a.lzh", lha),
    "lha-junk-1": ("a.lzh", lambda f: b"x" + lha(f)),
    "lha-junk-64": ("a.lzh", lambda f: b"-lh- junk " * 6 + b"x" + lha(f)),
    "rar4": ("a.rar", rar4),
    "cab": ("a.cab", cab),
}


def each_format():
    for form, (name, pack) in FORMATS.items():
        for what, (files, facts) in FILES.items():
            extra = " attachment.runs" if form == "iso" else ""

            def make(name=name, pack=pack, files=files):
                return mail((name, pack(files)))
            carrier("archive-%s-%s" % (form, what),
                    " ".join(sorted(set((facts + extra).split()))))(make)


each_format()


@carrier("archive-gz-program", "attachment.program")
def _():
    return mail(("tool.gz", gzip.compress(PROGRAM, mtime=0)))


@carrier("archive-gz-letter")
def _():
    return mail(("letter.gz", gzip.compress(LETTER, mtime=0)))


@carrier("archive-xz-program", "attachment.program")
def _():
    return mail(("tool.xz", lzma.compress(PROGRAM)))


@carrier("archive-bz2-program", "attachment.program")
def _():
    return mail(("tool.bz2", bz2.compress(PROGRAM)))


def nested(depth, files):
    data = zipped(files)
    for n in range(depth):
        data = zipped({"%d.zip" % n: data}, zipfile.ZIP_STORED)
    return data


@carrier("archive-nested-program", RUNS)
def _():
    return mail(("a.zip", nested(10, {"tool.exe": PROGRAM})))


@carrier("archive-nested-letter")
def _():
    return mail(("a.zip", nested(10, {"letter.txt": LETTER})))


@carrier("archive-nested-deep", "scan.limit")
def _():
    return mail(("a.zip", nested(40, {"letter.txt": LETTER})))


@carrier("archive-bomb", "scan.limit")
def _():
    return mail(("a.zip", zipped({"big.bin": bytes(120 << 20)})))


@carrier("archive-large-neighbour")
def _():
    return mail(("a.zip", zipped({"big.bin": bytes(4 << 20)})))


@carrier("archive-many-members", "scan.limit")
def _():
    return mail(("a.zip", zipped({"%d.txt" % n: b"" for n in range(5000)},
                                 zipfile.ZIP_STORED)))


@carrier("archive-member-rlo", "attachment.program attachment.runs name.bidi")
def _():
    return mail(("a.zip", zipped({"取材依頼書\u202efdp.exe": PROGRAM})))


@carrier("archive-member-double",
         "attachment.program attachment.runs name.double_extension")
def _():
    return mail(("a.zip", zipped({"請求書.pdf.exe": PROGRAM})))


@carrier("archive-cut-off", "uninspectable")
def _():
    return mail(("a.tar.gz", tarred({"letter.txt": LETTER * 200},
                                    "w:gz")[:-40]))


# Two lists of one zip that differ. "two" is a zip of a letter and a program.

def two():
    return bytearray(zipped({"letter.txt": LETTER, "tool.exe": PROGRAM},
                            zipfile.ZIP_STORED))


def parts_of(z):
    """Where the second local header, the directory and the end record are."""
    end = z.rindex(b"PK\5\6")
    size, start = struct.unpack("<II", z[end + 12:end + 20])
    second = z.index(b"PK\3\4", 4)
    return second, start, end


@carrier("zip-two-neighbour", RUNS)
def _():
    return mail(("a.zip", bytes(two())))


@carrier("zip-local-name",
         "attachment.program archive.ambiguous type.mismatch")
def _():
    z = two()
    at = z.index(b"tool.exe")
    z[at:at + 8] = b"tool.txt"
    return mail(("a.zip", bytes(z)))


@carrier("zip-directory-name", RUNS + " archive.ambiguous")
def _():
    z = two()
    at = z.rindex(b"tool.exe")
    z[at:at + 8] = b"tool.txt"
    return mail(("a.zip", bytes(z)))


@carrier("zip-hidden-member", "archive.ambiguous")
def _():
    """The program stands in the file; the directory lists the letter only."""
    z = two()
    second, start, end = parts_of(z)
    first = zipped({"letter.txt": LETTER}, zipfile.ZIP_STORED)
    tail = bytearray(first[first.index(b"PK\1\2"):])
    at = tail.rindex(b"PK\5\6")
    tail[at + 16:at + 20] = struct.pack("<I", start)
    return mail(("a.zip", bytes(z[:start] + tail)))


@carrier("zip-concatenated", "archive.ambiguous")
def _():
    return mail(("a.zip", zipped({"tool.exe": PROGRAM})
                 + zipped({"letter.txt": LETTER})))


@carrier("zip-in-zip-neighbour")
def _():
    inner = zipped({"letter.txt": LETTER})
    return mail(("a.zip", zipped({"inner.zip": inner}, zipfile.ZIP_STORED)))


@carrier("zip-overlapping", "archive.ambiguous")
def _():
    """Two entries of the directory share the data of one (Fifield)."""
    z = bytearray(zipped({"letter.txt": LETTER}, zipfile.ZIP_STORED))
    start, end = z.index(b"PK\1\2"), z.index(b"PK\5\6")
    entry = z[start:end]
    out = z[:start] + entry + entry.replace(b"letter.txt", b"second.txt") \
        + z[end:]
    at = out.rindex(b"PK\5\6")
    out[at + 8:at + 16] = struct.pack("<HHI", 2, 2, 2 * len(entry))
    return mail(("a.zip", bytes(out)))


@carrier("zip-two-methods", "archive.ambiguous uninspectable")
def _():
    z = bytearray(zipped({"letter.txt": LETTER}, zipfile.ZIP_STORED))
    z[8:10] = b"\x08\0"
    return mail(("a.zip", bytes(z)))


@carrier("zip-commented-neighbour")
def _():
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as z:
        z.writestr("letter.txt", LETTER)
        z.comment = b"PK\5\6 is how a zip ends, says this comment"
    return mail(("a.zip", out.getvalue()))


@carrier("zip-streamed-neighbour")
def _():
    """Sizes behind the data, as programs write that cannot seek."""
    class Pipe(io.RawIOBase):
        data = b""

        def writable(self):
            return True

        def write(self, more):
            self.data += bytes(more)
            return len(more)
    pipe = Pipe()
    with zipfile.ZipFile(pipe, "w", zipfile.ZIP_DEFLATED) as z:
        z.writestr("letter.txt", LETTER)
        z.writestr("second.txt", LETTER)
    return mail(("a.zip", pipe.data))


# Encrypted, with the password in the mail (PPAP) or not.

def locked(files, password, how="zipcrypt"):
    return bsdtarred(files, "zip", "--options", "zip:encryption=" + how,
                     "--passphrase", password)


TOLD = {
    "same-mail": ("A letter", "パスワードは「Kasumi-2026」です。"),
    "fullwidth": ("A letter", "解凍PW：Ｋａｓｕｍｉ－２０２６"),
    "subject": ("資料 (pass: Kasumi-2026)", "See the file."),
    "english": ("A letter", "The password is 'Kasumi-2026'."),
    "unannounced": ("A letter", "Kasumi-2026\nRegards, Hanako"),
}
for where, (subject_told, text_told) in TOLD.items():
    for how_locked in "zipcrypt", "aes256":
        for what_is, (files_in, facts_of) in FILES.items():
            def make_locked(files=files_in, how=how_locked,
                            subject=subject_told, text=text_told):
                return mail(("a.zip", locked(files, "Kasumi-2026", how)),
                            subject=subject, text=text)
            carrier("locked-%s-%s-%s" % (where, how_locked, what_is),
                    facts_of + " archive.password")(make_locked)


@carrier("locked-not-told", "uninspectable.encrypted")
def _():
    return mail(("a.zip", locked({"tool.exe": PROGRAM}, "Kasumi-2026")),
                text="パスワードは別のメールでお送りします。")


@carrier("locked-nested", RUNS + " archive.password")
def _():
    inner = locked({"tool.exe": PROGRAM}, "second-Key")
    return mail(("a.zip", zipped({"inner.zip": inner}, zipfile.ZIP_STORED)),
                text="Password: second-Key")


@carrier("locked-told-by-file", RUNS + " archive.password")
def _():
    return mail(("a.zip", locked({"tool.exe": PROGRAM}, "second-Key")),
                ("note.txt", "解凍キー：ｓｅｃｏｎｄ－Ｋｅｙ".encode()),
                types={"note.txt": "text/plain; charset=utf-8"})


@carrier("locked-told-by-name", RUNS + " archive.password")
def _():
    return mail(("資料 second-Key.zip", locked({"tool.exe": PROGRAM},
                                               "second-Key")))


@carrier("locked-told-beside", RUNS + " archive.password")
def _():
    return mail(("a.zip", zipped({
        "inner.zip": locked({"tool.exe": PROGRAM}, "second-Key"),
        "password.txt": b"second-Key\r\n"})))


@carrier("locked-many-words", "scan.limit uninspectable.encrypted")
def _():
    return mail(("a.zip", locked({"tool.exe": PROGRAM}, "second-Key")),
                text=" ".join("word%d" % n for n in range(300)))


@carrier("told-without-a-lock")
def _():
    return mail(("a.zip", zipped({"letter.txt": LETTER})),
                text="パスワードは Kasumi-2026 です。")


# What nothing here opens is told by its type.

def at_offset(offset, magic, size=4096):
    return bytes(offset) + magic + bytes(size - offset - len(magic))


CLOSED = {
    "arj": at_offset(0, b"\x60\xea\x28\0"),
    "ace": at_offset(7, b"**ACE**"),
    "alz": at_offset(0, b"ALZ\1"),
    "egg": at_offset(0, b"EGGA"),
    "xar": at_offset(0, b"xar!"),
    "wim": at_offset(0, b"MSWIM\0\0\0"),
    "dmg": at_offset(4096 - 512, b"koly"),
    "vhd": at_offset(4096 - 512, b"conectix"),
    "vhdx": at_offset(0, b"vhdxfile"),
    "udf": at_offset(0x8001, b"BEA01", 0x9000),
    "exfat": at_offset(3, b"EXFAT   "),
    "refs": at_offset(3, b"ReFS\0\0\0\0"),
    "gpt": at_offset(512, b"EFI PART"),
    "hfs": at_offset(1024, b"H+\0\4"),
    "apfs": at_offset(32, b"NXSB"),
    "nero": at_offset(4096 - 12, b"NER5"),
    "vdi": at_offset(64, b"\x7f\x10\xda\xbe"),
    "help": at_offset(0, b"?_\3\0"),
    "pst": at_offset(0, b"!BDN"),
    "mdb": at_offset(4, b"Standard Jet DB\0"),
    "accdb": at_offset(4, b"Standard ACE DB\0"),
    "szdd": at_offset(0, b"SZDD\x88\xf0\x27\x33"),
    "zpaq": at_offset(0, b"7kSt\xa0\x31\x83\xd3"),
    "lz4": at_offset(0, b"\4\x22\x4d\x18"),
}
for kind, data_of in CLOSED.items():
    disk = kind in ("dmg", "udf", "vhd", "vhdx", "wim")
    extra = " attachment.runs" if disk else ""

    def make_closed(kind=kind, data=data_of):
        return mail(("a." + kind, data))
    carrier("closed-" + kind, "uninspectable" + extra)(make_closed)


@carrier("closed-chm", "attachment.program attachment.runs uninspectable")
def _():
    return mail(("a.chm", at_offset(0, b"ITSF\3\0\0\0")))


@carrier("iso-bridge", "attachment.runs uninspectable")
def _():
    """Two lists of files; Windows reads the one that is not read here."""
    image = bytearray(bsdtarred({"letter.txt": LETTER}, "iso9660"))
    image[18 * 2048 + 1:18 * 2048 + 6] = b"BEA01"
    image[19 * 2048 + 1:19 * 2048 + 6] = b"NSR02"
    return mail(("a.iso", bytes(image)))


@carrier("mailbox-program", "attachment.program attachment.runs")
def _():
    return mail(("a.mbox", mailbox(mail(("letter.txt", LETTER)),
                                   mail(("tool.exe", PROGRAM)))))


@carrier("mailbox-no-empty-line", "attachment.program attachment.runs")
def _():
    box = mailbox(mail(("letter.txt", LETTER)), mail(("tool.exe", PROGRAM)))
    return mail(("a.dat", box.replace(b"\r\n\r\nFrom ", b"\r\nFrom ")))


@carrier("mailbox-neighbour")
def _():
    return mail(("a.mbox", mailbox(mail(("letter.txt", LETTER)))))


@carrier("mailbox-text-neighbour")
def _():
    return mail(("a.txt", b"From time to time\r\nthere is a letter.\r\n"))


def mailbox(*mails):
    return b"\r\n".join(b"From hanako@example.com Mon Nov 23 10:00:00 2026"
                        b"\r\n" + m.replace(b"b1", b"b2") for m in mails)


@carrier("closed-neighbour")
def _():
    return mail(("a.dat", at_offset(9, b"**ACE**")))


@carrier("password-notice", "text.password")
def _():
    return mail(subject="【パスワード通知】会議資料の件",
                text="先ほどの添付ファイルの解凍パスワードは Kasumi-2026 です。")


@carrier("password-notice-neighbour")
def _():
    return mail(subject="会議資料の件", text="先ほどの資料の続きです。")


# Other containers with two lists.

def tar_header(name, kind=b"0", size=0):
    head = bytearray(512)
    head[:len(name)] = name
    head[100:108], head[124:136] = b"0000644\0", b"%011o\0" % size
    head[156:157], head[257:265] = kind, b"ustar\x0000"
    head[148:156] = b" " * 8
    head[148:156] = b"%06o\0 " % sum(head)
    return bytes(head)


def tar_member(name, data, **records):
    """With a pax header that says so."""
    out = b""
    if records:
        lines = b""
        for key, value in records.items():
            body = b" %s=%s\n" % (key.encode(), value)
            size = len(body) + 2
            lines += b"%d%s" % (size if len(str(size)) == 2 else size + 1,
                                body)
        out = tar_header(b"pax", b"x", len(lines)) + lines
        out += bytes(-len(out) % 512)
    out += tar_header(name, size=len(data)) + data
    return out + bytes(-len(out) % 512)


TAR_END = bytes(1024)
for title, facts, content in [
        ("pax-name", RUNS + " archive.ambiguous", lambda: tar_member(
            b"letter.txt", PROGRAM, path=b"tool.exe")),
        ("pax-name-neighbour", "", lambda: tar_member(
            b"letter.txt", LETTER, path="手紙.txt".encode())),
        ("pax-long-neighbour", "", lambda: tar_member(
            b"a" * 100, LETTER, path=b"a" * 110 + b".txt")),
        ("pax-size", "archive.ambiguous", lambda: tar_member(
            b"letter.txt", LETTER, size=b"512") + TAR_END),
        ("long-name", "archive.ambiguous", lambda: tar_header(
            b"././@LongLink", b"L", 9) + b"tool.txt\0".ljust(512, b"\0")
            + tar_member(b"letter.doc", LETTER)),
        ("behind-end", "archive.ambiguous", lambda: tar_member(
            b"letter.txt", LETTER) + TAR_END
            + tar_member(b"tool.exe", PROGRAM)),
        ("padded-neighbour", "", lambda: tar_member(
            b"letter.txt", LETTER) + bytes(9216))]:
    carrier("tar-" + title, facts)(lambda content=content: mail(
        ("a.tar", content() + TAR_END)))
carrier("tar-gz-pax-name", RUNS + " archive.ambiguous")(lambda: mail(
    ("a.tar.gz", gzip.compress(tar_member(
        b"letter.txt", PROGRAM, path=b"tool.exe") + TAR_END, mtime=0))))


carrier("tar-bomb-behind-end", "scan.limit")(lambda: mail(
    ("a.tar.gz", gzip.compress(tar_member(b"letter.txt", LETTER) + TAR_END
                               + bytes(20 << 20), mtime=0))))


@carrier("iso-two-lists", "archive.ambiguous attachment.runs")
def _():
    """The list of Windows has a letter, the plain one nothing of its kind."""
    data = bytearray(bsdtarred({"letter.txt": LETTER}, "iso9660"))
    plain = data.index(b"LETTER.TXT")
    data[plain:plain + 10] = b"LETTER.EXE"
    return mail(("a.iso", bytes(data)))


for title, before in [("tar", lambda: tarred({"a.txt": LETTER})),
                      ("gz", lambda: gzip.compress(LETTER, mtime=0)),
                      ("rar", lambda: rar4({"a.txt": LETTER})),
                      ("cab", lambda: cab({"a.txt": LETTER})),
                      ("7z", lambda: bsdtarred({"a.txt": LETTER}, "7zip"))]:
    carrier("zip-behind-" + title, RUNS)(lambda before=before: mail(
        ("a.zip.x", before() + zipped({"tool.exe": PROGRAM}))))
for title, ahead in [("rar", lambda: rar4({"tool.exe": PROGRAM})),
                     ("lha", lambda: lha({"tool.exe": PROGRAM}))]:
    carrier("zip-in-front-of-" + title, RUNS)(lambda ahead=ahead: mail(
        ("a.x", ahead() + zipped({"letter.txt": LETTER}))))


@carrier("zip-twins", RUNS + " archive.ambiguous")
def _():
    z = two()
    second = zipped({"letter.txt": LETTER, "letter.tx1": LETTER},
                    zipfile.ZIP_STORED).replace(b"letter.tx1", b"letter.txt")
    return mail(("a.zip", second), ("b.zip", bytes(z)))


@carrier("zip-declared", "archive.ambiguous")
def _():
    z = bytearray(zipped({"letter.txt": LETTER, "b.txt": LETTER}))
    at = z.rindex(b"PK\5\6")
    z[at + 8:at + 12] = struct.pack("<HH", 1, 1)
    return mail(("a.zip", bytes(z)))


def zip64(files, end=0xFFFFFFFF):
    """With the end record of zip64, and what the old one says in place of
    size and offset."""
    z = bytearray(zipped(files, zipfile.ZIP_STORED))
    at = z.rindex(b"PK\5\6")
    size, start = struct.unpack("<II", z[at + 12:at + 20])
    count = len(files)
    new = (b"PK\6\6" + struct.pack("<QHHIIQQQQ", 44, 45, 45, 0, 0, count,
                                   count, size, start)
           + b"PK\6\7" + struct.pack("<IQI", 0, at, 1))
    if end == 0xFFFFFFFF:
        z[at + 12:at + 20] = struct.pack("<II", end, end)
    else:
        z[at + 12:at + 20] = struct.pack("<II", end, start)
    return bytes(z[:at] + new + z[at:])


@carrier("zip64-neighbour", RUNS)
def _():
    return mail(("a.zip", zip64({"a.txt": LETTER, "tool.exe": PROGRAM})))


@carrier("zip64-name", "archive.ambiguous attachment.program type.mismatch")
def _():
    z = zip64({"a.txt": LETTER, "tool.exe": PROGRAM})
    return mail(("a.zip", z.replace(b"tool.exe", b"tool.txt", 1)))


@carrier("zip64-two-ends", "archive.ambiguous")
def _():
    return mail(("a.zip", zip64({"a.txt": LETTER, "b.txt": LETTER}, 51)))
