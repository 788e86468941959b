/* SPDX-License-Identifier: ISC */
#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/objects.h>
#include <openssl/x509v3.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>
#include <time.h>

#include "certs/algorithms.h"
#include "certs/certificate.h"
#include "milter/base/hash.h"
#include "milter/base/text.h"
#include "milter/base/banned.h"

static void
day_of(const ASN1_TIME *time, char day[16])
{
	struct tm tm;

	if (ASN1_TIME_to_tm(time, &tm) != 1 ||
	    strftime(day, 16, "%Y-%m-%d", &tm) == 0)
		snprintf(day, 16, "unknown day");
}

void
certificate_until(const X509 *cert, char day[16])
{
	day_of(X509_get0_notAfter(cert), day);
}

static int
check_time(const X509 *cert, struct reason *why)
{
	char day[16];

	if (X509_cmp_current_time(X509_get0_notBefore(cert)) >= 0) {
		day_of(X509_get0_notBefore(cert), day);
		return reason_set(why, "certificate is not valid before %s",
		    day);
	}
	if (X509_cmp_current_time(X509_get0_notAfter(cert)) <= 0) {
		day_of(X509_get0_notAfter(cert), day);
		return reason_set(why, "certificate expired %s", day);
	}
	return 0;
}

/* The whole address, letters of either case alike: a part of one is another
 * person (encryption.md, L29 and L30). */
static int
check_address(X509 *cert, const char *address, struct reason *why)
{
	STACK_OF(OPENSSL_STRING) *all = X509_get1_email(cert);
	bool found = false;

	for (int i = 0; i < sk_OPENSSL_STRING_num(all); i++)
		if (strcasecmp(sk_OPENSSL_STRING_value(all, i), address) == 0)
			found = true;
	X509_email_free(all);
	if (found)
		return 0;
	return reason_set(why, "certificate is for another address");
}

bool
certificate_is_exact(X509 *cert, const char *address)
{
	STACK_OF(OPENSSL_STRING) *all = X509_get1_email(cert);
	const char *at = strrchr(address, '@');
	size_t local = at == NULL ? 0 : (size_t)(at - address);
	bool found = false;

	for (int i = 0; i < sk_OPENSSL_STRING_num(all); i++) {
		const char *name = sk_OPENSSL_STRING_value(all, i);

		found |= strcasecmp(name, address) == 0 &&
			 strncmp(name, address, local) == 0;
	}
	X509_email_free(all);
	return found;
}

static int
check_use(X509 *cert, struct reason *why)
{
	const uint32_t encrypts = KU_KEY_ENCIPHERMENT | KU_KEY_AGREEMENT;
	uint32_t use = X509_get_key_usage(cert);
	uint32_t purpose = X509_get_extended_key_usage(cert);

	if ((use & encrypts) == 0)
		return reason_set(why,
		    "certificate is for signatures, not for encryption");
	if ((purpose & (XKU_SMIME | XKU_ANYEKU)) == 0)
		return reason_set(why, "certificate is not for mail");
	return 0;
}

/* The curve's name in standards of NIST; NULL for any other. */
static const char *
curve(EVP_PKEY *key)
{
	char name[64] = "";

	(void)EVP_PKEY_get_group_name(key, name, sizeof name, NULL);
	return EC_curve_nid2nist(OBJ_txt2nid(name));
}

static int
check_curve(enum algorithm_operation operation, const char *scheme,
    EVP_PKEY *key, struct reason *why)
{
	const char *of = curve(key);
	char name[32];

	if (of == NULL)
		return reason_set(why,
		    "key is on a curve that is not accepted");
	snprintf(name, sizeof name, "%s %s", scheme, of);
	if (algorithm_allowed(operation, name, EVP_PKEY_get_bits(key),
		algorithm_day(time(NULL))) != ALGORITHM_DENY)
		return 0;
	return reason_set(why, "key on the curve %s is not accepted", of);
}

/* One of the two ways of encrypting to it must be left. */
static int
check_rsa(int bits, struct reason *why)
{
	int day = algorithm_day(time(NULL));

	if (algorithm_allowed(ALGORITHM_ENCRYPT, "RSAES-OAEP", bits, day) !=
		ALGORITHM_DENY ||
	    algorithm_allowed(ALGORITHM_ENCRYPT, "RSAES-PKCS1-v1_5", bits,
		day) != ALGORITHM_DENY)
		return 0;
	return reason_set(why, "key is too weak: RSA of %d bits", bits);
}

static int
check_key(X509 *cert, struct reason *why)
{
	EVP_PKEY *key = X509_get0_pubkey(cert);

	if (key == NULL)
		return reason_set(why, "certificate has no readable key");
	if (EVP_PKEY_is_a(key, "EC"))
		return check_curve(ALGORITHM_ENCRYPT, "ECDH", key, why);
	if (!EVP_PKEY_is_a(key, "RSA"))
		return reason_set(why, "key is neither RSA nor ECDH");
	return check_rsa(EVP_PKEY_get_bits(key), why);
}

static int
check_signing_use(X509 *cert, struct reason *why)
{
	const uint32_t signs = KU_DIGITAL_SIGNATURE | KU_NON_REPUDIATION;

	if ((X509_get_key_usage(cert) & signs) == 0)
		return reason_set(why, "certificate is not for signatures");
	if ((X509_get_extended_key_usage(cert) & (XKU_SMIME | XKU_ANYEKU)) == 0)
		return reason_set(why, "certificate is not for mail");
	return 0;
}

int
certificate_signs(X509 *cert, struct reason *why)
{
	EVP_PKEY *key = X509_get0_pubkey(cert);

	if (check_time(cert, why) == -1 || check_signing_use(cert, why) == -1)
		return -1;
	if (key != NULL && EVP_PKEY_is_a(key, "EC"))
		return check_curve(ALGORITHM_SIGN, "ECDSA", key, why);
	if (key == NULL || !EVP_PKEY_is_a(key, "RSA"))
		return reason_set(why, "key is neither RSA nor ECDSA");
	if (algorithm_allowed(ALGORITHM_SIGN, "RSASSA-PKCS1-v1_5",
		EVP_PKEY_get_bits(key),
		algorithm_day(time(NULL))) != ALGORITHM_DENY)
		return 0;
	return reason_set(why, "key is too weak: RSA of %d bits",
	    EVP_PKEY_get_bits(key));
}

/* Who can forge the signature can put another key under the name: what could
 * only just be verified is not enough. */
static int
check_digest(X509 *cert, struct reason *why)
{
	int digest = NID_undef, scheme = NID_undef, bits = 0;
	const EVP_MD *md;

	(void)X509_get_signature_info(cert, &digest, &scheme, &bits, NULL);
	md = EVP_get_digestbynid(digest);
	if (md != NULL)
		bits = EVP_MD_get_size(md) * 8;
	else
		bits *= 2; /* EdDSA: a curve is half as strong as it is long */
	if (algorithm_allowed(ALGORITHM_VERIFY,
		OBJ_nid2sn(md != NULL ? digest : scheme), bits,
		algorithm_day(time(NULL))) == ALGORITHM_ALLOW)
		return 0;
	return reason_set(why, "certificate is signed with %s",
	    OBJ_nid2sn(md != NULL ? digest : scheme));
}

int
certificate_check(X509 *cert, const char *address, struct reason *why)
{
	if (check_address(cert, address, why) == -1 ||
	    check_time(cert, why) == -1 || check_use(cert, why) == -1 ||
	    check_key(cert, why) == -1)
		return -1;
	return check_digest(cert, why);
}

/* A list that has ended is good for the grace: who publishes it is late more
 * often than dishonest. */
static bool
in_grace(X509_STORE_CTX *ctx)
{
	const int64_t *grace = X509_STORE_CTX_get_app_data(ctx);
	const X509_CRL *list = X509_STORE_CTX_get0_current_crl(ctx);
	time_t then = time(NULL) - (time_t)*grace;

	return list != NULL && X509_CRL_get0_nextUpdate(list) != NULL &&
	       X509_cmp_time(X509_CRL_get0_nextUpdate(list), &then) > 0;
}

static int
verified(int good, X509_STORE_CTX *ctx)
{
	int error = X509_STORE_CTX_get_error(ctx);

	if (good)
		return 1;
	if (error != X509_V_ERR_UNABLE_TO_GET_CRL &&
	    (error != X509_V_ERR_CRL_HAS_EXPIRED || !in_grace(ctx)))
		return 0;
	X509_STORE_CTX_set_error(ctx, X509_V_OK);
	return 1;
}

static int
say_broken(int error, struct reason *why)
{
	if (error == X509_V_ERR_CERT_REVOKED)
		return reason_set(why,
		    "certificate was revoked by its authority");
	if (error == X509_V_ERR_CRL_HAS_EXPIRED)
		return reason_set(why,
		    "the revocation list of its authority is too old");
	return reason_set(why, "certificate is not from a known authority (%s)",
	    X509_verify_cert_error_string(error));
}

int
certificate_chain(X509 *cert, X509_STORE *authorities,
    STACK_OF(X509) * untrusted, int64_t crl_grace, struct reason *why)
{
	X509_STORE_CTX *ctx = X509_STORE_CTX_new();
	int answer = -1;

	if (ctx == NULL ||
	    X509_STORE_CTX_init(ctx, authorities, cert, untrusted) != 1)
		reason_set(why, "no memory to check a certificate");
	else {
		X509_STORE_CTX_set_purpose(ctx, X509_PURPOSE_SMIME_ENCRYPT);
		if (crl_grace >= 0) {
			X509_STORE_CTX_set_flags(ctx,
			    X509_V_FLAG_CRL_CHECK | X509_V_FLAG_CRL_CHECK_ALL);
			X509_STORE_CTX_set_app_data(ctx, &crl_grace);
			X509_STORE_CTX_set_verify_cb(ctx, verified);
		}
		if (X509_verify_cert(ctx) == 1)
			answer = 0;
		else
			say_broken(X509_STORE_CTX_get_error(ctx), why);
	}
	X509_STORE_CTX_free(ctx);
	return answer;
}

void
certificate_id(const X509 *cert, char id[CERTIFICATE_ID])
{
	uint8_t digest[EVP_MAX_MD_SIZE] = { 0 };

	(void)X509_digest(cert, EVP_sha256(), digest, NULL);
	hash_hex(digest, id);
}

char *
certificate_address(X509 *cert)
{
	STACK_OF(OPENSSL_STRING) *all = X509_get1_email(cert);
	char *address = NULL;

	if (sk_OPENSSL_STRING_num(all) > 0)
		address = strdup(sk_OPENSSL_STRING_value(all, 0));
	X509_email_free(all);
	if (address != NULL)
		text_lower(address);
	return address;
}
