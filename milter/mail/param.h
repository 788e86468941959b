/* SPDX-License-Identifier: ISC */
#ifndef SKM_MAIL_PARAM_H
#define SKM_MAIL_PARAM_H

#include "milter/mail/reading.h"

/*
 * A structured field: "value; name=value; name*0*=charset'language'value"
 * (RFC 2045 5.1, RFC 2183, RFC 2231).
 *
 * Nothing is chosen here: a parameter that is given twice is there twice, in
 * the order of the field, because readers differ in which one they take.
 *
 * No mailer writes more than these; Dovecot's CVE-2026-27859 is what happens
 * without a bound. More is told in struct params.
 */
enum { PARAM_MOST = 256, PARAM_SECTIONS = 64 };

struct param {
	const char *name; /* lower case, without stars and number */
	struct span value; /* bytes, without quotes and escapes */
	struct span tail; /* what follows a quoted value before the ";" */
	struct span source; /* from the value to the end of the field */
	int section; /* of a continuation, -1 if it is whole */
	bool extended; /* percent-encoded (RFC 2231) */
	bool quoted;
	bool escaped; /* a backslash was taken out */
	bool odd; /* out of the grammar; lenient readers take it */
	bool lonely; /* without "=" */
	struct param *next;
};

struct params {
	const char *value; /* before the first ";", lower case, bare */
	bool odd; /* that value had comments, quotes, more words */
	bool full; /* there were more than PARAM_MOST: they are not here */
	bool overlong; /* a section's number is PARAM_SECTIONS or more */
	struct param *first;
};

/* Takes the raw value of a field apart. */
struct params *param_read(struct arena *a, const char *raw);

/* The first parameter from p on with this name; NULL at the end. */
const struct param *param_find(const struct param *p, const char *name);

/*
 * The sections of name (0, 1, 2 ... of RFC 2231) put together: their bytes,
 * and the charset that the first names ("" if none). False if there is none.
 * Sections from number PARAM_SECTIONS on are left out.
 * *odd is set if they are out of order, not complete or mixed.
 */
bool param_join(struct arena *a, const struct params *f, const char *name,
    struct span *bytes, const char **charset, bool *odd);

/* As param_join, but in the order in which the sections were written. */
bool param_written(struct arena *a, const struct params *f, const char *name,
    struct span *bytes, const char **charset);

/* The bytes of an extended value, percent-decoded, its charset apart. */
struct span
param_extended(struct arena *a, struct span value, const char **charset);

/* Is it in quotes that RFC 2045 does not know, and some readers take off? */
bool param_single_quoted(struct span value);

/* Is it a type and a subtype, each a token of RFC 2045 5.1? */
bool param_is_type(struct span value);

/* value without comments (RFC 5322 3.2.2, nested ones too) and trimmed. */
struct span param_bare(struct arena *a, struct span value);

#endif
