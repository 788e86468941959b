/* SPDX-License-Identifier: ISC */
#include <nettle/base64.h>
#include <stdio.h>
#include <string.h>

#include "milter/act/carry.h"
#include "milter/base/banned.h"

enum {
	VALUE_MAX = 65536,
	WORD = 45 /* bytes that fit into an encoded word of 75 characters */
};

static bool
is_ascii(const char *s)
{
	for (; *s != '\0'; s++)
		if ((unsigned char)*s >= 0x80)
			return false;
	return true;
}

/* How much of s fits into one word without cutting a character in two: each
 * word must be readable by itself (RFC 2047, 5). */
static size_t
one_word(const char *s, size_t len)
{
	if (len <= WORD)
		return len;
	len = WORD;
	while (len > 1 && ((unsigned char)s[len] & 0xc0) == 0x80)
		len--;
	return len;
}

static int
encoded(struct buf *out, const char *s)
{
	size_t len = strlen(s);
	char word[BASE64_ENCODE_RAW_LENGTH(WORD)];

	while (len > 0) {
		size_t n = one_word(s, len);

		base64_encode_raw(word, n, (const uint8_t *)s);
		if (buf_printf(out, "=?UTF-8?B?%.*s?=",
			(int)BASE64_ENCODE_RAW_LENGTH(n), word) == -1)
			return -1;
		s += n;
		len -= n;
		if (len > 0 && buf_string(out, " ") == -1)
			return -1;
	}
	return 0;
}

int
tag_subject(struct buf *out, const char *prefix, const char *subject)
{
	int answer =
	    is_ascii(prefix) ? buf_string(out, prefix) : encoded(out, prefix);

	/* The subject stays as it was, byte for byte: whoever signed or
	 * threads by it finds it behind the mark. */
	if (answer == 0 && subject[0] != '\0')
		answer = buf_printf(out, " %s", subject);
	return answer;
}

static int
mark_subject(struct carry *c, const struct field *field, const char *prefix)
{
	const struct mta *mta = c->a->mta;
	struct buf old, new;
	int answer = -1;

	buf_init(&old, VALUE_MAX);
	buf_init(&new, VALUE_MAX);
	if (fields_value(field, &old) == 0 &&
	    tag_subject(&new, prefix, buf_text(&old)) == 0)
		answer = mta->change(mta->context, "Subject", field->index,
		    buf_text(&new));
	buf_free(&old);
	buf_free(&new);
	return answer;
}

static int
mark_subjects(struct carry *c, const char *prefix)
{
	const struct mta *mta = c->a->mta;
	struct buf new;
	bool any = false;
	int answer;

	/* Of several, readers show different ones. */
	for (size_t i = 0; i < c->fields.count; i++)
		if (fields_named(&c->fields.list[i], "Subject")) {
			any = true;
			if (mark_subject(c, &c->fields.list[i], prefix) == -1)
				return -1;
		}
	if (any)
		return 0;
	buf_init(&new, VALUE_MAX);
	answer = tag_subject(&new, prefix, "");
	if (answer == 0)
		answer = mta->add(mta->context, "Subject", buf_text(&new));
	buf_free(&new);
	return answer;
}

static void
ascii(char *s)
{
	for (; *s != '\0'; s++)
		if (*s != '\n' && *s != '\t' && (*s < ' ' || *s > '~'))
			*s = '?';
}

int
tag_header(struct carry *c, const struct group *g)
{
	const struct mta *mta = c->a->mta;
	char verdict[512], facts[8192];

	snprintf(verdict, sizeof verdict, "%s (%s)",
	    verdict_name(g->verdict.kind), g->verdict.rule);
	ascii(verdict);
	carry_facts(c->a->findings, ",\n\t", facts, sizeof facts);
	if (mta->add(mta->context, "X-Sekimori-Verdict", verdict) == -1 ||
	    mta->add(mta->context, "X-Sekimori-Id", c->a->envelope->id) == -1)
		return -1;
	if (facts[0] == '\0')
		return 0;
	return mta->add(mta->context, "X-Sekimori-Facts", facts);
}

int
tag_subjects(struct carry *c, const struct verdict *v)
{
	const char *prefix = v->prefix;

	if (prefix == NULL || prefix[0] == '\0')
		prefix = c->a->conf->subject_tag;
	return prefix[0] != '\0' ? mark_subjects(c, prefix) : 0;
}

int
tag_apply(struct carry *c, const struct group *g)
{
	if (tag_header(c, g) == -1 || tag_subjects(c, &g->verdict) == -1)
		return reason_set(&c->why, "the MTA did not take the mark");
	return 0;
}
