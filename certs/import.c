/* SPDX-License-Identifier: ISC */
#include <openssl/pem.h>
#include <openssl/pkcs12.h>
#include <openssl/pkcs7.h>
#include <openssl/x509v3.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "certs/import.h"
#include "certs/ldif.h"
#include "milter/base/text.h"
#include "milter/base/banned.h"

enum {
	BETWEEN_MAX = 16,
	/* Of a PKCS#12: some write a million; more is to hang the reader. */
	ITERATIONS_MAX = 2000000
};

static const char private_key[] =
    "it holds a private key; take it out, or with --own leave it out";

static int
is_authority(X509 *cert)
{
	return X509_check_ca(cert) != 0;
}

static bool
has_address(X509 *cert)
{
	STACK_OF(OPENSSL_STRING) *all = X509_get1_email(cert);
	bool has = sk_OPENSSL_STRING_num(all) > 0;

	X509_email_free(all);
	return has;
}

/* Did it issue another one of these? Asked for few only. */
static bool
is_issuer(X509 *cert, STACK_OF(X509) * all)
{
	for (int i = 0; i < sk_X509_num(all); i++)
		if (X509_cmp(sk_X509_value(all, i), cert) != 0 &&
		    X509_check_issued(cert, sk_X509_value(all, i)) == X509_V_OK)
			return true;
	return false;
}

/* One for a person, and behind it those that may stand between. */
static void
give_one(const struct import *i, X509 *cert, STACK_OF(X509) * between,
    const struct import_found *like)
{
	struct import_found found = *like;
	BIO *bio = BIO_new(BIO_s_mem());
	char *bytes;

	PEM_write_bio_X509(bio, cert);
	for (int n = 0; n < sk_X509_num(between); n++)
		PEM_write_bio_X509(bio, sk_X509_value(between, n));
	found.len = (size_t)BIO_get_mem_data(bio, &bytes);
	found.bytes = bytes;
	i->each(i->context, &found);
	BIO_free(bio);
}

static int
give(const struct import *i, STACK_OF(X509) * all,
    const struct import_found *like, struct reason *why)
{
	STACK_OF(X509) *between = sk_X509_new_null();
	int people = 0, authorities = 0, answer = 0;

	for (int n = 0; n < sk_X509_num(all); n++) {
		X509 *cert = sk_X509_value(all, n);

		if (!is_authority(cert) || authorities >= BETWEEN_MAX)
			continue;
		authorities++;
		if (!has_address(cert) || is_issuer(cert, all))
			sk_X509_push(between, cert);
	}
	for (int n = 0; n < sk_X509_num(all); n++) {
		X509 *cert = sk_X509_value(all, n);

		if (!has_address(cert) || sk_X509_find(between, cert) >= 0)
			continue;
		people++;
		give_one(i, cert, between, like);
	}
	if (people == 0)
		answer =
		    reason_set(why, "no certificate with a mail address in it");
	sk_X509_free(between);
	return answer;
}

static bool
add(STACK_OF(X509) * all, X509 *cert)
{
	if (cert == NULL)
		return false;
	if (sk_X509_num(all) < IMPORT_CERTIFICATES &&
	    sk_X509_push(all, cert) > 0)
		return true;
	X509_free(cert);
	return false;
}

/* Copies what a PKCS#7 carries. */
static bool
add_pkcs7(STACK_OF(X509) * all, PKCS7 *p7)
{
	STACK_OF(X509) *inside = NULL;
	bool good = true;

	if (p7 != NULL && PKCS7_type_is_signed(p7) && p7->d.sign != NULL)
		inside = p7->d.sign->cert;
	for (int n = 0; good && n < sk_X509_num(inside); n++) {
		X509_up_ref(sk_X509_value(inside, n));
		good = add(all, sk_X509_value(inside, n));
	}
	PKCS7_free(p7);
	return good && sk_X509_num(all) > 0;
}

/* One block of a PEM file. */
static int
add_block(const struct import *i, STACK_OF(X509) * all, const char *name,
    const unsigned char *data, long len, struct reason *why)
{
	bool good = true;

	if (strstr(name, "PRIVATE KEY") != NULL)
		return i->own ? 0 : reason_set(why, "%s", private_key);
	if (strcmp(name, PEM_STRING_X509) == 0 ||
	    strcmp(name, PEM_STRING_X509_OLD) == 0)
		good = add(all, d2i_X509(NULL, &data, len));
	else if (strcmp(name, PEM_STRING_X509_TRUSTED) == 0)
		good = add(all, d2i_X509_AUX(NULL, &data, len));
	else if (strcmp(name, PEM_STRING_PKCS7) == 0 ||
		 strcmp(name, PEM_STRING_PKCS7_SIGNED) == 0 ||
		 strcmp(name, PEM_STRING_CMS) == 0)
		good = add_pkcs7(all, d2i_PKCS7(NULL, &data, len));
	if (good)
		return 0;
	return reason_set(why,
	    "a block %s cannot be read, or there are more than %d", name,
	    IMPORT_CERTIFICATES);
}

static int
add_pem(const struct import *i, STACK_OF(X509) * all, const char *bytes,
    size_t len, struct reason *why)
{
	BIO *bio = BIO_new_mem_buf(bytes, (int)len);
	char *name, *header;
	unsigned char *data;
	long size;
	int failed = 0;

	while (failed == 0 &&
	       PEM_read_bio(bio, &name, &header, &data, &size) == 1) {
		failed = add_block(i, all, name, data, size, why);
		OPENSSL_free(name);
		OPENSSL_free(header);
		OPENSSL_cleanse(data, (size_t)size);
		OPENSSL_free(data);
	}
	BIO_free(bio);
	return failed;
}

static const char *
password_of(const struct import *i, PKCS12 *p12)
{
	if (i->password != NULL)
		return i->password;
	return PKCS12_verify_mac(p12, "", 0) == 1 ? "" : NULL;
}

static int
check_pkcs12(const struct import *i, PKCS12 *p12, struct reason *why)
{
	const ASN1_INTEGER *count = NULL;
	const char *password;

	PKCS12_get0_mac(NULL, NULL, NULL, &count, p12);
	if (count != NULL && (ASN1_INTEGER_get(count) < 0 ||
				 ASN1_INTEGER_get(count) > ITERATIONS_MAX))
		return reason_set(why, "PKCS#12: it asks for too much work");
	password = password_of(i, p12);
	if (PKCS12_verify_mac(p12, password, -1) == 1)
		return 0;
	return reason_set(why, i->password == NULL
				   ? "PKCS#12: it needs --password-file"
				   : "PKCS#12: the password is wrong");
}

static int
add_pkcs12(const struct import *i, STACK_OF(X509) * all, PKCS12 *p12,
    struct reason *why)
{
	STACK_OF(X509) *more = NULL;
	EVP_PKEY *key = NULL;
	X509 *cert = NULL;
	int failed = check_pkcs12(i, p12, why);

	if (failed == 0 &&
	    PKCS12_parse(p12, password_of(i, p12), &key, &cert, &more) != 1)
		failed = reason_set(why, "PKCS#12: broken, or its encryption "
					 "is too old to be read");
	if (failed == 0 && key != NULL && !i->own)
		failed = reason_set(why, "%s", private_key);
	EVP_PKEY_free(key);
	if (cert != NULL)
		(void)add(all, cert);
	while (sk_X509_num(more) > 0)
		(void)add(all, sk_X509_shift(more));
	sk_X509_free(more);
	return failed;
}

static int
add_der(const struct import *i, STACK_OF(X509) * all, const char *bytes,
    size_t len, struct reason *why)
{
	const unsigned char *at = (const unsigned char *)bytes;
	PKCS12 *p12;
	int answer;

	if (add(all, d2i_X509(NULL, &at, (long)len)))
		return 0;
	at = (const unsigned char *)bytes;
	if (add_pkcs7(all, d2i_PKCS7(NULL, &at, (long)len)))
		return 0;
	at = (const unsigned char *)bytes;
	p12 = d2i_PKCS12(NULL, &at, (long)len);
	if (p12 == NULL)
		return reason_set(why,
		    "neither a certificate nor PKCS#7 nor PKCS#12");
	answer = add_pkcs12(i, all, p12, why);
	PKCS12_free(p12);
	return answer;
}

static int
read_certificates(const struct import *i, const char *bytes, size_t len,
    bool pem, const struct import_found *like, struct reason *why)
{
	STACK_OF(X509) *all = sk_X509_new_null();
	int failed = pem ? add_pem(i, all, bytes, len, why)
			 : add_der(i, all, bytes, len, why);

	if (failed == 0)
		failed = give(i, all, like, why);
	sk_X509_pop_free(all, X509_free);
	return failed;
}

static void
give_problem(const struct import *i, const char *address, const char *problem)
{
	struct import_found found = { .address = address,
		.problem = problem,
		.directory = true };

	i->each(i->context, &found);
}

static void
read_record(const struct import *i, const struct ldif_record *r)
{
	const char *first = r->mails_count > 0 ? r->mails[0] : NULL;
	size_t names = r->mails_count > 0 ? r->mails_count : 1;
	struct reason why;

	if (r->problem != NULL)
		give_problem(i, first, r->problem);
	for (size_t c = 0; c < r->certificates_count; c++)
		for (size_t m = 0; m < names; m++) {
			const struct ldif_value *v = &r->certificates[c];
			struct import_found like = { .directory = true,
				.address = first == NULL ? NULL : r->mails[m] };

			if (read_certificates(i, (const char *)v->bytes, v->len,
				false, &like, &why) == -1)
				give_problem(i, like.address, why.text);
		}
}

static int
read_ldif(const struct import *i, const char *bytes, size_t len,
    struct reason *why)
{
	char *copy = malloc(len + 1);
	struct ldif_record record;
	struct ldif ldif;
	int records = 0;

	if (copy == NULL)
		return reason_set(why, "no memory for an LDIF file");
	memcpy(copy, bytes, len);
	copy[len] = '\0';
	ldif_begin(&ldif, copy, len);
	while (ldif_next(&ldif, &record)) {
		records++;
		read_record(i, &record);
	}
	free(copy);
	if (records > 0)
		return 0;
	return reason_set(why, "no address and no certificate in this LDIF");
}

static int
read_openpgp(const struct import *i, const char *bytes, size_t len,
    struct reason *why)
{
	struct import_found found = { .openpgp = true,
		.bytes = bytes,
		.len = len };

	if (len > IMPORT_OPENPGP)
		return reason_set(why, "more than %d bytes of OpenPGP keys",
		    IMPORT_OPENPGP);
	if (text_holds(bytes, len, "-----BEGIN PGP PRIVATE KEY BLOCK"))
		return reason_set(why, "%s", private_key);
	i->each(i->context, &found);
	return 0;
}

/* The first line of an LDIF that says something. */
static bool
is_ldif(const char *text)
{
	while (*text == '#' || *text == '\r' || *text == '\n') {
		text += strcspn(text, "\n");
		text += *text == '\n';
	}
	return strncasecmp(text, "dn:", 3) == 0 ||
	       strncasecmp(text, "version:", 8) == 0;
}

/* OpenPGP in binary begins with a public key packet (RFC 4880, 4.2). */
static bool
is_packets(unsigned char first)
{
	return first == 0x98 || first == 0x99 || first == 0x9a || first == 0xc6;
}

int
import_read(const struct import *i, const char *bytes, size_t len,
    struct reason *why)
{
	static const struct import_found plain = { .openpgp = false };

	if (len == 0)
		return reason_set(why, "it is empty");
	if (is_ldif(bytes))
		return read_ldif(i, bytes, len, why);
	if (text_holds(bytes, len, "-----BEGIN PGP ") ||
	    is_packets((unsigned char)bytes[0]))
		return read_openpgp(i, bytes, len, why);
	if (text_holds(bytes, len, "-----BEGIN "))
		return read_certificates(i, bytes, len, true, &plain, why);
	if (bytes[0] == 0x30)
		return read_certificates(i, bytes, len, false, &plain, why);
	return reason_set(why, "expected certificates (PEM, DER, PKCS#7, "
			       "PKCS#12, LDIF) or OpenPGP keys");
}
