/* SPDX-License-Identifier: ISC */
#ifndef SKM_POLICY_FINDINGS_H
#define SKM_POLICY_FINDINGS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "milter/base/hash.h"
#include "milter/base/reason.h"
#include "milter/base/wire.h"
#include "policy/fact.h"

/*
 * What the servers state about one message: facts with evidence, the parts
 * they saw and what became of each, the links. It crosses the boundary as
 * checked packets and ends with an explicit last one; policy, journal and the
 * reviewer know no more of a message than this and its envelope.
 *
 * Everything in it is bounded here, where it is made, and printable (see
 * milter/base/text.h). What does not fit is counted in `dropped` and raises
 * scan.limit: a flood of facts cannot push one out silently, since the first
 * of each kind is always kept.
 */
enum {
	FINDINGS_FACTS = 1024,
	FINDINGS_PARTS = 4096,
	FINDINGS_URLS = 1024,
	FINDINGS_EVIDENCE = 512, /* bytes, with NUL */
	FINDINGS_NAME = 512,
	FINDINGS_TYPE = 128,
	FINDINGS_PATH = 64,
	FINDINGS_URL = 1024,
	FINDINGS_PER_FACT = 32 /* of one kind */
};

/* The three states that reach every report. */
enum inspected {
	INSPECTED_CLEAN, /* inspected, nothing known found by the engine */
	INSPECTED_FOUND, /* inspected, the engine knows it */
	INSPECTED_NOT /* not inspected: see reason */
};

struct found {
	enum fact fact;
	int part; /* index into parts, or -1: the whole message */
	uint64_t offset; /* bytes from the part's begin, 0 if it has none */
	char *evidence; /* printable; "" if there is nothing to show */
};

struct seen_part {
	char *path; /* "1.2.1": RFC 3501 numbering; members of an
		     * attachment count on behind it */
	char *name; /* decoded, "" if it has none */
	char *type; /* media type by content, else as declared */
	uint64_t size; /* decoded bytes */
	uint8_t sha256[HASH_BYTES]; /* of the decoded bytes */
	enum inspected inspected;
	char *reason; /* INSPECTED_NOT: why; else "" */
	/* The bytes of the message that go when this part is taken out: those
	 * of the body part that it is, or came in. 0, 0: it cannot be. */
	uint64_t begin, end;
};

struct seen_url {
	int part;
	char *url; /* as it would be opened */
	char *host; /* lower case, A-label form */
};

struct findings {
	struct found *facts;
	size_t facts_count;
	unsigned kinds[FACT_COUNT]; /* how many facts of each kind */
	struct seen_part *parts;
	size_t parts_count;
	struct seen_url *urls;
	size_t urls_count;
	size_t dropped;
	char *engine; /* "ClamAV 1.4.6/27000" */
	int64_t db_time; /* seconds since 1970 of the newest signatures, 0:
			   * unknown */
	uint64_t signatures;
	int64_t milliseconds;
	char *subject; /* decoded Subject, printable, for people */
	char *message_id; /* without angle brackets */
	char *from; /* decoded From, printable */
	char *campaign; /* its identifier, or ""; sekimorid's, never sent */
	bool finished;
};

/* Empty findings; freed by findings_free(). */
struct findings *findings_new(void);
void findings_free(struct findings **f);

/* States a fact; evidence (printf) is made printable and cut with "...".
 * part is an index into parts or -1. */
void
findings_fact(struct findings *f, enum fact fact, int part, uint64_t offset,
    const char *evidence, ...) __attribute__((format(printf, 5, 6)));

/* Adds a part; strings are copied and made printable. Its index, or -1 when
 * there is no room (counted in dropped). */
int findings_part(struct findings *f, const struct seen_part *part);

/* Adds a link; as findings_part(). */
int findings_url(struct findings *f, const struct seen_url *url);

/* Sets one of engine, subject, message_id, from, campaign: copied, printable. */
void findings_text(char **field, const char *text);

/* Was this fact found? The first of it, or NULL. */
const struct found *findings_has(const struct findings *f, enum fact fact);

/* Puts what other states behind what f states (scan and lookup answer about
 * the same message). f->finished becomes the "and" of both. */
void findings_merge(struct findings *f, const struct findings *other);

/* The kinds of packets a server answers with; see findings_recv(). */
enum findings_packet {
	PACKET_FACT = 1,
	PACKET_PART,
	PACKET_URL,
	PACKET_SUMMARY, /* engine, times, subject ... */
	PACKET_DONE /* explicit end: counts of the three above */
};

/* Sends all of f and the end. */
int findings_send(int fd, const struct findings *f, int64_t deadline,
    struct reason *why);

/*
 * Receives what a server states, up to its end. Every number is checked
 * against the vocabulary and the bounds, every text is made printable; the
 * server may be in an attacker's hands. 0 and f->finished, or -1: it died,
 * fell silent until deadline, or sent nonsense. f, empty before, keeps what
 * came until then; the caller states scan.unfinished.
 */
int
findings_recv(int fd, struct findings *f, int64_t deadline, struct reason *why);

#endif
