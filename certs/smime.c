/* SPDX-License-Identifier: ISC */
#include <openssl/cms.h>
#include <openssl/err.h>
#include <openssl/rsa.h>
#include <stdbool.h>
#include <string.h>
#include <unistd.h>

#include "certs/base64.h"
#include "certs/entity.h"
#include "certs/smime.h"
#include "milter/base/file.h"
#include "milter/base/banned.h"

enum { CHUNK = 65536, FLAGS = CMS_STREAM | CMS_PARTIAL | CMS_BINARY };

const char smime_algorithm[] = "AES-256-CBC";

static int
failed(struct reason *why, const char *what)
{
	char text[160];

	ERR_error_string_n(ERR_get_error(), text, sizeof text);
	ERR_clear_error();
	return reason_set(why, "S/MIME: %s: %s", what, text);
}

static int
add_recipient(CMS_ContentInfo *cms, X509 *cert, struct reason *why)
{
	CMS_RecipientInfo *to =
	    CMS_add1_recipient_cert(cms, cert, CMS_KEY_PARAM);
	EVP_PKEY_CTX *key;
	int ok;

	if (to == NULL)
		return failed(why, "recipient");
	key = CMS_RecipientInfo_get0_pkey_ctx(to);
	if (key == NULL)
		return failed(why, "recipient's key");
	if (EVP_PKEY_is_a(X509_get0_pubkey(cert), "RSA"))
		ok = EVP_PKEY_CTX_set_rsa_padding(key, RSA_PKCS1_OAEP_PADDING) >
			 0 &&
		     EVP_PKEY_CTX_set_rsa_oaep_md(key, EVP_sha256()) > 0 &&
		     EVP_PKEY_CTX_set_rsa_mgf1_md(key, EVP_sha256()) > 0;
	else
		ok = EVP_PKEY_CTX_set_ecdh_kdf_md(key, EVP_sha256()) > 0;
	return ok ? 0 : failed(why, "recipient's algorithms");
}

static CMS_ContentInfo *
addressed(X509 *const *certs, size_t count, struct reason *why)
{
	CMS_ContentInfo *cms =
	    CMS_encrypt(NULL, NULL, EVP_aes_256_cbc(), FLAGS);

	if (cms == NULL) {
		failed(why, "encryption");
		return NULL;
	}
	for (size_t i = 0; i < count; i++)
		if (add_recipient(cms, certs[i], why) == -1) {
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

/* Through a chain that encrypts as it writes: a large mail is never in memory
 * whole a second time. */
static int
stream(CMS_ContentInfo *cms, const struct entity_map *from, int der,
    struct reason *why)
{
	BIO *file = BIO_new_fd(der, BIO_NOCLOSE);
	BIO *chain = file == NULL ? NULL : BIO_new_CMS(file, cms);
	int answer = -1;

	if (chain != NULL) {
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

/* Reads again what was written: short output must not count (reliability.md,
 * finding 9). */
static int
check(const struct entity_map *der, size_t least, size_t count,
    struct reason *why)
{
	const unsigned char *p = der->bytes;
	CMS_ContentInfo *cms = d2i_CMS_ContentInfo(NULL, &p, (long)der->size);
	bool good = cms != NULL && p == der->bytes + der->size &&
		    OBJ_obj2nid(CMS_get0_type(cms)) == NID_pkcs7_enveloped &&
		    (size_t)sk_CMS_RecipientInfo_num(
			CMS_get0_RecipientInfos(cms)) == count &&
		    der->size > least;

	CMS_ContentInfo_free(cms);
	if (good)
		return 0;
	ERR_clear_error();
	return reason_set(why, "S/MIME: own output cannot be read again");
}

static int
write_out(const struct entity_map *der, int out, struct reason *why)
{
	static const char fields[] =
	    "MIME-Version: 1.0\r\n"
	    "Content-Type: application/pkcs7-mime; "
	    "smime-type=enveloped-data;\r\n"
	    "\tname=\"smime.p7m\"\r\n"
	    "Content-Transfer-Encoding: base64\r\n"
	    "Content-Disposition: attachment; filename=\"smime.p7m\"\r\n"
	    "\r\n";

	if (file_write(out, fields, strlen(fields), why) == -1)
		return -1;
	return base64_write(out, der->bytes, der->size, why);
}

static int
seal_map(X509 *const *certs, size_t count, const struct entity_map *inner,
    int der, struct reason *why)
{
	CMS_ContentInfo *cms = addressed(certs, count, why);
	int answer;

	if (cms == NULL)
		return -1;
	answer = stream(cms, inner, der, why);
	CMS_ContentInfo_free(cms);
	return answer;
}

int
smime_seal(X509 *const *certs, size_t count, int inner, int out,
    struct reason *why)
{
	struct entity_map from = { NULL, 0 }, to = { NULL, 0 };
	int der = entity_memfd("der", why), answer = -1;

	if (der == -1)
		return -1;
	if (entity_map(&from, inner, why) == 0 &&
	    seal_map(certs, count, &from, der, why) == 0 &&
	    entity_map(&to, der, why) == 0 &&
	    check(&to, from.size, count, why) == 0)
		answer = write_out(&to, out, why);
	entity_unmap(&from);
	entity_unmap(&to);
	close(der);
	return answer;
}
