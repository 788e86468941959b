/* SPDX-License-Identifier: ISC */
#include <string.h>

#include "milter/mail/charset.h"
#include "milter/mail/mapi.h"
#include "milter/mail/names.h"
#include "milter/mail/rtf.h"
#include "milter/mail/tnef.h"
#include "milter/base/banned.h"

/*
 * Our own walk, because libytnef 2.0 reads and writes past its memory: it did
 * so on the first honest winmail.dat it was given under AddressSanitizer, and
 * it prints what it finds.
 */
enum {
	ATTACH_BEGIN = 0x00069002, /* attAttachRenddata */
	ATTACH_TITLE = 0x00018010,
	ATTACH_PATH = 0x00069001, /* attAttachTransportFilename */
	ATTACH_DATA = 0x0006800f,
	ATTACH_MAPI = 0x00069005,
	MESSAGE_BODY = 0x0002800c,
	MESSAGE_MAPI = 0x00069003,
};

enum {
	PR_BODY = 0x1000,
	PR_RTF = 0x1009,
	PR_HTML = 0x1013,
	PR_NAME = 0x3001,
	PR_DATA = 0x3701,
	PR_SHORT_NAME = 0x3704,
	PR_LONG_NAME = 0x3707,
	PR_MIME = 0x370e,
};

enum { ATTACHMENT_NAMES = 4, OBJECT_GUID = 16 };

struct walk {
	struct reading *r;
	struct node *n;
	struct span data; /* of the open attachment */
	const char *names[ATTACHMENT_NAMES]; /* best first */
	const char *type;
};

bool
tnef_is(struct span s)
{
	static const unsigned char signature[] = { 0x78, 0x9f, 0x3e, 0x22 };

	return span_begins(s, (struct span){ signature, sizeof signature });
}

static char *
text_of(struct walk *w, struct span s, uint32_t type)
{
	const char *charset = type == MAPI_TYPE_UNICODE ? "utf-16le" : "";
	size_t end = 0, step = *charset ? 2 : 1;

	while (end + step <= s.len &&
	       (s.at[end] != 0 || (step == 2 && s.at[end + 1] != 0)))
		end += step;
	s.len = end;
	return charset_decode(w->r->message->arena, charset, s, NULL);
}

static struct node *
add_child(struct walk *w, struct span data, const char *type)
{
	struct node *child;

	data.len = reading_take(w->r, w->n, data.len);
	child = reading_part(w->r, w->n, ORIGIN_TNEF, data);
	if (child == NULL)
		return NULL;
	child->headless = true;
	child->standard = type;
	return child;
}

static void
end_attachment(struct walk *w)
{
	struct node *child = NULL;

	if (w->data.len > 0)
		child = add_child(w, w->data,
		    w->type ? w->type : "application/octet-stream");
	for (int i = 0; i < ATTACHMENT_NAMES; i++) {
		if (child && w->names[i])
			names_add(w->r, child, w->names[i], "tnef");
		w->names[i] = NULL;
	}
	w->data.len = 0;
	w->type = NULL;
}

static void
attachment_property(struct walk *w, const struct mapi *m)
{
	if (m->value.len == 0)
		return;
	switch (m->id) {
	case PR_DATA:
		w->data = m->value;
		if (m->type == MAPI_TYPE_OBJECT)
			w->data = span_from(w->data, OBJECT_GUID);
		break;
	case PR_LONG_NAME:
		w->names[0] = text_of(w, m->value, m->type);
		break;
	case PR_SHORT_NAME:
		w->names[1] = text_of(w, m->value, m->type);
		break;
	case PR_NAME:
		w->names[3] = text_of(w, m->value, m->type);
		break;
	case PR_MIME:
		w->type = span_lower(w->r->message->arena,
		    span_string(text_of(w, m->value, m->type)));
		break;
	default:
		break;
	}
}

static void
message_property(struct walk *w, const struct mapi *m)
{
	struct node *body;

	if (m->value.len == 0)
		return;
	if (m->id == PR_HTML)
		(void)add_child(w, m->value, "text/html");
	if (m->id == PR_RTF)
		(void)add_child(w, rtf_plain(w->r, w->n, m->value),
		    "application/rtf");
	if (m->id != PR_BODY)
		return;
	body = add_child(w, m->value, "text/plain");
	if (body && m->type == MAPI_TYPE_UNICODE)
		body->part.charset = "utf-16le";
}

static void
properties(struct walk *w, struct span s, bool attachment)
{
	uint32_t count = mapi_number(&s, 4);
	struct mapi m;

	while (count-- > 0 && mapi_next(&s, &m))
		if (attachment)
			attachment_property(w, &m);
		else
			message_property(w, &m);
}

static void
attribute(struct walk *w, uint32_t id, struct span value)
{
	switch (id) {
	case ATTACH_BEGIN:
		end_attachment(w);
		break;
	case ATTACH_TITLE:
		w->names[2] = text_of(w, value, MAPI_TYPE_STRING);
		break;
	case ATTACH_PATH:
		if (w->names[1] == NULL)
			w->names[1] = text_of(w, value, MAPI_TYPE_STRING);
		break;
	case ATTACH_DATA:
		w->data = value;
		break;
	case ATTACH_MAPI:
		properties(w, value, true);
		break;
	case MESSAGE_BODY:
		(void)add_child(w,
		    (struct span){ value.at, span_find(value, 0) },
		    "text/plain");
		break;
	case MESSAGE_MAPI:
		properties(w, value, false);
		break;
	default:
		break;
	}
}

void
tnef_read(struct reading *r, struct node *n, struct span bytes)
{
	struct walk w = { .r = r, .n = n };
	bool whole = tnef_is(bytes);

	bytes = span_from(bytes, 6);
	while (whole && bytes.len > 0) {
		struct span value;
		uint32_t id, len;

		(void)mapi_number(&bytes, 1); /* of message or attachment */
		id = mapi_number(&bytes, 4);
		len = mapi_number(&bytes, 4);
		whole = len <= bytes.len;
		value = (struct span){ bytes.at, whole ? len : bytes.len };
		attribute(&w, id, value);
		bytes = span_from(bytes, value.len);
		(void)mapi_number(&bytes, 2); /* checksum: readers skip it */
	}
	end_attachment(&w);
	if (!whole)
		reading_mark(r, n, MARK_UNDECODED, n->whole.at,
		    "TNEF that is cut off or none");
}
