/* SPDX-License-Identifier: ISC */
#ifndef SKM_QUARANTINE_FOLDER_H
#define SKM_QUARANTINE_FOLDER_H

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

#include "milter/base/hash.h"
#include "milter/base/reason.h"
#include "milter/quarantine/index.h"
#include "milter/quarantine/quarantine.h"

/*
 * The folders of held mail and of the spool, for the files of this folder
 * only. Whoever changes
 * a message's folder or meta holds the lock of its folder (flock), so that two
 * reviewers, or a reviewer and a sender that tries again, come one by one.
 */
struct quarantine {
	char *path, *secret_file;
	int root, tmp, passed, states[HELD_STATES];
	struct index *index;
	uint8_t secret[HASH_BYTES];
	json_t *swept;
};

/* Names in a message's folder. */
#define FOLDER_MESSAGE "message"
#define FOLDER_META "meta.json"

/* A meta file is never larger (1,024 facts, 4,096 parts, 10,000 recipients,
 * each at its bound). */
enum { FOLDER_META_LIMIT = 64 * 1024 * 1024 };

/* Opens the folder path with name ("/tmp", or "") behind it; makes it, if need
 * be. -1 and why. */
int folder_make(const char *path, const char *name, struct reason *why);

/* Is quarantine_dir still the folder that was opened? What is written into one
 * that was moved away or mounted over, nobody would find. 0, or -1 and why. */
int folder_in_place(const struct quarantine *q, struct reason *why);

/* Opens the folder of id in that state, or -1 and why. */
int folder_open(const struct quarantine *q, enum held_state state,
    const char *id, struct reason *why);

/* As folder_open(), locked; closing it unlocks. -1 too when it was moved on
 * while we waited. */
int folder_lock(const struct quarantine *q, enum held_state state,
    const char *id, struct reason *why);

/* Opens the folder of id wherever it is and says where. */
int folder_find(const struct quarantine *q, const char *id,
    enum held_state *state, struct reason *why);

/* Moves id from one parent to another, durably; fails when it is there. */
int folder_move(int from, int to, const char *id, struct reason *why);

/* Removes the folder id with its files from parent. */
int folder_remove(int parent, const char *id, struct reason *why);

/* Reads meta.json of an open folder (new reference). */
json_t *folder_meta(int folder, struct reason *why);

/* Replaces meta.json durably. */
int folder_meta_put(int folder, json_t *meta, struct reason *why);

/* Opens the message name of a folder after checking it against the size and
 * sha256 of meta. */
int folder_message(int folder, const char *name, const json_t *meta,
    struct reason *why);

/* A copy of the message as the file name of the folder, on stable storage. */
int folder_message_put(int folder, const char *name, int message,
    struct reason *why);

/* Calls each for the id of every folder in parent, in no order. */
int folder_each(int parent,
    int (*each)(void *context, const char *id, struct reason *why),
    void *context, struct reason *why);

#endif
