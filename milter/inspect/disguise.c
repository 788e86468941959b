/* SPDX-License-Identifier: ISC */
#include <string.h>

#include "milter/base/count.h"
#include "milter/base/text.h"
#include "milter/inspect/filename.h"
#include "milter/inspect/filetype.h"
#include "milter/inspect/inspect.h"
#include "milter/mail/charset.h"
#include "milter/base/banned.h"

/*
 * Programs that give themselves out as documents. Explorer and a task manager
 * show the version information of a program; it names the program of a
 * document reader, or a file that ends in .pdf.
 *
 * The icon is not compared: which pictures people take for a document's is a
 * list of other firms' pictures, and a program is held by what it is anyway.
 */
enum { VALUE_BYTES = 256, KEY_MOST = 32 };

static const char *const disguises[] = {
#define DISGUISE(words) words,
#include "milter/inspect/disguises.def"
#undef DISGUISE
};

/* Keys of a StringTable (VS_VERSIONINFO), and whether their value is a file's
 * name. */
static const struct {
	const char *key;
	bool names;
} keys[] = {
	{ "OriginalFilename", true },
	{ "InternalName", true },
	{ "FileDescription", false },
	{ "ProductName", false },
};

/* The first value of a key: both are UTF-16 and end in NUL, and the value
 * begins at a multiple of four. */
static char *
value_of(struct arena *a, const struct part *p, const char *key)
{
	unsigned char wide[2 * KEY_MOST];
	size_t len = 2 * (strlen(key) + 1), at, end;
	const unsigned char *hit;

	for (size_t i = 0; i < len; i++)
		wide[i] = i % 2 == 0 ? (unsigned char)key[i / 2] : 0;
	hit = memmem(p->bytes, p->size, wide, len);
	if (hit == NULL)
		return NULL;
	at = (size_t)(hit - p->bytes) + len;
	while (at + 1 < p->size && p->bytes[at] == 0 && p->bytes[at + 1] == 0 &&
	       at % 4 != 0)
		at += 2;
	for (end = at; end + 1 < p->size && end - at < VALUE_BYTES; end += 2)
		if (p->bytes[end] == 0 && p->bytes[end + 1] == 0)
			break;
	return charset_decode(a, "utf-16le",
	    (struct span){ p->bytes + at, end - at }, NULL);
}

static bool
is_disguise(struct arena *a, const char *value, bool names)
{
	char *lower = arena_string(a, value);

	if (names)
		return filename_harmless(filename_read(a, value).kind);
	text_lower(lower);
	for (size_t n = 0; n < COUNT(disguises); n++)
		if (strstr(lower, disguises[n]) != NULL)
			return true;
	return false;
}

static void
look_at(const struct inspection *i, const struct part *p)
{
	struct arena *a = i->message->arena;

	for (size_t n = 0; n < COUNT(keys); n++) {
		const char *value = value_of(a, p, keys[n].key);

		if (value == NULL || !is_disguise(a, value, keys[n].names))
			continue;
		inspect_fact(i, FACT_PROGRAM_DISGUISED, p, "%s \"%s\"",
		    keys[n].key, value);
		return;
	}
}

static void
run(struct inspection *i)
{
	for (const struct part *p = i->message->root; p != NULL; p = p->next)
		if (p->bytes != NULL && p->size > 64 &&
		    memcmp(p->bytes, "MZ", 2) == 0)
			look_at(i, p);
}

const struct inspector inspect_disguise = {
	.looks_for = "programs that give themselves out as documents",
	.run = run,
};
