/* SPDX-License-Identifier: ISC */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "certs/certificate.h"
#include "certs/shelf.h"
#include "certs/store.h"
#include "milter/base/file.h"
#include "milter/base/banned.h"

enum { FILE_MAX = 4 << 20, BETWEEN_MAX = 16 };

struct store {
	int folder;
	int64_t crl_grace; /* seconds */
};

struct store *
store_open(const struct conf *conf, struct reason *why)
{
	struct store *s = calloc(1, sizeof *s);

	if (s == NULL) {
		reason_set(why, "no memory for the store");
		return NULL;
	}
	s->crl_grace = conf->crl_grace;
	s->folder = open(conf->certs_dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (s->folder == -1 && errno != ENOENT) {
		reason_errno(why, "certs_dir %s", conf->certs_dir);
		store_close(&s);
	}
	return s;
}

void
store_close(struct store **s)
{
	if (*s == NULL)
		return;
	if ((*s)->folder != -1)
		close((*s)->folder);
	free(*s);
	*s = NULL;
}

/* What a certificate must chain to, and the lists of what was revoked. */
struct known {
	X509_STORE *store;
	size_t authorities, lists;
};

static int
load_authority(struct known *known, BIO *bio, const char *name,
    struct reason *why)
{
	X509 *cert;

	(void)name;
	(void)why;
	while ((cert = PEM_read_bio_X509(bio, NULL, NULL, NULL)) != NULL) {
		(void)X509_STORE_add_cert(known->store, cert);
		X509_free(cert);
	}
	known->authorities++;
	return 0;
}

/* In PEM or, as authorities publish them, in DER. One that cannot be read
 * would silently revoke nothing. */
static int
load_list(struct known *known, BIO *bio, const char *name, struct reason *why)
{
	X509_CRL *list = PEM_read_bio_X509_CRL(bio, NULL, NULL, NULL);

	if (list == NULL && BIO_reset(bio) == 1)
		list = d2i_X509_CRL_bio(bio, NULL);
	if (list == NULL)
		return reason_set(why, "revocation list %s cannot be read",
		    name);
	(void)X509_STORE_add_crl(known->store, list);
	X509_CRL_free(list);
	known->lists++;
	return 0;
}

static bool
ends_with(const char *name, const char *suffix)
{
	size_t len = strlen(name), tail = strlen(suffix);

	return name[0] != '.' && len > tail &&
	       strcmp(name + len - tail, suffix) == 0;
}

/* Each file of a folder of the store, by load. */
static int
load_folder(struct store *s, const char *kind, const char *suffix,
    int (*load)(struct known *known, BIO *bio, const char *name,
	struct reason *why),
    struct known *known, struct reason *why)
{
	int folder = s->folder == -1 ? -1
				     : openat(s->folder, kind,
					   O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *dir = folder == -1 ? NULL : fdopendir(folder);
	const struct dirent *entry;
	int failed = 0;
	char *bytes;
	size_t len;

	while (dir != NULL && failed == 0 && (entry = readdir(dir)) != NULL) {
		BIO *bio;

		if (!ends_with(entry->d_name, suffix))
			continue;
		failed = file_get(folder, entry->d_name, FILE_MAX, &bytes, &len,
		    why);
		if (failed)
			break;
		bio = BIO_new_mem_buf(bytes, (int)len);
		failed = load(known, bio, entry->d_name, why);
		BIO_free(bio);
		free(bytes);
	}
	if (dir != NULL)
		closedir(dir);
	return failed;
}

/* Read anew each time: what the operator puts there or takes away counts from
 * the next mail on. */
static int
load_known(struct store *s, struct known *known, struct reason *why)
{
	*known = (struct known){ .store = X509_STORE_new() };
	if (known->store == NULL)
		return reason_set(why, "no memory for the authorities");
	if (load_folder(s, "ca", ".pem", load_authority, known, why) == 0 &&
	    load_folder(s, "crl", ".crl", load_list, known, why) == 0)
		return 0;
	X509_STORE_free(known->store);
	known->store = NULL;
	return -1;
}

static int
check_chain(const struct store *s, const struct known *known, X509 *cert,
    BIO *rest, struct reason *why)
{
	STACK_OF(X509) * between;
	X509 *next;
	int answer;

	if (known->authorities == 0)
		return 0;
	between = sk_X509_new_null();
	while (sk_X509_num(between) < BETWEEN_MAX &&
	       (next = PEM_read_bio_X509(rest, NULL, NULL, NULL)) != NULL)
		sk_X509_push(between, next);
	answer = certificate_chain(cert, known->store, between,
	    known->lists > 0 ? s->crl_grace : -1, why);
	sk_X509_pop_free(between, X509_free);
	return answer;
}

static int
check_revoked(struct store *s, X509 *cert, struct reason *why)
{
	char id[CERTIFICATE_ID];

	certificate_id(cert, id);
	if (!shelf_is_aside(s->folder, "revoked", id))
		return 0;
	return reason_set(why, "certificate was revoked here");
}

static X509 *
check_one(struct store *s, const struct known *known, const char *pem,
    size_t len, const char *address, struct reason *why)
{
	BIO *bio = BIO_new_mem_buf(pem, (int)len);
	X509 *cert = PEM_read_bio_X509(bio, NULL, NULL, NULL);
	int failed;

	if (cert == NULL)
		failed = reason_set(why, "certificate cannot be read");
	else
		failed = certificate_check(cert, address, why);
	if (failed == 0)
		failed = check_revoked(s, cert, why);
	if (failed == 0)
		failed = check_chain(s, known, cert, bio, why);
	BIO_free(bio);
	if (failed == 0)
		return cert;
	X509_free(cert);
	return NULL;
}

X509 *
store_check(struct store *s, const char *pem, size_t len, const char *address,
    struct reason *why)
{
	struct known known;
	X509 *cert = NULL;

	if (load_known(s, &known, why) == 0)
		cert = check_one(s, &known, pem, len, address, why);
	X509_STORE_free(known.store);
	return cert;
}

/* A certificate that can be used, and what speaks for it. */
struct choice {
	X509 *cert;
	enum shelf_trust trust;
	bool exact; /* the local part in the very same letters */
};

/* Who is sure comes first, then who is meant exactly, then who lasts. */
static bool
is_better(const struct choice *a, const struct choice *b)
{
	if (b->cert == NULL || a->trust != b->trust)
		return b->cert == NULL || a->trust > b->trust;
	if (a->exact != b->exact)
		return a->exact;
	return ASN1_TIME_compare(X509_get0_notAfter(a->cert),
		   X509_get0_notAfter(b->cert)) > 0;
}

/* First what can be used, then the best of it: one that ended must not hide
 * its successor, nor one for signatures the one for encryption. */
static X509 *
choose(struct store *s, const struct shelf_key *keys, size_t count,
    const char *address, struct reason *why)
{
	struct choice best = { .cert = NULL };
	struct known known;

	if (load_known(s, &known, why) == -1)
		return NULL;
	for (size_t i = 0; i < count; i++) {
		struct choice next = { .trust = keys[i].trust };

		if (keys[i].bytes == NULL)
			reason_set(why, "certificate cannot be read");
		else
			next.cert = check_one(s, &known, keys[i].bytes,
			    keys[i].len, address, why);
		if (next.cert == NULL)
			continue;
		next.exact = certificate_is_exact(next.cert, address);
		if (is_better(&next, &best)) {
			X509_free(best.cert);
			best = next;
		} else
			X509_free(next.cert);
	}
	X509_STORE_free(known.store);
	return best.cert;
}

X509 *
store_certificate(struct store *s, const char *address, struct reason *why)
{
	struct shelf_key keys[SHELF_KEYS];
	size_t count;
	X509 *cert;

	if (shelf_keys(s->folder, "smime", address, keys, &count, why) == -1)
		return NULL;
	if (count == 0) {
		reason_set(why, "no certificate");
		return NULL;
	}
	cert = choose(s, keys, count, address, why);
	if (cert == NULL && count > 1)
		reason_prefix(why, "none of %zu certificates", count);
	shelf_free(keys, count);
	return cert;
}

char *
store_capabilities(struct store *s, const char *address, size_t *len)
{
	return shelf_capabilities(s->folder, address, len);
}

int
store_folder(const struct store *s)
{
	return s->folder;
}
