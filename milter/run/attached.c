/* SPDX-License-Identifier: ISC */
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "milter/base/count.h"
#include "milter/base/text.h"
#include "milter/run/attached.h"
#include "milter/base/banned.h"

enum {
	DEPTH = FINDINGS_PATH / 2, /* parts on one path: "1.2.3" */
	LEAST_FILE = 256, /* bytes; a zip with a shortcut has more */
	LEAST_MEMBER = 1024, /* a README, an empty folder's file */
	LEAST_LETTERS = 3,
	LONGEST_ENDING = 8
};

/* Part of the mail, not files, by the type that their content has. */
static const char *const never[] = {
	"application/ics",
	"application/ms-tnef",
	"application/pgp-encrypted",
	"application/pgp-keys",
	"application/pgp-signature",
	"application/pkcs7-mime",
	"application/pkcs7-signature",
	"application/vnd.ms-tnef",
	"application/x-pkcs7-mime",
	"application/x-pkcs7-signature",
	"text/calendar",
	"text/directory",
	"text/rfc822-headers",
	"text/vcard",
	"text/x-vcard",
};

/* Whose members are files of their own. A document is an archive too, but its
 * members are its author's program's: every other document has the same. */
static const char *const archives[] = { "7z", "arj", "bz2", "cab", "gz", "img",
	"iso", "lha", "lzh", "r00", "rar", "tar", "tbz", "tgz", "txz", "xz",
	"z", "zip", "zst" };

/* What mail programs call a part that nobody gave a name. */
static const char *const given[] = { "att#", "encrypted", "mime-attachment",
	"message_v#", "noname", "signature", "smime", "unnamed",
	"untitled attachment #", "winmail" };

/* Behind the last dot of the name; "" when there is no plain ending. */
static const char *
ending_of(const char *name)
{
	const char *dot = strrchr(name, '.'), *end = name + strlen(name);

	if (dot == NULL || end - dot - 1 > LONGEST_ENDING)
		return end;
	for (const char *p = dot + 1; p < end; p++)
		if ((unsigned char)*p <= ' ' || (unsigned char)*p >= 0x7f)
			return end;
	return dot + 1;
}

static bool
is_container(const struct seen_part *p)
{
	return text_starts(p->type, "multipart/") ||
	       text_starts(p->type, "message/") ||
	       text_in(p->type,
		   (const char *const[]){ "application/ms-tnef",
		       "application/vnd.ms-tnef" },
		   2);
}

/* Is the file one that counts, wherever it stands? */
static bool
is_file(const struct seen_part *p)
{
	if (is_container(p) || text_in(p->type, never, COUNT(never)))
		return false;
	if (text_starts(p->type, "image/") &&
	    strcasecmp(p->type, "image/svg+xml") != 0)
		return false;
	return p->name[0] != '\0' || !text_starts(p->type, "text/");
}

/* How a part's members stand in the message. */
enum stand {
	LOOSE, /* as files of the mail */
	PACKED, /* as files in an archive */
	CLOSED /* as what a document consists of: they do not count */
};

/* The parts that the one being looked at stands in, outermost first. */
struct way {
	const struct seen_part *parts[DEPTH];
	enum stand inside[DEPTH];
	size_t depth;
};

static bool
is_in(const struct seen_part *p, const struct seen_part *outer)
{
	size_t len = strlen(outer->path);

	return len == 0 ||
	       (strncmp(p->path, outer->path, len) == 0 && p->path[len] == '.');
}

static enum stand
inside(const struct seen_part *p, enum stand stands)
{
	if (stands == CLOSED || is_container(p))
		return stands;
	return text_in(ending_of(p->name), archives, COUNT(archives)) ? PACKED
								      : CLOSED;
}

/* How p stands. Parts come depth first: those that p is not in are over. */
static enum stand
step(struct way *w, const struct seen_part *p)
{
	enum stand stands;

	while (w->depth > 0 && !is_in(p, w->parts[w->depth - 1]))
		w->depth--;
	stands = w->depth == 0 ? LOOSE : w->inside[w->depth - 1];
	if (w->depth < DEPTH) {
		w->parts[w->depth] = p;
		w->inside[w->depth++] = inside(p, stands);
	}
	return stands;
}

size_t
attached_take(const struct findings *f, struct attached list[ATTACHED_MOST])
{
	struct way way = { .depth = 0 };
	size_t count = 0;

	for (size_t i = 0; i < f->parts_count && count < ATTACHED_MOST; i++) {
		const struct seen_part *p = &f->parts[i];
		enum stand stands = step(&way, p);

		if (stands == CLOSED || !is_file(p) ||
		    p->size < (stands == PACKED ? LEAST_MEMBER : LEAST_FILE))
			continue;
		list[count].part = p;
		list[count].pattern[0] = '\0';
		if (stands == LOOSE)
			attached_pattern(p->name, list[count].pattern);
		count++;
	}
	return count;
}

/* The length of the digit at s: ASCII, or full width (U+FF10 to U+FF19). */
static size_t
digit(const char *s)
{
	if (*s >= '0' && *s <= '9')
		return 1;
	return strncmp(s, "\xef\xbc", 2) == 0 && (unsigned char)s[2] >= 0x90 &&
		       (unsigned char)s[2] <= 0x99
		   ? 3
		   : 0;
}

static bool
is_latin(char c)
{
	return c >= 'a' && c <= 'z';
}

/* One word of Latin letters and digits into out: digits behind the letters are
 * a number ("invoice8271"), letters behind digits a name made at random. */
static const char *
fold_word(const char *s, const char *end, char *out, size_t *len)
{
	size_t begin = *len, n;
	bool number = false, mixed = false;

	while (s < end && ((n = digit(s)) > 0 || is_latin(*s))) {
		if (n == 0) {
			mixed = mixed || number;
			out[(*len)++] = *s;
		}
		number = number || n > 0;
		s += n > 0 ? n : 1;
	}
	if (mixed)
		*len = begin;
	if (number)
		out[(*len)++] = '#';
	return s;
}

static bool
says_something(const char *stem)
{
	size_t letters = 0;

	for (const char *p = stem; *p != '\0'; p++)
		letters += is_latin(*p) || (unsigned char)*p >= 0x80;
	return letters >= LEAST_LETTERS && !text_in(stem, given, COUNT(given));
}

void
attached_pattern(const char *name, char pattern[ATTACHED_PATTERN])
{
	char folded[FINDINGS_NAME], out[2 * FINDINGS_NAME];
	const char *ending, *end, *s = folded;
	size_t len = 0;

	snprintf(folded, sizeof folded, "%s", name);
	text_lower(folded);
	ending = ending_of(folded);
	end = *ending != '\0' ? ending - 1 : ending;
	while (s < end)
		if (digit(s) > 0 || is_latin(*s))
			s = fold_word(s, end, out, &len);
		else
			out[len++] = *s++;
	out[len] = '\0';
	pattern[0] = '\0';
	if (!says_something(out))
		return;
	text_printable(pattern, ATTACHED_PATTERN - LONGEST_ENDING - 1, out,
	    len);
	if (*ending != '\0') {
		len = strlen(pattern);
		snprintf(pattern + len, ATTACHED_PATTERN - len, ".%s", ending);
	}
}
