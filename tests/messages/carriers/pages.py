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


# Pages that load or are other pages. The inner one asks for a password.
INNER = "<form action='/in'><input name=p type=password></form>"
INNER64 = base64.b64encode(INNER.encode()).decode()
LOADS = "html.loads html.password"
for title, facts, inside in [
        ("frame-base64", LOADS,
         '<iframe src="data:text/html;base64,%s"></iframe>' % INNER64),
        ("frame-percent", LOADS,
         '<iframe src="data:text/html,%s"></iframe>'
         % INNER.replace("<", "%3C")),
        ("frame-plain", LOADS,
         '<iframe src="data:text/html;charset=utf-8,%s"></iframe>' % INNER),
        ("frame-references", LOADS,
         '<iframe src="data:text/html,%s"></iframe>'
         % INNER.replace("<", "&lt;").replace(">", "&gt;")),
        ("frame-split", LOADS,
         '<iframe src=" da\nta:text/html;base64,%s">' % INNER64),
        ("srcdoc", "html.password",
         '<iframe srcdoc="%s"></iframe>' % INNER.replace("<", "&lt;")),
        ("srcdoc-neighbour", "", '<iframe srcdoc="&lt;p>a&lt;/p>"></iframe>'),
        ("object", LOADS,
         '<object data="data:text/html;base64,%s"></object>' % INNER64),
        ("embed-blob", "html.loads", '<embed src="blob:null/1">'),
        ("frame-remote", "html.loads",
         '<iframe src=https://example.net/a></iframe>'),
        ("script-remote", "html.loads",
         '<script src="//example.net/a.js"></script>'),
        ("picture-share", "html.loads", '<img src="file://example.net/a/b">'),
        ("frame-local-neighbour", "", '<iframe src="b.html"></iframe>'),
        ("picture-remote-neighbour", "",
         '<img src="https://example.net/a.png">'),
        ("picture-svg-neighbour", "",
         "<img src='data:image/svg+xml,<svg viewBox=\"0 0 9 9\"/>'>"),
        ("refresh-data", "html.password html.refresh",
         '<meta http-equiv=refresh content="0;url=data:text/html;base64,%s">'
         % INNER64)]:
    carrier("page-" + title, facts)(lambda inside=inside: body(inside))
for title, facts, code in [
        ("location-data", "html.password html.refresh",
         'location="data:text/html;base64,%s";' % INNER64),
        ("open-blob", "html.refresh", "window.open('blob:null/1');"),
        ("second-location", "html.refresh",
         "if (window.location.hash) location = 'https://example.net/';"),
        ("fetch", "html.loads",
         "fetch('/a').then(r=>r.text()).then(t=>document.write(t));"),
        ("fetch-neighbour", "", "fetch('/a').then(r=>r.json());"),
        ("open-neighbour", "",
         "function f(){window.open('https://example.net/');}")]:
    carrier("page-" + title, facts)(lambda code=code: page(code))
carrier("page-in-pages", "html.loads html.password")(lambda: body(
    '<iframe src="data:text/html;base64,%s">' % base64.b64encode((
        '<iframe src="data:text/html;base64,%s">' % INNER64).encode()
    ).decode()))
for title, name, facts in [
        ("angle-name", "<DHL.html>", "html.password"),
        ("quoted-name", '"DHL.html"', "html.password"),
        ("shtml", "DHL.shtml", "html.password"),
        ("xht", "DHL.xht", "html.password"),
        ("no-ending", "DHL", "html.password"),
        ("txt-neighbour", "DHL.txt", "")]:
    carrier("page-" + title, facts)(lambda name=name: body(INNER, name))
carrier("page-utf16-name", "html.password")(lambda: mail(
    ("DHL", ("\ufeff<html>" + INNER).encode("utf-16-le"))))
carrier("page-junk-first", "html.password")(lambda: mail(
    ("DHL.html", b"\1\2\3junk" + INNER.encode())))
