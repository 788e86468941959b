/* SPDX-License-Identifier: ISC */
#ifndef SKM_CERTS_LDIF_H
#define SKM_CERTS_LDIF_H

#include <stddef.h>

/*
 * Addresses and certificates out of an LDIF file (RFC 2849): what a directory
 * exports. Nothing is fetched: a value by URL is a problem, not a file.
 */
enum { LDIF_MAILS = 16, LDIF_CERTIFICATES = 32 };

struct ldif {
	char *at, *end;
};

struct ldif_value {
	const unsigned char *bytes;
	size_t len;
};

struct ldif_record {
	const char *mails[LDIF_MAILS]; /* attribute mail */
	size_t mails_count;
	/* userCertificate, userSMIMECertificate: DER */
	struct ldif_value certificates[LDIF_CERTIFICATES];
	size_t certificates_count;
	const char *problem; /* what could not be taken, or NULL */
};

/* Reads text (len bytes and a NUL), which is overwritten and must outlive the
 * records. */
void ldif_begin(struct ldif *l, char *text, size_t len);

/* The next record with a mail or a certificate in it: 1, or 0 at the end. */
int ldif_next(struct ldif *l, struct ldif_record *record);

#endif
