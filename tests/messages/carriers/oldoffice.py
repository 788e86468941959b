# SPDX-License-Identifier: ISC
"""Documents of Office 97 to 2003 with a password (MS-OFFCRYPTO 2.3.5 to 2.3.7).

The tables of XOR obfuscation stand here as the specification prints them; the
code under test makes them by a shift register.
"""
import hashlib
import struct

from . import carrier, mail
from .documents import BOF, CALLS, WORD, biff, compound, project, sheet
from .pdfs import rc4

KNOWN = "VelvetSweatshop"
SALT, GIVEN = bytes(range(16)), b"sixteen bytes in"


class Rc4:
    """40 bits, MS-OFFCRYPTO 2.3.6."""

    def __init__(self, password):
        first = hashlib.md5(password.encode("utf-16le")).digest()[:5]
        self.base = hashlib.md5((first + SALT) * 16).digest()[:5]

    def key(self, number):
        return hashlib.md5(self.base + struct.pack("<I", number)).digest()

    def verifier(self):
        return rc4(self.key(0), GIVEN + hashlib.md5(GIVEN).digest())

    def header(self):
        return struct.pack("<HH", 1, 1) + SALT + self.verifier()

    def stream(self, data, every):
        return b"".join(rc4(self.key(i // every), data[i:i + every])
                        for i in range(0, len(data), every))


class CryptoApi(Rc4):
    """MS-OFFCRYPTO 2.3.5."""

    def __init__(self, password, bits=128):
        self.bits = bits
        self.base = hashlib.sha1(SALT + password.encode("utf-16le")).digest()

    def key(self, number):
        key = hashlib.sha1(self.base + struct.pack("<I", number)).digest()
        return key[:self.bits // 8].ljust(16 if self.bits == 40 else 0, b"\0")

    def header(self):
        name = "Microsoft Enhanced Cryptographic Provider\0".encode("utf-16le")
        head = struct.pack("<8I", 4, 0, 0x6801, 0x8004, self.bits, 1, 0, 0) \
            + name
        both = rc4(self.key(0), GIVEN + hashlib.sha1(GIVEN).digest())
        return (struct.pack("<HHII", 2, 2, 4, len(head)) + head
                + struct.pack("<I", 16) + SALT + both[:16]
                + struct.pack("<I", 20) + both[16:])


INITIAL = [0xE1F0, 0x1D0F, 0xCC9C, 0x84C0, 0x110C, 0x0E10, 0xF1CE, 0x313E,
           0x1872, 0xE139, 0xD40F, 0x84F9, 0x280C, 0xA96A, 0x4EC3]
MATRIX = [
    0xAEFC, 0x4DD9, 0x9BB2, 0x2745, 0x4E8A, 0x9D14, 0x2A09,
    0x7B61, 0xF6C2, 0xFDA5, 0xEB6B, 0xC6F7, 0x9DCF, 0x2BBF,
    0x4563, 0x8AC6, 0x05AD, 0x0B5A, 0x16B4, 0x2D68, 0x5AD0,
    0x0375, 0x06EA, 0x0DD4, 0x1BA8, 0x3750, 0x6EA0, 0xDD40,
    0xD849, 0xA0B3, 0x5147, 0xA28E, 0x553D, 0xAA7A, 0x44D5,
    0x6F45, 0xDE8A, 0xAD35, 0x4A4B, 0x9496, 0x390D, 0x721A,
    0xEB23, 0xC667, 0x9CEF, 0x29FF, 0x53FE, 0xA7FC, 0x5FD9,
    0x47D3, 0x8FA6, 0x0F6D, 0x1EDA, 0x3DB4, 0x7B68, 0xF6D0,
    0xB861, 0x60E3, 0xC1C6, 0x93AD, 0x377B, 0x6EF6, 0xDDEC,
    0x45A0, 0x8B40, 0x06A1, 0x0D42, 0x1A84, 0x3508, 0x6A10,
    0xAA51, 0x4483, 0x8906, 0x022D, 0x045A, 0x08B4, 0x1168,
    0x76B4, 0xED68, 0xCAF1, 0x85C3, 0x1BA7, 0x374E, 0x6E9C,
    0x3730, 0x6E60, 0xDCC0, 0xA9A1, 0x4363, 0x86C6, 0x1DAD,
    0x3331, 0x6662, 0xCCC4, 0x89A9, 0x0373, 0x06E6, 0x0DCC,
    0x1021, 0x2042, 0x4084, 0x8108, 0x1231, 0x2462, 0x48C4]
FILL = bytes.fromhex("bbffffbaffffb98000be0f00bf0f00")


class Xor:
    def __init__(self, password):
        text = password.encode()
        self.key, self.sum, at = INITIAL[len(text) - 1], 0, 0x68
        for c in reversed(text):
            for _ in range(7):
                if c & 0x40:
                    self.key ^= MATRIX[at]
                c, at = c << 1, at - 1
        for c in reversed(bytes([len(text)]) + text):
            self.sum = (self.sum >> 14 & 1 | self.sum << 1 & 0x7FFF) ^ c
        self.sum ^= 0xCE4B
        pad = (text + FILL)[:16]
        half = self.key & 255, self.key >> 8
        pad = [c ^ half[i % 2] for i, c in enumerate(pad)]
        self.pad = [c >> 1 | c << 7 & 255 for c in pad]

    def record(self, at, data):
        """One of Excel's, whose data stand at an offset."""
        return bytes((c << 5 & 255 | c >> 3) ^ self.pad[(at + i + len(data))
                                                        % 16]
                     for i, c in enumerate(data))

    def word(self, data):
        return bytes(c if c in (0, self.pad[i % 16]) else c ^ self.pad[i % 16]
                     for i, c in enumerate(data))


def workbook(lock, *records, old=False):
    """A FILEPASS record, and all behind it encrypted."""
    if isinstance(lock, Xor):
        header = struct.pack("<HH", lock.key, lock.sum)
        if not old:
            header = b"\0\0" + header
    else:
        header = b"\1\0" + lock.header()
    records = [BOF, (0x2F, header), *records]
    plain = biff(*records)
    out = bytearray(plain) if isinstance(lock, Xor) else \
        bytearray(lock.stream(plain, 1024))
    at = 0
    for kind, data in records:
        clear = len(data) if kind in (0x809, 0x2F) else \
            4 if kind == 0x85 else 0
        if isinstance(lock, Xor):
            out[at + 4:at + 4 + len(data)] = lock.record(at + 4, data)
        out[at:at + 4 + clear] = plain[at:at + 4 + clear]
        at += 4 + len(data)
    return compound({"Book" if old else "Workbook": bytes(out)})


FIELD = WORD + b'\x13 DDEAUTO none "a"\x15' + WORD


def word(lock, text=FIELD, **more):
    """The first 68 bytes of the text are in clear."""
    table, clear = bytes(900), bytearray(text[:68])
    if isinstance(lock, Xor):
        clear[10:12] = b"\0\x83"
        clear[14:18] = struct.pack("<HH", lock.sum, lock.key)
        body = lock.word(text)
    else:
        header = lock.header()
        clear[10:12] = b"\0\x03"
        clear[14:18] = struct.pack("<I", len(header))
        body, table = lock.stream(text, 512), header + table
    return compound({"WordDocument": bytes(clear) + body[68:],
                     "1Table": table, **more})


def slides(lock, text):
    """One object, the session with the lock, their directory, the edit."""
    def record(kind, data):
        return struct.pack("<HHI", 0, kind, len(data)) + data
    one = record(0x0FA0, text)
    session = record(0x2F14, lock.header())
    directory = record(0x1772, struct.pack("<III", 2 << 20 | 1, 0, len(one)))
    at = len(one) + len(session)
    edit = record(0x0FF5, struct.pack("<8I", 0, 0, 0, at, 1, 2, 0, 2))
    user = record(0x0FF6, struct.pack("<III", 0x14, 0xF3D1C4DF,
                                      at + len(directory)))
    return compound({
        "Current User": user, "EncryptedSummary": bytes(60),
        "PowerPoint Document": rc4(lock.key(1), one) + session + directory
        + edit})


SHEETS = sheet(0), (0xFC, bytes(3000)), sheet(1)
TOLD = "The password is Sakura2026"
LOCKED, OPENED = "uninspectable.encrypted", "archive.password "
LOCKS = {"rc4": Rc4, "cryptoapi": CryptoApi,
         "cryptoapi-40": lambda p: CryptoApi(p, 40), "xor": Xor}
for title, lock in LOCKS.items():
    for what, facts, password, text, records in [
            ("", OPENED + "macro.xlm", "Sakura2026", TOLD, SHEETS),
            ("-neighbour", OPENED, "Sakura2026", TOLD,
             (sheet(0), (0xFC, bytes(3000)), sheet(0))),
            ("-unknown", LOCKED, "Sakura2026", "See the file.", SHEETS),
            ("-known-to-office", "macro.xlm", KNOWN, "See the file.",
             SHEETS)]:
        carrier("old-xls-%s%s" % (title, what), facts)(
            lambda lock=lock, password=password, text=text, records=records:
            mail(("a.xls", workbook(lock(password), *records)), text=text))
    for what, facts, told, body in [
            ("", OPENED + "office.dde", TOLD, FIELD),
            ("-neighbour", OPENED, TOLD, WORD * 3),
            ("-unknown", LOCKED, "See the file.", FIELD)]:
        carrier("old-doc-%s%s" % (title, what), facts)(
            lambda lock=lock, told=told, body=body:
            mail(("a.doc", word(lock("Sakura2026"), body)), text=told))
carrier("old-xls-excel-95", OPENED + "macro.xlm")(lambda: mail(
    ("a.xls", workbook(Xor("Sakura2026"), *SHEETS, old=True)), text=TOLD))
# Macros are not encrypted: they are found without the password.
carrier("old-doc-macro-unknown",
        LOCKED + " macro.auto macro.calls macro.vba")(lambda: mail(
            ("a.doc", word(Rc4("Sakura2026"), Macros=project(CALLS)))))
carrier("old-ppt", OPENED)(lambda: mail(
    ("a.ppt", slides(CryptoApi("Sakura2026"), b"text")), text=TOLD))
carrier("old-ppt-unknown", LOCKED)(lambda: mail(
    ("a.ppt", slides(CryptoApi("Sakura2026"), b"text"))))
