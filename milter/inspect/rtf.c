/* SPDX-License-Identifier: ISC */
#include <ctype.h>
#include <string.h>

#include "milter/base/count.h"
#include "milter/base/text.h"
#include "milter/inspect/inspect.h"
#include "milter/inspect/target.h"
#include "milter/mail/package.h"
#include "milter/mail/span.h"
#include "milter/base/banned.h"

enum { TARGET_MOST = 256 };

/* The character of "'68" at s, which it moves behind. */
static int
hex_character(const char **s)
{
	int high = span_hex((unsigned char)(*s)[1]);
	int low = span_hex((unsigned char)(*s)[2]);

	*s += 3;
	return high < 0 || low < 0 ? ' ' : high << 4 | low;
}

/* The same of "u104?". */
static int
unicode_character(const char **s, const char *end)
{
	int c = 0;

	for (++*s; *s < end && isdigit((unsigned char)**s); ++*s)
		c = (c * 10 + **s - '0') & 0xffff;
	*s += *s < end && **s == '?';
	return c;
}

/* One character of RTF off the front of *s: as it stands, or escaped. */
static int
character(const char **s, const char *end)
{
	int c = (unsigned char)*(*s)++;

	if (c != '\\' || end - *s < 3)
		return c;
	if (**s == '\'')
		return hex_character(s);
	if (**s == 'u' && isdigit((unsigned char)(*s)[1]))
		return unicode_character(s, end);
	*s += **s == '\\';
	return c;
}

/* What stands from at on to the end of the group, without its escapes. */
static void
take_target(const char *at, const char *end, char text[TARGET_MOST + 1])
{
	char *out = text;

	while (at < end && *at != '}' && out - text < TARGET_MOST) {
		int c = character(&at, end);

		if (c > ' ' || (c == ' ' && out > text))
			*out++ = (char)c;
	}
	*out = '\0';
}

/* The template that is loaded with the text (RTF 1.9.1, "\*\template"). */
static void
look_for_template(const struct inspection *i, const struct part *p)
{
	static const char word[] = "\\template";
	const char *at = (const char *)p->bytes, *end = at + p->size;

	while ((at = memmem(at, (size_t)(end - at), word, sizeof word - 1)) !=
	       NULL) {
		/* Not from the arena: a text can be full of the word. */
		char target[TARGET_MOST + 1];

		at += sizeof word - 1;
		take_target(at, end, target);
		if (target_is_web(target) || target_is_share(target) ||
		    (target[0] == '\\' && isalnum((unsigned char)target[1]))) {
			inspect_fact(i, FACT_OFFICE_REMOTE, p, "template: %s",
			    target);
			return;
		}
	}
}

/* What an RTF does by itself. */
static void
look_at(const struct inspection *i, const struct part *p)
{
	static const struct {
		const char *words;
		enum fact fact;
	} rtf[] = {
		{ "\\objupdate", FACT_OFFICE_OBJECT },
		{ "\\objautlink", FACT_OFFICE_OBJECT },
		{ "\\objlink", FACT_OFFICE_OBJECT },
		{ "\\objhtml", FACT_OFFICE_OBJECT },
		{ "\\objocx", FACT_OFFICE_ACTIVEX },
		{ "\\objclass equation", FACT_OFFICE_EQUATION },
		{ "ddeauto", FACT_OFFICE_DDE },
	};

	for (size_t n = 0; n < COUNT(rtf); n++)
		if (text_holds(p->bytes, p->size, rtf[n].words))
			inspect_fact(i, rtf[n].fact, p, "%s", rtf[n].words);
	look_for_template(i, p);
}

static void
run(struct inspection *i)
{
	for (const struct part *p = i->message->root; p != NULL; p = p->next)
		if (p->bytes != NULL &&
		    package_is_rtf((struct span){ p->bytes, p->size }))
			look_at(i, p);
}

const struct inspector inspect_rtf = {
	.looks_for = "what RTF runs or loads",
	.run = run,
};
