/* SPDX-License-Identifier: ISC */
#include <string.h>

#include "milter/inspect/lines.h"
#include "milter/mail/charset.h"
#include "milter/base/banned.h"

enum { LOOK_AT = 65536 };

/* The label for a text by its byte order mark, or by where the NUL bytes of
 * its first character are; NULL for what has others. */
static const char *
label_of(struct span s)
{
	if (s.len < 2)
		return "";
	if ((s.at[0] == 0xff && s.at[1] == 0xfe) ||
	    (s.at[0] != 0 && s.at[1] == 0))
		return "utf-16le";
	if ((s.at[0] == 0xfe && s.at[1] == 0xff) || s.at[0] == 0)
		return "utf-16be";
	return memchr(s.at, '\0', s.len) == NULL ? "" : NULL;
}

char *
lines_text(struct arena *a, const struct part *p)
{
	struct span s = { p->bytes, p->size < LOOK_AT ? p->size : LOOK_AT };
	const char *label = label_of(s);
	char *text;

	if (label == NULL)
		return NULL;
	text = charset_decode(a, label, s, NULL);
	return strncmp(text, "\xef\xbb\xbf", 3) == 0 ? text + 3 : text;
}

char *
lines_next(char **rest)
{
	static const char blank[] = " \t\v\f";
	char *line = *rest, *end;

	if (*line == '\0')
		return NULL;
	end = line + strcspn(line, "\r\n");
	*rest = end + (*end == '\r' && end[1] == '\n') + (*end != '\0');
	*end = '\0';
	line += strspn(line, blank);
	for (end = line + strlen(line); end > line && strchr(blank, end[-1]);)
		*--end = '\0';
	return line;
}
