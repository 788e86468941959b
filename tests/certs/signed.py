#!/usr/bin/env python3
# SPDX-License-Identifier: ISC
"""Makes signed mail for tests/certs/verify.c in the folder named: NAME.eml each,
with keys and a store (certs/) beside them. By openssl and gpg, as people do."""

import base64
import os
import subprocess
import sys

FOLDER = sys.argv[1]
AUTHOR, PGP = "author@out.test", "pgp@out.test"
KEPT, ALONE = "kept@out.test", "alone@out.test"
BODY = b"Content-Type: text/plain; charset=utf-8\n\nPay 100 yen to Taro.\n"


def at(*path):
    return os.path.join(FOLDER, *path)


def run(*command, data=b""):
    done = subprocess.run(command, input=data, capture_output=True,
                          check=False, env={**os.environ,
                                            "GNUPGHOME": at("gnupg")})
    if done.returncode != 0:
        sys.exit("%s\n%s" % (command, done.stderr.decode()))
    return done.stdout


def put(name, data):
    with open(at(name), "wb") as out:
        out.write(data)


def crlf(data):
    return data.replace(b"\n", b"\r\n")


# --- certificates

def certificate(name, address, *more, key=("rsa:2048",), days="30", ca="ca",
                use="emailProtection", usage="digitalSignature", email=True):
    """NAME.pem and NAME.key, vouched for by ca (None: by itself)."""
    alt = ["subjectAltName=email:" + address] if email else []
    put(name + ".ext", "\n".join(
        alt + ["keyUsage=" + usage, "extendedKeyUsage=" + use,
               "basicConstraints=critical,CA:FALSE", *more]).encode() + b"\n")
    run("openssl", "req", "-new", "-nodes", "-subj", "/CN=" + address,
        "-newkey", *key, "-keyout", at(name + ".key"), "-out",
        at(name + ".csr"))
    by = ["-CA", at(ca + ".pem"), "-CAkey", at(ca + ".key"),
          "-CAcreateserial"] if ca else ["-signkey", at(name + ".key")]
    run("openssl", "x509", "-req", "-sha256", "-in", at(name + ".csr"),
        "-days", days, "-extfile", at(name + ".ext"), "-out",
        at(name + ".pem"), *by)


def make_certificates():
    run("openssl", "req", "-x509", "-nodes", "-sha256", "-newkey", "rsa:2048",
        "-subj", "/CN=Test authority", "-days", "30", "-keyout",
        at("ca.key"), "-out", at("certs/ca/test.pem"))
    with open(at("certs/ca/test.pem"), "rb") as made:
        put("ca.pem", made.read())
    certificate("good", AUTHOR)
    certificate("ec", AUTHOR, key=("ec", "-pkeyopt",
                                   "ec_paramgen_curve:P-256"))
    certificate("self", AUTHOR, ca=None)
    certificate("expired", AUTHOR, days="-1")
    certificate("rsa1024", AUTHOR, key=("rsa:1024",))
    certificate("web", AUTHOR, use="serverAuth")
    certificate("leaf", AUTHOR, ca="good")
    certificate("nameless", AUTHOR, email=False)
    certificate("johnny", "johnny@out.test")
    # The store is of those we write to: its certificates can encrypt too.
    for name, ca, address in (("kept", "ca", KEPT), ("alone", None, ALONE)):
        certificate(name, address, ca=ca,
                    usage="digitalSignature,keyEncipherment")
        with open(at(name + ".pem"), "rb") as made:
            put("certs/smime/%s.pem" % address, made.read())


def smime(content, *signers, more=()):
    """The CMS of a signature by these, in DER."""
    by = []
    for name in signers:
        by += ["-signer", at(name + ".pem"), "-inkey", at(name + ".key")]
    return run("openssl", "cms", "-sign", "-binary", "-outform", "DER", *by,
               *more, data=crlf(content))


# --- messages

def header(type, sender=AUTHOR, subject="Payment", more=""):
    return ("From: %s\nTo: official@here.test\nSubject: %s\nMIME-Version: 1.0\n"
            "%sContent-Type: %s\n\n" % (sender, subject, more, type)).encode()


def two(content, signature, kind="application/pkcs7-signature",
        boundary="limit", protocol=None, preamble=b"", third=b"", **fields):
    """multipart/signed; signature in DER, or armoured text."""
    cut = b"\n--" + boundary.encode()
    type = 'multipart/signed; protocol="%s"; micalg=sha-256;\n boundary="%s"' \
        % (protocol or kind, boundary)
    if b"-----BEGIN" not in signature:
        signature = b"Content-Transfer-Encoding: base64\n\n" + \
            base64.encodebytes(signature)
    else:
        signature = b"\n" + signature
    return header(type, **fields) + preamble + cut[1 if not preamble else 0:] \
        + b"\n" + content + cut + b"\nContent-Type: " + kind.encode() \
        + b"\n" + signature + third + cut + b"--\n"


def mail(name, message):
    put(name + ".eml", crlf(message))


def make_smime():
    def signed(name, signer="good", content=BODY, more=(), **how):
        mail(name, two(content, smime(content, signer, more=more), **how))

    good = smime(BODY, "good")
    signed("good")
    signed("good-ec", "ec")
    signed("good-kept", "kept", sender="Kept <KEPT@out.test>",
           more=["-nocerts"])
    signed("alone", "alone", sender=ALONE)
    signed("good-x", kind="application/x-pkcs7-signature")
    put("good-file.eml", two(BODY, good))
    inside = smime(BODY, "good", more=["-nodetach"])
    opaque = "application/pkcs7-mime; smime-type=signed-data"
    base64_field = "Content-Transfer-Encoding: base64\n"
    mail("good-inside", header(opaque, more=base64_field) +
         base64.encodebytes(inside))
    mail("inside-changed", header(opaque, more=base64_field) +
         base64.encodebytes(inside.replace(b"100 yen", b"900 yen")))
    mail("inside-quoted", header(opaque) + base64.encodebytes(inside))
    mail("changed", two(BODY.replace(b"100", b"900"), good))
    mail("changed-blank", two(BODY.replace(b"Taro.", b"Taro. "), good))
    mail("broken", two(BODY, good[:-1] + bytes([good[-1] ^ 1])))
    sha256 = bytes.fromhex("608648016503040201")
    mail("algorithm", two(BODY, good.replace(sha256, sha256[:-1] + b"\x7f")))
    signed("other", "johnny")
    signed("nameless", "nameless")
    signed("display", sender='"boss@here.test" <%s>' % AUTHOR)
    signed("display-encoded",
           sender="=?utf-8?Q?boss=40here.test?= <%s>" % AUTHOR)
    signed("display-same", sender='"%s" <%s>' % (AUTHOR, AUTHOR))
    signed("unknown", "self")
    signed("purpose", "web")
    signed("leaf", "leaf")
    signed("nocerts", more=["-nocerts"])
    signed("expired", "expired")
    signed("weak-digest", more=["-md", "sha1"])
    signed("weak-key", "rsa1024")
    mail("two-signers", two(BODY, smime(BODY, "good", "johnny")))
    mail("no-signer", two(BODY, run(
        "openssl", "crl2pkcs7", "-nocrl", "-certfile", at("good.pem"),
        "-outform", "DER")))
    mail("own-content", two(BODY.replace(b"100", b"900"), inside))
    mail("no-cms", two(BODY, b"nothing"))
    mail("behind", two(BODY, good + b"more"))
    make_structures(good, signed)


def make_structures(good, signed):
    """The signature is right; what readers see is more, or not the same."""
    whole = two(BODY, good)
    inner = whole[whole.index(b"Content-Type"):]
    for kind in ("mixed", "related", "alternative"):
        mail("nested-" + kind, header("multipart/%s; boundary=out" % kind) +
             b"--out\n\nYou are fired.\n--out\n" + inner + b"\n--out--\n")
    mail("three-parts", two(BODY, good, third=(
        b"\n--limit\nContent-Type: text/plain\n\nYou are fired.\n")))
    mail("hidden", two(BODY, good, preamble=(
        b"Content-Type: text/plain\n\nYou are fired.\n")))
    mail("preamble", two(BODY, good, preamble=b"This is a signed message.\n"))
    near = BODY + b"--limited\nContent-Type: text/plain\n\nYou are fired.\n"
    signed("near-boundary", content=near)
    mail("two-from", b"From: johnny@out.test\n" + whole)
    mail("two-authors", two(BODY, good,
                            sender="johnny@out.test, " + AUTHOR))
    mail("two-types", b"Content-Type: text/html\n" + whole)
    mail("two-subjects", b"Subject: You are fired\n" + whole)
    mail("second-type", whole.replace(
        b"Content-Type: application/pkcs7-signature",
        b"Content-Type: text/plain"))
    mail("two-protocols", whole.replace(
        b"micalg", b'protocol="application/pgp-signature"; micalg'))
    mail("protocol", two(BODY, good, protocol="application/pgp-signature"))
    mail("encoded", whole.replace(
        b"Content-Type", b"Content-Transfer-Encoding: base64\nContent-Type",
        1))
    mail("bad-base64", whole.replace(b"base64\n\n", b"base64\n\n!!!\n", 1))
    put("mixed-ends.eml", crlf(whole).replace(b"Taro.\r\n", b"Taro.\n"))
    put("nul.eml", crlf(whole).replace(b"Taro.", b"Taro\0"))
    protected = b"Subject: Payment\nFrom: Author <author@OUT.test>\n" + BODY
    signed("protected", content=protected)
    signed("protected-subject", content=protected, subject="Fired")
    signed("protected-author", content=protected.replace(b"author@", b"jo@"))


# --- OpenPGP

def gpg(*arguments, data=b""):
    return run("gpg", "--batch", "--yes", "--quiet", "--pinentry-mode",
               "loopback", "--passphrase", "", *arguments, data=data)


def key(address, *when, algorithm="ed25519", expires="never", filed=None):
    gpg(*when, "--quick-generate-key", "<%s>" % address, algorithm, "cert,sign",
        expires)
    put("certs/openpgp/%s.asc" % (filed or address),
        gpg("--armor", "--export", "<%s>" % address))


def openpgp(content, by, *more):
    return gpg("--armor", "--digest-algo", "SHA256", "-u", "<%s>" % by, *more,
               "--detach-sign", data=crlf(content))


def make_openpgp():
    kind = "application/pgp-signature"

    def signed(name, by=PGP, *more, sender=None, content=BODY, **how):
        mail("pgp-" + name, two(content, openpgp(BODY, by, *more), kind=kind,
                                sender=sender or by, **how))

    key(PGP)
    then = "--faked-system-time", "20250101T000000!"
    key("old@out.test", *then, expires="1y")
    key("weak@out.test", algorithm="rsa1024")
    key("mallory@out.test", filed="victim@out.test")
    signed("good")
    signed("changed", content=BODY.replace(b"100", b"900"))
    signed("no-key", sender="nobody@out.test")
    signed("other-key", "mallory@out.test", sender=PGP)
    signed("other", "mallory@out.test", sender="victim@out.test")
    signed("weak-key", "weak@out.test")
    signed("weak-digest", PGP, "--digest-algo", "SHA1")
    signed("salt", PGP, "--set-notation", "salt@notations.out.test=1")
    signed("notation", PGP, "--set-notation", "author@out.test=boss")
    signed("policy", PGP, "--set-policy-url", "https://here.test/verified")
    signed("expired", "old@out.test", *then)
    one = openpgp(BODY, PGP)
    mail("pgp-two", two(BODY, openpgp(BODY, PGP, "-u", "<mallory@out.test>"),
                        kind=kind, sender=PGP))
    mail("pgp-twice", two(BODY, one + one, kind=kind, sender=PGP))
    mail("pgp-message", two(BODY, gpg("--armor", "-u", PGP, "--sign",
                                      data=crlf(BODY)), kind=kind, sender=PGP))
    mail("pgp-text", two(BODY, b"see: \n" + one, kind=kind, sender=PGP))


for name in ("certs/ca", "certs/smime", "certs/openpgp", "gnupg"):
    os.makedirs(at(name), 0o700)
make_certificates()
make_smime()
make_openpgp()
subprocess.run(["gpgconf", "--homedir", at("gnupg"), "--kill", "all"],
               capture_output=True, check=False)
