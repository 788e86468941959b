/* SPDX-License-Identifier: ISC */
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "milter/base/count.h"
#include "milter/base/file.h"
#include "milter/quarantine/folder.h"
#include "milter/quarantine/secret.h"
#include "milter/quarantine/sweep.h"
#include "milter/base/banned.h"

static const char *const names[] = { "held", "releasing", "released",
	"discarded" };

const char *
held_state_name(enum held_state state)
{
	return names[state];
}

enum held_state
held_state_named(const char *name)
{
	for (unsigned i = 0; i < HELD_STATES; i++)
		if (strcmp(names[i], name) == 0)
			return (enum held_state)i;
	return HELD_STATES;
}

static int
open_folders(struct quarantine *q, struct reason *why)
{
	char name[32];

	q->root = folder_make(q->path, "", why);
	if (q->root == -1)
		return -1;
	q->tmp = folder_make(q->path, "/tmp", why);
	q->passed = q->tmp == -1 ? -1 : folder_make(q->path, "/passed", why);
	if (q->passed == -1)
		return -1;
	for (unsigned i = 0; i < HELD_STATES; i++) {
		snprintf(name, sizeof name, "/%s", names[i]);
		q->states[i] = folder_make(q->path, name, why);
		if (q->states[i] == -1)
			return -1;
	}
	return file_sync(q->root, q->path, why);
}

struct quarantine *
quarantine_open(const struct conf *conf, bool sweep, struct reason *why)
{
	struct quarantine *q = calloc(1, sizeof *q);

	if (q == NULL) {
		reason_set(why, "no memory");
		return NULL;
	}
	q->path = strdup(conf->quarantine_dir);
	q->secret_file = strdup(conf->secret_file);
	q->swept = json_array();
	q->root = q->tmp = q->passed = -1;
	for (unsigned i = 0; i < HELD_STATES; i++)
		q->states[i] = -1;
	if (q->path == NULL || q->secret_file == NULL || q->swept == NULL) {
		reason_set(why, "no memory");
		quarantine_close(&q);
	} else if (open_folders(q, why) == -1 ||
		   secret_get(q->secret_file, q->secret, why) == -1 ||
		   sweep_open(q, conf, sweep, why) == -1)
		quarantine_close(&q);
	return q;
}

void
quarantine_close(struct quarantine **q)
{
	if (*q == NULL)
		return;
	index_close(&(*q)->index);
	for (unsigned i = 0; i < HELD_STATES; i++)
		if ((*q)->states[i] != -1)
			close((*q)->states[i]);
	if ((*q)->passed != -1)
		close((*q)->passed);
	if ((*q)->tmp != -1)
		close((*q)->tmp);
	if ((*q)->root != -1)
		close((*q)->root);
	json_decref((*q)->swept);
	explicit_bzero((*q)->secret, HASH_BYTES);
	free((*q)->path);
	free((*q)->secret_file);
	free(*q);
	*q = NULL;
}

json_t *
quarantine_swept(struct quarantine *q)
{
	return json_incref(q->swept);
}

struct store *
quarantine_store(struct quarantine *q, struct reason *why)
{
	return index_lock(q->index, why);
}

void
quarantine_store_done(struct quarantine *q)
{
	index_unlock(q->index);
}

json_t *
quarantine_get(struct quarantine *q, const char *id, struct reason *why)
{
	enum held_state state;
	int fd = folder_find(q, id, &state, why);
	json_t *meta;

	if (fd == -1)
		return NULL;
	meta = folder_meta(fd, why);
	close(fd);
	if (meta == NULL)
		reason_prefix(why, "%s", id);
	else
		json_object_set_new(meta, "state",
		    json_string(held_state_name(state)));
	return meta;
}

int
quarantine_open_message(struct quarantine *q, const char *id,
    struct reason *why)
{
	enum held_state state;
	int folder = folder_find(q, id, &state, why), fd = -1;
	json_t *meta;

	if (folder == -1)
		return -1;
	meta = folder_meta(folder, why);
	if (state == HELD_DISCARDED)
		reason_set(why, "it was discarded: the message is gone");
	else if (meta != NULL)
		fd = folder_message(folder, FOLDER_MESSAGE, meta, why);
	json_decref(meta);
	close(folder);
	return fd == -1 ? reason_prefix(why, "%s", id) : fd;
}
