/* SPDX-License-Identifier: ISC */
#include <stdarg.h>
#include <stdio.h>

#include "milter/base/command.h"
#include "milter/run/outcome.h"
#include "milter/base/banned.h"

void
outcomes_begin(struct outcomes *o, bool json)
{
	*o = (struct outcomes){ .lines = json ? json_array() : NULL };
}

void
outcomes_say(struct outcomes *o, enum outcome outcome, const char *subject,
    const char *format, ...)
{
	static const char *const words[] = { "ok", "WARNING", "FAILED" };
	char text[1024];
	va_list ap;

	va_start(ap, format);
	vsnprintf(text, sizeof text, format, ap);
	va_end(ap);
	o->failed += outcome == OUTCOME_FAILED;
	o->warned += outcome == OUTCOME_WARNING;
	if (o->lines != NULL)
		json_array_append_new(o->lines,
		    json_pack("{s:s,s:s,s:s}", "test", subject, "result",
			words[outcome], "text", text));
	else
		printf("%-8s %-12s %s\n", words[outcome], subject, text);
}

int
outcomes_end(struct outcomes *o)
{
	if (o->lines != NULL)
		command_print_json(o->lines);
	else
		printf("%d failed, %d warnings\n", o->failed, o->warned);
	return o->failed > 0 ? COMMAND_FAILED : COMMAND_OK;
}
