/* SPDX-License-Identifier: ISC */
#include <string.h>
#include <unicode/uchar.h>
#include <unicode/unorm2.h>
#include <unicode/ustring.h>

#include "milter/base/count.h"
#include "milter/inspect/labels.h"
#include "milter/base/banned.h"

/* What is longer than this is no label. */
enum { LINE_MOST = 1000, WORD_MOST = 24 };

static const struct {
	enum fact fact;
	const char *word;
} table[] = {
#define LABEL(fact, word) { FACT_##fact, word },
#include "milter/inspect/labels.def"
#undef LABEL
};

/* A line in NFKC: 【部外秘】, ［部外秘］ and (部外秘) differ by brackets only,
 * 機密性２ is 機密性2. */
struct line {
	const struct labels *want;
	enum labels_kind kind;
	int32_t len;
	UChar text[4 * LINE_MOST];
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
is_separator(const struct line *line, UChar c)
{
	if (c == 0)
		return false;
	if (line->kind == LABELS_NAME && u_strchr(u"_.-+~", c) != NULL)
		return true;
	return is_bracket(c) || u_strchr(u":,/|;、。・･", c) != NULL;
}

/* A stretch of a line between two separators. */
struct stretch {
	int32_t from, to;
	bool apart; /* in brackets, or the whole line, or its last word */
};

/* The word without its blanks (部 外 秘), lower case, as UTF-8. */
static bool
squeeze(const struct line *line, const struct stretch *s, char *word,
    size_t size)
{
	UChar letters[WORD_MOST];
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

static bool
is_filling(const struct line *line, int32_t at)
{
	return is_bracket(line->text[at]) || line->text[at] == '-' ||
	       line->text[at] == '_' || u_isUWhiteSpace(line->text[at]);
}

/* 「部外秘」ではありません: what follows takes the label back. */
static bool
is_denied_behind(const struct line *line, int32_t at)
{
	static const UChar *const denials[] = { u"ではあり", u"ではな",
		u"ではござ", u"でな", u"じゃな", u"を解除", u"の解除", u"解除",
		u"の指定を解除", u"指定を解除", u"の指定は解除", u"に該当し",
		u"には該当し", u"には当た", u"とは", u"扱いではな",
		u"扱いではあり" };

	while (at < line->len && is_filling(line, at))
		at++;
	for (size_t i = 0; i < COUNT(denials); i++) {
		int32_t len = u_strlen(denials[i]);

		if (line->len - at >= len &&
		    u_memcmp(line->text + at, denials[i], len) == 0)
			return true;
	}
	return false;
}

/* not "confidential", non-confidential: the word before takes it back. */
static bool
is_denied_before(const struct line *line, int32_t at)
{
	static const UChar *const denials[] = { u"not", u"non", u"no",
		u"never" };
	UChar word[8];
	int32_t end = at, len;

	while (end > 0 && is_filling(line, end - 1))
		end--;
	for (len = 0; len < (int32_t)COUNT(word) - 1 && len < end; len++) {
		UChar c = (UChar)u_tolower(line->text[end - len - 1]);

		if (c < 'a' || c > 'z')
			break;
	}
	for (int32_t i = 0; i < len; i++)
		word[i] = (UChar)u_tolower(line->text[end - len + i]);
	word[len] = 0;
	for (size_t i = 0; i < COUNT(denials); i++)
		if (u_strcmp(word, denials[i]) == 0)
			return true;
	return false;
}

static void
judge(const struct line *line, const struct stretch *s)
{
	char word[4 * WORD_MOST];

	if (!squeeze(line, s, word, sizeof word) ||
	    is_denied_behind(line, s->to) || is_denied_before(line, s->from))
		return;
	for (size_t n = 0; n < COUNT(table); n++)
		if (strcmp(word, table[n].word) == 0 &&
		    (s->apart || (unsigned char)word[0] >= 0x80))
			line->want->found(line->want->owner, table[n].fact,
			    table[n].word);
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
judge_words(const struct line *line, struct stretch *s)
{
	while (s->from < s->to && u_isUWhiteSpace(line->text[s->from]))
		s->from++;
	while (s->from < s->to && u_isUWhiteSpace(line->text[s->to - 1]))
		s->to--;
	judge(line, s);
	for (int32_t at = s->from; at < s->to;) {
		struct stretch word = { at, at, false };

		if (is_blank(line, s, at)) {
			at++;
			continue;
		}
		word.to = at = word_end(line, s, at);
		if (word.from > s->from || word.to < s->to)
			judge(line, &word);
	}
}

/* The signs before a quoted line are no brackets. */
static size_t
quote_signs(const char *line, size_t len)
{
	size_t signs = 0;

	while (signs < len && strchr(">| \t", line[signs]) != NULL)
		signs++;
	return signs;
}

/* Does nothing of a sentence stand around it? "Classification: Confidential"
 * and plan_confidential are marked, Confidential_Computing is a title. */
static bool
is_apart(const struct line *line, const struct stretch *s)
{
	bool closed = s->to == line->len || is_bracket(line->text[s->to]);

	if (s->from == 0)
		return closed && line->kind != LABELS_QUOTED;
	if (is_bracket(line->text[s->from - 1]))
		return closed;
	return s->to == line->len &&
	       (line->kind == LABELS_NAME || line->text[s->from - 1] == ':');
}

void
labels_line(const struct labels *want, enum labels_kind kind, const char *from,
    size_t len)
{
	struct line line;
	int32_t start = 0;

	line.want = want;
	line.kind = kind;
	if (kind == LABELS_QUOTED) {
		size_t signs = quote_signs(from, len);

		from += signs;
		len -= signs;
	}
	if (!read_line(&line, from, len < LINE_MOST ? len : LINE_MOST))
		return;
	for (int32_t at = 0; at <= line.len; at++) {
		struct stretch s = { start, at, false };

		if (at < line.len && !is_separator(&line, line.text[at]))
			continue;
		s.apart = is_apart(&line, &s);
		if (at > start)
			judge_words(&line, &s);
		start = at + 1;
	}
}
