/* SPDX-License-Identifier: ISC */
#include <string.h>

#include "milter/mail/charset.h"
#include "milter/mail/names.h"
#include "milter/mail/words.h"
#include "milter/base/banned.h"

/* More names than readers there are: the rest says nothing new. */
enum { NAMES = 16 };

void
names_add(struct reading *r, struct node *n, const char *name,
    const char *source)
{
	struct file_name **end = &n->part.names;
	struct file_name *f;
	int count = 0;

	for (; *end; end = &(*end)->next, count++)
		if (strcmp((*end)->name, name) == 0)
			return;
	if (*name == 0 || count == NAMES)
		return;
	f = arena_get(r->message->arena, sizeof *f);
	f->name = name;
	f->source = source;
	*end = f;
}

static void
add(struct reading *r, struct node *n, const char *name, unsigned trouble,
    const char *source)
{
	if (trouble & (CHARSET_REPLACED | CHARSET_UNKNOWN))
		reading_mark(r, n, MARK_NAME_UNDECODABLE, NULL, "%s", name);
	else if (trouble & CHARSET_MISMATCH)
		reading_mark(r, n, MARK_CHARSET_MISMATCH, NULL, "%s", name);
	names_add(r, n, name, source);
}

/* bytes of an extended value, or of sections put together */
static void
add_extended(struct reading *r, struct node *n, struct span bytes,
    const char *charset, const char *source)
{
	unsigned trouble = 0;
	const char *name =
	    charset_decode(r->message->arena, charset, bytes, &trouble);

	add(r, n, name, trouble, source);
	if (strstr(name, "=?"))
		add(r, n, words_decode(r->message->arena, bytes, NULL), 0,
		    source);
}

/* A plain value: raw bytes in any charset, or encoded-words, which RFC 2047
 * forbids here and Outlook and Gmail write (domain F04). Some readers decode
 * charset''%41 without the star too. */
static void
add_plain(struct reading *r, struct node *n, struct span value,
    const char *source)
{
	struct arena *a = r->message->arena;
	unsigned trouble = 0;
	const char *name = words_decode(a, value, &trouble), *charset;
	struct span bytes;

	add(r, n, name, trouble, source);
	if (span_find(value, '%') == value.len)
		return;
	bytes = param_extended(a, value, &charset);
	if (*charset)
		add_extended(r, n, bytes, charset, source);
}

static void
read_name(struct reading *r, struct node *n, const struct params *f,
    const char *const source[2])
{
	struct arena *a = r->message->arena;
	const struct param *p;
	const char *charset;
	struct span bytes;
	bool odd = false;

	for (p = param_find(f->first, source[0]); p;
	     p = param_find(p->next, source[0]))
		if (p->extended && p->section < 0) {
			bytes = param_extended(a, p->value, &charset);
			add_extended(r, n, bytes, charset, source[1]);
		}
	if (param_join(a, f, source[0], &bytes, &charset, &odd)) {
		add_extended(r, n, bytes, charset, source[1]);
		if (strcmp(charset, "") == 0)
			add_plain(r, n, bytes, source[1]);
	}
	if (odd)
		reading_mark(r, n, MARK_BAD_PARAMETER, NULL,
		    "%s: sections out of order", source[0]);
	for (p = param_find(f->first, source[0]); p;
	     p = param_find(p->next, source[0]))
		if (!p->extended && p->section < 0)
			add_plain(r, n, p->value, source[0]);
}

void
names_read(struct reading *r, struct node *n, const struct params *f,
    bool disposition)
{
	static const char *const filename[] = { "filename", "filename*" };
	static const char *const name[] = { "name", "name*" };

	if (f == NULL)
		return;
	read_name(r, n, f, disposition ? filename : name);
	read_name(r, n, f, disposition ? name : filename);
}
