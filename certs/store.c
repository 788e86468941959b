/* SPDX-License-Identifier: ISC */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "certs/certificate.h"
#include "certs/store.h"
#include "milter/base/count.h"
#include "milter/base/file.h"
#include "milter/base/banned.h"

enum { FILE_MAX = 1 << 20, ADDRESS_MAX = 200, BETWEEN_MAX = 16 };

struct store {
	int folder;
};

/* The kinds of files, by their folder. */
static const struct {
	const char *kind, *suffix;
} kinds[] = { { "smime", ".pem" }, { "openpgp", ".asc" } };

static const char *
suffix_of(const char *kind)
{
	for (size_t i = 0; i < COUNT(kinds); i++)
		if (strcmp(kinds[i].kind, kind) == 0)
			return kinds[i].suffix;
	abort();
}

struct store *
store_open(const struct conf *conf, struct reason *why)
{
	struct store *s = calloc(1, sizeof *s);

	if (s == NULL) {
		reason_set(why, "no memory for the store");
		return NULL;
	}
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

int
store_folder(const struct store *s)
{
	return s->folder;
}

/* An address becomes a file name: what could lead elsewhere has no key. The
 * letters are lower case there, so that one person has one key (L29). */
static int
file_name(const char *address, const char *suffix, char *name, size_t size,
    struct reason *why)
{
	static const char allowed[] = "abcdefghijklmnopqrstuvwxyz0123456789"
				      "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
				      "@.!#$%&'*+-=?^_`{|}~";
	size_t len = strlen(address);

	if (len == 0 || len > ADDRESS_MAX || address[0] == '.' ||
	    strspn(address, allowed) != len || strchr(address, '@') == NULL)
		return reason_set(why, "no key can be kept for this address");
	snprintf(name, size, "%s%s", address, suffix);
	for (char *c = name; *c != '\0'; c++)
		if (*c >= 'A' && *c <= 'Z')
			*c = (char)(*c - 'A' + 'a');
	return 0;
}

static int
kind_folder(struct store *s, const char *kind)
{
	if (s->folder == -1)
		return -1;
	return openat(s->folder, kind, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
}

/* 0, or -1: none (*bytes is NULL and why says so for the sender). */
static int
get_file(struct store *s, const char *kind, const char *address, char **bytes,
    size_t *len, struct reason *why)
{
	char name[ADDRESS_MAX + 8];
	int folder, failed;

	if (file_name(address, suffix_of(kind), name, sizeof name, why) == -1)
		return -1;
	folder = kind_folder(s, kind);
	if (folder == -1 || faccessat(folder, name, F_OK, 0) == -1) {
		if (folder != -1)
			close(folder);
		return reason_set(why, "%s",
		    strcmp(kind, "smime") == 0 ? "no certificate" : "no key");
	}
	failed = file_get(folder, name, FILE_MAX, bytes, len, why);
	close(folder);
	return failed;
}

static int
load_authority(X509_STORE *to, int folder, const char *name, struct reason *why)
{
	char *pem;
	size_t len;
	BIO *bio;
	X509 *cert;

	if (file_get(folder, name, FILE_MAX, &pem, &len, why) == -1)
		return -1;
	bio = BIO_new_mem_buf(pem, (int)len);
	while ((cert = PEM_read_bio_X509(bio, NULL, NULL, NULL)) != NULL) {
		(void)X509_STORE_add_cert(to, cert);
		X509_free(cert);
	}
	BIO_free(bio);
	free(pem);
	return 0;
}

static bool
is_pem(const char *name)
{
	size_t len = strlen(name);

	return name[0] != '.' && len > 4 && strcmp(name + len - 4, ".pem") == 0;
}

/* The authorities, read anew each time: what the operator puts there or takes
 * away counts from the next mail on. count 0: there are none. */
static X509_STORE *
authorities(struct store *s, size_t *count, struct reason *why)
{
	X509_STORE *to = X509_STORE_new();
	int folder = kind_folder(s, "ca");
	DIR *dir = folder == -1 ? NULL : fdopendir(folder);
	const struct dirent *entry;

	*count = 0;
	while (dir != NULL && (entry = readdir(dir)) != NULL) {
		if (!is_pem(entry->d_name))
			continue;
		++*count;
		if (load_authority(to, folder, entry->d_name, why) == 0)
			continue;
		X509_STORE_free(to);
		to = NULL;
		break;
	}
	if (dir != NULL)
		closedir(dir);
	return to;
}

static int
check_chain(struct store *s, X509 *cert, BIO *rest, struct reason *why)
{
	STACK_OF(X509) *between = sk_X509_new_null();
	size_t count;
	X509_STORE *known = authorities(s, &count, why);
	X509 *next;
	int answer = -1;

	while (sk_X509_num(between) < BETWEEN_MAX &&
	       (next = PEM_read_bio_X509(rest, NULL, NULL, NULL)) != NULL)
		sk_X509_push(between, next);
	if (known != NULL)
		answer = count == 0
			     ? 0
			     : certificate_chain(cert, known, between, why);
	X509_STORE_free(known);
	sk_X509_pop_free(between, X509_free);
	return answer;
}

X509 *
store_check(struct store *s, const char *pem, size_t len, const char *address,
    struct reason *why)
{
	BIO *bio = BIO_new_mem_buf(pem, (int)len);
	X509 *cert = PEM_read_bio_X509(bio, NULL, NULL, NULL);
	int failed;

	if (cert == NULL)
		failed = reason_set(why, "certificate cannot be read");
	else
		failed = certificate_check(cert, address, why);
	if (failed == 0)
		failed = check_chain(s, cert, bio, why);
	BIO_free(bio);
	if (failed == 0)
		return cert;
	X509_free(cert);
	return NULL;
}

X509 *
store_certificate(struct store *s, const char *address, struct reason *why)
{
	char *pem;
	size_t len;
	X509 *cert;

	if (get_file(s, "smime", address, &pem, &len, why) == -1)
		return NULL;
	cert = store_check(s, pem, len, address, why);
	free(pem);
	return cert;
}

char *
store_capabilities(struct store *s, const char *address, size_t *len)
{
	char name[ADDRESS_MAX + 16], *text = NULL;
	int folder = kind_folder(s, "smime");
	struct reason none;

	if (folder == -1)
		return NULL;
	if (file_name(address, ".capabilities", name, sizeof name, &none) ==
		-1 ||
	    file_get(folder, name, FILE_MAX, &text, len, &none) == -1)
		text = NULL;
	close(folder);
	return text;
}

static void
stamp_of(struct store *s, const char *address, char stamp[STORE_STAMP])
{
	char name[ADDRESS_MAX + 8];
	struct reason ignored;
	struct stat st = { 0 };
	int folder = kind_folder(s, "openpgp");

	if (folder != -1 &&
	    file_name(address, ".asc", name, sizeof name, &ignored) == 0)
		(void)fstatat(folder, name, &st, 0);
	if (folder != -1)
		close(folder);
	snprintf(stamp, STORE_STAMP, "%llu.%lld.%lld.%ld",
	    (unsigned long long)st.st_ino, (long long)st.st_size,
	    (long long)st.st_mtim.tv_sec, st.st_mtim.tv_nsec);
}

char *
store_openpgp(struct store *s, const char *address, size_t *len,
    char stamp[STORE_STAMP], struct reason *why)
{
	char *armoured;

	/* Before the reading: a file changed in between is read again. */
	stamp_of(s, address, stamp);
	if (get_file(s, "openpgp", address, &armoured, len, why) == -1)
		return NULL;
	return armoured;
}

int
store_put(struct store *s, const char *kind, const char *address,
    const char *bytes, size_t len, struct reason *why)
{
	char name[ADDRESS_MAX + 8];
	int folder, failed;

	if (file_name(address, suffix_of(kind), name, sizeof name, why) == -1)
		return -1;
	if (s->folder == -1)
		return reason_set(why, "certs_dir does not exist");
	if (mkdirat(s->folder, kind, 0755) == -1 && errno != EEXIST)
		return reason_errno(why, "certs_dir/%s", kind);
	folder = kind_folder(s, kind);
	if (folder == -1)
		return reason_errno(why, "certs_dir/%s", kind);
	failed = file_put(folder, name, bytes, len, 0644, why);
	close(folder);
	return failed;
}

static void
give_address(const char *file, const char *suffix,
    void (*each)(void *context, const char *address), void *context)
{
	size_t len = strlen(file), tail = strlen(suffix);
	char address[256];

	if (file[0] == '.' || len <= tail || len >= sizeof address ||
	    strcmp(file + len - tail, suffix) != 0)
		return;
	snprintf(address, sizeof address, "%.*s", (int)(len - tail), file);
	each(context, address);
}

int
store_each(struct store *s, const char *kind,
    void (*each)(void *context, const char *address), void *context,
    struct reason *why)
{
	int folder = kind_folder(s, kind);
	const struct dirent *entry;
	DIR *dir;

	if (folder == -1)
		return 0;
	dir = fdopendir(folder);
	if (dir == NULL) {
		close(folder);
		return reason_errno(why, "certs_dir/%s", kind);
	}
	while ((entry = readdir(dir)) != NULL)
		give_address(entry->d_name, suffix_of(kind), each, context);
	closedir(dir);
	return 0;
}
