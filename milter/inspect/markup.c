/* SPDX-License-Identifier: ISC */
#include <stdlib.h>
#include <string.h>

#include "milter/base/text.h"
#include "milter/inspect/markup.h"
#include "milter/base/banned.h"

static const char blank[] = " \t\r\n\f/";

/* The character of a reference to an ASCII one at s, 0 if it is none; *len is
 * how long the reference is. */
static char
reference(const char *s, size_t len_left, size_t *len)
{
	char *end;
	long code;

	if (len_left < 4 || s[1] != '#')
		return 0;
	if (s[2] == 'x')
		code = strtol(s + 3, &end, 16);
	else
		code = strtol(s + 2, &end, 10);
	*len = (size_t)(end - s) + (*end == ';');
	return code >= ' ' && code <= '~' ? (char)code : 0;
}

static void
decode(char *text, size_t size)
{
	size_t out = 0, len = 0;

	for (size_t i = 0; i < size; i++) {
		char c =
		    text[i] == '&' ? reference(text + i, size - i, &len) : 0;

		text[out++] = c != 0 ? c : text[i];
		if (c != 0)
			i += len - 1;
	}
	text[out] = '\0';
}

char *
markup_text(struct arena *a, const struct part *p)
{
	char *text = arena_get(a, p->size + 1);
	size_t at = 0;

	for (size_t i = 0; i < p->size; i++) {
		unsigned char c = p->bytes[i];

		if (c != '\0' && (i > 3 || c < 0x80))
			text[at++] = (char)c;
	}
	text_lower(text);
	decode(text, at);
	return text;
}

/* Where the tag ends that goes on at s: a quote may hold a ">". */
static const char *
end_of_tag(const char *s)
{
	const char *start = s;

	while (*s != '\0' && *s != '>') {
		const char *close = NULL;

		if ((*s == '"' || *s == '\'') && s > start && s[-1] == '=')
			close = strchr(s + 1, *s);
		s = close == NULL ? s + 1 : close + 1;
	}
	return s;
}

static void
skip_comment(struct markup *m)
{
	const char *end = strstr(m->at + 3, "-->");

	m->at = end == NULL ? m->at + strlen(m->at) : end + 3;
}

static void
take_inside(struct markup *m)
{
	const char *end = strstr(m->at, "</script");
	size_t len = end == NULL ? strlen(m->at) : (size_t)(end - m->at);

	m->inside = arena_copy(m->arena, m->at, len);
	m->at += len;
}

bool
markup_next(struct markup *m)
{
	const char *end;
	size_t len;

	m->inside = "";
	while ((m->at = strchr(m->at, '<')) != NULL) {
		if (strncmp(m->at, "<!--", 4) == 0) {
			skip_comment(m);
			continue;
		}
		m->at++;
		if (*m->at == '/' || (*m->at >= 'a' && *m->at <= 'z'))
			break;
	}
	if (m->at == NULL) {
		m->at = "";
		return false;
	}
	len = 1 + strcspn(m->at + 1, " \t\r\n\f/>");
	m->name = arena_copy(m->arena, m->at, len);
	end = end_of_tag(m->at + len);
	m->attributes =
	    arena_copy(m->arena, m->at + len, (size_t)(end - m->at) - len);
	m->at = *end == '\0' ? end : end + 1;
	if (strcmp(m->name, "script") == 0)
		take_inside(m);
	return true;
}

/* The next attribute of *at: its name, and its value when it has one. */
static bool
attribute(const char **at, const char **name, size_t *len, const char **value,
    size_t *size)
{
	const char *s = *at + strspn(*at, blank);

	*name = s;
	*len = strcspn(s, " \t\r\n\f/=");
	*value = "";
	*size = 0;
	if (*s == '\0')
		return false;
	s += *len;
	s += strspn(s, " \t\r\n\f");
	if (*s == '=') {
		s += 1 + strspn(s + 1, " \t\r\n\f");
		*value = *s == '"' || *s == '\'' ? s + 1 : s;
		*size = *value > s ? strcspn(*value, *s == '"' ? "\"" : "'")
				   : strcspn(s, " \t\r\n\f");
		s = *value + *size;
		s += *s == '"' || *s == '\'';
	}
	*at = s;
	return true;
}

const char *
markup_value(const struct markup *m, const char *name)
{
	const char *at = m->attributes, *have, *value;
	size_t len, size;

	while (attribute(&at, &have, &len, &value, &size))
		if (len == strlen(name) && strncmp(have, name, len) == 0)
			return arena_copy(m->arena, value, size);
	return "";
}

bool
markup_handles(const struct markup *m)
{
	const char *at = m->attributes, *have, *value;
	size_t len, size;

	while (attribute(&at, &have, &len, &value, &size))
		if (len > 4 && strncmp(have, "on", 2) == 0 && size > 0)
			return true;
	return false;
}
