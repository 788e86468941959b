/* SPDX-License-Identifier: ISC */
#include <string.h>
#include <unicode/uchar.h>
#include <unicode/unorm2.h>
#include <unicode/ustring.h>

#include "milter/base/count.h"
#include "milter/inspect/inspect.h"
#include "milter/base/banned.h"

/* A label stands at the head of a text; and what is longer is no label. */
enum { LINES = 10, LINE_MOST = 1000, WORD_MOST = 16 };

static const struct {
	enum fact fact;
	const char *word;
} labels[] = {
#define LABEL(fact, word) { FACT_##fact, word },
#include "milter/inspect/labels.def"
#undef LABEL
};

/* A line in NFKC: 【部外秘】, ［部外秘］ and (部外秘) differ by brackets only,
 * 機密性２ is 機密性2. */
struct line {
	UChar text[4 * LINE_MOST];
	int32_t len;
};

static bool
read_line(struct line *line, const char *from, size_t len)
{
	UChar raw[LINE_MOST];
	UErrorCode error = U_ZERO_ERROR;
	int32_t units;
	const UNormalizer2 *nfkc = unorm2_getNFKCInstance(&error);

	u_strFromUTF8WithSub(raw, LINE_MOST, &units, from, (int32_t)len, 0xfffd,
	    NULL, &error);
	line->len = unorm2_normalize(nfkc, raw, units, line->text,
	    (int32_t)COUNT(line->text), &error);
	return U_SUCCESS(error) != 0;
}

static bool
is_bracket(UChar c)
{
	return u_charType(c) == U_START_PUNCTUATION ||
	       u_charType(c) == U_END_PUNCTUATION || c == '<' || c == '>' ||
	       c == 0x226a || c == 0x226b || c == '"' || c == '*' ||
	       c == 0x2605 || c == 0x25c6 || c == 0x25a0 || c == 0x25cf;
}

static bool
is_separator(UChar c)
{
	return is_bracket(c) || c == ':' || c == ',' || c == '/' || c == '|' ||
	       c == 0x3001 || c == 0x3002 || c == 0x30fb || c == 0xff65;
}

/* A stretch of a line between two separators. */
struct stretch {
	int32_t from, to;
	bool apart; /* in brackets, or the whole line */
};

/* The word without its blanks (部 外 秘), lower case, as UTF-8. */
static bool
squeeze(const struct line *line, const struct stretch *s, char *word,
    size_t size)
{
	UChar letters[WORD_MOST + 8];
	UErrorCode error = U_ZERO_ERROR;
	int32_t used = 0;

	for (int32_t i = s->from; i < s->to; i++) {
		if (u_isUWhiteSpace(line->text[i]))
			continue;
		if (used == (int32_t)COUNT(letters))
			return false;
		letters[used++] = (UChar)u_tolower(line->text[i]);
	}
	u_strToUTF8(word, (int32_t)size, NULL, letters, used, &error);
	return U_SUCCESS(error) && error != U_STRING_NOT_TERMINATED_WARNING;
}

/* 「部外秘」ではありません: what follows takes the label back. */
static bool
is_denied(const struct line *line, int32_t at)
{
	static const UChar *const denials[] = { u"ではあり", u"ではな", u"でな",
		u"じゃな", u"を解除", u"の解除", u"解除", u"に該当し",
		u"には該当し", u"には当た", u"とは" };

	while (at < line->len &&
	       (is_bracket(line->text[at]) || u_isUWhiteSpace(line->text[at])))
		at++;
	for (size_t i = 0; i < COUNT(denials); i++) {
		int32_t len = u_strlen(denials[i]);

		if (line->len - at >= len &&
		    u_memcmp(line->text + at, denials[i], len) == 0)
			return true;
	}
	return false;
}

static void
judge(const struct inspection *i, const struct part *p, const struct line *line,
    const struct stretch *s)
{
	char word[128];

	if (!squeeze(line, s, word, sizeof word) || is_denied(line, s->to))
		return;
	for (size_t n = 0; n < COUNT(labels); n++)
		if (strcmp(word, labels[n].word) == 0 &&
		    (s->apart || (unsigned char)word[0] >= 0x80))
			inspect_fact(i, labels[n].fact, p, "%s", word);
}

static bool
is_blank(const struct line *line, const struct stretch *s, int32_t at)
{
	return at >= s->to || u_isUWhiteSpace(line->text[at]);
}

/* The end of the word at from. Letters that each stand for themselves are one
 * word (部 外 秘), or the last of them would be another label. */
static int32_t
word_end(const struct line *line, const struct stretch *s, int32_t from)
{
	int32_t at = from + 1;

	if (!is_blank(line, s, at)) {
		while (!is_blank(line, s, at))
			at++;
		return at;
	}
	while (at + 1 < s->to && !is_blank(line, s, at + 1) &&
	       is_blank(line, s, at + 2))
		at += 2;
	return at;
}

/* Every stretch between separators, and every word of it between blanks. */
static void
judge_words(const struct inspection *i, const struct part *p,
    const struct line *line, const struct stretch *s)
{
	int32_t at = s->from;

	judge(i, p, line, s);
	while (at < s->to) {
		struct stretch word = { at, at, false };

		if (is_blank(line, s, at)) {
			at++;
			continue;
		}
		word.to = at = word_end(line, s, at);
		if (word.from > s->from || word.to < s->to)
			judge(i, p, line, &word);
	}
}

static void
judge_line(const struct inspection *i, const struct part *p, const char *from,
    size_t len)
{
	struct line line;
	int32_t start = 0;

	if (!read_line(&line, from, len < LINE_MOST ? len : LINE_MOST))
		return;
	for (int32_t at = 0; at <= line.len; at++) {
		struct stretch s = { start, at, false };

		if (at < line.len && !is_separator(line.text[at]))
			continue;
		s.apart = (start == 0 || is_bracket(line.text[start - 1])) &&
			  (at == line.len || is_bracket(line.text[at]));
		if (at > start)
			judge_words(i, p, &line, &s);
		start = at + 1;
	}
}

/* The head of a text: its first lines that are neither empty nor quoted. */
static void
judge_text(const struct inspection *i, const struct part *p)
{
	const char *s = p->text;

	for (int lines = 0; *s != '\0' && lines < LINES;) {
		size_t len = strcspn(s, "\r\n");

		if (len > 0 && s[0] != '>') {
			judge_line(i, p, s, len);
			lines++;
		}
		s += len;
		s += strspn(s, "\r\n");
	}
}

static bool
goes_out(const struct envelope *e)
{
	if (e->inside)
		return true;
	for (size_t n = 0; n < e->rcpts_count; n++)
		if (e->rcpts[n].direction == DIRECTION_OUTBOUND)
			return true;
	return false;
}

/* A text that is attached as a file has its own labels, which the body's
 * reader may not have meant for the mail: they count all the same. */
static void
run(struct inspection *i)
{
	if (!goes_out(i->envelope))
		return;
	judge_line(i, NULL, i->message->subject, strlen(i->message->subject));
	for (const struct part *p = i->message->root; p != NULL; p = p->next)
		if (p->text != NULL)
			judge_text(i, p);
}

const struct inspector inspect_label = {
	.looks_for = "confidentiality labels on outbound mail",
	.run = run,
};
