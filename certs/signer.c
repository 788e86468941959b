/* SPDX-License-Identifier: ISC */
#include <errno.h>
#include <fcntl.h>
#include <openssl/pem.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>
#include <unistd.h>

#include "certs/certificate.h"
#include "certs/signer.h"
#include "milter/base/file.h"
#include "milter/base/banned.h"

enum { FILE_MAX = 1 << 20, LINE = 1024, CHAIN_MAX = 16 };

static bool
is_name(const char *name)
{
	static const char allowed[] = "abcdefghijklmnopqrstuvwxyz"
				      "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
				      "0123456789@._-";

	return name[0] != '.' && name[0] != '\0' &&
	       strlen(name) < SIGNER_NAME &&
	       strspn(name, allowed) == strlen(name);
}

static bool
fits_sender(const char *pattern, const char *sender)
{
	const char *at = strrchr(sender, '@');

	if (pattern[0] == '@')
		return at != NULL && strcasecmp(pattern, at) == 0;
	return strcasecmp(pattern, sender) == 0;
}

static bool
fits_user(const char *pattern, const char *sender, const char *user)
{
	const char *at = strrchr(sender, '@');

	if (strcmp(pattern, "*") == 0)
		return true;
	if (strcmp(pattern, "=") != 0)
		return strcmp(pattern, user) == 0;
	if (strcasecmp(user, sender) == 0)
		return true;
	return at != NULL && strlen(user) == (size_t)(at - sender) &&
	       strncasecmp(user, sender, strlen(user)) == 0;
}

/* One line, which is changed. */
static int
fits_line(char *line, const char *sender, const char *user,
    char name[SIGNER_NAME], struct reason *why)
{
	static const char blanks[] = " \t\r";
	char *rest, *who = strtok_r(line, blanks, &rest);
	char *as = strtok_r(NULL, blanks, &rest);
	char *by = strtok_r(NULL, blanks, &rest);

	if (who == NULL || who[0] == '#')
		return 0;
	if (by == NULL || strtok_r(NULL, blanks, &rest) != NULL ||
	    strchr(who, '@') == NULL || !is_name(by))
		return reason_set(why,
		    "signers: a line is not SENDER USER NAME");
	if (!fits_sender(who, sender) || !fits_user(as, sender, user))
		return 0;
	snprintf(name, SIGNER_NAME, "%s", by);
	return 1;
}

/* All of the list is read, so that a mistake shows with the first mail. */
int
signer_find(const char *list, const char *sender, const char *user,
    char name[SIGNER_NAME], struct reason *why)
{
	bool found = false;

	for (const char *p = list; *p != '\0';) {
		size_t len = strcspn(p, "\n");
		char line[LINE], by[SIGNER_NAME];
		int fits;

		if (len >= sizeof line)
			return reason_set(why, "signers: a line is too long");
		memcpy(line, p, len);
		line[len] = '\0';
		fits = fits_line(line, sender, user, by, why);
		if (fits == -1)
			return -1;
		if (fits == 1 && !found && sender[0] != '\0' &&
		    user[0] != '\0') {
			snprintf(name, SIGNER_NAME, "%s", by);
			found = true;
		}
		p += len + (p[len] == '\n');
	}
	return found;
}

static int
read_certificates(struct signer *s, int folder, const char *name,
    struct reason *why)
{
	char file[SIGNER_NAME + 8], *pem;
	X509 *next;
	size_t len;
	BIO *bio;

	snprintf(file, sizeof file, "%s.pem", name);
	if (file_get(folder, file, FILE_MAX, &pem, &len, why) == -1)
		return -1;
	bio = BIO_new_mem_buf(pem, (int)len);
	s->cert = PEM_read_bio_X509(bio, NULL, NULL, NULL);
	while (sk_X509_num(s->chain) < CHAIN_MAX &&
	       (next = PEM_read_bio_X509(bio, NULL, NULL, NULL)) != NULL)
		sk_X509_push(s->chain, next);
	BIO_free(bio);
	free(pem);
	if (s->cert == NULL)
		return reason_set(why, "sign/%s cannot be read", file);
	return certificate_signs(s->cert, why);
}

/* Nobody is asked for a pass phrase: there is nobody. */
static int
no_phrase(char *phrase, int size, int writing, void *context)
{
	(void)phrase, (void)size, (void)writing, (void)context;
	return -1;
}

static int
read_key(struct signer *s, int folder, const char *name, struct reason *why)
{
	char file[SIGNER_NAME + 8], *pem;
	struct stat st;
	size_t len;
	BIO *bio;

	snprintf(file, sizeof file, "%s.key", name);
	if (fstatat(folder, file, &st, 0) == 0 && (st.st_mode & S_IROTH) != 0)
		return reason_set(why, "sign/%s can be read by others", file);
	if (file_get(folder, file, FILE_MAX, &pem, &len, why) == -1)
		return -1;
	bio = BIO_new_mem_buf(pem, (int)len);
	s->key = PEM_read_bio_PrivateKey(bio, NULL, no_phrase, NULL);
	BIO_free(bio);
	explicit_bzero(pem, len);
	free(pem);
	if (s->key == NULL)
		return reason_set(why, "sign/%s cannot be read", file);
	if (X509_check_private_key(s->cert, s->key) != 1)
		return reason_set(why, "sign/%s is another certificate's",
		    file);
	return 0;
}

static int
read_signer(struct signer *s, struct store *store, const char *name,
    struct reason *why)
{
	int folder = openat(store_folder(store), "sign",
	    O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	int failed = -1;

	if (folder == -1)
		return reason_errno(why, "certs_dir/sign");
	s->chain = sk_X509_new_null();
	if (read_certificates(s, folder, name, why) == 0)
		failed = read_key(s, folder, name, why);
	close(folder);
	return failed;
}

/* 1 and the name, 0: nobody, -1. */
static int
look_up(struct store *store, const char *sender, const char *user,
    char name[SIGNER_NAME], struct reason *why)
{
	int folder = store_folder(store), found;
	char *list;
	size_t len;

	if (folder == -1 ||
	    (faccessat(folder, "signers", F_OK, 0) == -1 && errno == ENOENT))
		return 0;
	if (file_get(folder, "signers", FILE_MAX, &list, &len, why) == -1)
		return -1;
	found = signer_find(list, sender, user, name, why);
	free(list);
	return found;
}

int
signer_open(struct store *store, const char *sender, const char *user,
    struct signer **signer, struct reason *why)
{
	char name[SIGNER_NAME];
	int found = look_up(store, sender, user, name, why);

	*signer = NULL;
	if (found != 1)
		return found;
	*signer = calloc(1, sizeof **signer);
	if (*signer == NULL)
		return reason_set(why, "no memory to sign");
	if (read_signer(*signer, store, name, why) == 0)
		return 0;
	signer_close(signer);
	return reason_prefix(why, "signing as %s", name);
}

void
signer_close(struct signer **signer)
{
	if (*signer == NULL)
		return;
	X509_free((*signer)->cert);
	sk_X509_pop_free((*signer)->chain, X509_free);
	EVP_PKEY_free((*signer)->key);
	free(*signer);
	*signer = NULL;
}
