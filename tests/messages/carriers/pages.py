# SPDX-License-Identifier: ISC
"""Attached pages: files that they build, passwords they ask for."""
import base64

from . import LETTER, PROGRAM, carrier, mail
from .archives import lha, zipped

B64 = base64.b64encode(PROGRAM).decode()
FOUND = "attachment.program html.smuggling"
PAPER = zipped({"letter.txt": LETTER})
SAVE = ("var u=URL.createObjectURL(new Blob([%s]));var a=document."
        "createElement('a');a.href=u;a.download='x';a.click();")


def page(script, name="page.html"):
    return mail((name, ("<html><body><script>%s</script></body></html>"
                        % script).encode()))


def svg(inside):
    return mail(("picture.svg", (
        '<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9">%s'
        '</svg>' % inside).encode()))


def body(inside, name="page.html"):
    return mail((name, ("<html><body>%s</body></html>" % inside).encode()))


RUNS = {
    "base64": 'var d="%s";' % B64,
    "urlsafe": 'var d="%s";' % base64.urlsafe_b64encode(PROGRAM).decode(),
    "joined": "var d=" + " + ".join(
        '"%s"' % B64[i:i + 20] for i in range(0, len(B64), 20)) + ";",
    "array": "var d=[" + ",".join(
        "'%s'" % B64[i:i + 30] for i in range(0, len(B64), 30)) + "];",
    "added": 'var d="";\n' + "".join(
        'd += "%s";\n' % B64[i:i + 60] for i in range(0, len(B64), 60)),
    "turned": 'var d="%s";' % B64.rstrip("=")[::-1],
    "hex": 'var d="%s";' % PROGRAM.hex(),
    "codes": "var d=[%s];" % ",".join(map(str, PROGRAM)),
    "hexcodes": "var d=[%s];" % ", ".join(map(hex, PROGRAM)),
    "x-escapes": 'var d="%s";' % "".join("\\x%02x" % b for b in PROGRAM),
    "u-escapes": 'var d="%s";' % "".join("\\u%04x" % b for b in PROGRAM),
    "percent": 'var d="%s";' % "".join("%%%02X" % b for b in PROGRAM),
    "two-layers": 'var d="%s";' % base64.b64encode(B64.encode()).decode(),
    "three-layers": 'var d="%s";' % base64.b64encode(
        base64.b64encode(PROGRAM.hex().encode())).decode(),
}
for label, code in RUNS.items():
    carrier("page-" + label, FOUND)(lambda code=code: page(code))


@carrier("page-data-uri", FOUND)
def _():
    return body('<a href="data:application/octet-stream;base64,%s">x</a>'
                % B64)


@carrier("page-zip", "html.smuggling")
def _():
    return page('var d="%s";' % base64.b64encode(PAPER).decode())


@carrier("page-utf16", FOUND)
def _():
    return mail(("page.html", ('\ufeff<html><script>var d="%s";</script>'
                               % B64).encode("utf-16-le")))


@carrier("page-blob", "html.smuggling")
def _():
    return page(SAVE % "atob(d)")


@carrier("page-picture-neighbour")
def _():
    return body('<img src="data:image/png;base64,%s">' % base64.b64encode(
        b"\x89PNG\r\n\x1a\n" + bytes(90)).decode())


@carrier("page-script-neighbour")
def _():
    return page("var a=1;function f(){return a+1;}")


@carrier("page-password", "html.password")
def _():
    return body("<form action='/in'><INPUT name=p TYPE = 'pass&#119;ord'>")


@carrier("page-input-neighbour")
def _():
    return body("<form action='/in'><input type=text><!-- <input "
                "type=password> --></form>")


@carrier("page-form", "html.form")
def _():
    return body('<form method="POST" action="https://example.net/in">'
                '<input name=a></form>')


@carrier("page-form-neighbour")
def _():
    return body('<form method="get" action="https://example.net/in">'
                '<input name=q></form>')


@carrier("page-refresh", "html.refresh")
def _():
    return body('<meta http-equiv=Refresh content="0; URL=https://example.'
                'net/a">')


@carrier("page-refresh-neighbour")
def _():
    return body('<meta http-equiv=refresh content="60">')


@carrier("page-location", "html.refresh")
def _():
    return page('window.location = "https://example.net/a";')


@carrier("page-recipient", "html.recipient")
def _():
    return body("<p>Taro@cao.example.go.jp</p>")


@carrier("page-recipient-base64", "html.recipient")
def _():
    return page('var r="%s";' % base64.b64encode(
        b"taro@cao.example.go.jp").decode())


@carrier("page-recipient-hex", "html.recipient")
def _():
    return page('var r="%s";' % b"taro@cao.example.go.jp".hex())


@carrier("page-recipient-neighbour")
def _():
    return body("<p>jiro@example.net</p>")


@carrier("svg-script", "svg.script")
def _():
    return svg("<script>var a=1;</script>")


PAGE = ("<html><input type=password><script>%s</script></html>"
        % RUNS["base64"]).encode()


@carrier("page-and-zip", FOUND + " html.password")
def _():
    return mail(("page.html", PAGE + zipped({"letter.txt": LETTER})))


@carrier("page-and-lha", FOUND + " html.password")
def _():
    return mail(("page.html", PAGE + b"\n" + lha({"letter.txt": LETTER})))


@carrier("page-and-zip-neighbour")
def _():
    return mail(("page.html", b"<html><p>a</p></html>"
                 + zipped({"letter.txt": LETTER})))


@carrier("svg-event", "svg.script")
def _():
    return svg('<rect width="1" onload="f()"/>')


@carrier("svg-foreign", "svg.script")
def _():
    return svg('<foreignObject><iframe src="a"></iframe></foreignObject>')


@carrier("svg-link", "svg.script")
def _():
    return svg('<a href="java&#115;cript:f()"><rect/></a>')


@carrier("svg-neighbour")
def _():
    return svg('<foreignObject><p>text</p></foreignObject>')


@carrier("mht-password", "html.password")
def _():
    return mail(("page.mht", b"MIME-Version: 1.0\r\nContent-Type: "
                 b"text/html; charset=us-ascii\r\n\r\n<html><input "
                 b"type=password></html>\r\n"))


@carrier("mht-neighbour")
def _():
    return mail(("page.mht", b"MIME-Version: 1.0\r\nContent-Type: "
                 b"text/html; charset=us-ascii\r\n\r\n<html><p>a</p>"
                 b"</html>\r\n"))
