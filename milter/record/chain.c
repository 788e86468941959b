/* SPDX-License-Identifier: ISC */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "milter/base/clock.h"
#include "milter/base/file.h"
#include "milter/record/chain.h"
#include "milter/record/event.h"
#include "milter/record/line.h"
#include "milter/record/lines.h"
#include "milter/record/recover.h"
#include "milter/base/banned.h"

/* The supervisor is root and sekimorid is not: what root makes must be the
 * folder owner's, who has to append to it. */
static int
give_to_owner(struct chain *c, int fd, struct reason *why)
{
	struct stat st;

	if (geteuid() != 0)
		return 0;
	if (fstat(c->folder, &st) == -1 ||
	    fchown(fd, st.st_uid, st.st_gid) == -1)
		return reason_errno(why, "%s: owner of a file", c->path);
	return 0;
}

static void
close_all(struct chain *c)
{
	int *fds[] = { &c->file, &c->lock, &c->folder };

	for (size_t i = 0; i < 3; i++) {
		if (*fds[i] != -1)
			close(*fds[i]);
		*fds[i] = -1;
	}
	c->opened = 0;
}

/* Opens the folder, which must be there, and the head file. */
static int
open_folder(struct chain *c, struct reason *why)
{
	close_all(c);
	c->folder = open(c->path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (c->folder == -1)
		return reason_errno(why, "%s", c->path);
	c->lock = openat(c->folder, "head",
	    O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0640);
	if (c->lock == -1)
		return reason_errno(why, "%s/head", c->path);
	return give_to_owner(c, c->lock, why);
}

static char *
node_name(const struct conf *conf)
{
	char host[256] = "";

	if (conf->node[0] != '\0')
		return strdup(conf->node);
	gethostname(host, sizeof host - 1);
	return strdup(host);
}

struct chain *
chain_open(const struct conf *conf, struct reason *why)
{
	struct chain *c = calloc(1, sizeof *c);

	if (c == NULL) {
		reason_set(why, "no memory");
		return NULL;
	}
	c->file = c->lock = c->folder = -1;
	c->path = strdup(conf->journal_dir);
	c->node = node_name(conf);
	c->system_id = strdup(conf->system_id);
	c->size_limit = (uint64_t)conf->journal_size;
	head_empty(&c->last);
	if (c->path == NULL || c->node == NULL || c->system_id == NULL) {
		reason_set(why, "no memory");
		chain_close(&c);
	} else if (file_folder(c->path, 0750, why) == -1 ||
		   open_folder(c, why) == -1) {
		chain_close(&c);
	}
	return c;
}

void
chain_close(struct chain **c)
{
	if (*c == NULL)
		return;
	close_all(*c);
	json_decref((*c)->recovered);
	free((*c)->path);
	free((*c)->node);
	free((*c)->system_id);
	free(*c);
	*c = NULL;
}

int
chain_file(struct chain *c, uint64_t *size, struct reason *why)
{
	enum { HOW = O_RDWR | O_APPEND | O_CLOEXEC | O_NOFOLLOW };
	char name[LINES_NAME];
	struct stat st;

	lines_name(c->head.file, name);
	if (c->file != -1 && c->opened == c->head.file &&
	    fstat(c->file, &st) == 0 && st.st_nlink > 0)
		return *size = (uint64_t)st.st_size, 0;
	if (c->file != -1)
		close(c->file);
	c->opened = c->head.file;
	c->file = openat(c->folder, name, HOW);
	if (c->file == -1 && errno == ENOENT) {
		c->file = openat(c->folder, name, HOW | O_CREAT | O_EXCL, 0640);
		if (c->file != -1 &&
		    (give_to_owner(c, c->file, why) == -1 ||
			file_sync(c->folder, c->path, why) == -1))
			return -1;
	}
	if (c->file == -1 || fstat(c->file, &st) == -1)
		return reason_errno(why, "%s/%s", c->path, name);
	*size = (uint64_t)st.st_size;
	return 0;
}

/* Is the head file the one that stands at its path now? Who waited for its
 * lock may have got that of a file removed meanwhile, and a folder that was
 * moved away or mounted over takes lines that no one will find. */
static bool
is_in_place(const struct chain *c)
{
	struct stat st, now;
	char path[PATH_MAX];

	snprintf(path, sizeof path, "%s/head", c->path);
	return fstat(c->lock, &st) == 0 && stat(path, &now) == 0 &&
	       st.st_ino == now.st_ino && st.st_dev == now.st_dev;
}

static int
take_lock(struct chain *c, struct reason *why)
{
	for (int tries = 0; tries < 10; tries++) {
		if (c->lock == -1 && open_folder(c, why) == -1)
			return -1;
		while (flock(c->lock, LOCK_EX) == -1)
			if (errno != EINTR)
				return reason_errno(why, "%s: lock", c->path);
		if (is_in_place(c))
			return 0;
		close_all(c);
	}
	return reason_set(why, "%s: the head file is replaced again and again",
	    c->path);
}

/* Writes the log.recover event of what was repaired. */
static int
tell(struct chain *c, struct reason *why)
{
	static const struct actor actor = { "system", "journal", "" };
	json_t *event = event_new(EVENT_LOG_RECOVER, &actor,
	    json_incref(c->recovered), why);
	struct head head = c->head;
	struct buf lines;
	int result = -1;

	buf_init(&lines, LINE_LIMIT);
	if (event != NULL && chain_compose(c, event, &head, &lines, why) == 0)
		result = chain_commit(c, &lines, &head, why);
	if (result == 0) {
		json_decref(c->recovered);
		c->recovered = NULL;
	}
	json_decref(event);
	buf_free(&lines);
	return result;
}

int
chain_lock(struct chain *c, struct reason *why)
{
	int result;

	if (take_lock(c, why) == -1)
		return -1;
	if (head_read(c->lock, &c->head))
		result = recover_tail(c, why);
	else
		result = recover_head(c, why);
	/* Who set journal and head back together cannot make us number
	 * anew: the lines that are gone stay a gap for ever. */
	if (result == 0 && c->head.seq < c->last.seq) {
		c->head.seq = c->last.seq;
		memcpy(c->head.hash, c->last.hash, HASH_HEX);
	}
	if (result == 0 && c->recovered != NULL)
		result = tell(c, why);
	if (result == -1)
		chain_unlock(c);
	return result;
}

void
chain_unlock(struct chain *c)
{
	flock(c->lock, LOCK_UN);
}

int
chain_compose(struct chain *c, json_t *event, struct head *head,
    struct buf *lines, struct reason *why)
{
	char now[CLOCK_TEXT], hash[HASH_HEX];
	json_t *common;

	clock_text(clock_now(), now);
	common = json_pack("{s:i, s:I, s:s, s:s, s:s, s:s}", "v", 1, "seq",
	    (json_int_t)(head->seq + 1), "ts", now, "node", c->node,
	    "system_id", c->system_id, "prev", head->hash);
	if (common == NULL || json_object_update(event, common) == -1) {
		json_decref(common);
		return reason_set(why, "node or system_id is not UTF-8 text");
	}
	json_decref(common);
	if (line_write(event, lines, hash, why) == -1)
		return -1;
	head->seq++;
	memcpy(head->hash, hash, HASH_HEX);
	return 0;
}

/* What was not confirmed is cut off again. The descriptor goes too: after a
 * failed fsync Linux may report success on it the second time. */
static int
take_back(struct chain *c)
{
	if (ftruncate(c->file, (off_t)c->head.length) == 0)
		fdatasync(c->file);
	close(c->file);
	c->file = -1;
	return -1;
}

int
chain_commit(struct chain *c, const struct buf *lines, const struct head *head,
    struct reason *why)
{
	struct head next = *head;

	next.length = c->head.length + lines->len;
	if (file_write(c->file, lines->data, lines->len, why) == -1)
		return take_back(c);
	if (fdatasync(c->file) == -1) {
		reason_errno(why, "%s: sync", c->path);
		return take_back(c);
	}
	if (head_write(c->lock, &next, why) == -1)
		return take_back(c);
	c->head = c->last = next;
	return 0;
}

/* Begins the file whose first line will be the next. The head is synced, so
 * that a power cut cannot make it point into the old file again. */
static int
next_file(struct chain *c, struct reason *why)
{
	struct head old = c->head;
	uint64_t size;

	c->head.file = c->head.seq + 1;
	c->head.length = 0;
	if (chain_file(c, &size, why) == 0 && size == 0 &&
	    head_write(c->lock, &c->head, why) == 0 &&
	    file_sync(c->lock, "journal head", why) == 0) {
		c->last = c->head;
		return 0;
	}
	c->head = old;
	return -1;
}

int
chain_rotate(struct chain *c, struct reason *why)
{
	static const struct actor actor = { "system", "journal", "" };
	struct head head = c->head;
	char name[LINES_NAME];
	struct buf lines;
	json_t *event;
	int result = -1;

	if (c->head.length < c->size_limit)
		return 0;
	lines_name(head.file, name);
	event = event_new(EVENT_LOG_ROTATE, &actor,
	    json_pack("{s:s, s:I}", "file", name, "lines",
		(json_int_t)(head.seq + 2 - head.file)),
	    why);
	buf_init(&lines, LINE_LIMIT);
	if (event != NULL && chain_compose(c, event, &head, &lines, why) == 0 &&
	    chain_commit(c, &lines, &head, why) == 0)
		result = next_file(c, why);
	json_decref(event);
	buf_free(&lines);
	return result;
}
