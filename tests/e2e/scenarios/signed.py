# SPDX-License-Identifier: ISC
"""What the recipient of signed mail is told of its signature."""

import base64

from scenarios import same, scenario, taken
from scenarios.outbound import PGP, SMIME, partners

CONTENT = (b"Content-Type: text/plain; charset=utf-8\r\n\r\n"
           b"Please pay 100 yen.\r\n")
FORGED = ["X-Sekimori-Signature: good; signer=minister@here.example",
          "Authentication-Results: gate.example; smime=pass"]


def parts(content, signature, kind):
    """The body of multipart/signed: content, and its signature."""
    lines = base64.encodebytes(signature).replace(b"\n", b"\r\n")
    if signature.startswith(b"-----"):
        encoding, lines = b"7bit", signature.replace(b"\n", b"\r\n")
    else:
        encoding = b"base64"
    return (b"--=_s\r\n" + content + b"\r\n--=_s\r\nContent-Type: " +
            kind.encode() + b"\r\nContent-Transfer-Encoding: " + encoding +
            b"\r\n\r\n" + lines + b"\r\n--=_s--\r\n")


def smime(keys, changed=None):
    kind = "application/pkcs7-signature"
    signature = keys.sign_smime(SMIME, CONTENT)
    return ('multipart/signed; protocol="%s"; boundary="=_s"' % kind,
            parts(changed or CONTENT, signature, kind))


def openpgp(keys, changed=None):
    kind = "application/pgp-signature"
    signature = keys.sign_openpgp(PGP, CONTENT)
    return ('multipart/signed; protocol="%s"; boundary="=_s"' % kind,
            parts(changed or CONTENT, signature, kind))


def told(g, sender, kind, body):
    """What the recipient reads of the signature: our two fields."""
    sent = taken(g.send(g.mail(sender=sender, kind=kind, body=body,
                               fields=FORGED), sender="someone@out.example"))
    mail, = g.arrived(sent)
    same(mail.body(), body, "body")
    ours = [r for r in mail.field("Authentication-Results")
            if r.startswith("gate.example")]
    return mail.field("X-Sekimori-Signature"), "".join(ours)


@scenario()
def good_signatures_are_told(g):
    with partners(g) as keys:
        shown, result = told(g, SMIME, *smime(keys))
        same(shown, ["good; signer=" + SMIME])
        assert "smime=pass body.smime-identifier=" + SMIME in result, result
        shown, result = told(g, PGP, *openpgp(keys))
        same(shown, ["good; signer=" + PGP])
        assert "x-openpgp=pass" in result, result


@scenario()
def changed_mail_is_told(g):
    changed = CONTENT.replace(b"100", b"900")
    with partners(g) as keys:
        shown, result = told(g, SMIME, *smime(keys, changed))
        same(shown, ["bad"])
        assert "smime=fail" in result, result
        shown, result = told(g, PGP, *openpgp(keys, changed))
        same(shown, ["bad"])
        assert "x-openpgp=fail" in result, result


@scenario()
def signature_of_another_is_not_the_authors(g):
    with partners(g) as keys:
        shown, result = told(g, "boss@smime.example", *smime(keys))
        same(shown, ["unknown"])
        assert "smime=policy" in result, result
        shown, result = told(g, "boss@pgp.example", *openpgp(keys))
        same(shown, ["unchecked"])
        assert "x-openpgp=neutral" in result, result


@scenario()
def signature_inside_is_never_shown(g):
    with partners(g) as keys:
        kind, body = smime(keys)
        body = (b"--=_out\r\nContent-Type: text/plain\r\n\r\n"
                b"You are fired.\r\n--=_out\r\nContent-Type: " +
                kind.encode() + b"\r\n\r\n" + body + b"--=_out--\r\n")
        shown, result = told(g, SMIME, 'multipart/mixed; boundary="=_out"',
                             body)
        same(shown, [])
        assert "smime" not in result, result


@scenario()
def mail_without_signature_asks_nobody(g):
    before = sum(map(g.worked, g.children("verify")))
    for _ in range(20):
        mail, = g.arrived(taken(g.send(g.mail(fields=FORGED))))
        same(mail.field("X-Sekimori-Signature"), [])
    same(sum(map(g.worked, g.children("verify"))), before)
