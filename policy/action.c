/* SPDX-License-Identifier: ISC */
#include <string.h>

#include "milter/base/count.h"
#include "milter/base/setting.h"
#include "policy/nearest.h"
#include "policy/rules.h"
#include "milter/base/banned.h"

enum { HOLD_MOST = 7 * 86400 };

/* The words that belong to a verdict, and whether it makes sense without. */
static const struct {
	enum verdict_kind kind;
	const char *word, *what;
	bool required;
	bool ascii; /* SMTP replies are ASCII (RFC 5321 4.2) */
	size_t offset;
} extras[] = {
	{ VERDICT_TAG, "prefix", "the Subject prefix", false, false,
	    offsetof(struct action, prefix) },
	{ VERDICT_SANITISE, "class", "the class for the reviewer", true, true,
	    offsetof(struct action, class) },
	{ VERDICT_QUARANTINE, "class", "the class for the reviewer", true, true,
	    offsetof(struct action, class) },
	{ VERDICT_REFUSE, "text", "the text for the sender", true, true,
	    offsetof(struct action, text) },
};

static int
read_extra(struct parser *p, struct action *action, size_t i)
{
	const struct token *verdict = p->at - 1;
	const char **text = (const char **)((char *)action + extras[i].offset);

	if (!parser_word(p, extras[i].word)) {
		if (!extras[i].required)
			return 0;
		return parser_fault(p, verdict,
		    "\"%s\" needs %s \"...\" behind it", verdict->text,
		    extras[i].word);
	}
	*text = parser_text(p, extras[i].what);
	if (*text == NULL)
		return -1;
	for (const char *c = *text; extras[i].ascii && *c != '\0'; c++)
		if (*c < 0)
			return parser_fault(p, p->at - 1, "%s must be ASCII",
			    extras[i].what);
	return 0;
}

/* How long to hold: long enough to see it, short enough to remember it. */
static int
read_time(struct parser *p, struct action *action)
{
	if (p->at->kind != TOKEN_WORD ||
	    !setting_time(p->at->text, &action->seconds) ||
	    action->seconds < 1 || action->seconds > HOLD_MOST)
		return parser_fault(p, p->at,
		    "\"hold\" needs a time from 1s to 7d behind it, not \"%s\"",
		    p->at->text);
	p->at++;
	action->class = "hold";
	return 0;
}

static int
read_verdict(struct parser *p, struct action *action)
{
	struct nearest near;

	action->kind = verdict_named(p->at->text);
	if (p->at->kind == TOKEN_WORD && action->kind != VERDICT_COUNT) {
		p->at++;
		return 0;
	}
	nearest_init(&near, p->at->text);
	for (int i = 0; i < VERDICT_COUNT; i++)
		nearest_offer(&near, verdict_name((enum verdict_kind)i));
	return parser_fault(p, p->at, "\"%s\" is no verdict%s", p->at->text,
	    nearest_text(&near));
}

int
action_read(struct parser *p, struct action *action)
{
	action->class = action->text = action->prefix = "";
	action->seconds = 0;
	if (read_verdict(p, action) != 0)
		return -1;
	if (action->kind == VERDICT_HOLD)
		return read_time(p, action);
	for (size_t i = 0; i < COUNT(extras); i++)
		if (extras[i].kind == action->kind)
			return read_extra(p, action, i);
	return 0;
}
