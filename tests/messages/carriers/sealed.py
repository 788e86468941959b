# SPDX-License-Identifier: ISC
"""Encrypted 7z and rar, which no free program here makes."""
import hashlib
import lzma
import struct
import zlib

from . import LETTER, PROGRAM, carrier, mail
from .documents import aes

RUNS = "attachment.program attachment.runs "
FILES = {"program": ({"tool.exe": PROGRAM * 9, "letter.txt": LETTER}, RUNS),
         "letter": ({"letter.txt": LETTER * 9}, "")}
IV = b"block before all"
TOLD, PASSWORD = "The password is Sakura2026", "Sakura2026"
LOCKED, OPENED = "uninspectable.encrypted ", "archive.password "


# 7z: 7zFormat.txt and the coder 7zAES of the LZMA SDK.

LZMA = {"id": lzma.FILTER_LZMA1, "preset": 6, "dict_size": 1 << 16}
CODERS = {"stored": (b"\0", b"", None),
          "lzma": (b"\3\1\1", b"\x5d\0\0\1\0", LZMA),
          "lzma2": (b"\x21", b"\x08", {**LZMA, "id": lzma.FILTER_LZMA2})}


def number(n):
    for more in range(8):
        if n < 1 << 7 * (more + 1):
            first = (0xFF00 >> more & 0xFF) | n >> 8 * more
            return bytes([first]) + (n & (1 << 8 * more) - 1).to_bytes(
                more, "little")
    return b"\xff" + n.to_bytes(8, "little")


def coder(name, props):
    return (bytes([len(name) | (0x20 if props else 0)]) + name
            + (number(len(props)) + props if props else b""))


def seven_key(password, salt, cycles):
    if cycles == 0x3F:
        return (salt + password.encode("utf-16le")).ljust(32, b"\0")[:32]
    h = hashlib.sha256()
    for i in range(1 << cycles):
        h.update(salt + password.encode("utf-16le") + struct.pack("<Q", i))
    return h.digest()


def pack(data, how, password, cycles, salt):
    """A packed stream, its folder, and the sizes that come out of it."""
    name, props, chain = CODERS[how]
    packed = data if chain is None else lzma.compress(
        data, lzma.FORMAT_RAW, filters=[chain])
    plain = coder(name, props)
    if password is None:
        return packed, b"\1" + plain, [len(data)]
    sizes = bytes([(len(salt) > 0) << 7 | 0x40 | cycles,
                   max(len(salt) - 1, 0) << 4 | 15])
    cipher = coder(b"\6\xf1\7\1", sizes + salt + IV)
    sealed = aes(256, "cbc", seven_key(password, salt, cycles), packed, IV)
    if how == "stored":
        return sealed, b"\1" + cipher, [len(data)]
    return sealed, b"\2" + cipher + plain + b"\1\0", [len(packed), len(data)]


def streams(at, packs):
    return (b"\6" + number(at) + number(len(packs)) + b"\x09"
            + b"".join(number(len(p[0])) for p in packs) + b"\0\7\x0b"
            + number(len(packs)) + b"\0" + b"".join(p[1] for p in packs)
            + b"\x0c" + b"".join(number(n) for p in packs for n in p[2]))


def crc(data):
    return struct.pack("<I", zlib.crc32(data))


def seven(files, how="lzma2", password=PASSWORD, cycles=8, salt=b"",
          sealed=False, clear=(), crcs=True):
    packs = [pack(data, how, None if name in clear else password, cycles,
                  salt) for name, data in files.items()]
    body = b"".join(p[0] for p in packs)
    names = b"\0" + b"".join((n + "\0").encode("utf-16le") for n in files)
    header = (b"\1\4" + streams(0, packs) + b"\0\x08" + (
        b"\x0a\1" + b"".join(map(crc, files.values())) if crcs else b"")
        + b"\0\0\5" + number(len(files)) + b"\x11" + number(len(names))
        + names + b"\0\0")
    if sealed:
        last = pack(header, "lzma", password, cycles, salt)
        header = (b"\x17" + streams(len(body), [last]) + b"\x0a\1"
                  + crc(header) + b"\0\0")
        body += last[0]
    start = struct.pack("<QQ", len(body), len(header)) + crc(header)
    return b"7z\xbc\xaf\x27\x1c\0\4" + crc(start) + start + body + header


def sevens(title, facts, files, text=TOLD, **more):
    carrier("7z-" + title, facts)(
        lambda: mail(("a.7z", seven(files, **more)), text=text))


for what, (files_in, raised) in FILES.items():
    for how_packed in CODERS:
        sevens("%s-%s" % (how_packed, what), OPENED + raised, files_in,
               how=how_packed)
        sevens("%s-%s-unknown" % (how_packed, what), LOCKED, files_in,
               text="See the file.", how=how_packed)
    sevens("sealed-" + what, OPENED + raised, files_in, sealed=True)
    sevens("sealed-%s-unknown" % what, LOCKED, files_in, sealed=True,
           text="See the file.")
    sevens("open-" + what, raised, files_in, password=None)
BOTH = FILES["program"][0]
sevens("salt", OPENED + RUNS, BOTH, salt=b"salt of 16 bytes")
sevens("no-cycles", OPENED + RUNS, BOTH, cycles=0x3F)
sevens("mixed", OPENED + RUNS, BOTH, clear=("letter.txt",))
sevens("mixed-unknown", LOCKED + RUNS, BOTH, clear=("tool.exe",),
       text="See the file.")
# Nothing would tell the right password.
sevens("no-checksums", LOCKED, BOTH, crcs=False)


# rar of version 5 (technote.txt of RAR 5), stored.

def vint(n):
    out = b""
    while n > 127:
        out, n = out + bytes([n & 127 | 128]), n >> 7
    return out + bytes([n])


def rar5_keys(password, salt, count):
    def derive(rounds):
        return hashlib.pbkdf2_hmac("sha256", password.encode(), salt, rounds)
    last, check = derive((1 << count) + 32), bytearray(8)
    for i, c in enumerate(last):
        check[i % 8] ^= c
    check = bytes(check)
    return derive(1 << count), check + hashlib.sha256(check).digest()[:4]


def rar5_block(kind, fields, data=None, extra=b"", key=None):
    flags = (1 if extra else 0) | (2 if data is not None else 0)
    head = vint(kind) + vint(flags)
    if extra:
        head += vint(len(extra))
    if data is not None:
        head += vint(len(data))
    head += fields + extra
    head = vint(len(head)) + head
    head = crc(head) + head
    if key is not None:
        head = IV + aes(256, "cbc", key, head, IV)
    return head + (data or b"")


def rar5(files, password=PASSWORD, sealed=False, count=4, clear=(),
         own=None, checked=True, more=0,
         attributes=0x20, padding=0):
    """own: name -> a password of its own."""
    salt = bytes(range(16))
    out, outer = b"Rar!\x1a\7\1\0", None
    if sealed:
        outer, check = rar5_keys(password, salt, count)
        out += rar5_block(4, b"\0\1" + bytes([count]) + salt + check)
    more_of_main = vint(padding + 1) + b"\7" + bytes(padding)
    out += rar5_block(1, b"\0", extra=more_of_main if padding else b"",
                      key=outer)
    for name, data in files.items():
        fields = (b"\4" + vint(len(data) + more) + vint(attributes) + crc(data)
                  + b"\0\1"
                  + vint(len(name)) + name.encode())
        extra = b""
        if name not in clear and password is not None:
            key, check = rar5_keys((own or {}).get(name, password), salt,
                                   count)
            if not checked:
                check = check[:8] + b"none"
            extra = b"\1\0\1" + bytes([count]) + salt + IV + check
            extra = vint(len(extra)) + extra
            data = aes(256, "cbc", key, data, IV)
        out += rar5_block(2, fields, data, extra, outer)
    return out + rar5_block(5, b"\0", key=outer)


# rar of versions 3 and 4 (technote.txt of RAR 4), stored.

def rar3_keys(password, salt):
    seed = password.encode("utf-16le") + salt
    h, iv = hashlib.sha1(), b""
    for i in range(1 << 18):
        h.update(seed + struct.pack("<I", i)[:3])
        if i % (1 << 14) == 0:
            iv += h.digest()[19:]
    key = struct.unpack(">4I", h.digest()[:16])
    return struct.pack("<4I", *key), iv


def rar3(files, password=PASSWORD, sealed=False, clear=()):
    salt = b"8 bytes."
    key, iv = rar3_keys(password, salt)

    def block(kind, flags, fields, data=b"", lock=sealed):
        head = struct.pack("<BHH", kind, flags, 7 + len(fields)) + fields
        head = crc(head)[:2] + head
        if lock:
            head = salt + aes(128, "cbc", key, head, iv)
        return head + data
    out = b"Rar!\x1a\7\0" + block(0x73, 0x80 if sealed else 0, bytes(6),
                                  lock=False)
    for name, data in files.items():
        size, flags, end, sum_of = len(data), 0x8000, b"", zlib.crc32(data)
        if name not in clear:
            flags, end = 0x8404, salt
            data = aes(128, "cbc", key, data, iv)
        out += block(0x74, flags, struct.pack(
            "<IIBIIBBHI", len(data), size, 2, sum_of, 0x5A21_0000, 29, 0x30,
            len(name), 0x20) + name.encode() + end, data)
    return out + block(0x7B, 0x4000, b"")


def rars(title, facts, make, files, text=TOLD, **more):
    carrier("%s-%s" % (make.__name__, title), facts)(
        lambda: mail(("a.rar", make(files, **more)), text=text))


for make in rar5, rar3:
    for what, (files_in, raised) in FILES.items():
        rars(what, OPENED + raised, make, files_in)
        rars("sealed-" + what, OPENED + raised, make, files_in, sealed=True)
    for title, more in [("unknown", {}), ("sealed-unknown",
                                          {"sealed": True})]:
        rars(title, LOCKED, make, BOTH, text="See the file.", **more)
    rars("mixed", OPENED + RUNS, make, BOTH, clear=("letter.txt",))
    rars("mixed-unknown", LOCKED + RUNS, make, BOTH, clear=("tool.exe",),
         text="See the file.")
rars("open", RUNS, rar5, BOTH, password=None)
rars("two-passwords", OPENED + RUNS, rar5, BOTH, text="Sakura2026, Kasumi26",
     own={"tool.exe": "Kasumi26"})
rars("one-password", OPENED + LOCKED, rar5, BOTH,
     own={"tool.exe": "Kasumi26"})
# Programs ignore what does not fit its own checksum, so it opens nothing here.
rars("no-check", LOCKED, rar5, BOTH, checked=False)
# libarchive reads what comes behind so large a header, and takes it for plain.
rars("large-header", OPENED + RUNS, rar5, BOTH, padding=1 << 17)
rars("large-header-unknown", LOCKED, rar5, BOTH, text="See the file.",
     padding=1 << 17)
rars("huge-header", "uninspectable", rar5, {"letter.txt": LETTER},
     password=None, padding=2 << 20)
# Attributes say that it is a folder; programs do not look at them.
rars("folder", RUNS, rar5, BOTH, password=None, attributes=0o40755)
rars("short", "uninspectable", rar5, {"letter.txt": LETTER}, password=None,
     more=60)
