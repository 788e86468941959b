/* SPDX-License-Identifier: ISC */
#include <assert.h>

#include "milter/base/count.h"
#include "milter/inspect/inspect.h"
#include "milter/base/banned.h"

/*
 * What each mark means to policy. "Ambiguous" is what readers are known to
 * take differently, so that a scanner and a reader see two messages; "malformed"
 * is what honest but old software writes too.
 */
static const struct {
	const char *name;
	enum fact fact;
	bool hides; /* the part's bytes were not all seen */
} meanings[] = {
	[MARK_LIMIT] = { "limit", FACT_SCAN_LIMIT, true },
	[MARK_UNDECODED] = { "undecoded", FACT_UNINSPECTABLE, true },
	[MARK_UNKNOWN_ENCODING] = { "unknown encoding", FACT_UNINSPECTABLE,
	    true },
	[MARK_DUPLICATE_BOUNDARY] = { "duplicate boundary",
	    FACT_MESSAGE_AMBIGUOUS, false },
	[MARK_DUPLICATE_TYPE] = { "duplicate Content-Type",
	    FACT_MESSAGE_AMBIGUOUS, false },
	[MARK_DUPLICATE_ENCODING] = { "duplicate Content-Transfer-Encoding",
	    FACT_MESSAGE_AMBIGUOUS, false },
	[MARK_DUPLICATE_DISPOSITION] = { "duplicate Content-Disposition",
	    FACT_MESSAGE_AMBIGUOUS, false },
	[MARK_DUPLICATE_PARAMETER] = { "duplicate parameter",
	    FACT_MESSAGE_AMBIGUOUS, false },
	[MARK_BAD_BOUNDARY] = { "bad boundary", FACT_MESSAGE_AMBIGUOUS, false },
	[MARK_BAD_TYPE] = { "bad Content-Type", FACT_MESSAGE_MALFORMED, false },
	[MARK_BAD_ENCODING] = { "bad Content-Transfer-Encoding",
	    FACT_MESSAGE_AMBIGUOUS, false },
	[MARK_BAD_BASE64] = { "bad base64", FACT_MESSAGE_MALFORMED, false },
	[MARK_BAD_QUOTED_PRINTABLE] = { "bad quoted-printable",
	    FACT_MESSAGE_MALFORMED, false },
	[MARK_BAD_HEADER] = { "bad header", FACT_MESSAGE_MALFORMED, false },
	[MARK_BAD_PARAMETER] = { "bad parameter", FACT_MESSAGE_MALFORMED,
	    false },
	[MARK_HIDDEN_PARTS] = { "hidden parts", FACT_MESSAGE_AMBIGUOUS, false },
	[MARK_MISSING_END] = { "missing end", FACT_MESSAGE_MALFORMED, false },
	[MARK_TWO_FROM] = { "two From", FACT_MESSAGE_TWO_FROM, false },
	[MARK_BARE_CR] = { "bare CR", FACT_MESSAGE_BARE_CR, false },
	[MARK_BARE_LF] = { "bare LF", FACT_MESSAGE_BARE_LF, false },
	[MARK_NUL] = { "NUL", FACT_MESSAGE_NUL, false },
	[MARK_EIGHT_BIT_NAME] = { "8-bit field name", FACT_MESSAGE_MALFORMED,
	    false },
	[MARK_PARTIAL] = { "partial", FACT_MESSAGE_PARTIAL, true },
	[MARK_CHARSET_MISMATCH] = { "charset", FACT_CHARSET_MISMATCH, false },
	[MARK_NAME_UNDECODABLE] = { "name", FACT_NAME_UNDECODABLE, false },
	[MARK_CONTAINER_CONFLICT] = { "container", FACT_ARCHIVE_AMBIGUOUS,
	    false },
	[MARK_UNLOCKED] = { "opened", FACT_ARCHIVE_PASSWORD, false },
	[MARK_FOREIGN] = { "undecoded", FACT_UNINSPECTABLE_DOCUMENT, true },
	[MARK_READINGS] = { "readings", FACT_MESSAGE_AMBIGUOUS, false },
	[MARK_PICTURES] = { "pictures", FACT_SCAN_PICTURES, false },
	[MARK_OPAQUE] = { "encrypted", FACT_UNINSPECTABLE_ENCRYPTED, true },
};
static_assert(COUNT(meanings) == MARK_COUNT, "every mark has its meaning");

static void
state(struct inspection *i, const struct part *p, const struct mark *m)
{
	const char *text = m->text == NULL ? "" : m->text;

	findings_fact(i->findings, meanings[m->kind].fact,
	    (size_t)p->index < i->findings->parts_count ? p->index : -1,
	    m->offset, "%s%s%s", meanings[m->kind].name,
	    text[0] == '\0' ? "" : ": ", text);
	if (meanings[m->kind].hides)
		inspect_not(i, p,
		    arena_printf(i->message->arena, "%s%s%s",
			meanings[m->kind].name, text[0] == '\0' ? "" : ": ",
			text));
}

static void
run(struct inspection *i)
{
	for (const struct part *p = i->message->root; p != NULL; p = p->next)
		for (const struct mark *m = p->marks; m != NULL; m = m->next)
			state(i, p, m);
}

const struct inspector inspect_structure = {
	.looks_for = "trouble in the message's structure",
	.run = run,
};
