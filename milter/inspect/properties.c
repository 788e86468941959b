/* SPDX-License-Identifier: ISC */
#include <string.h>

#include "milter/base/count.h"
#include "milter/inspect/properties.h"
#include "milter/mail/charset.h"
#include "milter/mail/doctext.h"
#include "milter/mail/pdf.h"
#include "milter/mail/pdftext.h"
#include "milter/base/banned.h"

/* A file has one /Info and one more for each time it was saved. */
enum { HEAD = 10, VALUE_MOST = 1024, SAVED_MOST = 64 };

struct look {
	void *owner;
	bool (*line)(void *owner, bool head, const char *text, size_t len);
	bool head;
	int lines; /* of the head, that may still come */
};

static bool
take(void *owner, const char *text, size_t len)
{
	struct look *l = owner;

	return l->line(l->owner, l->head, text, len) &&
	       (!l->head || --l->lines > 0);
}

static void
take_value(struct arena *a, struct look *l, struct span value)
{
	bool wide = value.len > 1 && value.at[0] + value.at[1] == 0xfe + 0xff;
	const char *text = charset_decode(a, wide ? "utf-16" : "", value, NULL);

	(void)take(l, text, strlen(text));
}

/* Behind each /Key or /Key_and_more, a string. */
static void
read_key(struct arena *a, struct look *l, struct span rest, const char *key)
{
	for (int n = 0; n < SAVED_MOST; n++) {
		const unsigned char *at =
		    memmem(rest.at, rest.len, key, strlen(key));

		if (at == NULL)
			return;
		rest = span_from(rest, (size_t)(at - rest.at) + strlen(key));
		while (
		    rest.len > 0 && strchr(" \t\r\n(<[/>", rest.at[0]) == NULL)
			rest = span_from(rest, 1);
		take_value(a, l,
		    pdftext_string(a,
			span_trim((struct span){ rest.at,
			    rest.len < VALUE_MOST ? rest.len : VALUE_MOST })));
	}
}

static void
read_xmp(struct doctext *d, struct span bytes)
{
	static const char begin[] = "<x:xmpmeta", end[] = "</x:xmpmeta>";
	const unsigned char *from =
	    memmem(bytes.at, bytes.len, begin, sizeof begin - 1);
	const unsigned char *to;

	if (from == NULL)
		return;
	bytes = span_from(bytes, (size_t)(from - bytes.at));
	to = memmem(bytes.at, bytes.len, end, sizeof end - 1);
	if (to != NULL)
		doctext_values(d, from, (size_t)(to - from) + sizeof end - 1);
}

static void
read_pdf(struct arena *a, struct look *l, struct doctext *d, struct span bytes)
{
	static const char *const keys[] = { "/Keywords", "/Subject",
		"/MSIP_Label_" };

	for (size_t n = 0; n < COUNT(keys); n++)
		read_key(a, l, bytes, keys[n]);
	read_xmp(d, bytes);
}

void
properties_read(struct arena *a, const struct part *p, void *owner,
    bool (*line)(void *owner, bool head, const char *text, size_t len))
{
	struct look l = { .owner = owner, .line = line, .lines = HEAD };
	struct doctext d = doctext_begin(&l, take);
	struct span bytes = { p->bytes, p->size };

	l.head = doctext_kind(p) == DOCTEXT_BODY;
	if (doctext_kind(p) != DOCTEXT_NONE)
		doctext_read(&d, p);
	else if (p->bytes != NULL && pdf_is(bytes))
		read_pdf(a, &l, &d, bytes);
	doctext_end(&d);
}
