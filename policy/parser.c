/* SPDX-License-Identifier: ISC */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "policy/rules.h"
#include "milter/base/banned.h"

int
parser_fault(const struct parser *p, const struct token *t, const char *format,
    ...)
{
	char text[sizeof p->why->text];
	va_list args;

	va_start(args, format);
	vsnprintf(text, sizeof text, format, args);
	va_end(args);
	return reason_set(p->why, "%s:%d: %s", p->policy->path, t->line, text);
}

bool
parser_word(struct parser *p, const char *word)
{
	if (p->at->kind != TOKEN_WORD || strcmp(p->at->text, word) != 0)
		return false;
	p->at++;
	return true;
}

int
parser_expect(struct parser *p, const char *word, const char *after)
{
	if (parser_word(p, word))
		return 0;
	return parser_fault(p, p->at, "\"%s\" is expected after %s, not \"%s\"",
	    word, after, p->at->text);
}

const char *
parser_text(struct parser *p, const char *what)
{
	if (p->at->kind != TOKEN_TEXT || *p->at->text == '\0') {
		parser_fault(p, p->at,
		    "%s is expected in double quotes, not \"%s\"", what,
		    p->at->text);
		return NULL;
	}
	if (strlen(p->at->text) >= POLICY_TEXT) {
		parser_fault(p, p->at, "%s is over %d bytes", what,
		    POLICY_TEXT - 1);
		return NULL;
	}
	return p->at++->text;
}
