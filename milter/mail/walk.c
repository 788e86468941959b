/* SPDX-License-Identifier: ISC */
#include <string.h>
#include <strings.h>

#include "milter/base/count.h"
#include "milter/mail/choice.h"
#include "milter/mail/level.h"
#include "milter/mail/walk.h"
#include "milter/base/banned.h"

static const char *const names[FIELD_COUNT] = {
	[FIELD_TYPE] = "Content-Type",
	[FIELD_ENCODING] = "Content-Transfer-Encoding",
	[FIELD_DISPOSITION] = "Content-Disposition",
};

const char *
trait_text(enum trait trait)
{
	static const char *const texts[] = {
#define TRAIT(id, text) text,
#include "milter/mail/traits.def"
#undef TRAIT
	};

	return texts[trait];
}

bool
walk_asks(struct walk *w, enum trait trait)
{
	uint32_t bit = (uint32_t)1 << trait;

	w->asked |= bit;
	return w->traits & bit;
}

static bool
all_blank(struct span s)
{
	for (size_t i = 0; i < s.len; i++)
		if (!level_blank(s.at[i]) && s.at[i] != '\n')
			return false;
	return true;
}

static struct span
from_to(const unsigned char *start, const unsigned char *end)
{
	return (struct span){ start, (size_t)(end - start) };
}

static void
later(struct walk *w, struct span bytes, struct span boundary)
{
	struct walk_source *s;

	if (w->later++ >= w->limits->depth) {
		w->full = true;
		return;
	}
	s = arena_get(w->arena, sizeof *s);
	s->bytes = bytes;
	s->boundary = boundary;
	s->next = w->sources;
	w->sources = s;
}

static void
begin_part(struct walk *w, const unsigned char *start, const char *standard)
{
	w->state = WALK_HEADER;
	w->start = start;
	w->standard = standard;
	memset(w->fields, 0, sizeof w->fields);
	w->open = NULL;
	w->any = false;
}

static void
add_leaf(struct walk *w, struct span body)
{
	struct leaf *leaf;

	if (span_trim(body).len == 0 && *w->name == 0)
		return;
	if (w->count >= w->limits->parts) {
		w->full = true;
		return;
	}
	leaf = arena_get(w->arena, sizeof *leaf);
	leaf->body = body;
	leaf->type = w->type;
	leaf->encoding = w->encoding;
	leaf->name = w->name;
	*w->end = leaf;
	w->end = &leaf->next;
	w->count++;
}

/* Ends the open part before the line at end. */
static void
end_part(struct walk *w, const unsigned char *end)
{
	struct span body, boundary;

	if (w->state != WALK_BODY) {
		w->state = WALK_OTHER;
		return;
	}
	body = from_to(w->start, end);
	if (w->depth > 0)
		body = span_chomp(body);
	w->state = WALK_OTHER;
	if (w->guess) {
		boundary = boundary_guess(body);
		if (boundary.len > 0 &&
		    walk_asks(w,
			w->mime ? TRAIT_GUESSES : TRAIT_GUESSES_BARE)) {
			later(w, body, boundary);
			return;
		}
	}
	add_leaf(w, body);
}

/* Takes multiparts off the stack until depth are left. One in which its
 * boundary was never seen may have another. */
static void
close_levels(struct walk *w, int depth, const unsigned char *end)
{
	while (w->depth > depth) {
		struct level *l = &w->levels[--w->depth];
		struct span body = from_to(l->start, end), boundary;

		if (l->begun)
			continue;
		boundary = boundary_guess(body);
		if (boundary.len > 0 && walk_asks(w, TRAIT_GUESSES))
			later(w, body, boundary);
	}
}

static void
open_level(struct walk *w, const unsigned char *start, struct span boundary,
    const char *standard)
{
	if (w->depth >= w->limits->depth) {
		w->full = true;
		return;
	}
	w->levels[w->depth++] = (struct level){ .boundary = boundary,
		.start = start,
		.standard = standard };
	w->state = WALK_OTHER;
}

static bool
is_message(const char *type)
{
	return strcmp(type, "message/rfc822") == 0 ||
	       strcmp(type, "message/global") == 0 ||
	       strcmp(type, "message/news") == 0;
}

/* rest is all that follows in the source. */
static void
begin_message(struct walk *w, struct span rest)
{
	if (*w->encoding)
		return; /* a file then: all that open it decode it */
	if (w->messages++ >= w->limits->depth)
		w->full = true;
	else
		begin_part(w, rest.at, "text/plain");
}

/* An encoding on a multipart counts only where no boundary is to be seen
 * without it (as in message.c). */
static bool
is_hidden(struct walk *w, struct span rest)
{
	struct span seen;

	if (*w->encoding == 0)
		return false;
	/* What was seen from an earlier part on still stands behind this. */
	if (!w->blind && (w->guessed == NULL || w->guessed < rest.at)) {
		seen = boundary_guess(rest);
		w->guessed = seen.at;
		w->blind = seen.len == 0;
	}
	return w->blind && walk_asks(w, TRAIT_DECODES_OUTER);
}

static void
begin_body(struct walk *w, struct span rest)
{
	const char *value = choice_value(w, FIELD_TYPE);
	const struct params *type = param_read(w->arena, value);
	const struct params *disposition =
	    param_read(w->arena, choice_value(w, FIELD_DISPOSITION));
	struct span boundary;
	bool multipart;

	w->state = WALK_BODY;
	w->start = rest.at;
	w->type = choice_type(w, value, w->standard);
	w->encoding = choice_encoding(w, choice_value(w, FIELD_ENCODING));
	w->name = choice_name(w, disposition, type);
	if (is_message(w->type)) {
		begin_message(w, rest);
		return;
	}
	multipart = span_starts(span_string(w->type), "multipart");
	w->mime |= *value != 0;
	w->guess = multipart || strcasestr(value, "boundary") || *value == 0;
	if (!multipart || is_hidden(w, rest))
		return;
	boundary = choice_boundary(w, value, type);
	if (boundary.len > 0)
		open_level(w, rest.at, boundary,
		    strcmp(w->type, "multipart/digest") == 0 ? "message/rfc822"
							     : "text/plain");
}

static void
take_field(struct walk *w, struct span name, struct span value)
{
	w->any = true;
	w->open = NULL;
	w->mime |= span_is(name, "MIME-Version");
	for (int i = 0; i < FIELD_COUNT; i++) {
		struct walk_values *v = &w->fields[i];

		if (!span_is(name, names[i]))
			continue;
		w->open = v->count++ == 0 ? &v->first : &v->last;
		*w->open = value;
	}
}

static bool
is_name(struct span s)
{
	for (size_t i = 0; i < s.len; i++)
		if (s.at[i] < 33 || s.at[i] == 127)
			return false;
	return s.len > 0;
}

/* Takes a line that begins a field; false if it is none. */
static bool
field_line(struct walk *w, struct span line)
{
	size_t colon = span_find(line, ':');
	struct span name = { line.at, colon };

	if (colon == line.len)
		return false;
	while (name.len > 0 && level_blank(name.at[name.len - 1]))
		name.len--;
	if (!is_name(name))
		return false;
	if (name.len < colon && !walk_asks(w, TRAIT_BLANK_COLON)) {
		if (walk_asks(w, TRAIT_SKIPS_LINE))
			return false;
		name.len = colon;
	}
	take_field(w, name, span_from(line, colon + 1));
	return true;
}

static bool
is_mbox(const struct walk *w, struct span line)
{
	return !w->any &&
	       (span_starts(line, "From ") || span_starts(line, ">From "));
}

/* Does the header end at this line? An empty line before the first field is
 * passed over by who passes over lines. */
static bool
ends_header(struct walk *w, struct span line, struct span rest)
{
	struct span text = span_chomp(line);

	if (text.len > 0)
		return all_blank(text) && walk_asks(w, TRAIT_BLANK_ENDS);
	return line.at != w->start || w->depth == 0 ||
	       !boundary_content_field(rest) || !walk_asks(w, TRAIT_SKIPS_LINE);
}

/* A line of a header that is no field. */
static void
odd_line(struct walk *w, struct span line, struct span rest)
{
	if (!walk_asks(w, TRAIT_SKIPS_LINE)) {
		begin_body(w, from_to(line.at, rest.at + rest.len));
		return;
	}
	w->any = false;
	w->open = NULL;
	(void)field_line(w, span_trim(line));
}

/* A line of a header; rest is what follows it in the source. */
static void
header_line(struct walk *w, struct span line, struct span rest)
{
	bool folded = level_blank(line.at[0]) && span_chomp(line).len > 0;

	if (ends_header(w, line, rest)) {
		begin_body(w, rest);
		return;
	}
	if (folded && w->any) {
		if (w->open)
			w->open->len =
			    (size_t)(line.at + line.len - w->open->at);
		return;
	}
	if (!is_mbox(w, line) && (folded || !field_line(w, line)))
		odd_line(w, line, rest);
}

static void
delimiter(struct walk *w, int k, enum boundary_line kind, struct span line)
{
	struct level *l = &w->levels[k];

	end_part(w, line.at);
	close_levels(w, k + 1, line.at);
	if (l->closed && !walk_asks(w, TRAIT_GOES_ON))
		return;
	l->begun = true;
	w->mime = true;
	l->closed = kind == LINE_CLOSE;
	if (kind == LINE_OPEN)
		begin_part(w, line.at + line.len, l->standard);
}

/* The length of the next line for a message with line ends of another kind;
 * see take_line(). */
static size_t
odd_length(struct walk *w, struct span s)
{
	bool header = w->state == WALK_HEADER;

	for (size_t i = 0; i < s.len; i++) {
		bool cr =
		    s.at[i] == '\r' && s.len - i > 1 && s.at[i + 1] != '\n';

		if (cr && (header || s.at[i + 1] == '-') &&
		    walk_asks(w, TRAIT_BARE_CR))
			return i + 1;
		if (s.at[i] != '\n')
			continue;
		if (w->lf && header && i > 0 && s.at[i - 1] != '\r' &&
		    walk_asks(w, TRAIT_BARE_LF))
			continue;
		return i + 1;
	}
	return s.len;
}

static bool
take_line(struct walk *w, struct span *rest, struct span *line)
{
	size_t len;

	if (!w->cr && !w->lf)
		return span_line(rest, line);
	if (rest->len == 0)
		return false;
	len = odd_length(w, *rest);
	*line = (struct span){ rest->at, len };
	*rest = span_from(*rest, len);
	return true;
}

static void
walk_bytes(struct walk *w, const struct walk_source *source)
{
	struct span rest = source->bytes, line;
	const unsigned char *end = rest.at + rest.len;
	enum boundary_line kind;

	w->depth = 0;
	w->stop = end;
	w->guessed = NULL;
	w->blind = false;
	begin_part(w, rest.at, "text/plain");
	if (source->boundary.len > 0)
		open_level(w, rest.at, source->boundary, "text/plain");
	while (take_line(w, &rest, &line)) {
		int k = w->depth > 0 ? level_of(w, line, &kind) : -1;

		if (k >= 0 && (w->state != WALK_HEADER ||
				  !walk_asks(w, TRAIT_HEADER_BLIND)))
			delimiter(w, k, kind, line);
		else if (w->state == WALK_HEADER)
			header_line(w, line, rest);
	}
	end_part(w, end);
	close_levels(w, 0, end);
}

void
walk_message(struct walk *w, struct span bytes)
{
	struct walk_source *s;

	w->end = &w->leaves;
	w->levels =
	    arena_get(w->arena, (size_t)w->limits->depth * sizeof *w->levels);
	later(w, bytes, (struct span){ NULL, 0 });
	while ((s = w->sources)) {
		w->sources = s->next;
		if (w->count >= w->limits->parts) {
			w->full = true;
			return;
		}
		walk_bytes(w, s);
	}
}
