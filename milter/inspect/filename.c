/* SPDX-License-Identifier: ISC */
#include <string.h>
#include <strings.h>
#include <unicode/uchar.h>
#include <unicode/utf8.h>

#include "milter/base/count.h"
#include "milter/base/text.h"
#include "milter/inspect/filename.h"
#include "milter/base/banned.h"

/* Columns of blanks from which on an ending is out of sight in a dialogue;
 * names with two or three blanks in a row are people's. */
enum { PADDING = 8 };

static const struct ending endings[] = {
#define ENDING(ending, family, runs) { ending, FAMILY_##family, runs },
#include "milter/inspect/endings.def"
#undef ENDING
};

const struct ending *
filename_ending(const char *ending)
{
	for (size_t i = 0; i < COUNT(endings); i++)
		if (strcasecmp(ending, endings[i].ending) == 0)
			return &endings[i];
	return NULL;
}

bool
filename_harmless(const struct ending *kind)
{
	return kind != NULL &&
	       (kind->family == FAMILY_OFFICE || kind->family == FAMILY_PDF ||
		   kind->family == FAMILY_IMAGE ||
		   kind->family == FAMILY_TEXT || kind->family == FAMILY_MEDIA);
}

/* The name's code points. */
struct points {
	UChar32 *at;
	size_t count;
};

static struct points
points_of(struct arena *a, const char *name)
{
	int32_t len = (int32_t)strlen(name), i = 0;
	struct points p = { arena_get(a, ((size_t)len + 1) * sizeof *p.at), 0 };

	while (i < len) {
		UChar32 c;

		U8_NEXT_OR_FFFD((const uint8_t *)name, i, len, c);
		p.at[p.count++] = c;
	}
	return p;
}

/* Embedding, override and isolate; the marks U+200E, U+200F and U+061C turn
 * nothing around that was written otherwise. */
static bool
turns_text(UChar32 c)
{
	return (c >= 0x202a && c <= 0x202e) || (c >= 0x2066 && c <= 0x2069);
}

/* U+2800 is Braille with no dot, U+3164 and U+FFA0 are Hangul's fillers. */
static bool
is_blank(UChar32 c)
{
	return u_isblank(c) || c == 0x00a0 || c == 0x202f || c == 0x2800 ||
	       c == 0x3164 || c == 0xffa0;
}

/*
 * Joiners shape Indic and Arabic letters and join emoji, and direction marks
 * stand in names that have such letters: there they are the writer's own. In
 * front of a name they come from copying.
 */
static bool
is_at_home(const struct points *p, size_t i)
{
	UChar32 before = i == 0 ? 0 : p->at[i - 1];

	return i == 0 || (before >= 0x0590 && before < 0x1100) ||
	       before >= 0x1f000 || (before >= 0x2190 && before < 0x2e00) ||
	       before == 0xfe0f;
}

static bool
is_mark(UChar32 c)
{
	return (c >= 0x200c && c <= 0x200f) || c == 0x061c;
}

static bool
is_invisible(const struct points *p, size_t i)
{
	static const UChar32 never_seen[] = { 0x00ad, 0x034f, 0x115f, 0x1160,
		0x180e, 0x200b, 0x2060, 0x2061, 0x2062, 0x2063, 0x2064,
		0xfeff };
	UChar32 c = p->at[i];

	if (is_mark(c))
		return !is_at_home(p, i);
	for (size_t n = 0; n < COUNT(never_seen); n++)
		if (c == never_seen[n])
			return true;
	return c >= 0xe0001 && c <= 0xe007f;
}

static void
look_at_points(const struct points *p, struct filename *f)
{
	for (size_t i = 0; i < p->count; i++) {
		f->bidi |= turns_text(p->at[i]);
		f->invisible |= is_invisible(p, i);
	}
}

/* Blanks that are followed by a dot somewhere: what hides is the ending. */
static bool
is_padded(const struct points *p)
{
	size_t run = 0;
	bool padded = false;

	for (size_t i = 0; i < p->count; i++) {
		if (padded && p->at[i] == '.')
			return true;
		run = !is_blank(p->at[i])  ? 0
		      : p->at[i] == 0x3000 ? run + 2
					   : run + 1;
		padded |= run >= PADDING;
	}
	return false;
}

/* Windows drops dots and blanks at the end of a name. */
static size_t
strip(const char *name, size_t len)
{
	while (len > 0 && (name[len - 1] == '.' || name[len - 1] == ' '))
		len--;
	return len;
}

/* Characters that no name has in Windows: readers drop them, or put others in
 * their place, and scanners that keep them find no ending ("<DHL.html>"). */
static bool
is_forbidden(char c)
{
	return c == '<' || c == '>' || c == '"' || c == '|' || c == '?' ||
	       c == '*';
}

static size_t
unquote(const char *name, size_t len)
{
	while (len > 0 && is_forbidden(name[len - 1]))
		len--;
	return len;
}

/* Only the last of a path counts; "a.exe:x.txt" is the stream x.txt of a.exe,
 * and "C:" is a drive. */
static const char *
file_of(struct arena *a, const char *name)
{
	const char *last = name;

	for (const char *s = name; *s != '\0'; s++)
		if (*s == '/' || *s == '\\')
			last = s + 1;
	if (last[0] != '\0' && last[1] == ':')
		last += 2;
	return arena_copy(a, last, strcspn(last, ":"));
}

/* Where the ending of the first len bytes begins, or len. */
static size_t
ending_at(const char *name, size_t len)
{
	for (size_t i = len; i > 0; i--)
		if (name[i - 1] == '.')
			return i;
	return len;
}

/* As strip(), and blanks of every kind: what stands before the ending is for
 * the eye. */
static size_t
trim(const char *name, size_t len)
{
	while (len > 0) {
		int32_t at = (int32_t)len;
		UChar32 c;

		U8_PREV_OR_FFFD((const uint8_t *)name, 0, at, c);
		if (c != '.' && !is_blank(c))
			return len;
		len = (size_t)at;
	}
	return 0;
}

static void
split(struct arena *a, const char *file, struct filename *f)
{
	size_t whole = unquote(file, strlen(file)), len = strip(file, whole);
	size_t at = ending_at(file, len);
	char *ending = arena_copy(a, file + at, len - at);
	char *before = "";

	text_lower(ending);
	if (at < len) {
		size_t stem = trim(file, at);
		size_t second = ending_at(file, stem);

		before = arena_copy(a, file + second, stem - second);
		text_lower(before);
	}
	f->ending = ending;
	f->before = before;
	f->kind = filename_ending(ending);
	f->trailing = len < whole && f->kind != NULL;
}

/* "．ｅｘｅ", "．exe" and ".ｅｘｅ": Windows runs none of them, but a person
 * reads an ending, and some readers fold the letters when they save. */
static UChar32
fold(UChar32 c)
{
	if (c >= 0xff01 && c <= 0xff5e)
		return c - 0xff01 + '!';
	return c == 0xfe52 || c == 0x2024 ? '.' : c;
}

static bool
is_fullwidth(struct arena *a, const struct points *p)
{
	size_t dot = p->count;
	bool wide = false;
	char *ending = arena_get(a, p->count + 1);

	while (dot > 0 && fold(p->at[dot - 1]) != '.')
		dot--;
	if (dot == 0)
		return false;
	for (size_t i = dot; i < p->count; i++) {
		UChar32 c = fold(p->at[i]);

		if (c > 0x7e)
			return false;
		ending[i - dot] = (char)c;
		wide |= c != p->at[i];
	}
	wide |= p->at[dot - 1] != '.';
	return wide && filename_ending(ending) != NULL;
}

struct filename
filename_read(struct arena *a, const char *name)
{
	struct filename f = { .ending = "", .before = "" };
	struct points p = points_of(a, name);

	look_at_points(&p, &f);
	f.padded = is_padded(&p);
	f.fullwidth = is_fullwidth(a, &p);
	split(a, file_of(a, name), &f);
	return f;
}
