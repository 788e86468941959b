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
	if (*name == 0)
		return;
	if (count == NAMES) {
		reading_mark(r, n, MARK_LIMIT, n->whole.at,
		    "names of a part: %d", NAMES);
		return;
	}
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

/* The sections of RFC 2231, in the order of their numbers and, where that is
 * another, in the order in which they stand: readers do either. */
static void
read_sections(struct reading *r, struct node *n, const struct params *f,
    const char *const source[2])
{
	struct arena *a = r->message->arena;
	const char *charset;
	struct span bytes;
	bool odd = false;

	if (!param_join(a, f, source[0], &bytes, &charset, &odd))
		return;
	add_extended(r, n, bytes, charset, source[1]);
	if (strcmp(charset, "") == 0)
		add_plain(r, n, bytes, source[1]);
	if (!odd)
		return;
	reading_mark(r, n, MARK_BAD_PARAMETER, NULL,
	    "%s: sections out of order", source[0]);
	if (param_written(a, f, source[0], &bytes, &charset))
		add_extended(r, n, bytes, charset, source[1]);
}

/* "a".zip: some readers take what follows the quotes too. */
static void
add_tail(struct reading *r, struct node *n, const struct param *p,
    const char *source)
{
	struct span tail = p->tail;

	if (tail.at[tail.len - 1] == '"')
		tail.len--;
	add_plain(r, n,
	    span_string(arena_printf(r->message->arena, "%s%s",
		span_copy(r->message->arena, p->value),
		span_copy(r->message->arena, tail))),
	    source);
}

/* What readers make of a value that is out of the grammar. */
static void
add_odd(struct reading *r, struct node *n, const struct param *p,
    const char *source)
{
	struct arena *a = r->message->arena;
	size_t end;

	if (p->tail.len > 0)
		add_tail(r, n, p, source);
	if (!p->quoted)
		add_plain(r, n, param_bare(a, p->value), source);
	if (!p->quoted && param_single_quoted(p->value))
		add_plain(r, n,
		    (struct span){ p->value.at + 1, p->value.len - 2 }, source);
	if (p->next == NULL || !p->next->lonely)
		return;
	end = span_find(p->source, ';');
	end += 1 + span_find(span_from(p->source, end + 1), ';');
	if (end > p->source.len)
		end = p->source.len;
	add_plain(r, n, span_trim((struct span){ p->source.at, end }), source);
}

static void
read_name(struct reading *r, struct node *n, const struct params *f,
    const char *const source[2])
{
	const struct param *p;
	const char *charset;
	struct span bytes;

	for (p = param_find(f->first, source[0]); p;
	     p = param_find(p->next, source[0]))
		if (p->extended && p->section < 0) {
			bytes = param_extended(r->message->arena, p->value,
			    &charset);
			add_extended(r, n, bytes, charset, source[1]);
		}
	read_sections(r, n, f, source);
	for (p = param_find(f->first, source[0]); p;
	     p = param_find(p->next, source[0])) {
		if (p->extended || p->section >= 0)
			continue;
		add_plain(r, n, p->value, source[0]);
		if (p->odd || (p->next && p->next->lonely))
			add_odd(r, n, p, source[0]);
	}
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
