/* SPDX-License-Identifier: ISC */
#ifndef SKM_ACT_MTA_H
#define SKM_ACT_MTA_H

#include <libmilter/mfapi.h>
#include <stdbool.h>
#include <stddef.h>

/*
 * What can be done to a message in the MTA's hands. mta_milter() does it by
 * libmilter; tests record it instead. Calls return 0, or -1 when the MTA did
 * not take it: then the message must be deferred.
 *
 * Values are given without the blank behind the colon and with LF between
 * folded lines: libmilter makes CR CR LF of a CR (encryption.md, D1).
 */
enum { MTA_LINES = 32, MTA_LINE = 400 };

/* A reply: up to MTA_LINES lines, each printable ASCII. */
struct mta_reply {
	const char *code; /* "550" */
	const char *extended; /* "5.7.1" */
	char lines[MTA_LINES][MTA_LINE];
	size_t count;
};

struct mta {
	void *context; /* SMFICTX of libmilter */
	/* value NULL: the index-th field (from 1) of that name is removed */
	int (*change)(void *context, const char *name, int index,
	    const char *value);
	int (*add)(void *context, const char *name, const char *value);
	/* above all other fields */
	int (*insert)(void *context, const char *name, const char *value);
	/* rcpt exactly as the MTA gave it */
	int (*remove)(void *context, const char *rcpt);
	int (*body)(void *context, const unsigned char *bytes, size_t len);
	int (*reply)(void *context, const struct mta_reply *reply);
};

/*
 * The calls of libmilter. blank: SMFIP_HDR_LEADSPC was negotiated, so that
 * the MTA puts no blank behind the colon itself. The session must have asked
 * for SMFIF_ADDHDRS, CHGHDRS, CHGBODY and DELRCPT.
 */
struct mta mta_milter(SMFICTX *ctx, bool blank);

/* Adds a line of text to a reply, made fit for SMTP: ASCII, no line ends, cut
 * to MTA_LINE with "...". More than MTA_LINES are counted in the last one. */
void mta_line(struct mta_reply *reply, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

#endif
