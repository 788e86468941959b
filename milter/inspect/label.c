/* SPDX-License-Identifier: ISC */
#include <string.h>
#include <strings.h>

#include "milter/base/count.h"
#include "milter/base/text.h"
#include "milter/inspect/inspect.h"
#include "milter/inspect/labels.h"
#include "milter/inspect/properties.h"
#include "milter/base/banned.h"

/*
 * What our own people marked their mail as, at the places where people and
 * programs mark it (domain.md 3.9): subject, head of the text, file names, the
 * documents' properties and first lines, header fields of our own clients.
 *
 * Nothing that is found lowers anything. That a mail is public must be written
 * on the mail itself: a label of an attachment may be older than the mail.
 */

/* A label stands at the head of a text. */
enum { HEAD = 10 };

/* The class of outbound mail with files and no label, a setting. */
static int64_t default_class = 1;

/* Where a label is looked for; lines is how many may still be read. */
struct place {
	const struct inspection *i;
	const struct part *part;
	const char *name;
	bool quoted; /* someone else's words */
	bool mail; /* the mail itself, which alone can be public */
	int lines;
};

static void
found(void *owner, enum fact fact, const char *word)
{
	const struct place *at = owner;

	if (fact == FACT_LABEL_PUBLIC && (at->quoted || !at->mail))
		return;
	if (at->quoted)
		fact = FACT_LABEL_QUOTED;
	inspect_fact(at->i, fact, at->part, "%s: %s", at->name, word);
}

static void
look(struct place *at, enum labels_kind kind, const char *line, size_t len)
{
	const struct labels want = { at, found };

	labels_line(&want, kind, line, len);
}

/* Mail programs quote below a line like these. */
static bool
begins_quote(const char *line, size_t len)
{
	static const char *const begins[] = { "-----original message",
		"---------- forwarded message", "-----forwarded message",
		"begin forwarded message", "-----元のメッセージ",
		"-----オリジナルメッセージ", "----- 元のメッセージ",
		"---------- 転送メッセージ", "________________________________",
		"from: ", "差出人:", "差出人：", "送信者:", "送信者：" };
	static const char *const ends[] = { "wrote:", "さんは書きました:",
		"のメール:", "> wrote", "さんは書きました：", "の投稿:" };

	while (len > 0 && strchr(" \t", line[len - 1]) != NULL)
		len--;
	for (size_t n = 0; n < COUNT(begins); n++)
		if (strncasecmp(line, begins[n], strlen(begins[n])) == 0)
			return true;
	for (size_t n = 0; n < COUNT(ends); n++) {
		size_t last = strlen(ends[n]);

		if (len >= last &&
		    strncasecmp(line + len - last, ends[n], last) == 0)
			return true;
	}
	return false;
}

/* The head of a text: its first lines that are neither empty nor quoted. What
 * is quoted is read to its end: each mail in it had a head of its own. */
static void
look_at_text(struct place *at, const char *s)
{
	bool below = false, outer = at->quoted;

	while (*s != '\0') {
		size_t len = strcspn(s, "\r\n");

		below = below || begins_quote(s, len);
		at->quoted = outer || below || *s == '>' ||
			     strncmp(s, "＞", strlen("＞")) == 0;
		if (len > 0 && (at->quoted || at->lines > 0)) {
			look(at, at->quoted ? LABELS_QUOTED : LABELS_TEXT, s,
			    len);
			at->lines -= !at->quoted;
		}
		s += len;
		s += strspn(s, "\r\n");
	}
}

static bool
property(void *owner, bool head, const char *text, size_t len)
{
	struct place *at = owner;

	at->name = head ? "document" : "property";
	look(at, LABELS_TEXT, text, len);
	return true;
}

/* 部外秘_budget.xlsx: the ending is no word of the name. */
static void
look_at_names(struct place *at)
{
	at->name = "name";
	for (const struct file_name *n = at->part->names; n != NULL;
	     n = n->next) {
		const char *dot = strrchr(n->name, '.');
		size_t len = dot == NULL || dot == n->name
				 ? strlen(n->name)
				 : (size_t)(dot - n->name);

		look(at, LABELS_NAME, n->name, len);
	}
}

/* The value of one label of many: "MSIP_Label_1f5a_Name=Confidential; ..." */
static void
look_at_field(struct place *at, const char *value)
{
	while (*value != '\0') {
		size_t len = strcspn(value, ";\r\n");
		const char *sign = memchr(value, '=', len);
		const char *from = sign == NULL ? value : sign + 1;

		look(at, LABELS_TEXT, from, len - (size_t)(from - value));
		value += len;
		value += strspn(value, "; \t\r\n");
	}
}

/* Fields that a mail program of our own writes: Outlook's sensitivity (RFC
 * 2156), Purview's labels, keywords. */
static void
look_at_fields(struct place *at, const struct header *h)
{
	static const char *const names[] = { "Sensitivity", "X-Sensitivity",
		"Keywords", "msip_labels", "X-Classification", "X-Label" };

	at->name = "header";
	for (; h != NULL; h = h->next)
		if (text_in(h->name, names, COUNT(names)))
			look_at_field(at, h->value);
}

/* Is the part, or what it stands in, a mail attached to this one? */
static bool
is_forwarded(const struct part *p)
{
	for (; p != NULL; p = p->parent)
		if (p->origin == ORIGIN_MESSAGE)
			return true;
	return false;
}

static void
look_at_part(const struct inspection *i, const struct part *p)
{
	const struct header *subject = message_header(p, "Subject");
	struct place at = { .i = i, .part = p, .quoted = is_forwarded(p) };

	if (p->origin == ORIGIN_MESSAGE && subject != NULL) {
		at.name = "subject";
		look(&at, LABELS_TEXT, subject->value, strlen(subject->value));
	}
	if (p->text != NULL) {
		at.name = "text";
		at.lines = HEAD;
		at.mail = !message_is_file(p);
		look_at_text(&at, p->text);
	}
	at.quoted = at.mail = false;
	if (p->origin != ORIGIN_STREAM && p->origin != ORIGIN_OBJECTS)
		look_at_names(&at);
	properties_read(i->message->arena, p, &at, property);
}

/* A file that a person attached: not a picture in the text, nor what a mail
 * program adds to sign it. */
static bool
is_attached(const struct part *p)
{
	static const char *const added[] = { "application/pkcs7-signature",
		"application/x-pkcs7-signature", "application/pgp-signature",
		"application/pgp-encrypted" };

	if (!message_is_file(p) || text_in(p->type, added, COUNT(added)))
		return false;
	return strncmp(p->type, "image/", 6) != 0 ||
	       strcmp(p->disposition, "attachment") == 0;
}

/* S061: what officials handle is confidential unless it says otherwise. */
static void
look_for_none(const struct inspection *i)
{
	static const enum fact labels[] = { FACT_LABEL_C3, FACT_LABEL_C2,
		FACT_LABEL_ENCRYPT, FACT_LABEL_PUBLIC };

	if (default_class < 2)
		return;
	for (size_t n = 0; n < COUNT(labels); n++)
		if (findings_has(i->findings, labels[n]) != NULL)
			return;
	for (const struct part *p = i->message->root; p != NULL; p = p->next)
		if (is_attached(p)) {
			inspect_fact(i, FACT_LABEL_DEFAULT, p, "%d",
			    (int)default_class);
			return;
		}
}

static void
run(struct inspection *i)
{
	const struct message *m = i->message;
	struct place mail = { .i = i, .name = "subject", .mail = true };

	if (!inspect_leaves(i))
		return;
	look(&mail, LABELS_TEXT, m->subject, strlen(m->subject));
	mail.mail = false;
	if (i->envelope->inside)
		look_at_fields(&mail, m->root->headers);
	for (const struct part *p = m->root; p != NULL; p = p->next)
		look_at_part(i, p);
	look_for_none(i);
}

static int
prepare(const struct conf *conf, struct reason *why)
{
	(void)why;
	default_class = conf->label_default;
	return 0;
}

const struct inspector inspect_label = {
	.looks_for = "confidentiality labels on outbound mail",
	.prepare = prepare,
	.run = run,
};
