/* SPDX-License-Identifier: ISC */
#include <stdlib.h>

#include "milter/act/mta.h"
#include "milter/base/buf.h"
#include "milter/base/banned.h"

enum { VALUE_MAX = 65536 };

/* libmilter wants char *, but does not write there. */
static char *
loose(const char *s)
{
	union {
		const char *from;
		char *to;
	} u = { .from = s };

	return u.to;
}

static int
result(int milter)
{
	return milter == MI_SUCCESS ? 0 : -1;
}

static int
plain_change(void *context, const char *name, int index, const char *value)
{
	return result(
	    smfi_chgheader(context, loose(name), index, loose(value)));
}

static int
plain_add(void *context, const char *name, const char *value)
{
	return result(smfi_addheader(context, loose(name), loose(value)));
}

static int
plain_insert(void *context, const char *name, const char *value)
{
	return result(smfi_insheader(context, 0, loose(name), loose(value)));
}

/* The value with the blank that the MTA does not put there; freed. */
static char *
blanked(const char *value)
{
	struct buf b;

	buf_init(&b, VALUE_MAX);
	if (buf_string(&b, " ") == -1 || buf_string(&b, value) == -1) {
		buf_free(&b);
		return NULL;
	}
	return (char *)b.data;
}

static int
blank_change(void *context, const char *name, int index, const char *value)
{
	char *with = value == NULL ? NULL : blanked(value);
	int answer = -1;

	if (value == NULL || with != NULL)
		answer = plain_change(context, name, index, with);
	free(with);
	return answer;
}

static int
blank_add(void *context, const char *name, const char *value)
{
	char *with = blanked(value);
	int answer = with == NULL ? -1 : plain_add(context, name, with);

	free(with);
	return answer;
}

static int
blank_insert(void *context, const char *name, const char *value)
{
	char *with = blanked(value);
	int answer = with == NULL ? -1 : plain_insert(context, name, with);

	free(with);
	return answer;
}

static int
remove_rcpt(void *context, const char *rcpt)
{
	return result(smfi_delrcpt(context, loose(rcpt)));
}

static int
replace_body(void *context, const unsigned char *bytes, size_t len)
{
	union {
		const unsigned char *from;
		unsigned char *to;
	} u = { .from = bytes };

	return result(smfi_replacebody(context, u.to, (int)len));
}

/* smfi_setmlreply() takes its lines as arguments, NULL behind the last, and
 * each as a printf format: so a % is written twice. */
static void
escape(char out[2 * MTA_LINE], const char *line)
{
	for (; *line != '\0'; line++) {
		if (*line == '%')
			*out++ = '%';
		*out++ = *line;
	}
	*out = '\0';
}

static int
reply(void *context, const struct mta_reply *r)
{
	char(*e)[2 * MTA_LINE] = calloc(MTA_LINES, sizeof *e);
	char *l[MTA_LINES] = { NULL };
	int answer;

	if (e == NULL)
		return -1;
	for (size_t i = 0; i < r->count; i++) {
		escape(e[i], r->lines[i]);
		l[i] = e[i];
	}
	answer = smfi_setmlreply(context, r->code, r->extended, l[0], l[1],
	    l[2], l[3], l[4], l[5], l[6], l[7], l[8], l[9], l[10], l[11], l[12],
	    l[13], l[14], l[15], l[16], l[17], l[18], l[19], l[20], l[21],
	    l[22], l[23], l[24], l[25], l[26], l[27], l[28], l[29], l[30],
	    l[31], NULL);
	free(e);
	return result(answer);
}

struct mta
mta_milter(SMFICTX *ctx, bool blank)
{
	struct mta plain = { ctx, plain_change, plain_add, plain_insert,
		remove_rcpt, replace_body, reply };
	struct mta spaced = { ctx, blank_change, blank_add, blank_insert,
		remove_rcpt, replace_body, reply };

	return blank ? spaced : plain;
}
