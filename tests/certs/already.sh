#!/bin/sh
# SPDX-License-Identifier: ISC
# Writes the message that tests/certs/already.c calls $2 to the file mail of the
# folder $1, with the keys that keys.sh made there.
set -e
cd "$1"
export GNUPGHOME="$1/gnupg"
secret="The secret sentence"

# Lines on standard input, with the ends that SMTP has.
crlf() {
	sed 's/\r*$/\r/'
}

# The header of every message here; arguments are more fields.
head_of() {
	printf '%s\n' "From: official@ministry.test" \
	    "To: rsa@partner.test, ec@partner.test, cv@pgp.test" \
	    "Subject: meeting" "MIME-Version: 1.0" "$@" "" | crlf
}

inner() {
	{
		printf 'Content-Type: text/plain\n\n'
		for _ in 1 2 3 4 5 6 7 8; do
			echo "$secret, and again: $secret, $secret, $secret"
		done
	} | crlf
}

cert() {
	echo "certs/smime/$1@partner.test.pem"
}

# cms ARGUMENTS: the inner entity, enveloped to the file der.
cms() {
	inner >inner
	openssl cms -encrypt -binary -in inner -outform DER -out der "$@"
}

# smime_mail [FIELD]...: the file der in the mail.
smime_mail() {
	{
		head_of "Content-Type: application/pkcs7-mime;
	smime-type=enveloped-data; name=\"smime.p7m\"" \
		    "Content-Transfer-Encoding: base64" "$@"
		base64 -w 72 der | crlf
	} >mail
}

smime() { cms -aes256 "$(cert rsa)"; smime_mail; }
smime_streamed() { cms -stream -aes256 "$(cert rsa)"; smime_mail; }
smime_two() { cms -aes128 "$(cert ec)" "$(cert rsa)"; smime_mail; }
smime_camellia() { cms -camellia256 "$(cert rsa)"; smime_mail; }
smime_gcm() { cms -aes-256-gcm "$(cert rsa)"; smime_mail; }
smime_for_itself_too() { cms -aes256 "$(cert hidden)" "$(cert rsa)"; smime_mail; }
smime_by_key_id() { cms -keyid -aes256 "$(cert rsa)"; smime_mail; }
smime_for_another() { cms -aes256 "$(cert hidden)"; smime_mail; }

smime_with_bcc() {
	cms -aes256 "$(cert rsa)"
	smime_mail "Bcc: hidden@partner.test"
}

# --- not encrypted for sure: S/MIME

smime_weak() { cms -des3 "$(cert rsa)"; smime_mail; }

smime_password() {
	cms -aes256 -pwri_password secret "$(cert rsa)"
	smime_mail
}

smime_empty() {
	: >inner
	openssl cms -encrypt -binary -aes-256-gcm -in inner -outform DER \
	    -out der "$(cert rsa)"
	smime_mail
}

smime_without_body() { : >der; smime_mail; }
smime_junk() { head -c 3000 /dev/urandom >der; smime_mail; }
smime_clear() { inner >der; smime_mail; }
smime_cut() { cms -aes256 "$(cert rsa)"; truncate -s -1 der; smime_mail; }
smime_more() { cms -aes256 "$(cert rsa)"; inner >>der; smime_mail; }

# The right names on the envelope, and clear text in it.
smime_clear_in_envelope() {
	cms -aes256 "$(cert rsa)"
	inner | head -c 300 | dd of=der bs=1 conv=notrunc status=none \
	    seek=$(($(wc -c <der) - 400))
	smime_mail
}

smime_text_behind() {
	smime
	printf '%s\n' "" "$secret" | crlf >>mail
}

smime_text_in_front() {
	cms -aes256 "$(cert rsa)"
	{
		head_of "Content-Type: application/pkcs7-mime" \
		    "Content-Transfer-Encoding: base64"
		printf '%s\n' "$secret" "" | crlf
		base64 -w 72 der | crlf
	} >mail
}

smime_line_in_header() {
	cms -aes256 "$(cert rsa)"
	smime_mail "$secret"
}

smime_two_types() {
	cms -aes256 "$(cert rsa)"
	smime_mail "Content-Type: text/plain"
}

smime_two_types_other_order() {
	cms -aes256 "$(cert rsa)"
	{
		head_of "Content-Type: text/plain" \
		    "Content-Type: application/pkcs7-mime" \
		    "Content-Transfer-Encoding: base64"
		base64 -w 72 der | crlf
	} >mail
}

smime_two_parameters() {
	cms -aes256 "$(cert rsa)"
	{
		head_of "Content-Type: application/pkcs7-mime;
	smime-type=enveloped-data; smime-type=signed-data" \
		    "Content-Transfer-Encoding: base64"
		base64 -w 72 der | crlf
	} >mail
}

smime_not_in_base64() {
	cms -aes256 "$(cert rsa)"
	{
		head_of "Content-Type: application/pkcs7-mime" \
		    "Content-Transfer-Encoding: 7bit"
		base64 -w 72 der | crlf
	} >mail
}

smime_as_text() {
	cms -aes256 "$(cert rsa)"
	{
		head_of "Content-Type: text/plain; name=smime.p7m" \
		    "Content-Transfer-Encoding: base64"
		base64 -w 72 der | crlf
	} >mail
}

# A name of a file is short: a whole text is none.
smime_text_in_name() {
	cms -aes256 "$(cert rsa)"
	smime_mail "Content-Description: $(yes "$secret" | head -n 100 |
	    tr '\n' ' ')"
}

sign() {
	inner >inner
	openssl cms -sign -binary -in inner -signer "$(cert rsa)" \
	    -inkey rsa@partner.test.key "$@"
}

smime_signed_opaque() { sign -nodetach -outform DER -out der; smime_mail; }

smime_signed() {
	sign -out signed
	{
		printf '%s\n' "From: official@ministry.test" \
		    "Subject: meeting"
		cat signed
	} | crlf >mail
}

smime_encrypted_data() {
	inner >inner
	openssl cms -EncryptedData_encrypt -binary -aes256 -in inner \
	    -secretkey 000102030405060708090a0b0c0d0e0f000102030405060708090a0b0c0d0e0f \
	    -outform DER -out der
	smime_mail
}

smime_digested() {
	inner >inner
	openssl cms -digest_create -binary -in inner -outform DER -out der
	smime_mail
}

# A part of it is encrypted, beside a clear one.
smime_beside_clear() {
	cms -aes256 "$(cert rsa)"
	{
		head_of "Content-Type: multipart/mixed; boundary=b"
		printf '%s\n' "--b" "Content-Type: text/plain" "" "$secret" \
		    "--b" "Content-Type: application/pkcs7-mime" \
		    "Content-Transfer-Encoding: base64" "" | crlf
		base64 -w 72 der | crlf
		printf '%s\n' "--b--" | crlf
	} >mail
}

smime_in_a_message() {
	smime
	mv mail enclosed
	{
		head_of "Content-Type: message/rfc822"
		cat enclosed
	} >mail
}

# --- OpenPGP

gpg_to() {
	inner | gpg --batch --quiet --trust-model always --armor \
	    --pinentry-mode loopback --passphrase secret "$@" >armour
}

# pgp_mail [PREAMBLE [VERSION [FIELD]]]: the file armour in the mail, without
# its last line.
pgp_open() {
	{
		head_of "Content-Type: multipart/encrypted; boundary=\"b1\";
	protocol=\"application/pgp-encrypted\""
		printf '%s\n' "$1" "--b1" \
		    "Content-Type: application/pgp-encrypted" \
		    "Content-Description: PGP/MIME version identification" \
		    "" "${2:-Version: 1}" "" "--b1" \
		    "${3:-Content-Type: application/octet-stream; name=\"encrypted.asc\"}" \
		    "Content-Disposition: inline; filename=\"encrypted.asc\"" \
		    "" | crlf
		crlf <armour
	} >mail
}

pgp_mail() {
	pgp_open "$@"
	printf '%s\n' "" "--b1--" | crlf >>mail
}

pgp() { gpg_to -e -r '<cv@pgp.test>'; pgp_mail; }
pgp_two() { gpg_to -e -r '<rsa@pgp.test>' -r '<cv@pgp.test>'; pgp_mail; }
pgp_unknown_too() { gpg_to -e -r '<other@pgp.test>' -r '<cv@pgp.test>'; pgp_mail; }
pgp_for_another() { gpg_to -e -r '<other@pgp.test>'; pgp_mail; }
pgp_for_nobody_named() { gpg_to -e -R '<cv@pgp.test>'; pgp_mail; }

pgp_usual_preamble() {
	gpg_to -e --comment "made by hand" --emit-version -r '<cv@pgp.test>'
	pgp_mail "This is an OpenPGP/MIME encrypted message (RFC 4880 and 3156)"
}

pgp_old_cipher() {
	gpg_to -e --personal-cipher-preferences 3DES --cipher-algo 3DES \
	    -r '<cv@pgp.test>'
	pgp_mail
}

# --- not encrypted for sure: OpenPGP

pgp_password() { gpg_to -c; pgp_mail; }
pgp_password_too() { gpg_to -c -e -r '<cv@pgp.test>'; pgp_mail; }

pgp_signed() {
	inner | gpg --batch --quiet --armor --pinentry-mode loopback \
	    --passphrase '' -u '<cv@pgp.test>' --sign |
	    sed 's/SIGNED //' >armour
	pgp_mail
}

pgp_stored() { inner | gpg --batch --quiet --armor --store >armour; pgp_mail; }

pgp_clear() {
	{
		printf '%s\n' "-----BEGIN PGP MESSAGE-----" ""
		inner | base64 -w 64
		printf '%s\n' "-----END PGP MESSAGE-----"
	} >armour
	pgp_mail
}

pgp_plain_armour() {
	printf '%s\n' "-----BEGIN PGP MESSAGE-----" "" "$secret" \
	    "-----END PGP MESSAGE-----" >armour
	pgp_mail
}

pgp_empty() { : >armour; pgp_mail; }

pgp_wrong_sum() {
	gpg_to -e -r '<cv@pgp.test>'
	sed -i 's/^=..../=AAAA/' armour
	pgp_mail
}

pgp_packets_behind() {
	gpg_to -e -r '<cv@pgp.test>'
	{
		gpg --dearmor <armour
		inner | gpg --batch --store
	} | base64 -w 64 >data
	{
		printf '%s\n' "-----BEGIN PGP MESSAGE-----" ""
		cat data
		printf '%s\n' "-----END PGP MESSAGE-----"
	} >armour
	pgp_mail
}

# Random bytes first, as encrypted ones are, and clear text behind.
pgp_clear_in_second_piece() {
	gpg_to -e -r '<cv@pgp.test>'
	{
		printf '%s\n' "-----BEGIN PGP MESSAGE-----" ""
		{
			gpg --dearmor <armour | head -c 96
			printf '\322\351\001'
			head -c 511 /dev/urandom
			printf '\301\374'
			inner | head -c 700
		} | base64 -w 64
		printf '%s\n' "-----END PGP MESSAGE-----"
	} >armour2
	mv armour2 armour
	pgp_mail
}

pgp_cut() {
	gpg_to -e -r '<cv@pgp.test>'
	gpg --dearmor <armour | head -c -5 | base64 -w 64 >data
	{
		printf '%s\n' "-----BEGIN PGP MESSAGE-----" ""
		cat data
		printf '%s\n' "-----END PGP MESSAGE-----"
	} >armour
	pgp_mail
}

pgp_remarks() {
	gpg_to -e --comment "$secret" --comment "$secret" --comment "$secret" \
	    -r '<cv@pgp.test>'
	pgp_mail
}

pgp_text_behind_armour() {
	gpg_to -e -r '<cv@pgp.test>'
	echo "$secret" >>armour
	pgp_mail
}

pgp_preamble() { gpg_to -e -r '<cv@pgp.test>'; pgp_mail "$secret"; }
pgp_in_version() { gpg_to -e -r '<cv@pgp.test>'; pgp_mail "" "Version: 1
$secret"; }

pgp_field_of_part() {
	gpg_to -e -r '<cv@pgp.test>'
	pgp_mail "" "" "X-Text: $secret
Content-Type: application/octet-stream"
}

pgp_part_of_text() {
	gpg_to -e -r '<cv@pgp.test>'
	pgp_mail "" "" "Content-Type: text/plain"
}

pgp_epilogue() {
	pgp
	printf '%s\n' "$secret" | crlf >>mail
}

pgp_third_part() {
	gpg_to -e -r '<cv@pgp.test>'
	pgp_open
	printf '%s\n' "" "--b1" "Content-Type: text/plain" "" "$secret" \
	    "--b1--" | crlf >>mail
}

pgp_not_closed() { gpg_to -e -r '<cv@pgp.test>'; pgp_open; }

pgp_inline() {
	gpg_to -e -r '<cv@pgp.test>'
	{
		head_of "Content-Type: text/plain"
		crlf <armour
	} >mail
}

pgp_beside_clear() {
	pgp
	mv mail enclosed
	{
		head_of "Content-Type: multipart/mixed; boundary=o"
		printf '%s\n' "--o" "Content-Type: text/plain" "" "$secret" \
		    "--o" | crlf
		sed -n '/^Content-Type/,$p' enclosed
		printf '%s\n' "--o--" | crlf
	} >mail
}

pgp_wrong_protocol() {
	pgp
	sed -i 's,"application/pgp-encrypted";*,"text/plain",' mail
}

pgp_two_boundaries() {
	pgp
	sed -i 's,boundary="b1",boundary="b1"; boundary="b2",' mail
}

# --- neither

only_a_marker() {
	{
		head_of "Content-Type: text/plain"
		printf '%s\n' "-----BEGIN PGP MESSAGE-----" "$secret" | crlf
	} >mail
}

"$2"
