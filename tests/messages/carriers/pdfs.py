# SPDX-License-Identifier: ISC
"""PDF documents: what they do by themselves, carry and lead to."""
import hashlib
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
                 b"/OE<%s>/UE<%s>/CF<</StdCF<</CFM/AESV3>>>>/StmF/StdCF>>" % (
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
                    b"/CF<</StdCF<</CFM/AESV2>>>>/StmF/StdCF"
                    if revision == 4 else b""))
    sealed = []
    for number, content in enumerate(objects, 5):
        head, mark, rest = content.partition(b"\nstream\n")
        body = rest[:-len(b"\nendstream")]
        if mark:
            body = seal(key, revision, number, body)
            content = head + mark + body + b"\nendstream"
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
                       ("unknown", b"/Filter/Crypt"),
                       ("broken", b"/Filter/FlateDecode"),
                       ("predictor", b"/Filter/FlateDecode"
                        b"/DecodeParms<</Predictor 12>>")]:
    carrier("pdf-filter-" + title, "pdf.embedded uninspectable")(
        lambda filters=filters: mail(("a.pdf", pdf(
            file(b"letter.txt", LETTER, 5)[0],
            stream(LETTER, b"/Type/EmbeddedFile" + filters, False)))))
carrier("pdf-renamed", "pdf.launch")(lambda: mail(("a.dat", pdf(LAUNCH))))
