/* SPDX-License-Identifier: ISC */
#include <openssl/err.h>
#include <openssl/objects.h>
#include <openssl/x509v3.h>
#include <string.h>

#include "certs/capability.h"
#include "milter/base/banned.h"

static const int numbers[CONTENTS] = {
	[CONTENT_AES_256_GCM] = NID_aes_256_gcm,
	[CONTENT_AES_256_CBC] = NID_aes_256_cbc,
	[CONTENT_CAMELLIA_256_CBC] = NID_camellia_256_cbc,
	[CONTENT_AES_128_CBC] = NID_aes_128_cbc,
};

static void
add_number(int number, struct shown *shown)
{
	if (number == NID_rsaesOaep)
		shown->oaep = true;
	for (enum content c = 0; c < CONTENTS; c++)
		if (numbers[c] == number)
			shown->content[c] = true;
}

/* A SEQUENCE OF capabilities is one of AlgorithmIdentifiers by its bytes: an
 * identifier, and perhaps parameters (RFC 8551, 2.5.2). */
void
capability_of(const X509 *cert, struct shown *shown)
{
	int at = X509_get_ext_by_NID(cert, NID_SMIMECapabilities, -1);
	ASN1_OCTET_STRING *value =
	    X509_EXTENSION_get_data(X509_get_ext(cert, at));
	const unsigned char *p = value == NULL ? NULL : value->data;
	X509_ALGORS *all =
	    p == NULL ? NULL : d2i_X509_ALGORS(NULL, &p, value->length);

	for (int i = 0; i < sk_X509_ALGOR_num(all); i++) {
		const ASN1_OBJECT *object;

		X509_ALGOR_get0(&object, NULL, NULL,
		    sk_X509_ALGOR_value(all, i));
		add_number(OBJ_obj2nid(object), shown);
	}
	sk_X509_ALGOR_pop_free(all, X509_ALGOR_free);
	ERR_clear_error();
}

static void
add_word(const char *word, size_t len, struct shown *shown)
{
	static const char oaep[] = "RSAES-OAEP";

	if (len == strlen(oaep) && memcmp(word, oaep, len) == 0)
		shown->oaep = true;
	for (enum content c = 0; c < CONTENTS; c++)
		if (len == strlen(profile_content(c)) &&
		    memcmp(word, profile_content(c), len) == 0)
			shown->content[c] = true;
}

void
capability_words(const char *text, size_t len, struct shown *shown)
{
	const char *p = text, *end = text + len;

	while (p < end) {
		const char *word = p;

		while (p < end && memchr("# \t\r\n", *p, 5) == NULL)
			p++;
		add_word(word, (size_t)(p - word), shown);
		if (p < end && *p == '#')
			while (p < end && *p != '\n')
				p++;
		else if (p < end)
			p++;
	}
}
