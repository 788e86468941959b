/* SPDX-License-Identifier: ISC */
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "milter/base/reason.h"
#include "milter/base/banned.h"

int
reason_set(struct reason *why, const char *format, ...)
{
	/* An argument may be the reason's own text. */
	struct reason new;
	va_list args;

	va_start(args, format);
	vsnprintf(new.text, sizeof new.text, format, args);
	va_end(args);
	*why = new;
	return -1;
}

int
reason_errno(struct reason *why, const char *format, ...)
{
	struct reason new;
	int error = errno;
	va_list args;

	va_start(args, format);
	vsnprintf(new.text, sizeof new.text, format, args);
	va_end(args);
	*why = new;
	errno = error;
	/* strerror() shares its buffer between threads; this does not. */
	size_t len = strlen(why->text);
	snprintf(why->text + len, sizeof why->text - len, ": %s",
	    strerrordesc_np(error) ? strerrordesc_np(error) : "unknown error");
	return -1;
}

int
reason_prefix(struct reason *why, const char *format, ...)
{
	struct reason old = *why;
	va_list args;

	va_start(args, format);
	vsnprintf(why->text, sizeof why->text, format, args);
	va_end(args);
	size_t len = strlen(why->text);
	snprintf(why->text + len, sizeof why->text - len, ": %s", old.text);
	return -1;
}
