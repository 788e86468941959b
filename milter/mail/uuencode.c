/* SPDX-License-Identifier: ISC */
#include <ctype.h>
#include <gmime/gmime.h>

#include "milter/mail/charset.h"
#include "milter/mail/names.h"
#include "milter/mail/uuencode.h"
#include "milter/base/banned.h"

/* The name of "begin MODE NAME", MODE three or four octal digits; empty if
 * line is something else. */
static struct span
begin_name(struct span line)
{
	struct span none = { NULL, 0 }, mode;

	if (!span_starts(line, "begin ") && !span_starts(line, "begin\t"))
		return none;
	line = span_trim(span_from(line, 6));
	mode = (struct span){ line.at, span_find(line, ' ') };
	if (mode.len < 3 || mode.len > 4)
		return none;
	for (size_t i = 0; i < mode.len; i++)
		if (mode.at[i] < '0' || mode.at[i] > '7')
			return none;
	return span_trim(span_from(line, mode.len));
}

/* Does line look like data: its first character gives its length? */
static bool
is_data(struct span line)
{
	size_t count;

	line = span_chomp(line);
	if (line.len == 0 || line.at[0] < ' ' || line.at[0] > '`')
		return false;
	count = (line.at[0] - ' ') & 077u;
	/* Mailers drop blanks at the end of a line, and add a checksum. */
	return line.len <= 1 + (count + 2) / 3 * 4 + 2;
}

/* Takes lines off *rest up to "end", or to what is no data. */
static struct span
data_lines(struct span *rest)
{
	const unsigned char *start = rest->at;
	struct span before = *rest, line;

	while (span_line(rest, &line)) {
		if (span_is(span_trim(line), "end"))
			break;
		if (!is_data(line)) {
			*rest = before;
			break;
		}
		before = *rest;
	}
	return (struct span){ start, (size_t)(before.at - start) };
}

static void
add_file(struct reading *r, struct node *n, struct span data, struct span name)
{
	struct arena *a = r->message->arena;
	struct node *child;
	unsigned char *out;
	GMimeEncoding state;

	data.len = reading_take(r, n, data.len);
	out = arena_get(a, data.len + 4);
	g_mime_encoding_init_decode(&state, GMIME_CONTENT_ENCODING_UUENCODE);
	state.state |= GMIME_UUDECODE_STATE_BEGIN;
	data.len = g_mime_encoding_step(&state, (const char *)data.at, data.len,
	    (char *)out);
	child =
	    reading_part(r, n, ORIGIN_UUENCODE, (struct span){ out, data.len });
	if (child == NULL)
		return;
	child->headless = true;
	child->standard = "application/octet-stream";
	names_add(r, child, charset_decode(a, "", name, NULL), "uuencode");
}

void
uuencode_read(struct reading *r, struct node *n, struct span bytes)
{
	struct span line, name, data;

	while (span_line(&bytes, &line)) {
		name = begin_name(line);
		if (name.len == 0)
			continue;
		data = data_lines(&bytes);
		if (data.len > 0)
			add_file(r, n, data, name);
	}
}
