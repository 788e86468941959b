/* SPDX-License-Identifier: ISC */
#ifndef SKM_RECORD_JOURNAL_H
#define SKM_RECORD_JOURNAL_H

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "milter/base/conf.h"
#include "milter/base/reason.h"
#include "milter/record/event.h"

/*
 * The journal: one JSON object a line, append only, hash-chained, in
 * journal_dir/NNNNNNNNNN.jsonl (the number is the first line's seq).
 *
 * Several processes append (sekimorid, its supervisor, sekimorictl), under one
 * lock, each after reading the head; threads of one process share one sync.
 * An event counts when journal_append() returned 0: then it is on stable
 * storage. A torn last line (power cut) is moved aside and recorded.
 *
 * Seals: every journal_seal seconds a log.seal event carries an HMAC of the
 * head under a key that is then replaced by its hash (a forward-secure chain):
 * who takes over the filter can forge no seal of the past. The first key is
 * written once to seal_key_file + ".verify" for the auditor to take away.
 */
struct journal;

/* Opens (makes) the journal; journal_close() closes. */
struct journal *journal_open(const struct conf *conf, struct reason *why);
void journal_close(struct journal **j);

/* Appends events (count of them, references stolen, also on failure) as one
 * unit and syncs. 0, or -1: nothing was recorded, so do nothing that would
 * have to be. Safe from many threads. */
int journal_append(struct journal *j, json_t **events, size_t count,
    struct reason *why);

/* One event. fields are stolen. */
int journal_event(struct journal *j, enum event_type type,
    const struct actor *actor, json_t *fields, struct reason *why);

/* Seals now. Needs the right to write seal_key_file. */
int journal_seal(struct journal *j, struct reason *why);

/* What verification found; text names file, line and seq. */
struct journal_fault {
	char text[512];
};

struct journal_report {
	uint64_t lines, first_seq, last_seq, seals, seals_checked;
	size_t faults_count; /* all of them; the first 100 are kept */
	struct journal_fault faults[100];
};

/*
 * Reads every line: form, sequence, hash, chain across files, the head kept
 * beside the journal (a cut tail), and the seals when verify_key (path of the
 * auditor's first key) is not NULL. 0 when it could be read (faults_count
 * tells the rest), -1 when not.
 */
int journal_verify(const struct conf *conf, const char *verify_key,
    struct journal_report *report, struct reason *why);

/* Calls each for every event in order, without checking; stops when it
 * returns false. since and until are microseconds since 1970, 0 = no bound. */
int journal_read(const struct conf *conf, int64_t since, int64_t until,
    bool (*each)(void *context, json_t *event), void *context,
    struct reason *why);

#endif
