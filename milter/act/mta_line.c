/* SPDX-License-Identifier: ISC */
#include <stdarg.h>
#include <stdio.h>

#include "milter/act/mta.h"
#include "milter/base/banned.h"

void
mta_line(struct mta_reply *r, const char *format, ...)
{
	char *line;
	va_list args;
	int n;

	if (r->count == MTA_LINES) {
		snprintf(r->lines[MTA_LINES - 1], MTA_LINE,
		    "... and more; not all fit here");
		return;
	}
	line = r->lines[r->count++];
	va_start(args, format);
	n = vsnprintf(line, MTA_LINE, format, args);
	va_end(args);
	if (n >= MTA_LINE)
		snprintf(line + MTA_LINE - 4, 4, "...");
	for (; *line != '\0'; line++)
		if (*line < ' ' || *line > '~')
			*line = '?';
}
