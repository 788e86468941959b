#!/bin/sh
# SPDX-License-Identifier: ISC
# `sekimorictl certs` with real files of every form: what is taken, what waits,
# what is refused and why, what is recorded. Each line of a check is
# "result address problem"; silence is success.
set -e
build=${top_builddir:-.}
build=$(cd "$build" && pwd)
here=$(mktemp -d /tmp/skm-certs.XXXXXX)
trap 'rm -rf "$here"' EXIT
cd "$here"
mkdir certs journal in gnupg
chmod 700 gnupg
export GNUPGHOME="$here/gnupg"
cat >conf <<EOF
certs_dir $here/certs;
journal_dir $here/journal;
seal_key_file $here/seal.key;
libexec_dir $build;
EOF
failed=0

ctl() {
	"$build/sekimorictl" -c "$here/conf" "$@"
}

# expect NAME STATUS WANT COMMAND...: WANT is a pattern of grep -x for each
# line, in order, of "result address kind problem".
expect() {
	name=$1 status=$2 want=$3
	shift 3
	got=0
	ctl "$@" --json >out 2>err || got=$?
	python3 - >lines <<'EOF'
import json
for line in open("out"):
    k = json.loads(line)
    print(k.get("result", "-"), k["address"] or "-", k["kind"] or "-",
          k["problem"])
EOF
	printf '%s' "$want" >want
	if [ "$got" != "$status" ] || ! python3 - <<'EOF'
import fnmatch, sys
want = [l.rstrip() for l in open("want") if l.strip()]
got = [l.rstrip() for l in open("lines")]
sys.exit(len(want) != len(got) or
         not all(fnmatch.fnmatchcase(g, w) for g, w in zip(sorted(got), sorted(want))))
EOF
	then
		echo "$name: status $got, wanted $status; lines:"
		cat lines err
		failed=1
	fi
}

# issue NAME ADDRESS DAYS [EXTENSION]: a certificate of the test authority.
issue() {
	openssl req -new -sha256 -nodes -subj "/CN=$1" -newkey rsa:2048 \
	    -keyout "$1.key" -out "$1.csr" 2>/dev/null
	{
		echo "subjectAltName=email:$2"
		echo "basicConstraints=CA:FALSE"
		echo "${4:-keyUsage=keyEncipherment}"
	} >"$1.ext"
	openssl x509 -req -sha256 -in "$1.csr" -CA ca.pem -CAkey ca.key \
	    -CAcreateserial -days "$3" -extfile "$1.ext" -out "in/$1.pem" \
	    2>/dev/null
}

openssl req -x509 -sha256 -nodes -subj "/CN=Authority" -days 900 \
    -keyout ca.key -out ca.pem -newkey rsa:2048 2>/dev/null
mkdir certs/ca
cp ca.pem certs/ca/
issue old a@p.test 20
issue new a@p.test 400
issue gone a@p.test -1
issue sign a@p.test 500 keyUsage=digitalSignature
issue b b@p.test 400
issue c c@p.test 400
issue d d@p.test 400
issue two e@p.test,email:E2@P.test 400

# Several forms.
expect pem 0 'taken a@p.test smime ' certs import in/old.pem
expect again 0 'known a@p.test smime ' certs import in/old.pem
openssl x509 -in in/b.pem -outform DER -out in/b.der
expect der 0 'taken b@p.test smime ' certs import in/b.der
openssl crl2pkcs7 -nocrl -certfile in/c.pem -certfile ca.pem -outform DER \
    -out in/c.p7b
expect pkcs7 0 'taken c@p.test smime ' certs import in/c.p7b
openssl pkcs12 -export -in in/d.pem -inkey d.key -passout pass:secret \
    -out d.p12
openssl pkcs12 -export -nokeys -in in/d.pem -passout pass:secret -out dn.p12
echo secret >password
echo other >wrong
expect closed 1 'refused - - *needs --password-file' certs import dn.p12
expect wrong 1 'refused - - *password is wrong' \
    certs import dn.p12 --password-file wrong
expect private 1 'refused - - *private key*' \
    certs import d.p12 --password-file password
expect own 0 'taken d@p.test smime ' \
    certs import d.p12 --password-file password --own
cat in/b.pem b.key >both.pem
expect private-pem 1 'refused - - *private key*' certs import both.pem
expect two 0 'taken e@p.test smime
taken e2@p.test smime ' certs import in/two.pem
expect wrong-address 1 'refused x@p.test smime *another address' \
    certs import in/b.pem --address x@p.test
expect partial 1 'refused b@p.test.evil smime *another address' \
    certs import in/b.pem --address b@p.test.evil
expect ended 1 'refused a@p.test smime *expired*' certs import in/gone.pem
expect sign-only 1 'refused a@p.test smime *signatures*' \
    certs import in/sign.pem
echo hello >hello
expect nothing 1 'refused - - expected certificates*' certs import hello

# LDIF: folded base64, an address that the certificate does not name, a URL.
issue l l@p.test 400
issue m m@p.test 400
{
	printf 'version: 1\n\ndn: cn=l\nmail: l@p.test\n'
	printf 'userCertificate;binary:: '
	openssl x509 -in in/l.pem -outform DER | base64 -w 60 | sed '2,$s/^/ /'
	printf '\n# next\ndn: cn=m\nmail: other@p.test\n'
	printf 'userSMIMECertificate;binary:: '
	openssl x509 -in in/m.pem -outform DER | base64 -w 0
	printf '\n\ndn: cn=u\nmail: u@p.test\n'
	printf 'userCertificate;binary:< file:///etc/passwd\n'
} >in.ldif
expect ldif 1 'taken l@p.test smime
refused other@p.test smime *another address
refused u@p.test smime *URL*' certs import in.ldif

# A second key for an address with a verified one waits; both then count.
expect pending 0 'pending a@p.test smime *' certs import in/new.pem
expect waits 0 'pending a@p.test smime *' certs pending
new=$(openssl x509 -in in/new.pem -noout -fingerprint -sha256 |
    tr -d : | sed 's/.*=//' | tr A-F a-f)
old=$(openssl x509 -in in/old.pem -noout -fingerprint -sha256 |
    tr -d : | sed 's/.*=//' | tr A-F a-f)
expect expiring 1 '- a@p.test smime ' certs expiring
expect no-reason 2 '' certs approve "$new"
expect approve 0 'approved a@p.test smime ' \
    certs approve "$new" --reason 'asked by telephone'
expect none-waits 0 '' certs pending
expect two-keys 0 '- a@p.test smime
- a@p.test openpgp no key' certs check a@p.test
grep -q "$new" out || { echo "not the one that lasts longest"; failed=1; }
expect successor 0 '' certs expiring
expect list 0 '- a@p.test smime
- a@p.test smime
- b@p.test smime
- c@p.test smime
- d@p.test smime
- e@p.test smime
- e2@p.test smime
- l@p.test smime ' certs list

# What is revoked is never used again.
expect revoke 0 'revoked a@p.test smime ' \
    certs revoke "$new" --reason 'key lost'
expect never-again 1 'refused a@p.test smime *revoked here' \
    certs import in/new.pem
cp in/new.pem certs/smime/a@p.test.pem
expect by-hand 0 '- a@p.test smime
- a@p.test openpgp no key' certs check a@p.test
grep -q "$old" out || { echo "a revoked key is used"; failed=1; }
rm certs/smime/a@p.test.pem
expect no-such 1 '' certs revoke nobody@p.test --reason test
expect revoke-address 0 'revoked b@p.test smime ' \
    certs revoke b@p.test --reason test

# The authority's list: current, ended, unreadable.
mkdir certs/crl
: >index.txt
cat >ca.cnf <<EOF
[ca]
default_ca = x
[x]
database = $here/index.txt
default_md = sha256
EOF
openssl ca -config ca.cnf -keyfile ca.key -cert ca.pem -revoke in/c.pem \
    2>/dev/null
openssl ca -config ca.cnf -keyfile ca.key -cert ca.pem -gencrl -crldays 30 \
    -out certs/crl/ca.crl 2>/dev/null
expect crl-good 0 '- d@p.test smime
- d@p.test openpgp no key' certs check d@p.test
expect crl-revoked 1 '- c@p.test smime *revoked by its authority
- c@p.test openpgp no key' certs check c@p.test
openssl ca -config ca.cnf -keyfile ca.key -cert ca.pem -gencrl \
    -crl_lastupdate 20200101000000Z -crl_nextupdate 20200201000000Z \
    -out certs/crl/ca.crl 2>/dev/null
expect crl-ended 1 '- d@p.test smime *too old
- d@p.test openpgp no key' certs check d@p.test
echo "crl_grace 31536000;" >>conf
now=$(date -u -d '3 days ago' +%Y%m%d%H%M%SZ)
openssl ca -config ca.cnf -keyfile ca.key -cert ca.pem -gencrl \
    -crl_lastupdate 20200101000000Z -crl_nextupdate "$now" \
    -out certs/crl/ca.crl 2>/dev/null
expect crl-grace 0 '- d@p.test smime
- d@p.test openpgp no key' certs check d@p.test
echo broken >certs/crl/ca.crl
expect crl-broken 1 '- d@p.test smime *cannot be read
- d@p.test openpgp no key' certs check d@p.test
rm -r certs/crl

# OpenPGP: two keys in a file; each address gets itself alone.
for name in f g; do
	gpg --batch --quiet --pinentry-mode loopback --passphrase '' \
	    --quick-generate-key "<$name@p.test>" future-default default 1y \
	    2>/dev/null
done
gpg --batch --quiet --pinentry-mode loopback --passphrase '' \
    --quick-add-uid "<f@p.test>" "Other <h@p.test>" 2>/dev/null
# Signed by somebody else: what keys are poisoned with.
gpg --batch --quiet --yes --pinentry-mode loopback --passphrase '' \
    --default-key "<g@p.test>" --quick-sign-key \
    "$(gpg --with-colons --list-keys '<f@p.test>' |
	sed -n 's/^fpr:*\([0-9A-F]*\):*/\1/p' | head -n 1)" >/dev/null 2>&1
gpg --armor --export >keys.asc 2>/dev/null
gpg --export >keys.pgp
gpg --armor --pinentry-mode loopback --passphrase '' --batch \
    --export-secret-keys "<f@p.test>" >secret.asc 2>/dev/null
expect openpgp 0 'taken f@p.test openpgp
taken g@p.test openpgp
taken h@p.test openpgp ' certs import keys.asc
expect openpgp-again 0 'known f@p.test openpgp
known g@p.test openpgp
known h@p.test openpgp ' certs import keys.pgp
expect openpgp-secret 1 'refused - - *private key*' certs import secret.asc
expect openpgp-use 0 '- f@p.test smime no certificate
- f@p.test openpgp ' certs check f@p.test
gpg --show-keys --with-colons certs/openpgp/f@p.test/*.asc 2>/dev/null >shown
if [ "$(grep -c ^uid: shown)" != 1 ] || ! grep -q 'f@p.test' shown; then
	echo "other user ids were kept"
	failed=1
fi
if [ "$(gpg --list-packets certs/openpgp/f@p.test/*.asc 2>/dev/null |
    grep -c '^:signature')" -gt 2 ]; then
	echo "signatures by others were kept"
	failed=1
fi

# A folder, and what is recorded.
mkdir -p folder/below
cp in/l.pem hello folder/below/
expect folder 1 'known l@p.test smime
refused - - expected*' certs import folder
for type in key.import key.pending key.approve key.revoke; do
	grep -q "\"type\":\"$type\".*\"address\"\|\"address\".*\"$type\"" \
	    journal/*.jsonl || { echo "no event $type"; failed=1; }
done
grep -q 'asked by telephone' journal/*.jsonl ||
    { echo "the reason is not recorded"; failed=1; }
gpgconf --kill gpg-agent
exit $failed
