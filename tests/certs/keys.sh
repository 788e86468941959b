#!/bin/sh
# SPDX-License-Identifier: ISC
# Makes the keys of tests/certs/seal.c in the folder $1: certificates in
# certs/smime, OpenPGP keys in certs/openpgp, private halves beside them.
set -e
cd "$1"
mkdir -p certs/smime certs/openpgp gnupg
chmod 700 gnupg
export GNUPGHOME="$1/gnupg"

# certificate FILE ADDRESS DAYS NEWKEY...
certificate() {
	file=$1 address=$2 days=$3
	shift 3
	openssl req -x509 -sha256 -nodes -subj "/CN=$address" \
	    -addext "subjectAltName=email:$address" -days "$days" \
	    -keyout "$file.key" -out "certs/smime/$file.pem" "$@" 2>/dev/null
}

certificate rsa@partner.test rsa@partner.test 30 -newkey rsa:3072
certificate ec@partner.test ec@partner.test 30 \
    -newkey ec -pkeyopt ec_paramgen_curve:P-256
# It shows AES-256-GCM and RSAES-OAEP (SMIMECapabilities).
certificate gcm@partner.test gcm@partner.test 30 -newkey rsa:3072 -addext \
    1.2.840.113549.1.9.15=DER:301A300B060960864801650304012E300B06092A864886F70D010107
certificate camellia@partner.test camellia@partner.test 30 -newkey rsa:3072
echo 'CAMELLIA-256-CBC AES-128-CBC # by telephone' \
    >certs/smime/camellia@partner.test.capabilities
certificate hidden@partner.test hidden@partner.test 30 -newkey rsa:2048
certificate weak@partner.test weak@partner.test 30 -newkey rsa:1024
certificate wrong@partner.test other@partner.test 30 -newkey rsa:2048
certificate signs@partner.test signs@partner.test 30 -newkey rsa:2048 \
    -addext "keyUsage=digitalSignature"
# One that ended: made by hand, because req knows no past.
openssl req -new -sha256 -nodes -subj /CN=old -newkey rsa:2048 \
    -keyout old@partner.test.key -out old.csr 2>/dev/null
printf 'subjectAltName=email:old@partner.test\n' >old.ext
openssl x509 -req -sha256 -in old.csr -signkey old@partner.test.key \
    -extfile old.ext -days -1 -out certs/smime/old@partner.test.pem 2>/dev/null
printf 'no certificate\n' >certs/smime/broken@partner.test.pem

# An authority and what it gave to offices, which sign.
openssl req -x509 -sha256 -nodes -subj /CN=authority -days 30 \
    -newkey rsa:3072 -keyout authority.key -out authority.pem 2>/dev/null
# office NAME DAYS USE NEWKEY...
office() {
	file=certs/sign/$1 days=$2
	printf 'subjectAltName=email:%s@ministry.test\nkeyUsage=%s\n' \
	    "$1" "$3" >office.ext
	shift 3
	openssl req -new -sha256 -nodes -subj "/CN=office" "$@" \
	    -keyout "$file.key" -out office.csr 2>/dev/null
	openssl x509 -req -sha256 -in office.csr -CA authority.pem \
	    -CAkey authority.key -CAcreateserial -extfile office.ext \
	    -days "$days" -out "$file.pem" 2>/dev/null
	cat authority.pem >>"$file.pem"
	chmod 600 "$file.key"
}
mkdir certs/sign
office office 30 digitalSignature -newkey rsa:3072
office dept 30 digitalSignature -newkey ec -pkeyopt ec_paramgen_curve:P-384
office past -1 digitalSignature -newkey rsa:2048
office encrypts 30 keyEncipherment -newkey rsa:2048
office open 30 digitalSignature -newkey rsa:2048
chmod 644 certs/sign/open.key
cp certs/sign/office.pem certs/sign/mixed.pem
cp certs/sign/open.key certs/sign/mixed.key
chmod 600 certs/sign/mixed.key
cat >certs/signers <<-'LINES'
	# who		as whom	by
	official@ministry.test	=	office

	@dept.ministry.test	*	dept
	chief@ministry.test	sato	dept
	past@ministry.test	*	past
	encrypts@ministry.test	*	encrypts
	open@ministry.test	*	open
	mixed@ministry.test	*	mixed
	gone@ministry.test	*	gone
	LINES

# key ADDRESS ALGORITHM USAGE EXPIRES
key() {
	gpg --batch --quiet --pinentry-mode loopback --passphrase '' \
	    --quick-generate-key "<$1>" "$2" "$3" "$4" 2>/dev/null
}
key cv@pgp.test future-default default never
key rsa@pgp.test default default never
key both@partner.test future-default default never
key weak@pgp.test rsa1024 cert,sign,encr never
key signs@pgp.test ed25519 sign never
key other@pgp.test default default never
key old@pgp.test default default seconds=1
key revoked@pgp.test default default never
for name in cv rsa weak signs old; do
	gpg --armor --export "<$name@pgp.test>" \
	    >"certs/openpgp/$name@pgp.test.asc"
done
gpg --armor --export "<both@partner.test>" \
    >certs/openpgp/both@partner.test.asc
gpg --armor --export "<other@pgp.test>" >certs/openpgp/wrong@pgp.test.asc
# The revocation that gpg made with the key; its first line is disarmed.
print=$(gpg --with-colons --list-keys "<revoked@pgp.test>" |
    sed -n 's/^fpr:*\([0-9A-F]*\):*/\1/p' | head -n 1)
sed 's/^:---/---/' "gnupg/openpgp-revocs.d/$print.rev" |
    gpg --batch --quiet --import 2>/dev/null
gpg --armor --export "<revoked@pgp.test>" \
    >certs/openpgp/revoked@pgp.test.asc
openssl req -x509 -sha256 -nodes -subj "/CN=both" -days 30 \
    -addext "subjectAltName=email:both@partner.test" -newkey rsa:2048 \
    -keyout both@partner.test.key -out certs/smime/both@partner.test.pem \
    2>/dev/null
sleep 1
