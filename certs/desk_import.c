/* SPDX-License-Identifier: ISC */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>
#include <unistd.h>

#include "certs/certificate.h"
#include "certs/desk.h"
#include "certs/import.h"
#include "certs/openpgp_import.h"
#include "milter/base/command.h"
#include "milter/base/file.h"
#include "milter/base/text.h"
#include "milter/base/banned.h"

/* `certs import`: each key found is taken, waits for approval, or is refused
 * with the reason; one line says so. */
enum { DEPTH = 4, FILES = 20000, PASSWORD_MAX = 1024 };

static void
refuse(struct desk *d, const char *address, const char *kind,
    const char *problem)
{
	struct desk_key k = { .address = address, .kind = kind };

	d->refused++;
	desk_tell(d, &k, "refused", problem, NULL);
}

/* What the address has already. */
struct present {
	bool same; /* this very key */
	bool other; /* another one that someone has verified */
};

static int
look(struct desk *d, const struct desk_key *k, const char *bytes, size_t len,
    struct present *present, struct reason *why)
{
	struct shelf_key files[SHELF_KEYS];
	size_t count;

	*present = (struct present){ false, false };
	if (shelf_keys(store_folder(d->store), k->kind, k->address, files,
		&count, why) == -1)
		return -1;
	for (size_t i = 0; i < count; i++) {
		struct desk_key have = { .address = k->address };
		bool read = desk_read(d, k->kind, &files[i], &have) == 0;

		/* A certificate is its id; an OpenPGP key changes under it. */
		if (read && strcmp(have.id, k->id) == 0 &&
		    (strcmp(k->kind, "smime") == 0 ||
			(files[i].len == len &&
			    memcmp(files[i].bytes, bytes, len) == 0)))
			present->same = true;
		else if (files[i].trust == SHELF_VERIFIED)
			present->other = true;
	}
	shelf_free(files, count);
	return 0;
}

/* Two addresses of one key cannot wait under one id. */
static int
wait_for_approval(struct desk *d, const struct desk_key *k, const char *bytes,
    size_t len, const json_t *note, struct reason *why)
{
	int folder = store_folder(d->store);
	const char *who;
	json_t *old = NULL;
	char *unused;
	size_t unused_len;
	bool taken;

	if (shelf_is_aside(folder, "pending", k->id)) {
		if (shelf_from_aside(folder, "pending", k->id, &unused,
			&unused_len, &old, why) == -1)
			return -1;
		free(unused);
		who = json_string_value(json_object_get(old, "address"));
		taken = who == NULL || strcmp(who, k->address) != 0;
		json_decref(old);
		if (taken)
			return reason_set(why,
			    "the same key waits for another address; "
			    "approve or revoke it first");
	}
	return shelf_aside(folder, "pending", k->id, bytes, len, note, why);
}

/* A key that was checked: an address with a verified key gets no other one
 * without a person's word, or who writes to us could exchange it. */
static void
admit(struct desk *d, const struct desk_key *k, const char *bytes, size_t len)
{
	enum shelf_trust trust =
	    d->directory ? SHELF_DIRECTORY : SHELF_VERIFIED;
	json_t *note = desk_note(d, k, d->directory ? "ldif" : "admin", trust);
	int folder = store_folder(d->store), failed;
	struct present present = { false, false };
	struct reason why;

	if (shelf_is_aside(folder, "revoked", k->id))
		failed = reason_set(&why, "it was revoked here");
	else
		failed = look(d, k, bytes, len, &present, &why);
	if (failed == 0 && present.same)
		desk_tell(d, k, "known", "", note);
	else if (failed == 0 && present.other) {
		failed = wait_for_approval(d, k, bytes, len, note, &why);
		d->waiting += failed == 0;
		if (failed == 0)
			desk_tell(d, k, "pending",
			    "another key is verified; see certs approve", note);
	} else if (failed == 0) {
		failed = shelf_put(folder, k->kind, k->address, k->id, bytes,
		    len, note, &why);
		if (failed == 0)
			desk_tell(d, k, "taken", "", note);
	}
	d->taken += failed == 0;
	if (failed)
		refuse(d, k->address, k->kind, why.text);
	json_decref(note);
}

static void
admit_certificate(struct desk *d, const char *bytes, size_t len,
    const char *name)
{
	struct desk_key k = { .address = name };
	char address[256];
	struct reason why;
	X509 *cert = store_check(d->store, bytes, len, name, &why);

	if (cert == NULL || strlen(name) >= sizeof address) {
		refuse(d, name, "smime", cert == NULL ? why.text : "too long");
		X509_free(cert);
		return;
	}
	snprintf(address, sizeof address, "%s", name);
	text_lower(address);
	k.address = address;
	desk_certificate(&k, cert);
	admit(d, &k, bytes, len);
	X509_free(cert);
}

/* Under each address that it names, or the one that was asked for. */
static void
take_certificate(struct desk *d, const struct import_found *found)
{
	BIO *bio = BIO_new_mem_buf(found->bytes, (int)found->len);
	X509 *cert = PEM_read_bio_X509(bio, NULL, NULL, NULL);
	const char *wanted = d->wanted != NULL ? d->wanted : found->address;
	STACK_OF(OPENSSL_STRING) *all = X509_get1_email(cert);
	const char *name;

	if (wanted != NULL)
		admit_certificate(d, found->bytes, found->len, wanted);
	for (int i = 0; wanted == NULL && i < sk_OPENSSL_STRING_num(all); i++) {
		name = sk_OPENSSL_STRING_value(all, i);
		if (i < SHELF_KEYS)
			admit_certificate(d, found->bytes, found->len, name);
		else
			refuse(d, name, "smime", "too many addresses in it");
	}
	X509_email_free(all);
	X509_free(cert);
	BIO_free(bio);
}

static void
take_part(void *context, const struct openpgp_part *part)
{
	struct desk *d = context;
	struct desk_key k = { .address = part->address };

	if (part->key == NULL) {
		refuse(d, part->address, "openpgp", part->problem);
		return;
	}
	desk_openpgp(&k, part->key);
	admit(d, &k, part->bytes, part->len);
}

static void
take(void *context, const struct import_found *found)
{
	struct desk *d = context;
	struct reason why;

	d->directory = found->directory;
	if (found->problem != NULL)
		refuse(d, found->address != NULL ? found->address : "", "smime",
		    found->problem);
	else if (!found->openpgp)
		take_certificate(d, found);
	else if (openpgp_take_apart(d->openpgp, found->bytes, found->len,
		     d->wanted, take_part, d, &why) == -1)
		refuse(d, "", "openpgp", why.text);
}

static void
import_file(struct desk *d, const char *path)
{
	struct import i = { .password = d->password,
		.own = d->own,
		.each = take,
		.context = d };
	struct reason why;
	char *bytes;
	size_t len;

	d->file = path;
	if (file_get(AT_FDCWD, path, IMPORT_FILE, &bytes, &len, &why) == -1) {
		refuse(d, "", "", why.text);
		return;
	}
	if (import_read(&i, bytes, len, &why) == -1)
		refuse(d, "", "", why.text);
	explicit_bzero(bytes, len);
	free(bytes);
}

static void
import_path(struct desk *d, const char *path, int depth, size_t *files)
{
	char below[4096];
	const struct dirent *entry;
	struct stat st;
	DIR *dir;

	if (stat(path, &st) == 0 && !S_ISDIR(st.st_mode) && ++*files <= FILES) {
		import_file(d, path);
		return;
	}
	dir = depth < DEPTH && *files <= FILES ? opendir(path) : NULL;
	d->file = path;
	if (dir == NULL) {
		refuse(d, "", "",
		    depth < DEPTH && *files <= FILES ? strerror(errno)
						     : "too deep or too many");
		return;
	}
	while ((entry = readdir(dir)) != NULL) {
		if (entry->d_name[0] == '.' || *files > FILES)
			continue;
		if ((size_t)snprintf(below, sizeof below, "%s/%s", path,
			entry->d_name) < sizeof below)
			import_path(d, below, depth + 1, files);
	}
	closedir(dir);
}

/* The first line of a file: on a command line everybody could read it. */
static int
read_password(struct desk *d, const char *file, char **password,
    struct reason *why)
{
	size_t len;

	if (file == NULL)
		return 0;
	if (file_get(AT_FDCWD, file, PASSWORD_MAX, password, &len, why) == -1)
		return -1;
	(*password)[strcspn(*password, "\r\n")] = '\0';
	d->password = *password;
	return 0;
}

int
desk_import(struct desk *d, int argc, char **argv, struct reason *why)
{
	const char *secret = command_option(&argc, argv, "--password-file");
	char *password = NULL;
	size_t files = 0;

	d->wanted = command_option(&argc, argv, "--address");
	d->own = command_flag(&argc, argv, "--own");
	if (argc < 2 || command_unknown(argc, argv) != NULL) {
		reason_set(why,
		    "expected: certs import FILE|DIR... [--address ADDRESS] "
		    "[--password-file FILE] [--own]");
		return COMMAND_USAGE;
	}
	if (read_password(d, secret, &password, why) == -1)
		return COMMAND_FAILED;
	for (int i = 1; i < argc; i++)
		import_path(d, argv[i], 0, &files);
	if (password != NULL)
		explicit_bzero(password, strlen(password));
	free(password);
	why->text[0] = '\0';
	return d->refused == 0 && d->taken > 0 ? COMMAND_OK : COMMAND_FAILED;
}
