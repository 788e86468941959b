/* SPDX-License-Identifier: ISC */
#include <openssl/x509.h>
#include <openssl/pem.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "certs/certificate.h"
#include "certs/import.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

/* What was found is looked at as the store would. */
static void
look(void *context, const struct import_found *found)
{
	struct reason why;
	BIO *bio;
	X509 *cert;

	(void)context;
	if (found->bytes == NULL || found->openpgp)
		return;
	bio = BIO_new_mem_buf(found->bytes, (int)found->len);
	cert = PEM_read_bio_X509(bio, NULL, NULL, NULL);
	if (cert == NULL)
		__builtin_trap();
	(void)certificate_check(cert, "a@p.test", &why);
	(void)certificate_is_exact(cert, "a@p.test");
	X509_free(cert);
	BIO_free(bio);
}

/* Files that someone wants to import: LDIF, PEM, DER, PKCS#7, PKCS#12. */
int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
	struct import i = { .password = "secret", .own = true, .each = look };
	char *copy = malloc(size + 1);
	struct reason why;

	memcpy(copy, bytes, size);
	copy[size] = '\0';
	(void)import_read(&i, copy, size, &why);
	free(copy);
	return 0;
}
