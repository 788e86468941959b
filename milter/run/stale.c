/* SPDX-License-Identifier: ISC */
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "milter/base/count.h"
#include "milter/run/stale.h"
#include "milter/base/banned.h"

enum { MOST_FIELDS = 1000 };

static void
add(struct stale *s, const char *name, int index)
{
	struct stale_header *more;

	if (s->count == s->room) {
		size_t room = s->room == 0 ? 8 : s->room * 2;

		more = s->count >= MOST_FIELDS ? NULL
		    : realloc(s->fields, room * sizeof *more);
		if (more == NULL) {
			s->overflow = true;
			return;
		}
		s->fields = more;
		s->room = room;
	}
	snprintf(s->fields[s->count].name, sizeof s->fields[0].name, "%s",
	    name);
	s->fields[s->count++].index = index;
}

/* The position of this field among those of its name, from 1. */
static int
position(struct stale *s, const char *name)
{
	size_t i = 0;

	while (i < s->names_count && strcasecmp(s->names[i].name, name) != 0)
		i++;
	if (i == s->names_count) {
		if (i == COUNT(s->names) || strlen(name) >= 64) {
			s->overflow = true;
			return 0;
		}
		snprintf(s->names[i].name, sizeof s->names[i].name, "%s",
		    name);
		s->names_count++;
	}
	return ++s->names[i].seen;
}

/* authserv-id is the first token; a comment before it is skipped (8601, 2.2) */
static bool
says_ours(const char *value, const char *authserv_id)
{
	size_t len = strlen(authserv_id);
	int depth = 0;

	for (; *value != '\0'; value++) {
		if (*value == '(')
			depth++;
		else if (*value == ')' && depth > 0)
			depth--;
		else if (depth == 0 && *value != '"' &&
		    !isspace((unsigned char)*value))
			break;
	}
	return strncasecmp(value, authserv_id, len) == 0 &&
	    strchr("; \t\r\n(\"", value[len]) != NULL;
}

static void
take_token(struct stale *s, const char *value)
{
	value += strspn(value, " \t");
	snprintf(s->token, sizeof s->token, "%.*s",
	    (int)strcspn(value, " \t\r\n"), value);
}

void
stale_header(struct stale *s, const char *name, const char *value,
    const char *authserv_id)
{
	if (strncasecmp(name, "X-Sekimori-", 11) == 0) {
		int index = position(s, name);

		if (index != 0)
			add(s, name, index);
		if (strcasecmp(name, "X-Sekimori-Release") == 0)
			take_token(s, value);
	} else if (strcasecmp(name, "Authentication-Results") == 0) {
		s->results++;
		if (says_ours(value, authserv_id))
			add(s, name, s->results);
	}
}

void
stale_reset(struct stale *s)
{
	free(s->fields);
	memset(s, 0, sizeof *s);
}
