# SPDX-License-Identifier: ISC
"""PDF documents: what they do by themselves, carry and lead to."""
import hashlib
import re
import struct
import zipfile
import zlib

from . import LETTER, PROGRAM, carrier, mail
from .archives import tarred, zipped
from .documents import aes


def stream(data, more=b"", packed=True):
    if packed:
        data = zlib.compress(data)
        more += b"/Filter/FlateDecode"
    return b"<<%s/Length %d>>\nstream\n%s\nendstream" % (more, len(data), data)


def pdf(*objects, root=b"", trailer=b"", table=True):
    """Object 1 is the catalog, 2 the pages, 3 the one page, then these."""
    out = b"%PDF-1.7\n"
    every = (b"<</Type/Catalog/Pages 2 0 R%s>>" % root,
             b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
             b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 9 9]>>") + objects
    places = []
    for number, content in enumerate(every, 1):
        places.append(len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (number, content)
    if not table:
        return out
    at = len(out)
    out += b"xref\n0 %d\n0000000000 65535 f \n" % (len(every) + 1)
    out += b"".join(b"%010d 00000 n \n" % place for place in places)
    return out + (b"trailer\n<</Size %d/Root 1 0 R%s>>\nstartxref\n%d\n%%%%EOF\n"
                  % (len(every) + 1, trailer, at))


def packed(*objects):
    """An object stream, for objects from 20 on."""
    heads, body = b"", b""
    for number, content in enumerate(objects, 20):
        heads += b"%d %d " % (number, len(body))
        body += content + b" "
    return stream(heads + body, b"/Type/ObjStm/N %d/First %d" % (
        len(objects), len(heads)))


SCRIPT = b"<</S/JavaScript/JS(app.alert\\(1\\))>>"
LAUNCH = b"<</S/Launch/F(none.exe)>>"
RUNS = "attachment.program attachment.runs "


def file(name, data, number):
    return (b"<</Type/Filespec/F(%s)/UF(%s)/EF<</F %d 0 R>>>>" % (
        name, name, number), stream(data, b"/Type/EmbeddedFile"))


def utf16(text):
    return "<feff%s>" % text.encode("utf-16be").hex()


def encrypted(password, revision, *objects, root=b""):
    """ISO 32000-1 7.6, algorithms 2 to 5; ISO 32000-2 for revision 6."""
    pad = bytes.fromhex("28bf4e5e4e758a4164004e56fffa01082e2e00b6d0683e80"
                        "2f0ca9fe6453697a")
    owner, name = bytes(range(64, 96)), b"0123456789abcdef"
    if revision == 6:
        salt, key_salt, key = b"abcdefgh", b"ijklmnop", bytes(range(32))
        user = hash_2b(password, salt) + salt + key_salt
        wrapped = aes(256, "cbc", hash_2b(password, key_salt), key, bytes(16))
        entry = (b"<</Filter/Standard/V 5/R 6/Length 256/P -4/O<%s>/U<%s>"
                 b"/OE<%s>/UE<%s>/CF<</StdCF<</CFM/AESV3>>>>/StmF/StdCF/StrF/StdCF>>" % (
                     (owner + bytes(16)).hex().encode(),
                     user.hex().encode(), bytes(32).hex().encode(),
                     wrapped.hex().encode()))
    else:
        size = 5 if revision == 2 else 16
        key = hashlib.md5((password + pad)[:32] + owner
                          + struct.pack("<i", -4) + name).digest()
        for _ in range(50 if revision > 2 else 0):
            key = hashlib.md5(key[:size]).digest()
        key = key[:size]
        if revision == 2:
            user = rc4(key, pad)
        else:
            user = hashlib.md5(pad + name).digest()
            for n in range(20):
                user = rc4(bytes(c ^ n for c in key), user)
            user += bytes(16)
        entry = (b"<</Filter/Standard/V %d/R %d/Length %d/P -4/O<%s>/U<%s>%s>>"
                 % ({2: 1, 3: 2, 4: 4}[revision], revision, size * 8,
                    owner.hex().encode(), user.hex().encode(),
                    b"/CF<</StdCF<</CFM/AESV2>>>>/StmF/StdCF/StrF/StdCF"
                    if revision == 4 else b""))
    sealed = []
    for number, content in enumerate(objects, 5):
        head, mark, rest = content.partition(b"\nstream\n")
        head = re.sub(rb"\((.*?)\)", lambda s: b"<%s>" % seal(
            key, revision, number, s[1]).hex().encode(), head)
        body = rest[:-len(b"\nendstream")]
        content = head
        if mark:
            body = seal(key, revision, number, body)
            content += mark + body + b"\nendstream"
        sealed.append(content)
    return pdf(entry, *sealed, root=root, trailer=b"/Encrypt 4 0 R/ID[<%s><%s>]"
               % (name.hex().encode(), name.hex().encode()))


def seal(key, revision, number, data):
    iv = bytes(range(16))
    fill = 16 - len(data) % 16
    if revision == 6:
        return iv + aes(256, "cbc", key, data + bytes([fill]) * fill, iv)
    made = key + struct.pack("<I", number)[:3] + bytes(2)
    if revision == 4:
        made = hashlib.md5(made + b"sAlT").digest()
        return iv + aes(128, "cbc", made, data + bytes([fill]) * fill, iv)
    return rc4(hashlib.md5(made).digest()[:min(16, len(key) + 5)], data)


def rc4(key, data):
    state, j = list(range(256)), 0
    for i in range(256):
        j = (j + state[i] + key[i % len(key)]) & 255
        state[i], state[j] = state[j], state[i]
    out, i, j = bytearray(), 0, 0
    for byte in data:
        i = (i + 1) & 255
        j = (j + state[i]) & 255
        state[i], state[j] = state[j], state[i]
        out.append(byte ^ state[(state[i] + state[j]) & 255])
    return bytes(out)


def hash_2b(password, salt):
    k, n = hashlib.sha256(password + salt).digest(), 0
    while True:
        e = aes(128, "cbc", k[:16], (password + k) * 64, k[16:32])
        k = hashlib.new(("sha256", "sha384", "sha512")[sum(e[:16]) % 3],
                        e).digest()
        n += 1
        if n >= 64 and e[-1] <= n - 32:
            return k[:32]


HELD = file(b"tool.exe", PROGRAM, 6)
LOCKED = "uninspectable.encrypted"
PICTURE = stream(bytes(81), b"/Type/XObject/Subtype/Image/Width 9/Height 9"
                 b"/ColorSpace/DeviceGray/BitsPerComponent 8")
LINK = b"<</Subtype/Link/A<</S/URI/URI(https://example.net/a)>>>>"

for title, facts, content in [
        ("plain-neighbour", "", pdf),
        ("script", "pdf.javascript", lambda: pdf(SCRIPT)),
        ("script-open", "pdf.auto pdf.javascript",
         lambda: pdf(SCRIPT, root=b"/OpenAction 4 0 R")),
        ("script-open-inside", "pdf.auto pdf.javascript",
         lambda: pdf(root=b"/OpenAction" + SCRIPT)),
        ("script-name", "pdf.auto pdf.javascript virus.heuristic", lambda: pdf(
            b"<</S/J#61vaScript/J#53(a)>>", root=b"/Open#41ction 4 0 R")),
        ("script-packed", "pdf.javascript",
         lambda: pdf(packed(SCRIPT, b"<</A 1>>"))),
        ("script-no-table", "pdf.javascript",
         lambda: pdf(SCRIPT, table=False)),
        ("script-junk", "pdf.javascript",
         lambda: b"junk\n" * 100 + pdf(SCRIPT)),
        ("script-no-end", "pdf.javascript",
         lambda: pdf(SCRIPT).replace(b"endobj\n", b"")),
        ("open-page-neighbour", "",
         lambda: pdf(root=b"/OpenAction[3 0 R/FitH null]")),
        ("open-goto-neighbour", "", lambda: pdf(
            b"<</S/GoTo/D[3 0 R/Fit]>>", root=b"/OpenAction 4 0 R")),
        ("text-neighbour", "",
         lambda: pdf(stream(b"BT (/JavaScript /Launch) Tj ET"))),
        ("title-neighbour", "",
         lambda: pdf(b"<</Title(How /JS and \\(/Launch\\) work)>>")),
        ("page-action", "pdf.auto",
         lambda: pdf(b"<</Type/Page/AA<</O<</S/URI/URI(https://example.net/)"
                     b">>>>>>")),
        ("page-action-apart", "pdf.auto",
         lambda: pdf(b"<</S/URI/URI(https://example.net/)>>",
                     root=b"/AA<</WC 4 0 R>>")),
        ("launch", "pdf.launch", lambda: pdf(LAUNCH)),
        ("launch-open", "pdf.auto pdf.launch",
         lambda: pdf(LAUNCH, root=b"/OpenAction 4 0 R")),
        ("launch-share", "pdf.launch pdf.remote",
         lambda: pdf(b"<</S/Launch/F(\\\\\\\\example.net\\\\a\\\\b)>>")),
        ("share", "pdf.remote", lambda: pdf(
            b"<</S/GoToR/F(\\\\\\\\example.net\\\\a\\\\b.pdf)/D[0/Fit]>>")),
        ("share-hex", "pdf.remote", lambda: pdf(
            b"<</S/GoToR/F%s/D[0/Fit]>>"
            % utf16("\\\\example.net\\a").encode())),
        ("goto-neighbour", "",
         lambda: pdf(b"<</S/GoToR/F(chapter2.pdf)/D[0/Fit]>>")),
        ("file", RUNS + "pdf.embedded", lambda: pdf(*file(
            b"tool.exe", PROGRAM, 5))),
        ("file-packed", RUNS + "pdf.embedded", lambda: pdf(
            packed(file(b"tool.exe", PROGRAM, 5)[0]), HELD[1])),
        ("file-neighbour", "pdf.embedded",
         lambda: pdf(*file(b"letter.txt", LETTER, 5))),
        ("file-hex", RUNS + "pdf.embedded", lambda: pdf(
            file(b"tool.exe", PROGRAM, 5)[0], stream(
                PROGRAM.hex().encode() + b">",
                b"/Type/EmbeddedFile/Filter/ASCIIHexDecode", False))),
        ("form", "pdf.form",
         lambda: pdf(b"<</S/SubmitForm/F(https://example.net/)>>")),
        ("form-neighbour", "", lambda: pdf(b"<</FT/Tx/T(name)/V(Taro)>>")),
        ("xfa-script", "pdf.javascript pdf.xfa", lambda: pdf(
            stream(b"<template><script>app.alert(1)</script></template>"),
            root=b"/AcroForm<</XFA[(template)4 0 R]>>")),
        ("xfa-neighbour", "pdf.xfa", lambda: pdf(
            stream(b"<template><field name='a'/></template>"),
            root=b"/AcroForm<</XFA[(template)4 0 R]>>")),
        ("xfa", "pdf.xfa", lambda: pdf(root=b"/AcroForm<</XFA 4 0 R>>")),
        ("media", "pdf.media",
         lambda: pdf(b"<</Type/Annot/Subtype/RichMedia/RichMedia 1 0 R>>")),
        ("lure", "pdf.lure", lambda: pdf(PICTURE, LINK)),
        ("lure-neighbour", "", lambda: pdf(
            PICTURE, LINK, b"<</Type/Font/BaseFont/Helvetica>>")),
        ("owner-rc4-40", RUNS + "pdf.embedded",
         lambda: encrypted(b"", 2, *HELD)),
        ("owner-rc4", RUNS + "pdf.embedded",
         lambda: encrypted(b"", 3, *HELD)),
        ("owner-aes", RUNS + "pdf.embedded",
         lambda: encrypted(b"", 4, *HELD)),
        ("owner-aes-256", RUNS + "pdf.embedded",
         lambda: encrypted(b"", 6, *HELD)),
        ("owner-neighbour", "pdf.embedded", lambda: encrypted(
            b"", 4, *file(b"letter.txt", LETTER, 6))),
        ("locked", LOCKED, lambda: encrypted(b"Sakura2026", 4, *HELD)),
        ("locked-256", LOCKED, lambda: encrypted(b"Sakura2026", 6, *HELD)),
        ("locked-odd", LOCKED, lambda: pdf(
            b"<</Filter/Other/V 9>>", trailer=b"/Encrypt 4 0 R"))]:
    carrier("pdf-" + title, facts)(
        lambda content=content: mail(("a.pdf", content())))



def replaced(document, *pairs):
    for old, new in pairs:
        if old not in document:
            raise ValueError(old)
        document = document.replace(old, new)
    return document


def lzw(data):
    """A clear code before each byte: no string is ever longer."""
    bits = "".join("{:09b}{:09b}".format(256, c) for c in data)
    bits += "{:09b}".format(257)
    bits += "0" * (-len(bits) % 8)
    return int(bits, 2).to_bytes(len(bits) // 8, "big")


def lzw_strings(data):
    """As encoders write it, with an early change of the width."""
    table, code = {bytes([i]): i for i in range(256)}, 258
    bits, width, before = "{:09b}".format(256), 9, b""
    for c in data:
        if before + bytes([c]) in table:
            before += bytes([c])
            continue
        bits += "{:0{}b}".format(table[before], width)
        table[before + bytes([c])] = code
        code += 1
        width = max(width, (code + 1).bit_length())
        before = bytes([c])
    bits += "{:0{}b}{:0{}b}".format(table[before], width, 257, width)
    bits += "0" * (-len(bits) % 8)
    return int(bits, 2).to_bytes(len(bits) // 8, "big")


def run_length(data):
    return b"".join(b"\0%c" % c for c in data) + b"\x80"


def png(data, columns, kind):
    """Rows of a picture, each predicted in that way."""
    out, above = b"", bytes(columns)
    for at in range(0, len(data), columns):
        row = data[at:at + columns].ljust(columns)
        out += bytes([kind])
        for i, c in enumerate(row):
            left = row[i - 1] if i else 0
            corner = above[i - 1] if i else 0
            near = min((left, above[i], corner), key=lambda x: abs(
                left + above[i] - corner - x))
            out += bytes([(c - (0, left, above[i], (left + above[i]) // 2,
                                near)[kind]) & 255])
        above = row
    return zlib.compress(out)


def tiff(data, columns):
    return zlib.compress(bytes(
        (c - (data[i - 1] if i % columns else 0)) & 255
        for i, c in enumerate(data)))


def filtered(data, filters, more=b""):
    """A tool behind filters: found by its bytes alone, then."""
    return pdf(file(b"tool.exe", PROGRAM, 5)[0], stream(
        data, b"/Type/EmbeddedFile/Filter" + filters + more, False))


def objects(data, filters, *more):
    """A stream of objects that is packed by these filters."""
    return pdf(stream(data, b"/Type/ObjStm/N 1/First 5/Filter" + filters,
                      False), *more)


def rooted(*content):
    """As pdf(), and what is opened is object 20."""
    return pdf(*content, root=b"/OpenAction 20 0 R")


PACKED = b"20 0 " + LAUNCH
ACTS = "pdf.auto pdf.launch"
COLUMNS = b"/DecodeParms<</Predictor %d/Columns 9>>"
HOLDS_END = zipped({"a.txt": b"endstream", "tool.exe": PROGRAM},
                   zipfile.ZIP_STORED)
for title, facts, content in [
        # One object never hides another.
        ("string-open", ACTS, lambda: pdf(
            b"<</A(", LAUNCH, root=b"/OpenAction 5 0 R")),
        ("hex-open", ACTS, lambda: pdf(
            b"<</A<", LAUNCH, root=b"/OpenAction 5 0 R")),
        ("dictionary-open", ACTS, lambda: pdf(
            b"<</A 1", LAUNCH, root=b"/OpenAction 5 0 R")),
        ("stream-open", ACTS, lambda: pdf(
            b"<</Length 9>>\nstream\nabc", LAUNCH,
            root=b"/OpenAction 5 0 R")),
        ("stream-within", ACTS, lambda: pdf(stream(
            b"\n9 0 obj" + LAUNCH + b"endobj\n", packed=False),
            root=b"/OpenAction 9 0 R")),
        ("comment-within", ACTS, lambda: pdf(
            b"1 %9 0 obj" + LAUNCH + b"endobj", root=b"/OpenAction 9 0 R")),
        ("word-within", ACTS, lambda: pdf(
            b"<</A endobj/S/Launch/F(none.exe)>>",
            root=b"/OpenAction 4 0 R")),
        ("word-stream-within", ACTS, lambda: pdf(
            b"<</A stream\n/S/Launch/F(none.exe)>>",
            root=b"/OpenAction 4 0 R")),
        ("array-within", ACTS, lambda: pdf(
            b"<</A[>>]/B endobj/S/Launch/F(none.exe)>>",
            root=b"/OpenAction 4 0 R")),
        ("open-neighbour", "", lambda: pdf(
            b"<</A(", b"<</S/GoTo/D[3 0 R/Fit]>>",
            root=b"/OpenAction 5 0 R")),
        # References to what is packed, and to values.
        ("packed-opened", ACTS, lambda: rooted(packed(LAUNCH))),
        ("packed-opened-neighbour", "pdf.launch",
         lambda: pdf(packed(LAUNCH), root=b"/OpenAction 21 0 R")),
        ("packed-kind", ACTS, lambda: pdf(
            packed(b"/Launch"), b"<</S 20 0 R/F(none.exe)>>",
            root=b"/OpenAction 5 0 R")),
        ("packed-kind-neighbour", "", lambda: pdf(
            packed(b"/GoTo"), b"<</S 20 0 R/D[3 0 R/Fit]>>",
            root=b"/OpenAction 5 0 R")),
        ("packed-untyped", ACTS, lambda: rooted(packed(LAUNCH).replace(
            b"/Type/ObjStm", b"/Type/XObject"))),
        ("packed-filter", ACTS, lambda: rooted(
            packed(LAUNCH).replace(b"/Filter/FlateDecode",
                                   b"/Filter 21 0 R"),
            packed(b"1", b"/FlateDecode"))),
        ("packed-first", ACTS, lambda: rooted(packed(LAUNCH).replace(
            b"/First 5", b"/First 5 0 R"), b"5")),
        ("packed-first-packed", ACTS, lambda: rooted(
            packed(LAUNCH).replace(b"/First 5", b"/First 21 0 R"),
            packed(b"1", b"5"))),
        ("packed-nowhere", "uninspectable", lambda: rooted(
            packed(LAUNCH).replace(b"/Filter/FlateDecode",
                                   b"/Filter 99 0 R"))),
        ("packed-short-names", ACTS, lambda: rooted(packed(LAUNCH).replace(
            b"/Filter/FlateDecode", b"/F/Fl"))),
        ("referred-kind", ACTS, lambda: pdf(
            b"<</S 5 0 R/F(none.exe)>>", b"6 0 R", b"/Launch",
            root=b"/OpenAction 4 0 R")),
        ("referred-link", "pdf.remote", lambda: pdf(
            b"<</S/GoToR/F 5 0 R/D[0/Fit]>>",
            b"<</Type/Filespec/F(\\\\\\\\example.net\\\\a)>>")),
        ("referred-link-neighbour", "", lambda: pdf(
            b"<</S/GoToR/F 5 0 R/D[0/Fit]>>",
            b"<</Type/Filespec/F(a.pdf)>>")),
        ("referred-file", RUNS + "pdf.embedded", lambda: pdf(
            b"<</Type/Filespec/UF 5 0 R/EF 6 0 R>>", b"(tool.exe)",
            b"<</Unix 7 0 R>>", stream(PROGRAM))),
        ("referred-too-far", "scan.limit", lambda: pdf(
            *[b"%d 0 R" % n for n in range(5, 20)], b"/Launch")),
        ("referred-again", "scan.limit", lambda: pdf(
            *[b"<<" + b"/F %d 0 R" % n * 99 + b">>" for n in range(5, 14)])),
        ("triggers", ACTS, lambda: pdf(
            LAUNCH, b"<</WC 4 0 R>>", root=b"/AA 5 0 R")),
        ("next", ACTS, lambda: pdf(
            LAUNCH, b"<</S/GoTo/D[3 0 R/Fit]/Next[4 0 R]>>",
            root=b"/OpenAction 5 0 R")),
        ("scripts-tree", "pdf.auto pdf.javascript", lambda: pdf(
            SCRIPT, root=b"/Names<</JavaScript<</Names[(a)4 0 R]>>>>")),
        # Filters.
        ("filter-lzw", RUNS + "pdf.embedded",
         lambda: filtered(lzw(PROGRAM), b"/LZWDecode")),
        ("filter-lzw-strings", "pdf.embedded " + RUNS, lambda: filtered(
            lzw_strings(PROGRAM + bytes(range(256)) * 9), b"/LZW")),
        ("filter-run-length", RUNS + "pdf.embedded",
         lambda: filtered(run_length(PROGRAM), b"/RunLengthDecode")),
        ("filter-tiff", RUNS + "pdf.embedded", lambda: filtered(
            tiff(PROGRAM, 9), b"/FlateDecode", COLUMNS % 2)),
        ("filter-two", RUNS + "pdf.embedded", lambda: filtered(
            png(PROGRAM, 9, 2).hex().encode() + b">",
            b"[/AHx/Fl]", b"/DecodeParms[null<</Predictor 12/Columns 9>>]")),
        ("filter-twice", RUNS + "pdf.embedded", lambda: filtered(
            zlib.compress(PROGRAM), b"/AHx/Filter/Fl")),
        ("filter-inside", RUNS + "pdf.embedded", lambda: filtered(
            zlib.compress(PROGRAM), b"/Fl", b"").replace(
                b"/Type/EmbeddedFile",
                b"/Type/EmbeddedFile/A<</Filter/AHx>>")),
        ("filter-head", RUNS + "pdf.embedded", lambda: filtered(
            b"ab" + zlib.compress(PROGRAM)[2:], b"/Fl")),
        ("filter-lzw-neighbour", "pdf.embedded", lambda: pdf(
            file(b"letter.txt", LETTER, 5)[0], stream(
                lzw(LETTER), b"/Type/EmbeddedFile/Filter/LZW", False))),
        ("objects-lzw", ACTS,
         lambda: objects(lzw(PACKED), b"/LZWDecode").replace(
             b"/Catalog", b"/Catalog/OpenAction 20 0 R")),
        # Lengths that lie.
        ("length-short", ACTS, lambda: rooted(replaced(
            packed(LAUNCH), (b"/Length ", b"/Length 1/A ")))),
        ("length-long", ACTS, lambda: rooted(replaced(
            packed(LAUNCH), (b"/Length ", b"/Length 9999999/A ")))),
        ("length-true", ACTS, lambda: objects(zlib.compress(
            b"20 0 <</A(endstream)/S/Launch/F(none.exe)>>", 0), b"/Fl")
            .replace(b"/Catalog", b"/Catalog/OpenAction 20 0 R")),
        ("length-referred", RUNS + "pdf.embedded", lambda: pdf(
            file(b"a.zip", b"", 5)[0], b"<</Type/EmbeddedFile/Length 6 0 R>>"
            b"stream\n%s\nendstream" % HOLDS_END, b"%d" % len(HOLDS_END))),
        # Tokens.
        ("comments", ACTS, lambda: pdf(
            b"<</S%x\n/Launch%\r/F(none.exe)>>",
            root=b"/OpenAction%\n4%\n0%\nR")),
        ("numbers-apart", ACTS, lambda: replaced(
            pdf(LAUNCH, root=b"/OpenAction 4 0 R"),
            (b"\n4 0 obj\n", b"\n0004%\n\0 000 % 7 8\nobj"))),
        ("plus", ACTS, lambda: pdf(LAUNCH, root=b"/OpenAction +4 +0 R")),
        ("share-octal", "pdf.remote", lambda: pdf(
            b"<</S/GoToR/F(\\134\\134exa\\\r\nmple.net\\134a)>>")),
        ("share-little", "pdf.remote", lambda: pdf(
            b"<</S/GoToR/F<fffe%s>>>" % "\\\\example.net".encode(
                "utf-16le").hex().encode())),
        ("share-utf8", "pdf.remote", lambda: pdf(
            b"<</S/GoToR/F(\xef\xbb\xbf\\\\\\\\example.net)>>")),
        # Where a stream begins, and the document, and its revisions.
        ("stream-blanks", RUNS + "pdf.embedded", lambda: replaced(
            pdf(file(b"tool.exe", b"", 5)[0], stream(
                PROGRAM, b"/Type/EmbeddedFile", False)),
            (b"stream\nMZ", b"stream \t \r\nMZ"))),
        ("stream-touching", RUNS + "pdf.embedded uninspectable",
         lambda: replaced(
             pdf(file(b"tool.exe", b"", 5)[0], stream(
                 PROGRAM, b"/Type/EmbeddedFile", False)),
             (b"stream\nMZ", b"streamMM\nMZ"))),
        ("no-head", ACTS, lambda: pdf(
            LAUNCH, root=b"/OpenAction 4 0 R")[9:]),
        ("form-data", "pdf.javascript", lambda: replaced(
            pdf(SCRIPT), (b"%PDF-", b"%FDF-"))),
        ("two-heads", ACTS, lambda: b"%PDF-1.0\nnothing\n" + pdf(
            LAUNCH, root=b"/OpenAction 4 0 R", table=False)),
        ("garbage", ACTS, lambda: pdf(
            LAUNCH, root=b"/OpenAction 4 0 R").replace(
                b"endobj\n", b"endobj(<<[{\xff")),
        ("revision-later", ACTS, lambda: pdf(
            b"<</S/GoTo>>", root=b"/OpenAction 4 0 R")
            + b"4 0 obj" + LAUNCH + b"endobj\n"),
        ("revision-earlier", ACTS, lambda: pdf(
            LAUNCH, root=b"/OpenAction 4 0 R")
            + b"4 0 obj<</S/GoTo>>endobj\n"),
        ("revision-kind", ACTS, lambda: pdf(
            b"<</S 5 0 R/F(none.exe)>>", b"/GoTo",
            root=b"/OpenAction 4 0 R") + b"5 0 obj/Launch endobj\n"),
        ("revision-neighbour", "", lambda: pdf(
            b"<</S/GoTo>>", root=b"/OpenAction 4 0 R")
            + b"4 0 obj<</S/Named>>endobj\n"),
        # Encryption.
        ("owner-strings", "pdf.remote", lambda: encrypted(
            b"", 4, b"<</S/GoToR/F(//example.net/a)>>")),
        ("owner-strings-256", "pdf.remote", lambda: encrypted(
            b"", 6, b"<</S/GoToR/F(//example.net/a)>>")),
        ("owner-strings-rc4", "pdf.remote", lambda: encrypted(
            b"", 2, b"<</S/GoToR/F(//example.net/a)>>")),
        ("owner-strings-neighbour", "", lambda: encrypted(
            b"", 4, b"<</S/GoToR/F(a.pdf)>>")),
        ("owner-filters", RUNS + "pdf.embedded", lambda: replaced(
            encrypted(b"", 4, *HELD), (b"/CF<<", b"/CF<</A<</CFM/V2>>"))),
        ("decoy-lock", RUNS + "pdf.embedded", lambda: pdf(
            *file(b"tool.exe", PROGRAM, 5), b"<</Encrypt 9 0 R/A<</Encrypt"
            b"<</Filter/Other>>>>>>")),
        ("decoy-locks", RUNS + "pdf.embedded " + LOCKED, lambda: encrypted(
            b"", 4, *HELD) + b"trailer<</Root 1 0 R/Encrypt 99 0 R>>\n"
            b"99 0 obj<</Filter/Other/V 9>>endobj\n"),
        ("decoy-plain", RUNS + "pdf.embedded", lambda: encrypted(
            b"", 4, *HELD) + b"trailer<</Root 1 0 R>>\n"),
        ("decoy-closed", RUNS + "pdf.embedded " + LOCKED, lambda: pdf(
            *file(b"tool.exe", PROGRAM, 5)) + encrypted(b"Sakura2026", 4)),
        ("locked-files", "pdf.javascript " + LOCKED, lambda: replaced(
            encrypted(b"Sakura2026", 4, SCRIPT), (
                b"/StmF/StdCF/StrF/StdCF",
                b"/StmF/Identity/StrF/Identity/EFF/StdCF"))),
        # Files.
        ("file-odd", RUNS + "pdf.embedded", lambda: pdf(
            b"<</Type/F/DOS(tool.exe)/EF<</DOS 5 0 R>>>>", stream(PROGRAM))),
        ("file-related", RUNS + "pdf.embedded", lambda: pdf(
            b"<</F(a.txt)/EF<</F 5 0 R>>/RF<</F[(tool.exe)6 0 R]>>>>",
            stream(LETTER), stream(PROGRAM)))]:
    carrier("pdf-" + title, facts)(
        lambda content=content: mail(("a.pdf", content())))

for kind in range(5):
    carrier("pdf-filter-png-%d" % kind, RUNS + "pdf.embedded")(
        lambda kind=kind: mail(("a.pdf", filtered(
            png(PROGRAM, 9, kind), b"/FlateDecode", COLUMNS % (10 + kind)))))

for revision in 2, 3, 4, 6:
    carrier("pdf-opened-%d" % revision,
            RUNS + "archive.password pdf.embedded")(
        lambda revision=revision: mail(
            ("a.pdf", encrypted(b"Sakura2026", revision, *HELD)),
            text="パスワード：Sakura2026"))
# As most are: nothing is attached to it.
carrier("pdf-opened-neighbour", "archive.password")(
    lambda: mail(("a.pdf", encrypted(b"Sakura2026", 4)),
                 text="パスワード：Sakura2026"))
# A stored first member is within the bytes where a PDF may begin.
carrier("pdf-first-in-tar", RUNS)(lambda: mail(("a.tar", tarred(
    {"a.pdf": pdf(), "tool.exe": PROGRAM}))))
carrier("pdf-first-in-tar-neighbour")(lambda: mail(("a.tar", tarred(
    {"a.pdf": pdf(), "letter.txt": LETTER}))))
carrier("pdf-first-in-zip", RUNS)(lambda: mail(("a.zip", zipped(
    {"a.pdf": pdf(), "tool.exe": PROGRAM}, zipfile.ZIP_STORED))))
for title, filters in [("reference", b"/Filter 9 0 R"),
                       ("many", b"/Filter[" + b"/AHx" * 5 + b"]"),
                       ("unknown", b"/Filter/JBIG2Decode"),
                       ("broken", b"/Filter/FlateDecode"),
                       ("predictor", b"/Filter/AHx/DecodeParms 9 0 R")]:
    carrier("pdf-filter-" + title, "pdf.embedded uninspectable")(
        lambda filters=filters: mail(("a.pdf", pdf(
            file(b"letter.txt", LETTER, 5)[0],
            stream(LETTER, b"/Type/EmbeddedFile" + filters, False)))))
carrier("pdf-renamed", "pdf.launch")(lambda: mail(("a.dat", pdf(LAUNCH))))
