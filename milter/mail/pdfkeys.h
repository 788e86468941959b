/* SPDX-License-Identifier: ISC */
#ifndef SKM_MAIL_PDFKEYS_H
#define SKM_MAIL_PDFKEYS_H

#include "milter/mail/pdfdoc.h"
#include "milter/mail/pdflock.h"

/*
 * All encryption dictionaries that some trailer of a PDF names. Readers take
 * one of them, or none where a trailer names none; a decoy must not decide
 * which, so a stream is read in each of these ways.
 */
enum { PDFKEYS_LOCKS = 8, PDFKEYS_WAYS = 2 * PDFKEYS_LOCKS + 1 };

struct pdfkeys {
	struct pdflock *locks[PDFKEYS_LOCKS];
	const unsigned char *of[PDFKEYS_LOCKS]; /* where its dictionary is */
	bool open[PDFKEYS_LOCKS];
	size_t count;
	unsigned asked[PDFKEYS_LOCKS]; /* objects that trailers name */
	size_t asked_count;
	bool plain; /* a reader may take it for not encrypted */
	bool unknown; /* some encryption is not known here, or too many are */
};

/* How to read a stream; without a lock, as it stands. */
struct pdfway {
	const struct pdflock *lock;
	enum pdflock_of of;
};

/* The keys of a document that was scanned, all closed; in the arena. */
void pdfkeys_find(struct pdfkeys *k, struct arena *a, const struct pdfdoc *d);

/* What a try of one password costs, for unlock_spend(). */
uint64_t pdfkeys_cost(const struct pdfkeys *k);

/* Opens what opens with that password. True if there was one. */
bool pdfkeys_try(struct pdfkeys *k, const char *password);

/* Is there a reading of the document at all? Is one closed still? */
bool pdfkeys_readable(const struct pdfkeys *k);
bool pdfkeys_locked(const struct pdfkeys *k);

/* Decrypts the strings of the document by every open key; false: no key is. */
bool pdfkeys_strings(const struct pdfkeys *k, struct pdfdoc *d);

/* The ways to read the stream of an object, by its line; file: it is one that
 * is embedded. Returns how many. */
size_t pdfkeys_ways(const struct pdfkeys *k, const char *line, bool file,
    struct pdfway ways[PDFKEYS_WAYS]);

#endif
