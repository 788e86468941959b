/* SPDX-License-Identifier: ISC */
#include <stdbool.h>
#include <string.h>

#include "milter/base/text.h"
#include "policy/token.h"
#include "milter/base/banned.h"

enum { LINE_SIZE = 1024 };

struct lexer {
	struct arena *arena;
	const char *at, *end;
	int line;
	struct token *list;
	size_t count;
	struct reason *why;
};

static int
fault(struct lexer *l, const char *what)
{
	return reason_set(l->why, "%d: %s", l->line, what);
}

static void
add(struct lexer *l, enum token_kind kind, const char *text, size_t len)
{
	struct token *t = &l->list[l->count++];

	t->kind = kind;
	t->text = arena_copy(l->arena, text, len);
	t->line = l->line;
}

static bool
is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

/* A text in quotes; \" and \\ stand for the second of the two. */
static int
quoted(struct lexer *l)
{
	char text[LINE_SIZE];
	size_t len = 0;

	for (l->at++; l->at < l->end && *l->at != '\n'; l->at++) {
		if (*l->at == '"') {
			l->at++;
			add(l, TOKEN_TEXT, text, len);
			return 0;
		}
		if (*l->at == '\\') {
			l->at++;
			if (l->at == l->end || strchr("\"\\", *l->at) == NULL)
				return fault(l,
				    "only \\\" and \\\\ may follow a \\");
		}
		text[len++] = *l->at;
	}
	return fault(l, "a text ends with \" on its own line");
}

static void
word(struct lexer *l)
{
	const char *start = l->at;

	while (l->at < l->end && !is_blank(*l->at) &&
	       strchr("()\"#", *l->at) == NULL)
		l->at++;
	add(l, TOKEN_WORD, start, (size_t)(l->at - start));
}

/* Judges the line that begins at l->at before any of it is read. */
static int
look_at_line(struct lexer *l)
{
	char line[LINE_SIZE], shown[LINE_SIZE];
	const char *end = memchr(l->at, '\n', (size_t)(l->end - l->at));
	size_t len = (size_t)((end == NULL ? l->end : end) - l->at);

	if (len >= sizeof line)
		return fault(l, "line is over 1023 bytes");
	if (len > 0 && l->at[len - 1] == '\r')
		len--;
	for (size_t i = 0; i < len; i++)
		line[i] = l->at[i];
	for (char *tab = line;
	     (tab = memchr(tab, '\t', len - (size_t)(tab - line))) != NULL;
	     tab++)
		*tab = ' ';
	text_printable(shown, sizeof shown, line, len);
	if (strlen(shown) != len || memcmp(shown, line, len) != 0)
		return fault(l, "line has hidden characters or is not UTF-8");
	return 0;
}

static int
next(struct lexer *l)
{
	switch (*l->at) {
	case '\n':
		l->line++;
		l->at++;
		return l->at < l->end ? look_at_line(l) : 0;
	case ' ':
	case '\t':
	case '\r':
		l->at++;
		return 0;
	case '#':
		while (l->at < l->end && *l->at != '\n')
			l->at++;
		return 0;
	case '"':
		return quoted(l);
	case '(':
	case ')':
		add(l, *l->at == '(' ? TOKEN_OPEN : TOKEN_CLOSE, l->at, 1);
		l->at++;
		return 0;
	default:
		word(l);
		return 0;
	}
}

struct token *
token_list(struct arena *a, const char *bytes, size_t len, struct reason *why)
{
	struct lexer l = { a, bytes, bytes + len, 1, NULL, 0, why };

	/* No token is shorter than a byte. */
	l.list = arena_get(a, (len + 1) * sizeof *l.list);
	if (len > 0 && look_at_line(&l) != 0)
		return NULL;
	while (l.at < l.end)
		if (next(&l) != 0)
			return NULL;
	add(&l, TOKEN_END, "the end", strlen("the end"));
	return l.list;
}
