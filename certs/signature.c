/* SPDX-License-Identifier: ISC */
#include <limits.h>
#include <openssl/cms.h>
#include <openssl/err.h>
#include <openssl/rsa.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

#include "certs/base64.h"
#include "certs/certificate.h"
#include "certs/entity.h"
#include "certs/measure.h"
#include "certs/signer.h"
#include "milter/base/count.h"
#include "milter/base/file.h"
#include "milter/base/hash.h"
#include "milter/base/banned.h"

enum { FLAGS = CMS_PARTIAL | CMS_DETACHED | CMS_BINARY };

static int
failed(struct reason *why, const char *what)
{
	char text[160];

	ERR_error_string_n(ERR_get_error(), text, sizeof text);
	ERR_clear_error();
	return reason_set(why, "S/MIME: %s: %s", what, text);
}

/* As strong as the key: P-384 with SHA-384 and so on (RFC 5753, 7). */
static const struct digest {
	int least; /* bits of an EC key */
	const char *name, *micalg;
} digests[] = { { 521, "SHA512", "sha-512" }, { 384, "SHA384", "sha-384" },
	{ 0, "SHA256", "sha-256" } };

static const struct digest *
digest_for(EVP_PKEY *key)
{
	size_t i = 0;

	while (i < COUNT(digests) - 1 &&
	       (!EVP_PKEY_is_a(key, "EC") ||
		   EVP_PKEY_get_bits(key) < digests[i].least))
		i++;
	return &digests[i];
}

/* What the owner of an office's certificate reads, in a client of today. */
static int
add_capabilities(CMS_SignerInfo *info)
{
	static const int reads[] = { NID_aes_256_cbc, NID_camellia_256_cbc,
		NID_aes_128_cbc };
	STACK_OF(X509_ALGOR) *all = NULL;
	int ok = 1;

	for (size_t i = 0; ok && i < COUNT(reads); i++)
		ok = CMS_add_simple_smimecap(&all, reads[i], -1);
	if (ok)
		ok = CMS_add_smimecap(info, all);
	sk_X509_ALGOR_pop_free(all, X509_ALGOR_free);
	return ok;
}

/* OpenSSL's own salt is as long as can be, which gpgsm does not survive. */
static int
set_pss(CMS_SignerInfo *info)
{
	EVP_PKEY_CTX *key = CMS_SignerInfo_get0_pkey_ctx(info);

	return key != NULL &&
	       EVP_PKEY_CTX_set_rsa_padding(key, RSA_PKCS1_PSS_PADDING) > 0 &&
	       EVP_PKEY_CTX_set_rsa_pss_saltlen(key, RSA_PSS_SALTLEN_DIGEST) >
		   0;
}

static int
fill(CMS_ContentInfo *cms, const struct signer *s, bool pss, BIO *content,
    struct reason *why)
{
	const EVP_MD *md = EVP_get_digestbyname(digest_for(s->key)->name);
	CMS_SignerInfo *info = CMS_add1_signer(cms, s->cert, s->key, md,
	    FLAGS | CMS_NOSMIMECAP | CMS_KEY_PARAM);

	if (info == NULL || !add_capabilities(info))
		return failed(why, "signer");
	if (pss && EVP_PKEY_is_a(s->key, "RSA") && !set_pss(info))
		return failed(why, "RSASSA-PSS");
	if (CMS_final(cms, content, NULL, FLAGS) != 1)
		return failed(why, "signing");
	return 0;
}

/* The signature as it will be read: a fault in the making must not leave the
 * house (a wrong one can give an RSA key away). */
static int
check(const unsigned char *der, int len, BIO *content, struct seal_used *used,
    struct reason *why)
{
	CMS_ContentInfo *cms = d2i_CMS_ContentInfo(NULL, &der, len);
	bool good = cms != NULL && BIO_reset(content) == 1 &&
		    CMS_verify(cms, NULL, NULL, content, NULL,
			CMS_NO_SIGNER_CERT_VERIFY | CMS_BINARY) == 1;

	if (good)
		measure_signature(used, cms);
	CMS_ContentInfo_free(cms);
	return good ? 0 : failed(why, "own signature does not verify");
}

static int
make(const struct signer *s, bool pss, BIO *content, unsigned char **der,
    int *len, struct seal_used *used, struct reason *why)
{
	CMS_ContentInfo *cms = CMS_sign(NULL, NULL, s->chain, NULL, FLAGS);
	int answer = -1;

	*der = NULL;
	*len = 0;
	if (cms == NULL)
		return failed(why, "signature");
	if (fill(cms, s, pss, content, why) == 0) {
		*len = i2d_CMS_ContentInfo(cms, der);
		answer = *len > 0 ? check(*der, *len, content, used, why)
				  : failed(why, "signature");
	}
	CMS_ContentInfo_free(cms);
	return answer;
}

/* Where the run of whole lines from p ends: before a CR or LF that stands
 * alone, or at end. */
static const unsigned char *
lone(const unsigned char *p, const unsigned char *end)
{
	for (; p < end; p++) {
		if (*p == '\n')
			return p;
		if (*p == '\r' && (p + 1 == end || p[1] != '\n'))
			return p;
		p += *p == '\r';
	}
	return end;
}

/* Readers make CRLF of every line end before they verify (RFC 8551, 3.1.1):
 * so it is done before signing. Any other byte stays. */
static int
canonical(const struct entity_map *from, int to, struct reason *why)
{
	const unsigned char *p = from->bytes, *end = p + from->size;

	while (p < end) {
		const unsigned char *at = lone(p, end);

		if (file_write(to, p, (size_t)(at - p), why) == -1 ||
		    (at < end && file_write(to, "\r\n", 2, why) == -1))
			return -1;
		p = at + (at < end);
	}
	return 0;
}

static int
write_out(int out, const struct entity_map *content, const char *micalg,
    const unsigned char *der, size_t len, struct reason *why)
{
	uint8_t random[HASH_BYTES];
	char boundary[HASH_HEX], text[512];
	int n;

	hash_random(random, sizeof random);
	hash_hex(random, boundary);
	boundary[40] = '\0';
	n = snprintf(text, sizeof text,
	    "Content-Type: multipart/signed;\r\n"
	    "\tprotocol=\"application/pkcs7-signature\"; micalg=%s;\r\n"
	    "\tboundary=\"%s\"\r\n\r\n--%s\r\n",
	    micalg, boundary, boundary);
	if (file_write(out, text, (size_t)n, why) == -1 ||
	    file_write(out, content->bytes, content->size, why) == -1)
		return -1;
	n = snprintf(text, sizeof text,
	    "\r\n--%s\r\n"
	    "Content-Type: application/pkcs7-signature; name=\"smime.p7s\"\r\n"
	    "Content-Transfer-Encoding: base64\r\n"
	    "Content-Disposition: attachment; filename=\"smime.p7s\"\r\n\r\n",
	    boundary);
	if (file_write(out, text, (size_t)n, why) == -1 ||
	    base64_write(out, der, len, why) == -1)
		return -1;
	n = snprintf(text, sizeof text, "\r\n--%s--\r\n", boundary);
	return file_write(out, text, (size_t)n, why);
}

static int
sign_map(const struct signer *s, bool pss, const struct entity_map *content,
    int out, struct seal_used *used, struct reason *why)
{
	unsigned char *der;
	int len, answer;
	BIO *bio;

	if (content->size > INT_MAX)
		return reason_set(why, "S/MIME: too large to be signed");
	bio = BIO_new_mem_buf(content->bytes, (int)content->size);
	if (bio == NULL)
		return failed(why, "signing");
	answer = make(s, pss, bio, &der, &len, used, why);
	if (answer == 0)
		answer = write_out(out, content, digest_for(s->key)->micalg,
		    der, (size_t)len, why);
	OPENSSL_free(der);
	BIO_free(bio);
	return answer;
}

int
signer_sign(const struct signer *s, bool pss, int inner, struct seal_used *used,
    struct reason *why)
{
	struct entity_map from = { NULL, 0 }, content = { NULL, 0 };
	int lines = entity_memfd("lines", why);
	int out = entity_memfd("signed", why), answer = -1;

	if (lines != -1 && out != -1 && entity_map(&from, inner, why) == 0 &&
	    canonical(&from, lines, why) == 0 &&
	    entity_map(&content, lines, why) == 0)
		answer = sign_map(s, pss, &content, out, used, why);
	entity_unmap(&from);
	entity_unmap(&content);
	if (lines != -1)
		close(lines);
	if (answer == 0)
		return out;
	if (out != -1)
		close(out);
	return -1;
}
