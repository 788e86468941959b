/* SPDX-License-Identifier: ISC */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "certs/shelf.h"
#include "milter/base/count.h"
#include "milter/base/file.h"
#include "milter/base/text.h"
#include "milter/base/banned.h"

enum { ADDRESS_MAX = 200, NOTE_MAX = 4096, WORDS_MAX = 4096, NAME_SIZE = 256 };

/* The kinds of files, by their folder; a corner holds either kind. */
static const struct {
	const char *kind, *suffix;
} kinds[] = { { "smime", ".pem" }, { "openpgp", ".asc" }, { "pending", ".key" },
	{ "revoked", ".key" } };

static const char *
suffix_of(const char *kind)
{
	for (size_t i = 0; i < COUNT(kinds); i++)
		if (strcmp(kinds[i].kind, kind) == 0)
			return kinds[i].suffix;
	abort();
}

/* An address becomes a file name: what could lead elsewhere has no key. The
 * letters are lower case there, so that one person has one key (L29). */
static int
address_name(const char *address, char name[NAME_SIZE], struct reason *why)
{
	static const char allowed[] = "abcdefghijklmnopqrstuvwxyz0123456789"
				      "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
				      "@.!#$%&'*+-=?^_`{|}~";
	size_t len = strlen(address);

	if (len == 0 || len > ADDRESS_MAX || address[0] == '.' ||
	    strspn(address, allowed) != len || strchr(address, '@') == NULL)
		return reason_set(why, "no key can be kept for this address");
	snprintf(name, NAME_SIZE, "%s", address);
	text_lower(name);
	return 0;
}

/* An id comes from the command line too. */
static bool
is_id(const char *id)
{
	size_t len = strlen(id);

	return len >= 16 && len < SHELF_ID &&
	       strspn(id, "0123456789abcdefABCDEF") == len;
}

static int
open_folder(int at, const char *name)
{
	if (at == -1)
		return -1;
	return openat(at, name, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
}

static void
shut(int fd)
{
	if (fd != -1)
		close(fd);
}

static const char *const trusts[] = { "harvested", "directory", "verified" };

enum shelf_trust
shelf_trust(const char *word)
{
	for (size_t i = 0; i < COUNT(trusts); i++)
		if (strcmp(trusts[i], word) == 0)
			return (enum shelf_trust)i;
	return SHELF_HARVESTED;
}

const char *
shelf_trust_word(enum shelf_trust trust)
{
	return trusts[trust];
}

/* NULL when there is none; an empty object when it cannot be read. */
static json_t *
read_note(int folder, const char *id)
{
	char name[NAME_SIZE], *text;
	struct reason ignored;
	json_t *note = NULL;
	size_t len;

	snprintf(name, sizeof name, "%s.json", id);
	if (faccessat(folder, name, F_OK, 0) == -1 && errno == ENOENT)
		return NULL;
	if (file_get(folder, name, NOTE_MAX, &text, &len, &ignored) == 0) {
		note = json_loadb(text, len, 0, NULL);
		free(text);
	}
	return json_is_object(note) ? note : json_object();
}

static enum shelf_trust
trust_of(const json_t *note)
{
	const char *word = json_string_value(json_object_get(note, "trust"));

	if (note == NULL)
		return SHELF_VERIFIED;
	return shelf_trust(word != NULL ? word : "");
}

static void
read_key(int folder, const char *name, struct shelf_key *key)
{
	struct reason ignored;
	struct stat st = { 0 };

	/* Before the reading: a file changed in between is read again. */
	(void)fstatat(folder, name, &st, 0);
	snprintf(key->stamp, sizeof key->stamp, "%llu.%lld.%lld.%ld",
	    (unsigned long long)st.st_ino, (long long)st.st_size,
	    (long long)st.st_mtim.tv_sec, st.st_mtim.tv_nsec);
	if (file_get(folder, name, SHELF_FILE, &key->bytes, &key->len,
		&ignored) == -1)
		key->bytes = NULL;
	key->note = key->id[0] == '\0' ? NULL : read_note(folder, key->id);
	key->trust = trust_of(key->note);
}

/* The stem of "ID.pem" into id; false for any other file. */
static bool
stem_of(const char *name, const char *suffix, char *id, size_t size)
{
	size_t len = strlen(name), tail = strlen(suffix);

	if (name[0] == '.' || len <= tail || len - tail >= size ||
	    strcmp(name + len - tail, suffix) != 0)
		return false;
	snprintf(id, size, "%.*s", (int)(len - tail), name);
	return true;
}

static int
read_folder(int folder, const char *suffix, struct shelf_key keys[SHELF_KEYS],
    size_t *count, struct reason *why)
{
	DIR *dir = folder == -1 ? NULL : fdopendir(folder);
	const struct dirent *entry;
	char id[SHELF_ID];
	int answer = 0;

	while (dir != NULL && answer == 0 && (entry = readdir(dir)) != NULL) {
		if (!stem_of(entry->d_name, suffix, id, sizeof id))
			continue;
		if (*count == SHELF_KEYS) {
			answer = reason_set(why,
			    "more than %d keys for this address", SHELF_KEYS);
			break;
		}
		snprintf(keys[*count].id, SHELF_ID, "%s", id);
		read_key(folder, entry->d_name, &keys[(*count)++]);
	}
	if (dir != NULL)
		closedir(dir);
	return answer;
}

int
shelf_keys(int folder, const char *kind, const char *address,
    struct shelf_key keys[SHELF_KEYS], size_t *count, struct reason *why)
{
	char name[NAME_SIZE], file[NAME_SIZE + 8];
	int shelf, answer;

	*count = 0;
	if (address_name(address, name, why) == -1)
		return -1;
	shelf = open_folder(folder, kind);
	if (shelf == -1)
		return 0;
	snprintf(file, sizeof file, "%s%s", name, suffix_of(kind));
	if (faccessat(shelf, file, F_OK, 0) == 0) {
		keys[0].id[0] = '\0';
		read_key(shelf, file, &keys[(*count)++]);
	}
	answer = read_folder(open_folder(shelf, name), suffix_of(kind), keys,
	    count, why);
	close(shelf);
	if (answer == -1) {
		shelf_free(keys, *count);
		*count = 0;
	}
	return answer;
}

char *
shelf_capabilities(int folder, const char *address, size_t *len)
{
	char name[NAME_SIZE], file[NAME_SIZE + 16], *text = NULL;
	struct reason none;
	int shelf;

	if (address_name(address, name, &none) == -1)
		return NULL;
	shelf = open_folder(folder, "smime");
	if (shelf == -1)
		return NULL;
	snprintf(file, sizeof file, "%s.capabilities", name);
	if (file_get(shelf, file, WORDS_MAX, &text, len, &none) == -1)
		text = NULL;
	close(shelf);
	return text;
}

void
shelf_free(struct shelf_key *keys, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		free(keys[i].bytes);
		json_decref(keys[i].note);
	}
}

/* Makes and opens a folder of the store. */
static int
make_folder(int at, const char *name, struct reason *why)
{
	int folder;

	if (at == -1)
		return reason_set(why, "certs_dir does not exist");
	if (mkdirat(at, name, 0755) == -1 && errno != EEXIST)
		return reason_errno(why, "certs_dir, folder %s", name);
	folder = open_folder(at, name);
	if (folder == -1)
		return reason_errno(why, "certs_dir, folder %s", name);
	return folder;
}

/* The note first: a key that a power cut left without its note would count
 * as put there by hand. */
static int
put(int folder, const char *suffix, const char *id, const char *bytes,
    size_t len, const json_t *note, struct reason *why)
{
	char name[NAME_SIZE];
	char *text = json_dumps(note, JSON_SORT_KEYS);
	int failed;

	if (text == NULL)
		return reason_set(why, "no memory for a note");
	snprintf(name, sizeof name, "%s.json", id);
	failed = file_put(folder, name, text, strlen(text), 0644, why);
	free(text);
	if (failed)
		return -1;
	snprintf(name, sizeof name, "%s%s", id, suffix);
	return file_put(folder, name, bytes, len, 0644, why);
}

static int
check_room(int folder, const char *kind, const char *address, const char *id,
    struct reason *why)
{
	struct shelf_key keys[SHELF_KEYS];
	size_t count;
	bool there = false;

	if (shelf_keys(folder, kind, address, keys, &count, why) == -1)
		return -1;
	for (size_t i = 0; i < count; i++)
		there |= strcmp(keys[i].id, id) == 0;
	shelf_free(keys, count);
	if (there || count < SHELF_KEYS)
		return 0;
	return reason_set(why,
	    "there are %d keys for this address; revoke one first", SHELF_KEYS);
}

int
shelf_put(int folder, const char *kind, const char *address, const char *id,
    const char *bytes, size_t len, const json_t *note, struct reason *why)
{
	char name[NAME_SIZE];
	int shelf, own, failed = -1;

	if (address_name(address, name, why) == -1 ||
	    check_room(folder, kind, address, id, why) == -1)
		return -1;
	shelf = make_folder(folder, kind, why);
	if (shelf == -1)
		return -1;
	own = make_folder(shelf, name, why);
	if (own != -1 && file_sync(shelf, kind, why) == 0)
		failed = put(own, suffix_of(kind), id, bytes, len, note, why);
	shut(own);
	close(shelf);
	return failed;
}

int
shelf_aside(int folder, const char *corner, const char *id, const char *bytes,
    size_t len, const json_t *note, struct reason *why)
{
	int shelf = make_folder(folder, corner, why);
	int failed;

	if (shelf == -1)
		return -1;
	failed = put(shelf, suffix_of(corner), id, bytes, len, note, why);
	close(shelf);
	return failed;
}

int
shelf_from_aside(int folder, const char *corner, const char *id, char **bytes,
    size_t *len, json_t **note, struct reason *why)
{
	char name[NAME_SIZE];
	int shelf, failed;

	if (!is_id(id) || !shelf_is_aside(folder, corner, id))
		return reason_set(why, "%s is not %s", id, corner);
	shelf = open_folder(folder, corner);
	snprintf(name, sizeof name, "%s%s", id, suffix_of(corner));
	failed = file_get(shelf, name, SHELF_FILE, bytes, len, why);
	if (failed == 0)
		*note = read_note(shelf, id);
	close(shelf);
	return failed;
}

bool
shelf_is_aside(int folder, const char *corner, const char *id)
{
	char name[NAME_SIZE];

	if (folder == -1)
		return false;
	snprintf(name, sizeof name, "%s/%s%s", corner, id, suffix_of(corner));
	/* What cannot be looked at may be there: then it is. */
	return faccessat(folder, name, F_OK, 0) == 0 ||
	       (errno != ENOENT && errno != ENOTDIR);
}

/* The key before its note, for the reason that put() has. */
static int
remove_files(int folder, const char *suffix, const char *id, struct reason *why)
{
	char name[NAME_SIZE];

	snprintf(name, sizeof name, "%s%s", id, suffix);
	if (unlinkat(folder, name, 0) == -1)
		return reason_errno(why, "%s", name);
	if (file_sync(folder, name, why) == -1)
		return -1;
	snprintf(name, sizeof name, "%s.json", id);
	(void)unlinkat(folder, name, 0);
	return 0;
}

int
shelf_remove(int folder, const char *kind, const char *address, const char *id,
    struct reason *why)
{
	char name[NAME_SIZE];
	int shelf, own = -1, failed;

	if (address != NULL && address_name(address, name, why) == -1)
		return -1;
	shelf = open_folder(folder, kind);
	if (address != NULL && id[0] != '\0')
		own = open_folder(shelf, name);
	if (shelf == -1 || (address != NULL && id[0] != '\0' && own == -1))
		failed = reason_errno(why, "certs_dir, folder %s", kind);
	else if (own != -1)
		failed = remove_files(own, suffix_of(kind), id, why);
	else
		failed = remove_files(shelf, suffix_of(kind),
		    address != NULL ? name : id, why);
	shut(own);
	shut(shelf);
	return failed;
}

/* An address with a folder is given by the folder, not twice. */
static bool
has_folder(int shelf, const char *name)
{
	struct stat st;

	return fstatat(shelf, name, &st, 0) == 0 && S_ISDIR(st.st_mode);
}

int
shelf_each(int folder, const char *kind,
    void (*each)(void *context, const char *name), void *context,
    struct reason *why)
{
	int shelf = open_folder(folder, kind);
	DIR *dir = shelf == -1 ? NULL : fdopendir(shelf);
	const struct dirent *entry;
	char name[NAME_SIZE];

	if (shelf == -1)
		return 0;
	if (dir == NULL) {
		close(shelf);
		return reason_errno(why, "certs_dir, folder %s", kind);
	}
	while ((entry = readdir(dir)) != NULL) {
		if (entry->d_name[0] == '.')
			continue;
		if (has_folder(shelf, entry->d_name))
			each(context, entry->d_name);
		else if (stem_of(entry->d_name, suffix_of(kind), name,
			     sizeof name) &&
			 !has_folder(shelf, name))
			each(context, name);
	}
	closedir(dir);
	return 0;
}
