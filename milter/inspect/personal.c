/* SPDX-License-Identifier: ISC */
#include <string.h>

#include "milter/base/count.h"
#include "milter/base/text.h"
#include "milter/inspect/fold.h"
#include "milter/inspect/inspect.h"
#include "milter/inspect/numbers.h"
#include "milter/inspect/records.h"
#include "milter/mail/charset.h"
#include "milter/mail/doctext.h"
#include "milter/base/banned.h"

/*
 * Personal information on its way out (S001): in the text of the mail, in
 * tables as text, in documents of Office. What is stated is how many of which
 * kind; no number and no name leaves this file.
 */

/* Of tables as text, bytes of one message that are decoded for this. */
enum { TABLES_MOST = 64 << 20 };

/* What one file, or text, was found to hold. */
struct holdings {
	struct numbers numbers;
	struct records records;
};

static bool
take_line(void *owner, const char *text, size_t len)
{
	struct holdings *h = owner;
	char line[FOLD_SIZE];

	while (len > 0) {
		size_t taken = fold_line(text, len, line);

		numbers_line(&h->numbers, line);
		records_line(&h->records, line);
		text += taken;
		len -= taken;
	}
	return true;
}

static void
take_text(struct holdings *h, const char *text)
{
	while (*text != '\0') {
		size_t len = strcspn(text, "\r\n");

		take_line(h, text, len);
		text += len;
		text += strspn(text, "\r\n");
	}
}

static void
state(const struct inspection *i, const struct part *p,
    const struct holdings *h)
{
	size_t individual = numbers_individual(&h->numbers);
	size_t cards = numbers_cards(&h->numbers);
	size_t rows = records_rows(&h->records);
	const size_t *kinds = h->records.kinds;

	if (individual > 0)
		inspect_fact(i, FACT_PERSONAL_NUMBER, p, "%zu found",
		    individual);
	if (cards > 0)
		inspect_fact(i, FACT_PERSONAL_CARD, p, "%zu found", cards);
	if (rows > 0)
		inspect_fact(i, FACT_PERSONAL_TABLE, p,
		    "%zu rows: birth %zu, address %zu, telephone %zu", rows,
		    kinds[RECORDS_BIRTH], kinds[RECORDS_ADDRESS],
		    kinds[RECORDS_PHONE]);
}

/* A table as text, which no mail program shows in the mail. */
static bool
is_table(const struct part *p)
{
	static const char *const endings[] = { ".csv", ".tsv", ".txt" };

	if (p->text != NULL || p->bytes == NULL || p->origin == ORIGIN_OBJECTS)
		return false;
	if (strcmp(p->type, "text/csv") == 0 ||
	    strcmp(p->type, "text/tab-separated-values") == 0)
		return true;
	for (const struct file_name *n = p->names; n != NULL; n = n->next)
		for (size_t e = 0; e < COUNT(endings); e++)
			if (text_ends(n->name, endings[e]))
				return true;
	return false;
}

static const char *
text_of(const struct inspection *i, const struct part *p, size_t *left)
{
	if (p->text != NULL || !is_table(p))
		return p->text;
	if (p->size > *left) {
		inspect_fact(i, FACT_SCAN_LIMIT, p,
		    "tables over %d bytes are not read for personal data",
		    TABLES_MOST);
		return NULL;
	}
	*left -= p->size;
	return charset_decode(i->message->arena, p->charset,
	    (struct span){ p->bytes, p->size }, NULL);
}

/* The members of a document: what a number is may be told in another. */
static void
look_at_document(const struct inspection *i, const struct part *document)
{
	struct holdings h = { .records = records_begin() };
	struct doctext d = doctext_begin(&h, take_line);

	for (const struct part *p = document->child; p != NULL; p = p->sibling)
		if (doctext_kind(p) == DOCTEXT_BODY) {
			h.records.headed = false;
			doctext_read(&d, p);
		}
	doctext_end(&d);
	state(i, document, &h);
}

static void
run(struct inspection *i)
{
	size_t left = TABLES_MOST;

	if (!inspect_leaves(i))
		return;
	for (const struct part *p = i->message->root; p != NULL; p = p->next) {
		struct holdings h = { .records = records_begin() };
		const char *text = text_of(i, p, &left);

		if (text != NULL) {
			take_text(&h, text);
			state(i, p, &h);
		}
		if (p->child != NULL)
			look_at_document(i, p);
	}
}

const struct inspector inspect_personal = {
	.looks_for = "personal information on outbound mail",
	.run = run,
};
