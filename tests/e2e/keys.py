# SPDX-License-Identifier: ISC
"""Keys of partners that the tests make, and reading what was sent to them."""

import os
import subprocess


class Keys:
    def __init__(self, folder):
        self.folder = folder
        self.home = os.path.join(folder, "gpg")
        os.makedirs(self.home, 0o700)

    def at(self, name):
        return os.path.join(self.folder, name)

    def run(self, *command, data=None):
        done = subprocess.run(
            command, input=data if data is not None else b"",
            capture_output=True, check=False)
        assert done.returncode == 0, done.stderr.decode("utf-8", "replace")
        return done.stdout

    def certificate(self, address, days=30):
        """Makes a certificate of the address; its file."""
        name = self.at(address + ".pem")
        self.run(
            "openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes",
            "-sha256", "-days", str(days), "-subj", "/CN=" + address,
            "-addext", "subjectAltName=email:" + address,
            "-addext", "keyUsage=critical,digitalSignature,keyEncipherment",
            "-addext", "extendedKeyUsage=emailProtection",
            "-addext", "basicConstraints=critical,CA:FALSE",
            "-keyout", self.at(address + ".key"), "-out", name)
        return name

    def open_smime(self, address, data):
        return self.run("openssl", "cms", "-decrypt", "-recip",
                        self.at(address + ".pem"), "-inkey",
                        self.at(address + ".key"), data=data)

    def gpg(self, *arguments, data=None):
        return self.run("gpg", "--homedir", self.home, "--batch", "--yes",
                        "--quiet", "--trust-model", "always",
                        "--pinentry-mode", "loopback", "--passphrase", "",
                        *arguments, data=data)

    def openpgp(self, address):
        """Makes a key of the address; the file with the public part."""
        name = self.at(address + ".asc")
        self.gpg("--quick-generate-key", "<%s>" % address, "default",
                 "default", "1y")
        with open(name, "wb") as out:
            out.write(self.gpg("--armor", "--export", address))
        return name

    def open_openpgp(self, data):
        """The second part of multipart/encrypted (RFC 3156)."""
        start = data.index(b"-----BEGIN PGP MESSAGE-----")
        end = data.index(b"-----END PGP MESSAGE-----")
        return self.gpg("--decrypt", data=data[start:end] +
                        b"-----END PGP MESSAGE-----\n")

    def seal_smime(self, addresses, entity, form="DER"):
        """What a mail program makes of the entity for these."""
        return self.run("openssl", "cms", "-encrypt", "-binary", "-aes256",
                        "-outform", form,
                        *[self.at(a + ".pem") for a in addresses],
                        data=entity)

    def seal_openpgp(self, address, entity):
        return self.gpg("--armor", "--encrypt", "--recipient",
                        "<%s>" % address, data=entity)

    # Signatures are over CRLF, as the mail is on its way.

    def sign_smime(self, address, content):
        """A detached signature of content, in DER."""
        return self.run("openssl", "cms", "-sign", "-binary", "-outform",
                        "DER", "-signer", self.at(address + ".pem"), "-inkey",
                        self.at(address + ".key"), data=content)

    def sign_openpgp(self, address, content):
        """A detached signature of content, armoured."""
        return self.gpg("--armor", "--digest-algo", "SHA256", "-u",
                        "<%s>" % address, "--detach-sign", data=content)

    def close(self):
        subprocess.run(["gpgconf", "--homedir", self.home, "--kill", "all"],
                       stdin=subprocess.DEVNULL, capture_output=True,
                       check=False)
