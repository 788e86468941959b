/* SPDX-License-Identifier: ISC */
#include <ctype.h>
#include <string.h>
#include <strings.h>

#include "milter/base/count.h"
#include "milter/base/hash.h"
#include "milter/base/text.h"
#include "milter/inspect/inspect.h"
#include "milter/base/banned.h"

enum kind { KIND_auto, KIND_calls };

static const struct {
	enum kind kind;
	const char *words;
} rows[] = {
#define MACRO(kind, words) { KIND_##kind, words },
#include "milter/inspect/macros.def"
#undef MACRO
};

/* What one document holds. */
struct project {
	const struct part *first; /* module with code, NULL if there is none */
	const char *words[2]; /* by kind: the first that was seen */
	bool allowed; /* every module is on the site's list */
	bool compiled; /* a module has more compiled than an empty one */
};

static const struct conf_list *allowed;

static int
prepare(const struct conf *conf, struct reason *why)
{
	(void)why;
	allowed = &conf->macros_allowed;
	return 0;
}

/* Lines that every module has, code or not. */
static bool
is_empty_line(const char *line)
{
	return line[0] == '\0' || line[0] == '\'' ||
	       strncmp(line, "attribute ", 10) == 0 ||
	       strncmp(line, "option ", 7) == 0;
}

/* A NUL would end what is looked at, and the rest of the code would be neither
 * seen nor in the hash. */
static char *
source_of(struct arena *a, const struct part *p)
{
	char *source = arena_copy(a, (const char *)p->bytes, p->size);

	for (size_t i = 0; i < p->size; i++)
		if (source[i] == '\0')
			source[i] = ' ';
	text_lower(source);
	return source;
}

/*
 * The code alone: lower case, blanks folded, what stands on a line of its own
 * as a comment or attribute left out. Lines that end in " _" go on in the
 * next. The same macro has the same hash however it was saved.
 */
static char *
normalise(struct arena *a, const struct part *p)
{
	char *source = source_of(a, p), *next;
	char *out = arena_get(a, p->size + 2);
	size_t len = 0;

	for (char *line = source; line != NULL; line = next) {
		size_t begin = len;

		next = strpbrk(line, "\r\n");
		if (next != NULL)
			*next++ = '\0';
		for (line += strspn(line, " \t"); *line != '\0'; line++)
			if (!strchr(" \t", *line))
				out[len++] = *line;
			else if (len > begin && out[len - 1] != ' ')
				out[len++] = ' ';
		out[len] = '\0';
		if (is_empty_line(out + begin))
			len = begin;
		else if (len - begin > 1 && out[len - 1] == '_' &&
			 out[len - 2] == ' ')
			len--;
		else
			out[len++] = '\n';
	}
	out[len] = '\0';
	return out;
}

static const char *
hash_of(struct arena *a, const char *code)
{
	uint8_t hash[HASH_BYTES];
	char text[2 * HASH_BYTES + 1];

	hash_bytes(code, strlen(code), hash);
	hash_hex(hash, text);
	return arena_string(a, text);
}

static bool
is_allowed(const char *hash)
{
	for (size_t i = 0; allowed != NULL && i < allowed->count; i++)
		if (strcasecmp(allowed->items[i], hash) == 0)
			return true;
	return false;
}

static void
read_module(const struct inspection *i, const struct part *p,
    struct project *found)
{
	const char *code = normalise(i->message->arena, p), *hash;

	if (*code == '\0')
		return;
	hash = hash_of(i->message->arena, code);
	if (found->first == NULL)
		found->first = p;
	found->allowed = found->allowed && is_allowed(hash);
	if (!is_allowed(hash))
		inspect_fact(i, FACT_MACRO_VBA, p, "module %s, hash %s",
		    p->names->name, hash);
	for (size_t n = 0; n < COUNT(rows); n++)
		if (found->words[rows[n].kind] == NULL &&
		    strstr(code, rows[n].words) != NULL)
			found->words[rows[n].kind] = rows[n].words;
}

/* A part of the document that holds compiled code, of this kind of name. */
static bool
is_compiled(const struct part *p, const char *kind)
{
	return p->origin == ORIGIN_STREAM && p->names != NULL &&
	       strcmp(strcmp(kind, "compiled") == 0 ? p->names->source
						    : p->names->name,
		   kind) == 0;
}

/* Names stand in compiled code without what follows them in source. */
static bool
is_named(struct arena *a, const struct part *p, const char *words)
{
	size_t len = strlen(words);

	if (words[len - 1] == '(' || words[len - 1] == ' ')
		len--;
	return text_holds(p->bytes, p->size, arena_copy(a, words, len));
}

/*
 * The compiled code runs, not the source; its names stand in _VBA_PROJECT.
 * One that runs by itself there and is in no source was taken out of it. Names
 * stay in the list after honest changes too, so they tell only when there is
 * compiled code, and what it calls only when there is no source at all.
 */
static const char *
stomped(const struct inspection *i, const struct part *document,
    const struct project *found)
{
	if (!found->compiled)
		return NULL;
	for (const struct part *p = document->child; p != NULL;
	     p = p->sibling) {
		if (!is_compiled(p, "_VBA_PROJECT"))
			continue;
		for (size_t n = 0; n < COUNT(rows); n++) {
			const char *words = rows[n].words;
			bool tells = rows[n].kind == KIND_auto
					 ? found->words[KIND_auto] == NULL
					 : found->first == NULL;

			if (tells && *words != '_' &&
			    is_named(i->message->arena, p, words))
				return words;
		}
	}
	return NULL;
}

/* What the compiled code names and says: the names stand in the list of the
 * project, strings in the modules. */
static void
read_names(const struct inspection *i, const struct part *document,
    struct project *found)
{
	for (const struct part *p = document->child; p != NULL;
	     p = p->sibling) {
		if (!is_compiled(p, "_VBA_PROJECT") &&
		    !is_compiled(p, "compiled"))
			continue;
		for (size_t n = 0; n < COUNT(rows); n++)
			if (found->words[rows[n].kind] == NULL &&
			    is_named(i->message->arena, p, rows[n].words))
				found->words[rows[n].kind] = rows[n].words;
	}
}

/* Office runs compiled code of its own version; 0xffff is none of any (MS-OVBA
 * 2.3.4.1). */
static const char *
version(const struct inspection *i, const struct part *document)
{
	for (const struct part *p = document->child; p != NULL; p = p->sibling)
		if (is_compiled(p, "_VBA_PROJECT") && p->size > 3)
			return arena_printf(i->message->arena,
			    ", version %02x%02x", p->bytes[3], p->bytes[2]);
	return "";
}

/* Modules whose source is gone; whether there are any. */
static bool
read_compiled(const struct inspection *i, const struct part *document,
    struct project *found)
{
	bool any = false;

	for (const struct part *p = document->child; p != NULL;
	     p = p->sibling) {
		if (!is_compiled(p, "compiled"))
			continue;
		any = true;
		inspect_fact(i, FACT_MACRO_VBA, p,
		    "module %s: %zu bytes of compiled code without source%s",
		    p->names->name, p->size, version(i, document));
	}
	if (!any)
		return false;
	inspect_fact(i, FACT_MACRO_STOMPED, document,
	    "modules that have no source");
	read_names(i, document, found);
	found->allowed = false;
	return true;
}

/* ODF keeps modules as they are, in XML. */
static bool
is_source(const struct part *p)
{
	return p->origin == ORIGIN_MACRO ||
	       (p->origin == ORIGIN_MEMBER && p->names != NULL &&
		   strncmp(p->names->name, "Basic/", 6) == 0 &&
		   text_holds(p->bytes, p->size, "<script:module"));
}

static void
look_at(const struct inspection *i, const struct part *document)
{
	struct project found = { .allowed = true };
	const char *hidden;
	bool compiled;

	for (const struct part *p = document->child; p != NULL; p = p->sibling)
		if (is_source(p)) {
			found.compiled |=
			    strcmp(p->names->source, "compiled macro") == 0;
			read_module(i, p, &found);
		}
	hidden = stomped(i, document, &found);
	compiled = read_compiled(i, document, &found);
	if (hidden != NULL)
		inspect_fact(i, FACT_MACRO_STOMPED, document,
		    "\"%s\" in the compiled code only", hidden);
	if ((found.first == NULL && !compiled) || found.allowed)
		return;
	if (found.words[KIND_auto] != NULL)
		inspect_fact(i, FACT_MACRO_AUTO, document, "%s",
		    found.words[KIND_auto]);
	if (found.words[KIND_calls] != NULL)
		inspect_fact(i, FACT_MACRO_CALLS, document, "%s",
		    found.words[KIND_calls]);
}

static void
run(struct inspection *i)
{
	for (const struct part *p = i->message->root; p != NULL; p = p->next)
		if (p->child != NULL && p->bytes != NULL)
			look_at(i, p);
}

const struct inspector inspect_macro = {
	.looks_for = "macros in documents",
	.prepare = prepare,
	.run = run,
};
