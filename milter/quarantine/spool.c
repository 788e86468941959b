/* SPDX-License-Identifier: ISC */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "milter/base/clock.h"
#include "milter/base/file.h"
#include "milter/quarantine/folder.h"
#include "milter/quarantine/meta.h"
#include "milter/quarantine/spool.h"
#include "milter/base/banned.h"

enum { KEPT_SECONDS = 2 * 86400, NAME = 24 };

struct spool {
	char *path;
	int tmp, ready, done, seen;
};

static int
open_in(struct spool *s, int parent, const char *id, struct reason *why)
{
	int fd =
	    openat(parent, id, O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW);

	return fd == -1 ? reason_errno(why, "%s: %s", s->path, id) : fd;
}

static json_t *
meta_in(struct spool *s, int parent, const char *id, struct reason *why)
{
	int folder = open_in(s, parent, id, why);
	json_t *meta;

	if (folder == -1)
		return NULL;
	meta = folder_meta(folder, why);
	close(folder);
	return meta;
}

/* The folder goes, and that the message was seen. */
static int
forget(struct spool *s, int parent, const char *id, struct reason *why)
{
	struct reason unread;
	json_t *meta = meta_in(s, parent, id, &unread);
	const char *same = json_string_value(json_object_get(meta, "same"));
	uint8_t digest[HASH_BYTES];

	if (same != NULL && hash_unhex(same, digest))
		unlinkat(s->seen, same, 0);
	json_decref(meta);
	return folder_remove(parent, id, why);
}

static int
remove_left_over(void *context, const char *id, struct reason *why)
{
	struct spool *s = context;

	return forget(s, s->tmp, id, why);
}

static int
open_folders(struct spool *s, struct reason *why)
{
	s->tmp = folder_make(s->path, "/tmp", why);
	s->ready = s->tmp == -1 ? -1 : folder_make(s->path, "/ready", why);
	s->done = s->ready == -1 ? -1 : folder_make(s->path, "/done", why);
	s->seen = s->done == -1 ? -1 : folder_make(s->path, "/seen", why);
	return s->seen == -1 ? -1 : 0;
}

struct spool *
spool_open(const struct conf *conf, struct reason *why)
{
	struct spool *s = calloc(1, sizeof *s);

	if (s == NULL) {
		reason_set(why, "no memory");
		return NULL;
	}
	s->tmp = s->ready = s->done = s->seen = -1;
	s->path = strdup(conf->spool_dir);
	if (s->path == NULL || open_folders(s, why) == -1 ||
	    folder_each(s->tmp, remove_left_over, s, why) == -1)
		spool_close(&s);
	return s;
}

void
spool_close(struct spool **s)
{
	if (*s == NULL)
		return;
	int fds[] = { (*s)->tmp, (*s)->ready, (*s)->done, (*s)->seen };

	for (size_t i = 0; i < sizeof fds / sizeof *fds; i++)
		if (fds[i] != -1)
			close(fds[i]);
	free((*s)->path);
	free(*s);
	*s = NULL;
}

/* --- the same message again */

static int
same_name(int message, const struct envelope *e, char same[HASH_HEX],
    struct reason *why)
{
	size_t *all = calloc(e->rcpts_count + 1, sizeof *all);
	struct meta_source m = { message, e, all, e->rcpts_count, NULL, NULL };
	uint8_t sha256[HASH_BYTES];
	int failed = all == NULL ? reason_set(why, "no memory")
				 : hash_fd(message, sha256, why);

	for (size_t i = 0; failed == 0 && i < e->rcpts_count; i++)
		all[i] = i;
	if (failed == 0)
		failed = meta_same(&m, sha256, same, why);
	free(all);
	return failed;
}

static bool
is_in(int parent, const char *id)
{
	return faccessat(parent, id, F_OK, 0) == 0;
}

/* The id of the message that was committed under this name before. What was
 * never committed does not count: its sender was told to try again. */
static bool
find_seen(struct spool *s, const char *same, char id[IDENT_SIZE])
{
	struct reason unused;
	char *text;
	size_t len;
	bool seen;

	if (file_get(s->seen, same, IDENT_SIZE, &text, &len, &unused) == -1)
		return false;
	seen = ident_valid(text) &&
	       (is_in(s->ready, text) || is_in(s->done, text));
	if (seen)
		snprintf(id, IDENT_SIZE, "%s", text);
	free(text);
	return seen;
}

/* --- a new message */

static json_t *
copy_meta(const struct envelope *e, const struct spool_copy *copy,
    struct reason *why)
{
	json_t *rcpts = json_array(), *args = json_array();
	uint8_t sha256[HASH_BYTES];
	char nonce[IDENT_SIZE], hex[HASH_HEX];
	struct stat st;

	for (size_t i = 0; i < copy->count; i++) {
		const struct recipient *r = &e->rcpts[copy->rcpts[i]];

		json_array_append_new(rcpts, json_string(r->address));
		json_array_append_new(args,
		    json_string(r->args != NULL ? r->args : ""));
	}
	if (fstat(copy->message, &st) == -1 ||
	    hash_fd(copy->message, sha256, why) == -1 ||
	    json_array_size(rcpts) != copy->count ||
	    json_array_size(args) != copy->count) {
		json_decref(rcpts);
		json_decref(args);
		reason_set(why, "a copy cannot be described");
		return NULL;
	}
	hash_hex(sha256, hex);
	ident_new(nonce);
	return json_pack("{s:s, s:s, s:o, s:o, s:s, s:I, s:s, s:i, s:I, s:s}",
	    "nonce", nonce, "method", copy->method, "rcpts", rcpts, "rcpt_args",
	    args, "sha256", hex, "size", (json_int_t)st.st_size, "state",
	    "ready", "tries", 0, "next", (json_int_t)0, "last", "");
}

static const char *
or_empty(const char *s)
{
	return s != NULL ? s : "";
}

static json_t *
message_meta(const char *id, const char *same, const struct envelope *e,
    const struct spool_copy *copies, size_t count, struct reason *why)
{
	char now[CLOCK_TEXT];
	json_t *list = json_array(), *meta;

	for (size_t i = 0; i < count; i++) {
		json_t *copy = copy_meta(e, &copies[i], why);

		if (copy == NULL || json_array_append_new(list, copy) == -1) {
			json_decref(list);
			return NULL;
		}
	}
	clock_text(clock_now(), now);
	meta = json_pack("{s:i, s:s, s:s, s:s, s:s, s:s, s:s, s:s, s:o}", "v",
	    1, "id", id, "same", same, "msg", e->id, "queue_id",
	    or_empty(e->queue_id), "created", now, "sender",
	    or_empty(e->sender), "sender_args", or_empty(e->sender_args),
	    "copies", list);
	if (meta == NULL)
		reason_set(why, "the envelope is not UTF-8 text");
	return meta;
}

static void
number(size_t n, char name[NAME])
{
	snprintf(name, NAME, "%zu", n);
}

static int
write_files(int folder, json_t *meta, const struct spool_copy *copies,
    size_t count, struct reason *why)
{
	char name[NAME];

	for (size_t i = 0; i < count; i++) {
		number(i, name);
		if (folder_message_put(folder, name, copies[i].message, why) ==
		    -1)
			return -1;
	}
	if (folder_meta_put(folder, meta, why) == -1)
		return -1;
	return file_sync(folder, "spool", why);
}

static int
write_folder(struct spool *s, const char *id, json_t *meta,
    const struct spool_copy *copies, size_t count, struct reason *why)
{
	int folder, failed;

	if (mkdirat(s->tmp, id, 0700) == -1)
		return reason_errno(why, "%s/tmp", s->path);
	folder = openat(s->tmp, id, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (folder == -1)
		return reason_errno(why, "%s/tmp/%s", s->path, id);
	failed = write_files(folder, meta, copies, count, why);
	close(folder);
	return failed;
}

int
spool_put(struct spool *s, int message, const struct envelope *e,
    const struct spool_copy *copies, size_t count, char id[IDENT_SIZE],
    struct reason *why)
{
	char same[HASH_HEX];
	json_t *meta;
	int failed;

	if (same_name(message, e, same, why) == -1)
		return -1;
	if (find_seen(s, same, id))
		return 0;
	ident_new(id);
	meta = message_meta(id, same, e, copies, count, why);
	if (meta == NULL)
		return -1;
	failed = write_folder(s, id, meta, copies, count, why);
	json_decref(meta);
	if (failed == 0)
		failed = file_put(s->seen, same, id, strlen(id), 0600, why);
	/* In tmp/ nobody sees it, and the next start removes it. */
	if (failed == -1)
		spool_abort(s, id);
	return failed;
}

int
spool_commit(struct spool *s, const char *id, struct reason *why)
{
	if (is_in(s->ready, id) || is_in(s->done, id))
		return 0;
	return folder_move(s->tmp, s->ready, id, why);
}

void
spool_abort(struct spool *s, const char *id)
{
	struct reason unused;

	(void)forget(s, s->tmp, id, &unused);
}

/* --- sending */

int
spool_each(struct spool *s,
    int (*each)(void *context, const char *id, struct reason *why),
    void *context, struct reason *why)
{
	return folder_each(s->ready, each, context, why);
}

json_t *
spool_meta(struct spool *s, const char *id, struct reason *why)
{
	return meta_in(s, s->ready, id, why);
}

int
spool_note(struct spool *s, const char *id, json_t *meta, struct reason *why)
{
	int folder = open_in(s, s->ready, id, why), failed;

	if (folder == -1)
		return -1;
	failed = folder_meta_put(folder, meta, why);
	close(folder);
	return failed;
}

int
spool_message(struct spool *s, const char *id, size_t n, const json_t *meta,
    struct reason *why)
{
	const json_t *copy = json_array_get(json_object_get(meta, "copies"), n);
	int folder = open_in(s, s->ready, id, why), fd;
	char name[NAME];

	if (folder == -1)
		return -1;
	number(n, name);
	fd = folder_message(folder, name, copy, why);
	close(folder);
	return fd;
}

int
spool_done(struct spool *s, const char *id, struct reason *why)
{
	json_t *meta = spool_meta(s, id, why);
	size_t count = json_array_size(json_object_get(meta, "copies"));
	int folder = meta == NULL ? -1 : open_in(s, s->ready, id, why);
	char name[NAME];

	json_decref(meta);
	if (folder == -1)
		return -1;
	for (size_t i = 0; i < count; i++) {
		number(i, name);
		unlinkat(folder, name, 0);
	}
	close(folder);
	return folder_move(s->ready, s->done, id, why);
}

static bool
is_old(int parent, const char *name)
{
	struct stat st;

	return fstatat(parent, name, &st, AT_SYMLINK_NOFOLLOW) == 0 &&
	       st.st_ctim.tv_sec + KEPT_SECONDS < time(NULL);
}

static int
sweep_one(void *context, const char *id, struct reason *why)
{
	struct spool *s = context;

	return is_old(s->done, id) ? forget(s, s->done, id, why) : 0;
}

void
spool_sweep(struct spool *s)
{
	struct reason unused;

	(void)folder_each(s->done, sweep_one, s, &unused);
}
