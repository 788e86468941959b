/* SPDX-License-Identifier: ISC */
#include <string.h>

#include "milter/base/text.h"
#include "milter/mail/charset.h"
#include "milter/mail/decode.h"
#include "milter/mail/document.h"
#include "milter/mail/header.h"
#include "milter/mail/html.h"
#include "milter/mail/leaf.h"
#include "milter/mail/mailbox.h"
#include "milter/mail/opaque.h"
#include "milter/mail/plain.h"
#include "milter/mail/qr.h"
#include "milter/mail/smuggle.h"
#include "milter/mail/tnef.h"
#include "milter/mail/unpack.h"
#include "milter/mail/uuencode.h"
#include "milter/base/banned.h"

static bool
named(const struct node *n, const char *ending)
{
	for (const struct file_name *f = n->part.names; f; f = f->next)
		if (text_ends(f->name, ending))
			return true;
	return false;
}

static char *
to_utf8(struct reading *r, struct node *n, struct span bytes)
{
	unsigned trouble = 0;
	char *text;

	bytes.len = reading_take(r, n, bytes.len);
	text =
	    charset_decode(r->message->arena, n->part.charset, bytes, &trouble);
	if (trouble & CHARSET_UNKNOWN)
		reading_mark(r, n, MARK_UNDECODED, n->whole.at,
		    "unknown charset: %s", n->part.charset);
	else if (trouble & CHARSET_MISMATCH)
		reading_mark(r, n, MARK_CHARSET_MISMATCH, n->whole.at, "not %s",
		    *n->part.charset ? n->part.charset : "us-ascii");
	else if (trouble & CHARSET_REPLACED)
		reading_mark(r, n, MARK_UNDECODED, n->whole.at,
		    "text in no charset that is known here");
	return text;
}

static void
read_text(struct reading *r, struct node *n, struct span bytes)
{
	if (strcmp(n->part.type, "text/html") == 0) {
		html_read(r, n, to_utf8(r, n, bytes));
	} else if (strcmp(n->part.type, "text/plain") == 0) {
		plain_read(r, n, to_utf8(r, n, bytes));
	}
}

/* The body of a mail is no mailbox, whatever it quotes. */
static bool
is_mailbox(const struct node *n, struct span bytes)
{
	return (n->part.text == NULL || n->part.names != NULL) &&
	       mailbox_is(bytes);
}

/* A web archive: a message whose parts a browser shows, scripts included. */
static bool
is_web_archive(const struct node *n, struct span bytes)
{
	if (strcmp(n->part.type, "application/x-mimearchive") == 0 ||
	    named(n, ".mht") || named(n, ".mhtml"))
		return header_begins(bytes);
	return (n->part.text == NULL || n->part.names != NULL) &&
	       !named(n, ".eml") && span_starts(bytes, "MIME-Version:");
}

static void
read_web_archive(struct reading *r, struct node *n, struct span bytes)
{
	struct node *child = reading_part(r, n, ORIGIN_MESSAGE, bytes);

	if (child != NULL)
		child->part.browsed = true;
}

/* Files that hold other parts. */
static void
read_packed(struct reading *r, struct node *n, struct span bytes)
{
	const char *type = n->part.type;

	/* Made here to be looked at; what was in the file is its parent's. */
	if (n->part.origin == ORIGIN_OBJECTS)
		return;
	if (strcmp(type, "application/ms-tnef") == 0 ||
	    strcmp(type, "application/vnd.ms-tnef") == 0 ||
	    named(n, "winmail.dat") || tnef_is(bytes))
		tnef_read(r, n, bytes);
	else if (named(n, ".eml") && header_begins(bytes))
		(void)reading_part(r, n, ORIGIN_MESSAGE, bytes);
	else if (is_web_archive(n, bytes))
		read_web_archive(r, n, bytes);
	else {
		if (is_mailbox(n, bytes))
			mailbox_read(r, n, bytes);
		unpack_read(r, n, bytes);
		smuggle_read(r, n, bytes);
		document_read(r, n, bytes);
		qr_read(r, n, bytes);
	}
	if (strncmp(type, "text/", 5) == 0)
		uuencode_read(r, n, bytes);
	yenc_read(r, n, bytes);
}

void
leaf_read(struct reading *r, struct node *n, const struct params *type)
{
	struct span bytes = decode_body(r, n);

	n->part.bytes = bytes.len ? bytes.at : (const unsigned char *)"";
	n->part.size = bytes.len;
	hash_bytes(n->part.bytes, n->part.size, n->part.sha256);
	read_text(r, n, bytes);
	read_packed(r, n, bytes);
	opaque_read(r, n, type);
}
