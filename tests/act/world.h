/* SPDX-License-Identifier: ISC */
#ifndef SKM_TEST_ACT_WORLD_H
#define SKM_TEST_ACT_WORLD_H

#include "certs/seal.h"
#include "milter/act/act.h"

/*
 * The world that act changes, as a record: an MTA, a quarantine, a journal
 * and a seal server that do what a test says and remember what was done.
 */
enum { WORLD_RCPTS = 8, WORLD_TEXT = 16384, WORLD_COPY = 512 };

/* SEAL_SPLITS: works, with a copy for each recipient; SEAL_ALREADY: the sender
 * has encrypted it. */
enum world_seal {
	SEAL_DEAD,
	SEAL_TEMPORARY,
	SEAL_REFUSES,
	SEAL_WORKS,
	SEAL_SPLITS,
	SEAL_ALREADY
};

struct world {
	/* what goes wrong */
	enum world_seal seal;
	bool quarantine_fails, journal_fails, token_fails, spool_fails,
	    commit_fails, note_fails;
	int mta_fails_at; /* the n-th call (from 1) and all later; 0: none */
	struct verdict again; /* the policy's on a sanitised copy */
	bool unfinished; /* the inspection of it */
	int seen; /* how often the quarantine has seen the message */
	/* what happened */
	int copies, notes; /* inspected; noted with held messages */
	char note[WORLD_TEXT]; /* the last */
	char copy[WORLD_TEXT]; /* the last that was inspected */
	int mta_calls, seal_calls, journals, events, tokens;
	bool body_replaced, removed[WORLD_RCPTS], held[WORLD_RCPTS];
	bool header_change_before_journal;
	/* copies in the spool: committed, and what each recipient gets */
	bool committed;
	char spooled[WORLD_RCPTS][WORLD_COPY];
	char log[WORLD_TEXT]; /* calls of the MTA, one a line */
	char record[WORLD_TEXT]; /* events, one a line */
	char reply[WORLD_TEXT];
};

extern struct world world;
extern const struct mta world_mta;

/* Empties the record and sets everything right. */
void world_reset(void);

/* An envelope with count recipients r0@x.test ...; inside or not. */
struct envelope *world_envelope(size_t count, bool inside);

/* Inspects a copy (see struct act). */
struct findings *world_inspect(void *context, int copy);

/* "verdict*recipients" of every mail.verdict event, in order. */
void world_verdicts(char *out, size_t size);

/* A memfd with the text. */
int world_message(const char *text);

#endif
