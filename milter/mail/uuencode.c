/* SPDX-License-Identifier: ISC */
#include <ctype.h>
#include <string.h>
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

/* A child of n for a file that was decoded. */
static void
add_file(struct reading *r, struct node *n, struct span file, struct span name,
    const char *source)
{
	struct node *child = reading_part(r, n, ORIGIN_UUENCODE, file);

	if (child == NULL)
		return;
	child->headless = true;
	child->standard = "application/octet-stream";
	names_add(r, child, charset_decode(r->message->arena, "", name, NULL),
	    source);
}

static struct span
decode(struct reading *r, struct node *n, struct span data)
{
	unsigned char *out;
	GMimeEncoding state;

	data.len = reading_take(r, n, data.len);
	out = arena_get(r->message->arena, data.len + 4);
	g_mime_encoding_init_decode(&state, GMIME_CONTENT_ENCODING_UUENCODE);
	state.state |= GMIME_UUDECODE_STATE_BEGIN;
	data.len = g_mime_encoding_step(&state, (const char *)data.at, data.len,
	    (char *)out);
	data.at = out;
	return data;
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
			add_file(r, n, decode(r, n, data), name, "uuencode");
	}
}

/* The lines up to "=yend", or all that is left; "=ypart" is no data. */
static struct span
yenc_lines(struct span *rest)
{
	const unsigned char *start = rest->at, *end = start + rest->len;
	struct span line;

	while (span_line(rest, &line)) {
		if (span_starts(line, "=ypart ") && line.at == start) {
			start = rest->at;
		} else if (span_starts(line, "=yend")) {
			end = line.at;
			break;
		}
	}
	return (struct span){ start, (size_t)(end - start) };
}

static struct span
yenc_decode(struct reading *r, struct node *n, struct span data)
{
	unsigned char *out;
	size_t len = 0;

	data.len = reading_take(r, n, data.len);
	out = arena_get(r->message->arena, data.len + 1);
	for (size_t i = 0; i < data.len; i++) {
		unsigned shift = 42;

		if (data.at[i] == '\r' || data.at[i] == '\n')
			continue;
		if (data.at[i] == '=' && i + 1 < data.len) {
			shift += 64;
			i++;
		}
		out[len++] = (unsigned char)(data.at[i] - shift);
	}
	return (struct span){ out, len };
}

void
yenc_read(struct reading *r, struct node *n, struct span bytes)
{
	static const char begin[] = "=ybegin ", word[] = " name=";
	const unsigned char *at;
	struct span line, name, data;

	while (bytes.len > 0 &&
	       (at = memmem(bytes.at, bytes.len, begin, sizeof begin - 1))) {
		bytes = span_from(bytes, (size_t)(at - bytes.at));
		(void)span_line(&bytes, &line);
		at = memmem(line.at, line.len, word, sizeof word - 1);
		if (at == NULL)
			continue;
		name =
		    span_from(line, (size_t)(at - line.at) + sizeof word - 1);
		data = yenc_lines(&bytes);
		if (data.len > 0)
			add_file(r, n, yenc_decode(r, n, data), span_trim(name),
			    "yenc");
	}
}
