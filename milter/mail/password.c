/* SPDX-License-Identifier: ISC */
#include <string.h>
#include <strings.h>

#include "milter/base/count.h"
#include "milter/mail/password.h"
#include "milter/base/banned.h"

enum {
	WORD_LEAST = 4,
	WORD_MOST = 64,
	NEAR = 160, /* bytes behind a word that announces a password */
	TEXT_MOST = 65536 /* of one text */
};

/* What announces one; clear if it stands for little else. */
static const struct {
	const char *word;
	bool clear;
} heralds[] = {
	{ "パスワード", true },
	{ "ぱすわーど", true },
	{ "パス", false },
	{ "解凍", true },
	{ "暗証", true },
	{ "復号", true },
	{ "開封", false },
	{ "password", true },
	{ "passwort", true },
	{ "passcode", true },
	{ "pass", false },
	{ "pw", false },
	{ "key", false },
};

/* Where words are taken from. */
struct source {
	const struct message *message;
	struct passwords *all;
	const char *name;
	size_t most; /* words after which no more are taken */
};

static void
add_any(struct source *s, const char *word, size_t len)
{
	struct passwords *all = s->all;

	if (len == 0 || len > WORD_MOST)
		return;
	for (size_t i = 0; i < all->count; i++)
		if (strlen(all->list[i]) == len &&
		    memcmp(all->list[i], word, len) == 0)
			return;
	if (all->count >= s->most) {
		all->more = true;
		return;
	}
	all->list[all->count] = arena_copy(s->message->arena, word, len);
	all->source[all->count++] = s->name;
}

/* Shorter words are too many, unless the site names one. */
static void
add(struct source *s, const char *word, size_t len)
{
	if (len >= WORD_LEAST)
		add_any(s, word, len);
}

/* A word without what people put around it, what stands behind its last colon
 * or equals sign or before its last dot, and the word as it is. */
static void
add_word(struct source *s, const char *word, size_t len)
{
	static const char before[] = "\"'`([{<:=", after[] = "\"'`)]}>,.;:";
	const char *bare = word, *dot;
	size_t left = len, behind;

	while (left > 0 && strchr(before, *bare) != NULL)
		bare++, left--;
	while (left > 0 && strchr(after, bare[left - 1]) != NULL)
		left--;
	for (behind = left; behind > 0; behind--)
		if (bare[behind - 1] == ':' || bare[behind - 1] == '=')
			break;
	if (behind > 0)
		add(s, bare + behind, left - behind);
	add(s, bare, left);
	/* "key20261127.zip" */
	dot = memrchr(bare, '.', left);
	if (dot != NULL)
		add(s, bare, (size_t)(dot - bare));
	add(s, word, len);
}

/* Every run of printable ASCII is a word: Japanese text parts them. */
static void
add_words(struct source *s, const char *text, size_t len)
{
	size_t at = 0;

	while (at < len && text[at] != '\0') {
		size_t from = at;

		while (at < len && text[at] > ' ' && text[at] < 127)
			at++;
		if (at > from)
			add_word(s, text + from, at - from);
		else
			at++;
	}
}

/* U+FF01 to U+FF5E are ASCII in full width, U+3000 is a blank. */
static char *
folded(struct arena *a, const char *text)
{
	size_t len = strlen(text), at = 0, out = 0;
	char *copy;

	if (len > TEXT_MOST)
		len = TEXT_MOST;
	copy = arena_copy(a, text, len);
	while (at < len) {
		const unsigned char *c = (const unsigned char *)copy + at;
		unsigned wide = len - at < 3
				    ? 0
				    : (c[0] & 0x0fu) << 12 |
					  (c[1] & 0x3fu) << 6 | (c[2] & 0x3fu);

		if (c[0] == 0xef && wide >= 0xff01 && wide <= 0xff5e) {
			copy[out++] = (char)(wide - 0xff01 + '!');
			at += 3;
		} else if (c[0] == 0xe3 && wide == 0x3000) {
			copy[out++] = ' ';
			at += 3;
		} else {
			copy[out++] = copy[at++];
		}
	}
	copy[out] = '\0';
	return copy;
}

static void
add_announced(struct source *s, const char *text)
{
	for (size_t i = 0; i < COUNT(heralds); i++)
		for (const char *at = text;
		     (at = strcasestr(at, heralds[i].word)) != NULL;) {
			at += strlen(heralds[i].word);
			add_words(s, at, strnlen(at, NEAR));
		}
}

typedef void taker(struct source *s, const char *text);

/* The texts and names of parts, of what is packed in others or is not. */
static void
add_parts(struct source *s, taker *from, bool packed, const char *texts,
    const char *names)
{
	struct arena *a = s->message->arena;
	const struct part *root = s->message->root;

	s->name = texts;
	for (const struct part *p = root; p; p = p->next)
		if (p->text != NULL && (p->origin == ORIGIN_MEMBER) == packed)
			from(s, folded(a, p->text));
	s->name = names;
	for (const struct part *p = root; p; p = p->next)
		if (p->names != NULL && (p->origin == ORIGIN_MEMBER) == packed)
			from(s, folded(a, p->names->name));
}

/* Each text once for what is announced, then for all words. */
static void
add_texts(struct source *s, taker *from)
{
	const struct header *subject =
	    message_header(s->message->root, "Subject");

	s->name = "the subject";
	if (subject != NULL)
		from(s, folded(s->message->arena, subject->value));
	add_parts(s, from, false, "the text", "a file name");
	add_parts(s, from, true, "a file in an archive",
	    "the name of a file in an archive");
}

static void
all_words(struct source *s, const char *text)
{
	add_words(s, text, strlen(text));
}

/* What is announced is tried before a long letter. */
static void
add_all(struct source *s)
{
	add_texts(s, add_announced);
	add_texts(s, all_words);
}

void
passwords_collect(struct reading *r, struct passwords *all)
{
	const struct conf_list *site = r->limits->passwords;
	struct source s = { r->message, all, "another mail or the site's list",
		PASSWORDS_MOST / 2 };

	all->count = 0;
	all->more = false;
	for (size_t i = 0; site != NULL && i < site->count; i++)
		add_any(&s, site->items[i], strlen(site->items[i]));
	s.most = PASSWORDS_MOST;
	add_all(&s);
}

void
passwords_of(const struct message *m, struct passwords *all)
{
	struct source s = { .message = m, .all = all, .most = PASSWORDS_MOST };

	all->count = 0;
	all->more = false;
	add_all(&s);
}

static bool
announces(const char *text)
{
	for (size_t i = 0; i < COUNT(heralds); i++)
		if (heralds[i].clear && strcasestr(text, heralds[i].word))
			return true;
	return false;
}

bool
passwords_announced(const struct message *m)
{
	if (announces(m->subject))
		return true;
	for (const struct part *p = m->root; p; p = p->next)
		if (p->text != NULL && p->origin != ORIGIN_MEMBER &&
		    announces(p->text))
			return true;
	return false;
}
