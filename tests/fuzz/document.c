/* SPDX-License-Identifier: ISC */
#include <stdarg.h>
#include <stdio.h>

#include "milter/base/count.h"
#include "milter/inspect/inspect.h"
#include "milter/mail/names.h"
#include "tests/fuzz/reading.h"
#include "milter/base/banned.h"

/* What a part of a document can be to the inspectors. */
static const struct {
	enum part_origin origin;
	const char *name, *source;
} kinds[] = {
	{ ORIGIN_MIME, "a.rtf", "filename" },
	{ ORIGIN_MIME, "a.csv", "filename" },
	{ ORIGIN_MEMBER, "content.xml", "member" },
	{ ORIGIN_MEMBER, "word/_rels/document.xml.rels", "member" },
	{ ORIGIN_MEMBER, "docProps/core.xml", "member" },
	{ ORIGIN_MEMBER, "Basic/Standard/M.xml", "member" },
	{ ORIGIN_STREAM, "Workbook", "stream" },
	{ ORIGIN_STREAM, "WordDocument", "stream" },
	{ ORIGIN_STREAM, "_VBA_PROJECT", "stream" },
	{ ORIGIN_STREAM, "\005SummaryInformation", "stream" },
	{ ORIGIN_STREAM, "Module1", "compiled" },
	{ ORIGIN_MACRO, "Module1", "macro" },
};

extern const struct inspector inspect_macro, inspect_metadata, inspect_office,
    inspect_rtf, inspect_table;
static const struct inspector *const inspectors[] = { &inspect_macro,
	&inspect_metadata, &inspect_office, &inspect_rtf, &inspect_table };

/* The one of inspect.c brings the engine with it. The format is read, so that
 * what it is given must be there. */
void
inspect_fact(const struct inspection *i, enum fact fact,
    const struct part *part, const char *evidence, ...)
{
	char text[FINDINGS_EVIDENCE];
	va_list list;

	(void)i, (void)fact, (void)part;
	va_start(list, evidence);
	(void)vsnprintf(text, sizeof text, evidence, list);
	va_end(list);
}

static void
read(struct reading *r, struct node *root, struct span bytes)
{
	size_t kind = bytes.len > 0 ? bytes.at[0] % COUNT(kinds) : 0;
	struct span s = span_from(bytes, 1);
	struct node *child = reading_part(r, root, kinds[kind].origin, s);
	struct inspection i = { .message = r->message };

	root->part.bytes = bytes.at;
	root->part.next = &child->part;
	child->part.bytes = s.len > 0 ? s.at : (const unsigned char *)"";
	child->part.size = s.len;
	names_add(r, child, kinds[kind].name, kinds[kind].source);
	for (size_t n = 0; n < COUNT(inspectors); n++)
		inspectors[n]->run(&i);
}

/* A part of a document, which the first byte chooses, for those who look into
 * documents: nothing is read past its end. */
int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
	fuzz_part(bytes, size, read);
	return 0;
}
