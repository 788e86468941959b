/* SPDX-License-Identifier: ISC */
#include <stdarg.h>
#include <stdio.h>
#include <syslog.h>

#include "milter/base/log.h"
#include "milter/base/banned.h"

/* Set once at the start of a program, before there are threads. */
static const char *to_stderr;

void
log_open(const char *name, int foreground)
{
	to_stderr = foreground ? name : NULL;
	if (!foreground)
		openlog(name, LOG_PID, LOG_MAIL);
}

static void
say(int priority, const char *format, va_list args)
{
	char line[4096];

	if (to_stderr == NULL) {
		vsyslog(priority, format, args);
		return;
	}
	/* One write a line: several processes share standard error. */
	vsnprintf(line, sizeof line, format, args);
	fprintf(stderr, "%s: %s\n", to_stderr, line);
}

void
log_info(const char *format, ...)
{
	va_list args;

	va_start(args, format);
	say(LOG_INFO, format, args);
	va_end(args);
}

void
log_warning(const char *format, ...)
{
	va_list args;

	va_start(args, format);
	say(LOG_WARNING, format, args);
	va_end(args);
}

void
log_error(const char *format, ...)
{
	va_list args;

	va_start(args, format);
	say(LOG_ERR, format, args);
	va_end(args);
}
