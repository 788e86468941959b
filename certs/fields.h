/* SPDX-License-Identifier: ISC */
#ifndef SKM_CERTS_FIELDS_H
#define SKM_CERTS_FIELDS_H

#include <stdbool.h>
#include <stddef.h>

#include "milter/base/buf.h"
#include "milter/base/reason.h"

/*
 * Where the header fields of a message are, split at line ends and nothing
 * more: what a field means is for the sandboxed scan to find out. Positions
 * are those of libmilter, so that the MTA changes the field that was meant.
 */
enum { FIELDS_MAX = 4096 };

struct field {
	const char *name; /* not NUL-terminated */
	size_t name_len;
	const char *value; /* behind the colon and one blank, folds kept,
			    * without the last line end */
	size_t value_len;
	size_t whole; /* bytes of the field from its name, with its line end */
	int index; /* from 1 among the fields of that name */
};

struct fields {
	unsigned char *bytes; /* the message, mapped */
	size_t size;
	size_t header; /* bytes in front of the empty line */
	size_t body; /* where it begins */
	struct field *list;
	size_t count, room;
};

/* Maps the message and lists those of its fields that may have to change:
 * X-Sekimori-*, Content-*, MIME-Version, Subject, Authentication-Results,
 * those that name recipients or ask for a transport, and those that can be
 * protected. 0, or -1: unreadable, or more than
 * FIELDS_MAX of them. */
int fields_open(struct fields *f, int message, struct reason *why);
/* Ends what fields_open() began, also when that failed. */
void fields_close(struct fields *f);

/* Says how the body is to be read: Content-* and MIME-Version. */
bool fields_describes_body(const struct field *field);

/* Names recipients for all to see: To, Cc and Resent-To, Resent-Cc. */
bool fields_names_recipients(const struct field *field);

/* Names recipients whom the others must not learn of: Bcc, Resent-Bcc. */
bool fields_hides_recipients(const struct field *field);

/* Asks that a mail may travel without TLS, or asks others than our policy:
 * TLS-Required (RFC 8689), Require-TLS-ESMTP. */
bool fields_asks_for_transport(const struct field *field);

/* Belongs to the message as its writer made it: what header protection (RFC
 * 9788) copies into what is encrypted. */
bool fields_protected(const struct field *field);

/* Of those, what tells the content: Subject, Keywords, Comments (RFC 9788,
 * 3.2.1, hcp_baseline). */
bool fields_confidential(const struct field *field);

/* Does the field have this name (either case)? */
bool fields_named(const struct field *field, const char *name);

enum { FIELDS_NAME = 128 };

/* The field's name, NUL-terminated and cut at 127 bytes. */
void fields_name(const struct field *field, char name[FIELDS_NAME]);

/* Adds the value with LF for its line ends, as libmilter wants it. */
int fields_value(const struct field *field, struct buf *out);

#endif
