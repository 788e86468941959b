/* SPDX-License-Identifier: ISC */
#include <ctype.h>
#include <string.h>
#include <strings.h>

#include "milter/base/count.h"
#include "milter/base/text.h"
#include "milter/inspect/filename.h"
#include "milter/inspect/inspect.h"
#include "milter/inspect/target.h"
#include "milter/mail/lnk.h"
#include "milter/base/banned.h"

/*
 * Shell links (LNK): the first step of many targeted attacks since macros are
 * blocked. One that comes by mail starts what is on every computer (cmd,
 * powershell, mshta) with arguments of the attacker's, has a document's icon,
 * and may carry the next stage behind its own end.
 */

/* Explorer shows 260 characters of a command; blanks push it out of sight
 * (ZDI-CAN-25373). */
enum { BLANKS = 64, SHOWN = 400 };

static const struct {
	const char *file;
	int first, last;
} icons[] = {
#define ICON(file, first, last) { file, first, last },
#include "milter/inspect/icons.def"
#undef ICON
};

/* Runs of blanks are shown as one. */
static const char *
fold(struct arena *a, const char *text)
{
	char *out = arena_get(a, strlen(text) + 1);
	size_t len = 0;

	for (; *text != '\0'; text++)
		if (!isspace((unsigned char)*text))
			out[len++] = *text;
		else if (len == 0 || out[len - 1] != ' ')
			out[len++] = ' ';
	out[len] = '\0';
	return out;
}

/* All that it says of its target, each once: where they differ somebody may
 * be lying. */
static void
state_link(const struct inspection *i, const struct part *p,
    const struct lnk *l)
{
	const char *const told[] = { l->environment, l->target, l->place,
		l->relative };
	struct arena *a = i->message->arena;
	const char *targets = "";

	for (size_t n = 0; n < COUNT(told); n++) {
		if (*told[n] == '\0' || text_in(told[n], told, n))
			continue;
		targets = arena_printf(a, "%s%s%.*s", targets,
		    *targets == '\0' ? "" : " = ", SHOWN / 4, told[n]);
	}
	inspect_fact(i, FACT_SHORTCUT_LINK, p, "shortcut (LNK): %s%s%.*s",
	    *targets == '\0' ? "no target" : targets,
	    *l->arguments == '\0' ? "" : ", arguments: ", SHOWN,
	    fold(a, l->arguments));
}

/* The first word of a command, or what a quote or sign begins in one, that is a
 * place elsewhere; or NULL. */
static const char *
place_in(const char *arguments)
{
	bool begins = true;

	for (; *arguments != '\0'; arguments++) {
		if (begins &&
		    (target_is_share(arguments) ||
			(target_is_web(arguments) && *arguments != '/')))
			return arguments;
		begins = isspace((unsigned char)*arguments) ||
			 strchr("\"'=(,;`", *arguments) != NULL;
	}
	return NULL;
}

static void
state_remote(const struct inspection *i, const struct part *p,
    const struct lnk *l)
{
	const struct {
		const char *what, *place;
	} places[] = {
		{ "target", l->environment },
		{ "target", l->target },
		{ "target", l->place },
		{ "folder", l->folder },
		{ "icon", l->icon },
	};
	const char *inside;

	for (size_t n = 0; n < COUNT(places); n++)
		if (target_is_share(places[n].place) ||
		    target_is_web(places[n].place)) {
			inspect_fact(i, FACT_SHORTCUT_REMOTE, p, "%s: %s",
			    places[n].what, places[n].place);
			return;
		}
	inside = place_in(l->arguments);
	if (inside != NULL)
		inspect_fact(i, FACT_SHORTCUT_REMOTE, p, "arguments: %.*s",
		    SHOWN, inside);
}

static const char *
last_of(const char *path)
{
	const char *last = path;

	for (; *path != '\0'; path++)
		if (*path == '\\' || *path == '/')
			last = path + 1;
	return last;
}

/* A name alone, as "a.pdf", has the icon of what opens it. */
static bool
is_document(struct arena *a, const char *file, int index)
{
	for (size_t n = 0; n < COUNT(icons); n++)
		if (strcasecmp(icons[n].file, file) == 0 &&
		    ((index >= icons[n].first && index <= icons[n].last) ||
			(index < 0 && icons[n].first == 0)))
			return true;
	return filename_harmless(filename_read(a, file).kind);
}

/* A shortcut to Word has Word's icon. */
static void
state_icon(const struct inspection *i, const struct part *p,
    const struct lnk *l)
{
	const char *icon = last_of(l->icon);

	if (*icon != '\0' &&
	    is_document(i->message->arena, icon, l->icon_index) &&
	    strcasecmp(icon, last_of(l->target)) != 0 &&
	    strcasecmp(icon, last_of(l->place)) != 0 &&
	    strcasecmp(icon, last_of(l->environment)) != 0)
		inspect_fact(i, FACT_SHORTCUT_DOCUMENT_ICON, p, "%s, %d",
		    l->icon, l->icon_index);
}

static bool
is_padded(const char *arguments)
{
	int run = 0;

	for (; *arguments != '\0' && run < BLANKS; arguments++)
		run = isspace((unsigned char)*arguments) ? run + 1 : 0;
	return run == BLANKS;
}

static void
look_at(const struct inspection *i, const struct part *p, struct span bytes)
{
	struct lnk l;

	lnk_parse(i->message->arena, bytes, &l);
	state_link(i, p, &l);
	state_remote(i, p, &l);
	state_icon(i, p, &l);
	if (is_padded(l.arguments))
		inspect_fact(i, FACT_SHORTCUT_HIDDEN, p, "%.*s", SHOWN,
		    fold(i->message->arena, l.arguments));
	if (l.block.len > 0)
		inspect_fact(i, FACT_SHORTCUT_APPENDED, p,
		    "%zu bytes in a block that is not of Windows", l.block.len);
	if (l.appended.len > 0)
		inspect_fact(i, FACT_SHORTCUT_APPENDED, p,
		    "%zu bytes behind its end", l.appended.len);
}

/* By content alone, whatever the part's headers claim. */
static void
run(struct inspection *i)
{
	for (const struct part *p = i->message->root; p != NULL; p = p->next) {
		struct span bytes = { p->bytes, p->size };

		if (p->bytes != NULL && lnk_is(bytes))
			look_at(i, p, bytes);
	}
}

const struct inspector inspect_shortcut = {
	.looks_for = "shortcuts, and what they start",
	.run = run,
};
