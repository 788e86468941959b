# SPDX-License-Identifier: ISC
"""Office documents: macros, fields, objects and what they load from outside.

Nothing in them works: macros name what real ones call and do nothing with it.
"""
import base64
import hashlib
import io
import struct
import subprocess
import uuid
import zipfile
import zlib

from . import LETTER, PROGRAM, carrier, mail

SECTOR = 512
END, FREE, FAT = 0xFFFFFFFE, 0xFFFFFFFF, 0xFFFFFFFD


def zipped(files):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as z:
        for name, data in files.items():
            z.writestr(zipfile.ZipInfo(name), data)
    return out.getvalue()


def entry(name, kind, child=FREE, right=FREE, start=0, size=0):
    raw = name.encode("utf-16le") + b"\0\0"
    return (raw.ljust(64, b"\0") + struct.pack("<HBBIII", len(raw), kind, 1,
                                               FREE, right, child)
            + bytes(36) + struct.pack("<IQ", start, size))


def compound(tree):
    """A compound file: name -> bytes or another tree. No ministream, so that
    short streams stand in sectors of their own."""
    data, chains, entries = [], [], [None]

    def store(content):
        if not content:
            return END
        count = -(-len(content) // SECTOR)
        start = len(data)
        padded = content.ljust(count * SECTOR, b"\0")
        for i in range(count):
            data.append(padded[i * SECTOR:(i + 1) * SECTOR])
            chains.append(start + i + 1 if i + 1 < count else END)
        return start

    def folder(items):
        first = previous = None
        for name, value in sorted(items.items(), key=lambda i: (
                len(i[0]), i[0].upper())):
            index = len(entries)
            entries.append(None)
            if isinstance(value, dict):
                made = [name, 1, folder(value), FREE, 0, 0]
            else:
                made = [name, 2, FREE, FREE, store(value), len(value)]
            entries[index] = made
            if previous is None:
                first = index
            else:
                entries[previous][3] = index
            previous = index
        return FREE if first is None else first

    entries[0] = ["Root Entry", 5, folder(tree), FREE, END, 0]
    directory = b"".join(entry(*e) for e in entries)
    directory += entry("", 0) * (-len(entries) % 4)
    at = store(directory)
    blocks = -(-(len(data) + 8) // 128)
    for _ in range(blocks):
        chains.append(FAT)
    fat = struct.pack("<%dI" % len(chains), *chains)
    fat = fat.ljust(blocks * SECTOR, b"\xff")
    head = (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(16)
            + struct.pack("<HHHHH", 0x3E, 3, 0xFFFE, 9, 6) + bytes(6)
            + struct.pack("<IIIIIIIII", 0, blocks, at, 0, 0, END, 0, END, 0)
            + struct.pack("<%dI" % blocks,
                          *range(len(data), len(data) + blocks)))
    return head.ljust(SECTOR, b"\xff") + b"".join(data) + fat


def packed(source):
    """MS-OVBA 2.4.1, literals only."""
    out = b"\x01"
    for i in range(0, len(source), 3200):
        chunk = source[i:i + 3200]
        body = b"".join(b"\0" + chunk[n:n + 8]
                        for n in range(0, len(chunk), 8))
        out += struct.pack("<H", 0xB000 | (len(body) - 1)) + body
    return out


def record(kind, data):
    return struct.pack("<HI", kind, len(data)) + data


ATTRIBUTE = b'Attribute VB_Name = "Module1"\r\n'
HARMLESS = ATTRIBUTE + b"Sub Total()\r\n  Range(\"A1\").Value = 3\r\nEnd Sub\r\n"
AUTO = ATTRIBUTE + b"Sub AutoOpen()\r\n  MsgBox \"hello\"\r\nEnd Sub\r\n"
CALLS = ATTRIBUTE + (b"Sub AutoOpen()\r\n  Set x = CreateObject(\"nothing\")"
                     b"\r\nEnd Sub\r\n")


def project(source, names=b"", before=b"cache" * 20):
    modules = record(0x0F, b"\1\0") + record(0x19, b"Module1") + \
        record(0x1A, b"Module1") + record(0x31, struct.pack("<I", len(before)))
    directory = record(1, b"\1\0\0\0") + record(9, b"\0\0\0\0") + b"\0\0" + \
        modules + record(0x2B, b"")
    tree = {"_VBA_PROJECT": b"\xcc\x61" + bytes(30) + names,
            "Module1": before + packed(source), "dir": packed(directory)}
    return {"VBA": tree, "PROJECT": b"ID=\"{0}\"\r\n"}


WORD = b"\xec\xa5\xc1\0" + bytes(600)


def stomped(names=b"", directory=None, source=b"", code=b"compiled" * 40):
    """A document whose source was taken away."""
    vba = project(b"", names, code)["VBA"]
    vba["Module1"] = code + source
    if directory is not None:
        vba["dir"] = directory
    return compound({"WordDocument": WORD, "Macros": {"VBA": vba}})


def doc(source=None, **more):
    tree = {"WordDocument": WORD}
    if source is not None:
        tree["Macros"] = project(source, **more)
    return compound(tree)


def ppt(tree, squeeze=True, before=b""):
    data = compound(tree)
    if squeeze:
        data = struct.pack("<I", len(data)) + zlib.compress(data)
    return compound({"PowerPoint Document": before + struct.pack(
        "<HHI", 16 * squeeze, 0x1011, len(data)) + data})


def mso(data):
    return (b"ActiveMime\0\0\1\xf0\4\0\0\0\xff\xff\xff\xff".ljust(30, b"\0")
            + struct.pack("<H", 4)).ljust(50, b"\0") + zlib.compress(data)


TYPES = b'<?xml version="1.0"?><Types/>'


def ooxml(files):
    return zipped({"[Content_Types].xml": TYPES, **files})


def docm(source):
    return ooxml({"word/document.xml": b"<w:document/>",
                  "word/vbaProject.bin": compound(project(source))})


VBA, DANGER = "macro.vba", "macro.auto macro.calls macro.vba"
for title, name, facts, content in [
        ("doc", "a.doc", DANGER, lambda: doc(CALLS)),
        ("doc-auto", "a.doc", "macro.auto macro.vba", lambda: doc(AUTO)),
        ("doc-own-neighbour", "a.doc", VBA, lambda: doc(HARMLESS)),
        ("doc-plain-neighbour", "a.doc", "", doc),
        ("doc-renamed", "a.txt", DANGER, lambda: doc(CALLS)),
        ("doc-unlisted", "a.doc", DANGER,
         lambda: compound(
             {"WordDocument": WORD, "Macros": {"VBA": {
                 **project(CALLS)["VBA"], "dir": b"\x01broken"}}})),
        ("doc-broken", "a.doc", DANGER + " uninspectable",
         lambda: doc(CALLS)[:48] + b"\xfe\xff\xff\x7f" + doc(CALLS)[52:]),
        ("doc-stomped", "a.doc", "macro.stomped",
         lambda: doc(ATTRIBUTE, names=b"\0\0AutoOpen\0",
                     before=b"code" * 300)),
        ("doc-name-left-neighbour", "a.doc", "",
         lambda: doc(ATTRIBUTE, names=b"\0\0AutoOpen\0")),
        ("doc-stomped-calls", "a.doc", "macro.stomped",
         lambda: doc(ATTRIBUTE, names=b"\0\0URLDownloadToFileA\0",
                     before=b"code" * 300)),
        ("doc-stomped-calls-neighbour", "a.doc", VBA,
         lambda: doc(HARMLESS, names=b"\0\0URLDownloadToFileA\0")),
        ("doc-stomped-neighbour", "a.doc", "macro.auto macro.vba",
         lambda: doc(AUTO, names=b"\0\0AutoOpen\0")),
        ("doc-compiled", "a.doc", "macro.stomped macro.vba", stomped),
        ("doc-compiled-zeros", "a.doc", "macro.stomped macro.vba",
         lambda: stomped(source=bytes(300))),
        ("doc-compiled-names", "a.doc", DANGER + " macro.stomped",
         lambda: stomped(b"\0AutoOpen\0\0Shell\0")),
        ("doc-compiled-string", "a.doc", "macro.calls macro.stomped macro.vba",
         lambda: stomped(code=b"compiled" * 40 + b"WScript.Shell")),
        ("doc-compiled-no-list", "a.doc", "macro.stomped macro.vba",
         lambda: stomped(directory=b"")),
        ("doc-compiled-broken-list", "a.doc", "macro.stomped macro.vba",
         lambda: stomped(directory=b"\1broken")),
        ("xls-old-storage-neighbour", "a.xls", "", lambda: compound(
            {"Book": WORD, "_VBA_PROJECT": {"dir": b"old" * 40}})),
        ("doc-no-list-neighbour", "a.doc", VBA,
         lambda: stomped(directory=b"", source=packed(HARMLESS))),
        ("ppt", "a.ppt", DANGER, lambda: ppt(project(CALLS))),
        ("ppt-stored", "a.ppt", DANGER, lambda: ppt(project(CALLS), False)),
        ("ppt-behind-junk", "a.ppt", DANGER,
         lambda: ppt(project(CALLS), before=b"\xff" * 99)),
        ("ppt-own-neighbour", "a.ppt", VBA, lambda: ppt(project(HARMLESS))),
        ("ppt-neighbour", "a.ppt", "", lambda: ppt({"WordDocument": WORD})),
        ("mso", "a.mso", DANGER, lambda: mso(compound(project(CALLS)))),
        ("mso-neighbour", "a.mso", "",
         lambda: mso(compound({"WordDocument": WORD}))),
        ("mso-broken", "a.mso", "uninspectable", lambda: mso(b"")[:60]),
        ("mso-in-xml", "a.doc", DANGER, lambda: (
            b"<?xml version='1.0'?><w:wordDocument xmlns:w='w'><w:binData>"
            + base64.encodebytes(mso(compound(project(CALLS))))
            + b"</w:binData></w:wordDocument>")),
        ("docm", "a.docm", DANGER, lambda: docm(CALLS)),
        ("docm-renamed", "a.docx", DANGER, lambda: docm(CALLS)),
        ("docm-own-neighbour", "a.docm", VBA, lambda: docm(HARMLESS)),
        ("docm-empty-neighbour", "a.docm", "", lambda: docm(ATTRIBUTE)),
        ("docm-in-zip", "a.zip", DANGER,
         lambda: zipped({"a.docm": docm(CALLS)})),
        ("odt", "a.odt", VBA, lambda: zipped({
            "mimetype": b"application/vnd.oasis.opendocument.text",
            "Basic/Standard/Module1.xml":
                b'<script:module script:name="Module1">Sub A</script:module>'
        })),
        ("odt-neighbour", "a.odt", "", lambda: zipped({
            "mimetype": b"application/vnd.oasis.opendocument.text",
            "content.xml": b"<office:document-content/>"}))]:
    carrier("macro-" + title, facts)(
        lambda name=name, content=content: mail((name, content())))


def biff(*records):
    return b"".join(struct.pack("<HH", kind, len(data)) + data
                    for kind, data in records)


BOF = (0x809, b"\0\6\5\0" + bytes(12))


def sheet(kind, state=0):
    return (0x85, struct.pack("<IBB", 0, state, kind) + b"\1\0A")


for title, name, facts, content in [
        ("xls", "a.xls", "macro.xlm",
         lambda: compound({"Workbook": biff(BOF, sheet(0), sheet(1))})),
        ("xls-hidden", "a.xls", "macro.xlm",
         lambda: compound({"Workbook": biff(BOF, sheet(1, 2))})),
        ("xls-neighbour", "a.xls", "",
         lambda: compound({"Workbook": biff(BOF, sheet(0), sheet(0, 1))})),
        ("xlsm", "a.xlsm", "macro.xlm", lambda: ooxml({
            "xl/macrosheets/sheet1.xml": b"<xm:macrosheet/>"})),
        ("xlsm-neighbour", "a.xlsx", "", lambda: ooxml({
            "xl/worksheets/sheet1.xml": b"<worksheet/>"}))]:
    carrier("xlm-" + title, facts)(
        lambda name=name, content=content: mail((name, content())))

LOCKED = "uninspectable.encrypted"
for title, name, facts, content in [
        ("ooxml", "a.docx", LOCKED, lambda: compound(
            {"EncryptionInfo": bytes(40), "EncryptedPackage": bytes(900)})),
        ("doc", "a.doc", LOCKED, lambda: compound(
            {"WordDocument": WORD[:11] + b"\1" + WORD[12:]})),
        ("xls", "a.xls", LOCKED, lambda: compound(
            {"Workbook": biff(BOF, (0x2F, bytes(54)), sheet(0))}))]:
    carrier("document-locked-" + title, facts)(
        lambda name=name, content=content: mail((name, content())))


def odt(encrypted):
    inside = "<m:encryption-data m:checksum='x'/>" if encrypted else ""
    return zipped({
        "mimetype": b"application/vnd.oasis.opendocument.text",
        "content.xml": bytes(range(256)) if encrypted else b"<office/>",
        "META-INF/manifest.xml": (
            "<m:manifest xmlns:m='urn:oasis:names:tc:opendocument:xmlns:"
            "manifest:1.0'><m:file-entry m:full-path='content.xml'>%s"
            "</m:file-entry></m:manifest>" % inside).encode()})


carrier("document-locked-odt", LOCKED)(lambda: mail(("a.odt", odt(True))))
carrier("document-locked-odt-neighbour")(
    lambda: mail(("a.odt", odt(False))))


def aes(bits, mode, key, data, iv=None):
    """By openssl: Python has no AES of its own."""
    data = data.ljust(-(-len(data) // 16) * 16, b"\0")
    command = ["openssl", "enc", "-aes-%d-%s" % (bits, mode), "-e", "-nopad",
               "-K", key.hex()] + (["-iv", iv.hex()] if iv else [])
    return subprocess.run(command, input=data, stdout=subprocess.PIPE,
                          check=True).stdout


def spun(new, salt, password, spins):
    h = new(salt + password.encode("utf-16le")).digest()
    for i in range(spins):
        h = new(struct.pack("<I", i) + h).digest()
    return h


def agile(document, password, kind="sha512", bits=256, spins=1000):
    """MS-OFFCRYPTO 2.3.4.10 to 15."""
    def new(data):
        return hashlib.new(kind, data)

    def sealed(purpose, data):
        made = new(h + bytes.fromhex(purpose)).digest()
        return aes(bits, "cbc", made.ljust(32, b"\x36")[:bits // 8], data,
                   salt)
    salt, key, given = bytes(range(16)), bytes(range(32))[:bits // 8], b"y" * 16
    h = spun(new, salt, password, spins)
    fields = {
        "saltValue": salt,
        "encryptedVerifierHashInput": sealed("fea7d2763b4b9e79", given),
        "encryptedVerifierHashValue": sealed("d7aa0f6d3061344e",
                                             new(given).digest()),
        "encryptedKeyValue": sealed("146e0be7abacd0d6", key)}
    name = kind.upper()
    xml = ("<encryption><keyData hashAlgorithm='%s' keyBits='%d' "
           "saltValue='%s'/><k:encryptedKey xmlns:k='k' spinCount='%d' "
           "hashAlgorithm='%s' keyBits='%d' %s/></encryption>" % (
               name, bits, base64.b64encode(salt).decode(), spins, name, bits,
               " ".join("%s='%s'" % (k, base64.b64encode(v).decode())
                        for k, v in fields.items())))
    package = struct.pack("<Q", len(document))
    for i in range(0, len(document), 4096):
        iv = new(salt + struct.pack("<I", i // 4096)).digest()[:16]
        package += aes(bits, "cbc", key, document[i:i + 4096], iv)
    return compound({"EncryptionInfo": struct.pack("<HHI", 4, 4, 0x40)
                     + xml.encode(), "EncryptedPackage": package})


def standard(document, password):
    """MS-OFFCRYPTO 2.3.4.5 to 9."""
    salt, given = bytes(range(16)), b"y" * 16
    h = spun(hashlib.sha1, salt, password, 50000)
    h = hashlib.sha1(h + bytes(4)).digest().ljust(64, b"\0")
    key = hashlib.sha1(bytes(0x36 ^ c for c in h)).digest()[:16]
    header = struct.pack("<IIIIIIII", 0x24, 0, 0x660E, 0x8004, 128, 24, 0, 0)
    info = (struct.pack("<HHII", 3, 2, 0x24, len(header)) + header
            + struct.pack("<I", 16) + salt + aes(128, "ecb", key, given)
            + struct.pack("<I", 20)
            + aes(128, "ecb", key, hashlib.sha1(given).digest()))
    return compound({"EncryptionInfo": info, "EncryptedPackage": struct.pack(
        "<Q", len(document)) + aes(128, "ecb", key, document)})


OPENED = " archive.password"
BIG = ooxml({"word/document.xml": b"<w:document/>", "word/vbaProject.bin":
             compound(project(CALLS)), "a.bin": bytes(range(256)) * 40})
for title, facts, content, text in [
        ("agile", DANGER + OPENED, lambda: agile(BIG, "Sakura2026"),
         "The password is Sakura2026"),
        ("agile-sha1", DANGER + OPENED,
         lambda: agile(BIG, "Sakura2026", "sha1", 128),
         "パスワード：Ｓａｋｕｒａ２０２６"),
        ("agile-neighbour", "archive.password",
         lambda: agile(ooxml({"a.xml": b"<a/>"}), "Sakura2026"),
         "The password is Sakura2026"),
        ("agile-unknown", LOCKED, lambda: agile(BIG, "Sakura2026"),
         "See the file."),
        ("agile-known-to-office", DANGER,
         lambda: agile(BIG, "VelvetSweatshop"), "See the file."),
        ("standard", DANGER + OPENED, lambda: standard(BIG, "Sakura2026"),
         "The password is Sakura2026"),
        ("standard-unknown", LOCKED, lambda: standard(BIG, "Sakura2026"),
         "See the file.")]:
    carrier("document-locked-" + title, facts)(
        lambda content=content, text=text: mail(("a.docx", content()),
                                                text=text))


def rels(type, target, quote='"', mode="External"):
    text = ("<?xml version='1.0'?><Relationships><Relationship Id='r1' "
            "Type=Qhttp://schemas/relationships/%sQ Target=Q%sQ%s/>"
            "</Relationships>" % (type, target, mode and
                                  " TargetMode=Q%sQ" % mode))
    return text.replace("Q", quote)


def linked(text, encoding="utf-8"):
    return mail(("a.docx", ooxml({"word/_rels/document.xml.rels":
                                  text.encode(encoding)})))


for title, facts, text in [
        ("template", "office.remote",
         rels("attachedTemplate", "http://example.net/a.dotm")),
        ("template-quotes", "office.remote",
         rels("attachedTemplate", "https://example.net/a.dotm", "'")),
        ("template-entity", "office.remote",
         rels("attachedTemplate", "&#104;ttp://example.net/a.dotm")),
        ("object", "office.remote",
         rels("oleObject", "https://example.net/a.html!")),
        ("mhtml", "office.remote",
         rels("oleObject", "mhtml:https://example.net/a!x-usc:x")),
        ("frame", "office.remote", rels("frame", "http://example.net/f")),
        ("share", "office.remote", rels("image", "\\\\example.net\\a\\b.png")),
        ("file-share", "office.remote",
         rels("hyperlink", "file://example.net/a/b.docx")),
        ("hyperlink-neighbour", "",
         rels("hyperlink", "https://example.net/a.dotm")),
        ("slashes", "office.remote",
         rels("attachedTemplate", "file:///\\\\example.net\\a\\b.dotm")),
        ("x-usc", "office.remote", rels("oleObject", "x-usc:http://a/")),
        ("blank-first", "office.remote",
         rels("subDocument", " \thttp://example.net/a.docx")),
        ("chunk", "office.remote", rels("aFChunk", "http://example.net/a")),
        ("chunk-inside", "office.embedded",
         rels("aFChunk", "afchunk.rtf", mode="")),
        ("drive-host-neighbour", "office.linked",
         rels("externalLinkPath", "file://C:\\a\\b.xlsx")),
        ("drive-neighbour", "office.linked",
         rels("attachedTemplate", "file:///C:\\Templates\\Normal.dotm")),
        ("inside-neighbour", "",
         rels("oleObject", "embeddings/oleObject1.bin", mode=""))]:
    carrier("remote-" + title, facts)(lambda text=text: linked(text))


MANIFEST = ("<?xml version='1.0' encoding='%s'?><m:manifest xmlns:m='m'>"
            "<m:file-entry m:full-path='content.xml'>%s</m:file-entry>"
            "</m:manifest>")


carrier("document-locked-odt-utf16", LOCKED)(lambda: mail(("a.odt", zipped({
    "mimetype": b"application/vnd.oasis.opendocument.text",
    "META-INF/manifest.xml": (
        MANIFEST % ("utf-16", "<m:encryption-data/>")).encode("utf-16"),
    "content.xml": bytes(range(200))}))))


def old_template(path):
    """A document of Word 97 with a template (MS-DOC 2.5.6)."""
    head = bytearray(WORD)
    head[11] |= 2
    head[0x19A:0x1A2] = struct.pack("<II", 16, 100)
    strings = [b"", path.encode("utf-16-le")]
    table = bytes(16) + b"\xff\xff" + struct.pack("<HH", 2, 0) + b"".join(
        struct.pack("<H", len(s) // 2) + s for s in strings)
    return mail(("a.doc", compound({"WordDocument": bytes(head),
                                    "1Table": table})))


carrier("remote-doc", "office.remote")(
    lambda: old_template("http://example.net/a.dot"))
carrier("remote-doc-share", "office.remote")(
    lambda: old_template("\\\\example.net\\a.dot"))
carrier("remote-doc-neighbour", "office.linked")(
    lambda: old_template("C:\\Templates\\Normal.dot"))
carrier("link-docx", "link.numeric")(lambda: linked(rels(
    "hyperlink", "http://192.0.2.1/a")))
carrier("link-odt", "link.numeric")(lambda: mail(("a.odt", zipped({
    "content.xml": b"<o:d xmlns:o='o' xmlns:x='x' xmlns:t='t'><t:a "
    b"x:href='http://192.0.2.1/a'/></o:d>"}))))
carrier("xlm-renamed", "macro.xlm")(lambda: mail(("a.xlsx", ooxml({
    "xl/_rels/workbook.xml.rels": rels(
        "xlMacrosheet", "sheets/one.xml", mode="").encode()}))))
carrier("remote-flat", "office.remote")(lambda: mail(("a.xml", (
    "<?xml version='1.0'?><pkg:package xmlns:pkg='p'><pkg:part>"
    + rels("attachedTemplate", "http://example.net/a.dotm")[21:]
    + "</pkg:part></pkg:package>").encode())))
carrier("remote-word-2003", "office.remote")(lambda: mail(("a.doc", (
    b"<?xml version='1.0'?><w:wordDocument xmlns:w='w'><w:attachedTemplate "
    b"w:val='http://example.net/a.dot'/></w:wordDocument>"))))


def odf(files, kind="text"):
    return zipped({"mimetype": b"application/vnd.oasis.opendocument."
                   + kind.encode(), **files})


def written(inside):
    return {"content.xml": (
        "<?xml version='1.0'?><office:document-content xmlns:office='o' "
        "xmlns:xlink='x' xmlns:draw='d' xmlns:table='t' xmlns:script='s' "
        "xmlns:text='e'>%s</office:document-content>" % inside).encode()}


BASIC = (b'<?xml version="1.0"?><script:module xmlns:script="s" script:name='
         b'"M">Sub A\n  %s\nEnd Sub</script:module>')
LISTENER = ("<script:event-listener script:event-name='dom:load' xlink:href="
            "'vnd.sun.star.script:Standard.M.A?language=Basic'/>")
for title, facts, files in [
        ("share", "office.remote", written(
            "<draw:image xlink:href='file://example.net/a/b.png'/>")),
        ("frame", "office.remote", written(
            "<draw:floating-frame xlink:href='http://example.net/a'/>")),
        ("table", "office.remote", written(
            "<table:table-source xlink:href='https://example.net/a.ods'/>")),
        ("section", "office.remote", written(
            "<text:section-source xlink:href='https://example.net/a.odt'/>")),
        ("picture-neighbour", "", written(
            "<draw:image xlink:href='https://example.net/a.png'/>")),
        ("object-neighbour", "office.embedded", written(
            "<draw:object xlink:href='./Object 1'/>")),
        ("link-neighbour", "", written(
            "<text:a xlink:href='https://example.net/'>a</text:a>")),
        ("dde", "office.dde", written(
            "<table:dde-source office:dde-application='none' "
            "office:dde-topic='a'/>")),
        ("event", "macro.auto", written(LISTENER)),
        ("basic", DANGER, {**written(LISTENER), "Basic/Standard/M.xml":
                           BASIC % b'Shell("nothing")'}),
        ("basic-neighbour", "macro.vba", {
            **written(""), "Basic/Standard/M.xml": BASIC % b"x = 1"}),
        ("python", "macro.vba", {**written(""), "Scripts/python/a.py":
                                 b"def a():\n    return 1\n"})]:
    carrier("odf-" + title, facts)(
        lambda files=files: mail(("a.odt", odf(files))))


def slide(action):
    return mail(("a.pptx", ooxml({"ppt/slides/slide1.xml": (
        '<p:sld xmlns:p="p" xmlns:a="a"><a:hlinkMouseOver action="%s"/>'
        "</p:sld>" % action).encode()})))


carrier("action-program", "office.action")(
    lambda: slide("ppaction://program"))
carrier("action-macro", "office.action")(
    lambda: slide("ppaction://macro?name=A"))
carrier("action-neighbour")(
    lambda: slide("ppaction://hlinkshowjump?jump=nextslide"))
carrier("ribbon", "macro.auto")(lambda: mail(("a.xlsm", ooxml({
    "customUI/customUI.xml": b'<customUI xmlns="c" onLoad="A"/>'}))))
carrier("ribbon-neighbour")(lambda: mail(("a.xlsm", ooxml({
    "customUI/customUI.xml": b'<customUI xmlns="c"/>'}))))


def summary(*strings):
    """A property set (MS-OLEPS) of ids and strings."""
    at, index, data = 8 + 8 * len(strings), b"", b""
    for number, text in strings:
        index += struct.pack("<II", number, at + len(data))
        data += struct.pack("<II", 0x1E, len(text) + 1) + text + b"\0"
        data += bytes(-len(data) % 4)
    inside = struct.pack("<I", len(strings)) + index + data
    return (b"\xfe\xff\0\0" + bytes(20) + struct.pack("<I", 1) + bytes(16)
            + struct.pack("<II", 48, len(inside) + 4) + inside)


carrier("metadata-doc", "office.metadata")(lambda: mail(("a.doc", compound({
    "WordDocument": WORD, "\5SummaryInformation": summary(
        (4, b"Hanako"), (7, b"Normal.dot"), (18, b"Word"))}))))
carrier("metadata-doc-neighbour")(lambda: mail(("a.doc", compound({
    "WordDocument": WORD, "\5SummaryInformation": summary((5, b"a"))}))))
carrier("metadata-docx", "office.metadata")(lambda: mail(("a.docx", ooxml({
    "docProps/core.xml": b"<c xmlns:dc='d'><dc:creator>Hanako</dc:creator>"
    b"</c>", "docProps/app.xml": b"<P><Template>Normal</Template></P>"}))))
carrier("metadata-docx-neighbour")(lambda: mail(("a.docx", ooxml({
    "docProps/core.xml": b"<c xmlns:dc='d'><dc:creator/></c>"}))))
carrier("remote-utf16", "office.remote")(lambda: linked(rels(
    "attachedTemplate", "http://example.net/a.dotm").replace(
        "version='1.0'", "version='1.0' encoding='utf-16'"), "utf-16"))


def runs(*texts):
    return ('<w:document xmlns:w="w"><w:r><w:fldChar w:fldCharType="begin"/>'
            "</w:r>" + "".join("<w:r><w:instrText>%s</w:instrText></w:r>" % t
                               for t in texts)
            + '<w:r><w:fldChar w:fldCharType="end"/></w:r></w:document>'
            ).encode()


for title, name, facts, content in [
        ("field", "a.docx", "office.dde", lambda: ooxml({
            "word/document.xml": runs(' DDEAUTO "none" "nothing" ')})),
        ("field-split", "a.docx", "office.dde", lambda: ooxml({
            "word/document.xml": runs("D", "DE", 'AUTO "none" "a"')})),
        ("field-padded", "a.docx", "office.dde", lambda: ooxml({
            "word/document.xml": runs(*[" "] * 4200, 'DDEAUTO "none" "a"')})),
        ("field-simple", "a.docx", "office.dde", lambda: ooxml({
            "word/document.xml":
                b'<w:p xmlns:w="w"><w:fldSimple w:instr="DDE none a"/></w:p>'
        })),
        ("field-neighbour", "a.docx", "", lambda: ooxml({
            "word/document.xml": runs(" PAGE ", "\\* MERGEFORMAT")})),
        ("sheet", "a.xlsx", "office.dde", lambda: ooxml({
            "xl/externalLinks/externalLink1.xml":
                b'<externalLink><ddeLink ddeService="none" ddeTopic="a"/>'
                b"</externalLink>"})),
        ("doc", "a.doc", "office.dde", lambda: compound({
            "WordDocument": WORD + b'\x13 DDEAUTO none "a"\x15' + WORD})),
        ("csv", "a.csv", "office.dde",
         lambda: b"name,sum\r\nA,=none|'a'!A0\r\n"),
        ("csv-neighbour", "a.csv", "",
         lambda: b"name,sum\r\nA|B!,-3\r\nC,=1+2\r\n"),
        ("csv-mark", "a.csv", "office.dde",
         lambda: b"\xef\xbb\xbf=none|'a'!A0,b\r\n"),
        ("csv-quotes", "a.csv", "office.dde",
         lambda: b'a\r\n\t "=none|\'a b, c\'!A0"\r\n'),
        ("csv-sum", "a.csv", "office.dde",
         lambda: b"a,@SUM(1,2)*none|'a'!A0\r\n"),
        ("csv-utf16", "a.csv", "office.dde",
         lambda: "\ufeffa\t=none|'a'!A0\r\n".encode("utf-16-le")),
        ("csv-dash-neighbour", "a.csv", "",
         lambda: b"name,-\r\nA,- one | two!\r\nB,-1,C|D!\r\n"),
        ("include", "a.docx", "office.remote", lambda: ooxml({
            "word/document.xml":
                runs(' INCLUDETEXT "https://example.net/a" ')})),
        ("include-share", "a.docx", "office.remote", lambda: ooxml({
            "word/document.xml":
                runs(" INCLUDEPICTURE \\\\example.net\\a ")})),
        ("include-neighbour", "a.docx", "", lambda: ooxml({
            "word/document.xml":
                runs(' INCLUDEPICTURE "https://example.net/a.png" ')})),
        ("rtf", "a.rtf", "office.dde",
         lambda: b"{\\rtf1{\\field{\\*\\fldinst ddeauto none a}}}")]:
    carrier("dde-" + title, facts)(
        lambda name=name, content=content: mail((name, content())))


def package(name, data):
    name = name.encode()
    body = (b"\2\0" + name + b"\0C:\\a\\" + name + b"\0\0\0\3\0"
            + struct.pack("<I", len(name) + 6) + b"C:\\a\\" + name + b"\0"
            + struct.pack("<I", len(data)) + data)
    return struct.pack("<I", len(body)) + body


def text_of(s):
    return struct.pack("<I", len(s) + 1) + s + b"\0"


def object_of(kind, data):
    return (struct.pack("<II", 0x501, 2) + text_of(kind) + struct.pack("<II", 0, 0)
            + struct.pack("<I", len(data)) + data)


def rtf(data, before=b"", every=64, joint=b"\n"):
    digits = data.hex().encode()
    lines = joint.join(digits[i:i + every]
                       for i in range(0, len(digits), every))
    return (b"{\\rtf1{\\object\\objemb" + before + b"{\\*\\objdata "
            + lines + b"}}}")


def rtf_raw(data):
    """The second half as bytes, not digits."""
    half = len(data) // 2
    return (b"{\\rtf1{\\object\\objemb{\\*\\objdata "
            + data[:half].hex().encode() + b"\\bin%d " % (len(data) - half)
            + data[half:] + b"}}}")


RUNS = "attachment.program attachment.runs "
for title, name, facts, content in [
        ("program", "a.doc", RUNS + "office.object", lambda: compound({
            "WordDocument": WORD, "ObjectPool": {"_1": {
                "\1Ole10Native": package("tool.exe", PROGRAM)}}})),
        ("program-neighbour", "a.doc", "office.object", lambda: compound({
            "WordDocument": WORD, "ObjectPool": {"_1": {
                "\1Ole10Native": package("letter.txt", LETTER)}}})),
        ("docx", "a.docx", RUNS + "office.embedded office.object",
         lambda: ooxml({
            "word/embeddings/oleObject1.bin": compound({
                "\1Ole10Native": package("tool.exe", PROGRAM)})})),
        ("contents", "a.doc", "attachment.program", lambda: compound({
            "ObjectPool": {"_1": {"CONTENTS": PROGRAM}}})),
        ("rtf", "a.rtf", RUNS + "office.object", lambda: rtf(
            object_of(b"Package", package("tool.exe", PROGRAM)[4:]))),
        ("rtf-broken-lines", "a.doc", RUNS + "office.object", lambda: rtf(
            object_of(b"Package", package("tool.exe", PROGRAM)[4:]),
            every=2)),
        ("rtf-raw", "a.rtf", RUNS + "office.object", lambda: rtf_raw(
            object_of(b"Package", package("tool.exe", PROGRAM)[4:]))),
        ("rtf-escapes", "a.rtf", RUNS + "office.embedded office.object",
         lambda: rtf(
            object_of(b"Package", package("tool.exe", PROGRAM)[4:]),
            joint=b"\\'4d")),
        ("rtf-escaped", "a.rtf", RUNS + "office.object", lambda: rtf(
            object_of(b"Package", package("tool.exe", PROGRAM)[4:]),
            joint=b"\\'", every=2)),
        ("rtf-groups", "a.rtf", RUNS + "office.object", lambda: rtf(
            object_of(b"Package", package("tool.exe", PROGRAM)[4:]),
            joint=b"{\\ud0{\\*\\x-1 }}")),
        ("rtf-class", "a.rtf", "office.equation", lambda: rtf(
            object_of(b"a", LETTER), b"{\\*\\objclass Equation.3}")),
        ("rtf-link", "a.rtf", "office.object",
         lambda: b"{\\rtf1{\\object\\objlink{\\*\\objclass Word}}}"),
        ("rtf-update", "a.rtf", "office.object", lambda: rtf(
            object_of(b"Word.Document.8", LETTER), b"\\objupdate")),
        ("rtf-neighbour", "a.rtf", "", lambda: rtf(
            object_of(b"PBrush", LETTER))),
        ("rtf-plain-neighbour", "a.rtf", "",
         lambda: b"{\\rtf1\\ansi Dear Taro}"),
        ("equation", "a.doc", "office.equation", lambda: compound({
            "WordDocument": WORD, "ObjectPool": {"_1": {
                "Equation Native": bytes(range(60))}}})),
        ("equation-rtf", "a.rtf", "office.equation", lambda: rtf(
            object_of(b"Equation.3", bytes(range(60))))),
        ("activex", "a.docx", "office.activex", lambda: ooxml({
            "word/activeX/activeX1.bin": bytes(range(90))})),
        ("template-rtf-escapes", "a.rtf", "office.remote", lambda:
         b"{\\rtf1{\\*\\template\r\n \\u104?t\\'74p://example.net/a}}"),
        ("template-rtf-share", "a.rtf", "office.remote",
         lambda: b"{\\rtf1{\\*\\template \\\\\\\\example.net\\\\a}}"),
        ("template-rtf-neighbour", "a.rtf", "",
         lambda: b"{\\rtf1{\\*\\template C:\\\\a\\\\Normal.dotm}}"),
        ("template-rtf", "a.rtf", "office.remote",
         lambda: b"{\\rtf1{\\*\\template http://example.net/a}}")]:
    carrier("object-" + title, facts)(
        lambda name=name, content=content: mail((name, content())))


def msg(name, data):
    return compound({
        "__substg1.0_1000001F": "See the file.".encode("utf-16le"),
        "__attach_version1.0_#00000000": {
            "__substg1.0_3707001F": name.encode("utf-16le"),
            "__substg1.0_37010102": data}})


# libgsf would go down so long a directory by calling itself.
carrier("document-entries", "scan.limit")(lambda: mail(("a.doc", compound(
    {"s%04d" % i: b"" for i in range(6001)}))))
carrier("document-and-zip", RUNS)(lambda: mail(("a.doc", doc() + zipped(
    {"tool.exe": PROGRAM}))))
carrier("document-holds-zip-neighbour")(lambda: mail(("a.doc", compound(
    {"WordDocument": WORD, "a": zipped({"a.xml": b"<a/>"}), "zz": WORD}))))
# Two programs open one file each in its own way; both readings count.
carrier("document-and-zip-junk", RUNS)(lambda: mail(("a.zip", doc() + zipped(
    {"tool.exe": PROGRAM}) + b"x")))
carrier("object-rtf-and-zip", RUNS + "office.object")(lambda: mail((
    "a.rtf", rtf(object_of(b"Package", package("tool.exe", PROGRAM)[4:]))
    + zipped({"letter.txt": LETTER}))))
carrier("object-rtf-and-zip-neighbour")(lambda: mail((
    "a.rtf", b"{\\rtf1 Dear Taro}" + zipped({"letter.txt": LETTER}))))
carrier("macro-doc-nul", DANGER)(lambda: mail(("a.doc", doc(
    ATTRIBUTE + b"\0" + CALLS[len(ATTRIBUTE):]))))
carrier("msg-program", RUNS)(
    lambda: mail(("a.msg", msg("tool.exe", PROGRAM))))
carrier("msg-neighbour")(lambda: mail(("a.msg", msg("letter.txt", LETTER))))


# Documents of Japanese offices. An Ichitaro document is a compound file and is
# walked; what is not published is told by its name.

SEGMENTS = {"\4JSRV_SegmentInformation": b"VDA_DOC\0" + bytes(24),
            "DocumentText": LETTER}


@carrier("ichitaro-neighbour")
def _():
    return mail(("会議.jtd", compound(SEGMENTS)))


@carrier("ichitaro-file", "attachment.program attachment.runs office.object")
def _():
    return mail(("会議.jtd", compound({**SEGMENTS, "Object": {
        "\1Ole10Native": package("tool.exe", PROGRAM)}})))


for ending in "xdw", "xbd", "xct", "jhd", "jtdc":
    carrier("foreign-" + ending, "uninspectable.document")(
        lambda ending=ending: mail(("会議." + ending, bytes(range(256)))))
carrier("foreign-neighbour")(
    lambda: mail(("会議.dat", bytes(range(256)))))


# OneNote sections (MS-ONESTORE): a header, and files anywhere behind it.

def guid(text):
    return uuid.UUID(text).bytes_le


def section(*files, form="109add3f-911b-49f5-a5d0-1791edc8aed8"):
    out = guid("7b5c52e4-d88c-4da7-aeb1-5378d02996d3") + bytes(32) \
        + guid(form) + bytes(960)
    for data in files:
        out += guid("bde316e7-2665-4511-a4c4-8d4d0b7a9eac") \
            + struct.pack("<Q", len(data)) + bytes(12) + data \
            + bytes(-len(data) % 8) \
            + guid("71fba722-0f79-4a0b-bb13-899256426b24")
    return out


def packaged(*files):
    """As the service keeps it (MS-FSSHTTPB)."""
    def compact(n):
        size = next(s for s in range(1, 8) if n < 1 << 7 * s)
        return (n << size | 1 << size - 1).to_bytes(size, "little")
    out = section(form="638de92f-a6d4-4bc1-9a36-b3fc2511a5b7")
    for data in files:
        body = compact(len(data)) + data
        size = len(body)
        long = b"" if size < 0x7FFF else compact(size)
        out += b"\x15" + struct.pack("<I", min(size, 0x7FFF) << 17 | 2 << 3
                                     | 2) + long + body
    return out


PICTURE = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\0\1\0\0\0\1\1" + bytes(8)
HELD = "onenote.embedded"
for title, facts, content in [
        ("program", HELD + " attachment.program",
         lambda: section(PICTURE, PROGRAM)),
        ("script", HELD + " attachment.script",
         lambda: section(b'<hta:application id="a"/>')),
        ("shortcut", HELD + " shortcut.link", lambda: section(
            bytes.fromhex("4c0000000114020000000000c000000000000046")
            + bytes(60))),
        ("zip", HELD + " attachment.program attachment.runs",
         lambda: section(zipped({"tool.exe": PROGRAM}))),
        ("hiding", HELD + " attachment.program uninspectable",
         lambda: section(PICTURE, PROGRAM).replace(
             struct.pack("<Q", len(PICTURE)), struct.pack("<Q", 1 << 40))),
        ("packaged", HELD + " attachment.program",
         lambda: packaged(PICTURE, PROGRAM)),
        ("packaged-large", HELD + " attachment.program",
         lambda: packaged(PROGRAM + bytes(40000))),
        ("packaged-neighbour", "", lambda: packaged(PICTURE)),
        ("packaged-bytes-neighbour", "",
         lambda: packaged() + b"\x15\x12\0ab" + PROGRAM),
        ("neighbour", "", lambda: section(PICTURE)),
        ("empty-neighbour", "", section)]:
    carrier("onenote-" + title, facts)(
        lambda content=content: mail(("a.dat", content())))
carrier("onenote-named", HELD + " attachment.program attachment.runs")(
    lambda: mail(("請求書.one", section(PROGRAM))))
