/* SPDX-License-Identifier: ISC */
#include <openssl/cms.h>
#include <openssl/err.h>
#include <openssl/rsa.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "certs/base64.h"
#include "certs/entity.h"
#include "certs/measure.h"
#include "certs/smime.h"
#include "milter/base/file.h"
#include "milter/base/banned.h"

enum { CHUNK = 65536, FLAGS = CMS_STREAM | CMS_PARTIAL | CMS_BINARY };

static int
failed(struct reason *why, const char *what)
{
	char text[160];

	ERR_error_string_n(ERR_get_error(), text, sizeof text);
	ERR_clear_error();
	return reason_set(why, "S/MIME: %s: %s", what, text);
}

static int
set_oaep(EVP_PKEY_CTX *key)
{
	return EVP_PKEY_CTX_set_rsa_padding(key, RSA_PKCS1_OAEP_PADDING) > 0 &&
	       EVP_PKEY_CTX_set_rsa_oaep_md(key, EVP_sha256()) > 0 &&
	       EVP_PKEY_CTX_set_rsa_mgf1_md(key, EVP_sha256()) > 0;
}

static int
add_recipient(CMS_ContentInfo *cms, const struct smime_to *to,
    struct reason *why)
{
	CMS_RecipientInfo *info =
	    CMS_add1_recipient_cert(cms, to->cert, CMS_KEY_PARAM);
	EVP_PKEY_CTX *key;
	int ok;

	if (info == NULL)
		return failed(why, "recipient");
	key = CMS_RecipientInfo_get0_pkey_ctx(info);
	if (key == NULL)
		return failed(why, "recipient's key");
	if (!EVP_PKEY_is_a(X509_get0_pubkey(to->cert), "RSA"))
		ok = EVP_PKEY_CTX_set_ecdh_kdf_md(key, EVP_sha256()) > 0;
	else if (to->way.oaep)
		ok = set_oaep(key);
	else
		ok = EVP_PKEY_CTX_set_rsa_padding(key, RSA_PKCS1_PADDING) > 0;
	return ok ? 0 : failed(why, "recipient's algorithms");
}

static CMS_ContentInfo *
addressed(const struct smime_to *to, size_t count, struct reason *why)
{
	EVP_CIPHER *cipher =
	    EVP_CIPHER_fetch(NULL, profile_content(to[0].way.content), NULL);
	CMS_ContentInfo *cms =
	    cipher == NULL ? NULL : CMS_encrypt(NULL, NULL, cipher, FLAGS);

	EVP_CIPHER_free(cipher);
	if (cms == NULL) {
		failed(why, "encryption");
		return NULL;
	}
	for (size_t i = 0; i < count; i++)
		if (add_recipient(cms, &to[i], why) == -1) {
			CMS_ContentInfo_free(cms);
			return NULL;
		}
	return cms;
}

static int
pour(BIO *to, const struct entity_map *from)
{
	for (size_t at = 0; at < from->size;) {
		size_t n = from->size - at < CHUNK ? from->size - at : CHUNK;

		if (BIO_write(to, from->bytes + at, (int)n) != (int)n)
			return -1;
		at += n;
	}
	return BIO_flush(to) == 1 ? 0 : -1;
}

/* The cipher that the chain has at work. */
static void
measure_content(struct seal_used *used, BIO *chain)
{
	BIO *cipher = BIO_find_type(chain, BIO_TYPE_CIPHER);
	EVP_CIPHER_CTX *ctx = NULL;

	if (cipher != NULL && BIO_get_cipher_ctx(cipher, &ctx) == 1)
		snprintf(used->content, sizeof used->content, "%s",
		    EVP_CIPHER_CTX_get0_name(ctx));
}

/* Through a chain that encrypts as it writes: a large mail is never in memory
 * whole a second time. */
static int
stream(CMS_ContentInfo *cms, const struct entity_map *from, int der,
    struct seal_used *used, struct reason *why)
{
	BIO *file = BIO_new_fd(der, BIO_NOCLOSE);
	BIO *chain = file == NULL ? NULL : BIO_new_CMS(file, cms);
	int answer = -1;

	if (chain != NULL) {
		measure_content(used, chain);
		answer = pour(chain, from);
		while (chain != file) {
			BIO *next = BIO_pop(chain);

			BIO_free(chain);
			chain = next;
		}
	}
	BIO_free(file);
	return answer == 0 ? 0 : failed(why, "writing");
}

static int
form_of(enum content content)
{
	return content == CONTENT_AES_256_GCM
		   ? NID_id_smime_ct_authEnvelopedData
		   : NID_pkcs7_enveloped;
}

/* Reads again what was written: short output must not count (reliability.md,
 * finding 9). */
static int
check(const struct entity_map *der, size_t least, const struct smime_to *to,
    size_t count, struct seal_used *used, struct reason *why)
{
	const char *cipher = profile_content(to[0].way.content);
	const unsigned char *p = der->bytes;
	CMS_ContentInfo *cms = d2i_CMS_ContentInfo(NULL, &p, (long)der->size);
	bool good =
	    cms != NULL && p == der->bytes + der->size &&
	    OBJ_obj2nid(CMS_get0_type(cms)) == form_of(to[0].way.content) &&
	    (size_t)sk_CMS_RecipientInfo_num(CMS_get0_RecipientInfos(cms)) ==
		count &&
	    der->size > least && strcmp(used->content, cipher) == 0;

	if (good)
		measure_recipients(used, cms);
	CMS_ContentInfo_free(cms);
	if (good)
		return 0;
	ERR_clear_error();
	return reason_set(why, "S/MIME: own output cannot be read again");
}

static int
write_out(const struct entity_map *der, enum content content, int out,
    struct reason *why)
{
	char fields[512];
	int n = snprintf(fields, sizeof fields,
	    "MIME-Version: 1.0\r\n"
	    "Content-Type: application/pkcs7-mime; "
	    "smime-type=%s;\r\n"
	    "\tname=\"smime.p7m\"\r\n"
	    "Content-Transfer-Encoding: base64\r\n"
	    "Content-Disposition: attachment; filename=\"smime.p7m\"\r\n"
	    "\r\n",
	    content == CONTENT_AES_256_GCM ? "authEnveloped-data"
					   : "enveloped-data");

	if (file_write(out, fields, (size_t)n, why) == -1)
		return -1;
	return base64_write(out, der->bytes, der->size, why);
}

static int
seal_map(const struct smime_to *to, size_t count,
    const struct entity_map *inner, int der, struct seal_used *used,
    struct reason *why)
{
	CMS_ContentInfo *cms = addressed(to, count, why);
	int answer;

	if (cms == NULL)
		return -1;
	answer = stream(cms, inner, der, used, why);
	CMS_ContentInfo_free(cms);
	return answer;
}

int
smime_seal(const struct smime_to *to, size_t count, int inner, int out,
    struct seal_used *used, struct reason *why)
{
	struct entity_map from = { NULL, 0 }, map = { NULL, 0 };
	int der = entity_memfd("der", why), answer = -1;

	if (der == -1)
		return -1;
	if (entity_map(&from, inner, why) == 0 &&
	    seal_map(to, count, &from, der, used, why) == 0 &&
	    entity_map(&map, der, why) == 0 &&
	    check(&map, from.size, to, count, used, why) == 0)
		answer = write_out(&map, to[0].way.content, out, why);
	entity_unmap(&from);
	entity_unmap(&map);
	close(der);
	return answer;
}
