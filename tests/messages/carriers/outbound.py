# SPDX-License-Identifier: ISC
"""Our own mail: where labels stand, and personal information in files.

All persons are made up; the numbers are the examples of the rules that define
them, and those that card companies give out for tests.
"""
import struct

from . import LETTER, carrier, mail
from .documents import compound, ooxml, zipped
from .pdfs import pdf, utf16

W = b'<w:document xmlns:w="urn:w"><w:body>%s</w:body></w:document>'
KINDS = {"label.c2", "label.c3", "label.public", "label.encrypt"}


def outbound(name, facts, make, attached=True):
    """A file that nobody marked has a class by default."""
    marked = KINDS.intersection(facts.split())
    if attached and not marked:
        facts += " label.default"
    carrier("outbound-" + name, facts)(make)


def paragraphs(*lines):
    return W % b"".join(b"<w:p><w:r><w:t>%s</w:t></w:r></w:p>" % line.encode()
                        for line in lines)


def custom(name, value):
    return ('<Properties xmlns="urn:c" xmlns:vt="urn:v"><property name="%s">'
            "<vt:lpwstr>%s</vt:lpwstr></property></Properties>"
            % (name, value)).encode()


def core(element, value):
    return ('<cp:coreProperties xmlns:cp="urn:cp"><cp:%s>%s</cp:%s>'
            "</cp:coreProperties>" % (element, value, element)).encode()


def sheet(rows, share=True):
    """A workbook of rows; numbers are numbers, texts are shared or not."""
    strings, out = [], ""
    for y, row in enumerate(rows, 1):
        out += '<row r="%d">' % y
        for x, cell in enumerate(row):
            at = "%c%d" % (65 + x, y)
            if cell is None:
                continue
            if isinstance(cell, int):
                out += '<c r="%s"><v>%d</v></c>' % (at, cell)
            elif share:
                out += '<c r="%s" t="s"><v>%d</v></c>' % (at, len(strings))
                strings.append(cell)
            else:
                out += ('<c r="%s" t="inlineStr"><is><t>%s</t></is></c>'
                        % (at, cell))
        out += "</row>"
    files = {"xl/worksheets/sheet1.xml":
             ("<worksheet><sheetData>%s</sheetData></worksheet>"
              % out).encode()}
    if strings:
        files["xl/sharedStrings.xml"] = (
            "<sst>%s</sst>" % "".join(
                "<si><t>%s</t><rPh><t>ヨミ</t></rPh></si>" % s
                for s in strings)).encode()
    return ooxml(files)


def record(kind, data):
    return struct.pack("<HH", kind, len(data)) + data


def workbook(rows, cut=None):
    """The stream of an old workbook, its strings in two records: cut is the
    character of the first string behind which the second begins."""
    texts = [c for row in rows for c in row if isinstance(c, str)]
    strings = struct.pack("<II", len(texts), len(texts))
    for n, text in enumerate(texts):
        raw = text.encode("utf-16le")
        strings += struct.pack("<HB", len(text), 1)
        if n == 0 and cut is not None:
            strings, raw = record(0xFC, strings + raw[:2 * cut]), \
                b"\1" + raw[2 * cut:]
            first, strings = strings, b""
        strings += raw
    strings = record(0xFC, strings) if cut is None else \
        first + record(0x3C, strings)
    out, number = record(0x809, bytes(16)) + strings, 0
    for y, row in enumerate(rows):
        for x, cell in enumerate(row):
            at = struct.pack("<HHH", y, x, 0)
            if isinstance(cell, str):
                out += record(0xFD, at + struct.pack("<I", number))
                number += 1
            elif cell < 1 << 29:
                out += record(0x27E, at + struct.pack("<i", cell << 2 | 2))
            else:
                out += record(0x203, at + struct.pack("<d", cell))
    return compound({"Workbook": out + record(0x0A, b"")})


def names():
    return ["山田太郎", "鈴木花子", "佐藤一郎", "田中次郎", "高橋三郎",
            "伊藤四郎", "渡辺五郎", "山本六郎", "中村七郎", "小林八郎",
            "加藤九郎", "吉田十郎"]


HEAD = ["氏名", "生年月日", "住所"]
BIRTHS = [HEAD] + [[n, 28000 + i, "東京都千代田区1-%d" % i]
                   for i, n in enumerate(names())]
SHIFTED = [[None] + row for row in BIRTHS]
STOCK = [["品名", "納期", "数量"]] + [[n, 28000 + i, i]
                                for i, n in enumerate(names())]

# Names of files, and names in archives.
for title, name, facts in [
        ("name", "【部外秘】予算案.xlsx", "label.c2"),
        ("name-underscore", "予算案_機密性２_v2.pdf", "label.c2"),
        ("name-secret", "秘_計画.txt", "label.c3"),
        ("name-english", "plan_CONFIDENTIAL.txt", "label.c2"),
        ("name-neighbour", "部外秘文書の扱い方.txt", ""),
        ("name-title-neighbour", "Confidential_Computing.txt", ""),
        ("name-denied-neighbour", "plan_not_confidential.txt", ""),
        ("name-public-neighbour", "プレスリリース.txt", "")]:
    outbound(title, facts, lambda name=name: mail((name, LETTER)))
outbound("name-in-zip", "label.c2", lambda: mail(("a.zip", zipped(
    {"plan_confidential.txt": LETTER}))))

# What documents say about themselves.
for title, facts, files in [
        ("msip", "label.c2", {"docProps/custom.xml": custom(
            "MSIP_Label_1f5a_Name", "Confidential")}),
        ("msip-japanese", "label.c3", {"docProps/custom.xml": custom(
            "MSIP_Label_1f5a_Name", "機密性３")}),
        ("msip-neighbour", "", {"docProps/custom.xml": custom(
            "MSIP_Label_1f5a_Name", "General")}),
        ("keywords", "label.c2", {"docProps/core.xml": core(
            "keywords", "予算; 取扱注意")}),
        ("keywords-neighbour", "", {"docProps/core.xml": core(
            "keywords", "予算; 取扱注意事項")}),
        ("public-property-neighbour", "", {"docProps/core.xml": core(
            "keywords", "公表済")}),
        ("document-head", "label.c2", {"word/document.xml": paragraphs(
            "（部外秘）", "予算案")}),
        ("document-header", "label.c2", {"word/header1.xml": paragraphs(
            "機密性２情報")}),
        ("document-neighbour", "", {"word/document.xml": paragraphs(
            *["予算案"] * 20, "（部外秘）")})]:
    outbound("docx-" + title, facts, lambda files=files: mail(
        ("a.docx", ooxml({"word/document.xml": paragraphs("予算案"),
                          **files}))))
outbound("odt-keywords", "label.c2", lambda: mail(("a.odt", zipped(
    {"mimetype": b"application/vnd.oasis.opendocument.text",
     "meta.xml": "<office:document-meta xmlns:office='urn:o' "
                 "xmlns:meta='urn:m'><meta:keyword>部外秘</meta:keyword>"
                 "</office:document-meta>".encode(),
     "content.xml": b"<document-content/>"}))))
outbound("pdf-keywords", "label.c2", lambda: mail(("a.pdf", pdf(
    b"<</Keywords %s>>" % utf16("部外秘").encode(), trailer=b"/Info 4 0 R"))))
outbound("pdf-keywords-neighbour", "", lambda: mail(("a.pdf", pdf(
    b"<</Keywords %s>>" % utf16("部外秘文書").encode(),
    trailer=b"/Info 4 0 R"))))
outbound("pdf-xmp", "label.c2", lambda: mail(("a.pdf", pdf(
    b"<</Type/Metadata/Length 1>>\nstream\n<x:xmpmeta xmlns:x='adobe:ns:meta/'"
    b" xmlns:p='urn:p'><p:Keywords>%s</p:Keywords></x:xmpmeta>\nendstream"
    % "取扱注意".encode()))))

# Somebody else's words.
for title, facts, text in [
        ("quoted", "label.quoted", "了解しました。\r\n\r\n"
         "-----Original Message-----\r\nFrom: a\r\n\r\n【部外秘】資料です"),
        ("quoted-wrote", "label.quoted", "OK.\r\n\r\nOn Monday Taro wrote:\r\n"
         "[CONFIDENTIAL]\r\nthe plan"),
        ("quoted-neighbour", "", "OK.\r\n\r\nOn Monday Taro wrote:\r\n"
         "this is confidential"),
        ("text-negation-neighbour", "", "The plan is not [confidential].\r\n"
         "「取扱注意」の指定を解除しました。"),
        ("text-public", "label.public", "【機密性１】\r\n公開資料です"),
        ("text-late-neighbour", "", "行\r\n" * 20 + "【部外秘】")]:
    outbound("text-" + title, facts, lambda text=text: mail(text=text), False)

# Personal information.
for title, facts, text in [
        ("number", "personal.number", "マイナンバーは123456789018です。"),
        ("number-fullwidth", "personal.number",
         "個人番号：１２３４　５６７８　９０１８"),
        ("number-wrong-neighbour", "", "マイナンバーは123456789019です。"),
        ("number-alone-neighbour", "", "受付番号は123456789018です。"),
        ("number-longer-neighbour", "",
         "マイナンバーではない法人番号は5123456789018です。"),
        ("card", "personal.card", "カード番号 4111-1111-1111-1111 12/28"),
        ("card-wrong-neighbour", "", "カード番号 4111-1111-1111-1112"),
        ("card-alone-neighbour", "", "追跡番号 4111111111111111")]:
    outbound("text-" + title, facts, lambda text=text: mail(text=text), False)
outbound("csv", "personal.table", lambda: mail(("a.csv", "\r\n".join(
    ",".join(map(str, row)) for row in BIRTHS).encode("cp932"))))
outbound("csv-short-neighbour", "", lambda: mail(("a.csv", "\r\n".join(
    ",".join(map(str, row)) for row in BIRTHS[:4]).encode("cp932"))))
outbound("xlsx", "personal.table", lambda: mail(("a.xlsx", sheet(BIRTHS))))
outbound("xlsx-inline", "personal.table",
         lambda: mail(("a.xlsx", sheet(SHIFTED, False))))
outbound("xlsx-neighbour", "", lambda: mail(("a.xlsx", sheet(STOCK))))
outbound("xlsx-number", "personal.number", lambda: mail(("a.xlsx", sheet(
    [["番号", "個人番号"], ["1", 123456789018]]))))
outbound("xlsx-number-neighbour", "", lambda: mail(("a.xlsx", sheet(
    [["番号", "法人番号"], ["1", 5123456789018]]))))
outbound("xls", "personal.table",
         lambda: mail(("a.xls", workbook(BIRTHS))))
outbound("xls-cut", "personal.table",
         lambda: mail(("a.xls", workbook(BIRTHS, 1))))
outbound("xls-neighbour", "", lambda: mail(("a.xls", workbook(STOCK))))
outbound("xls-number", "personal.number", lambda: mail(("a.xls", workbook(
    [["個人番号"], [123456789018]]))))
outbound("xls-number-neighbour", "", lambda: mail(("a.xls", workbook(
    [["法人番号"], [5123456789018]]))))
outbound("xls-label", "label.c2", lambda: mail(("a.xls", workbook(
    [["部外秘"], ["予算"]]))))
outbound("docx-table", "personal.table", lambda: mail(("a.docx", ooxml(
    {"word/document.xml": W % b"".join(
        b"<w:tr>%s</w:tr>" % b"".join(
            b"<w:tc><w:p><w:r><w:t>%s</w:t></w:r></w:p></w:tc>"
            % cell.encode() for cell in row)
        for row in [["氏名", "生年月日"]] + [
            [n, "昭和50年1月%d日" % i] for i, n in enumerate(names(), 1)])}))))
