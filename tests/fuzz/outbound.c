/* SPDX-License-Identifier: ISC */
#include <string.h>

#include "milter/base/count.h"
#include "milter/inspect/fold.h"
#include "milter/inspect/labels.h"
#include "milter/inspect/numbers.h"
#include "milter/inspect/properties.h"
#include "milter/inspect/records.h"
#include "milter/mail/doctext.h"
#include "tests/fuzz/reading.h"
#include "milter/base/banned.h"

/* What one line of any text may be. */
struct seen {
	struct numbers numbers;
	struct records records;
};

static void
found(void *owner, enum fact fact, const char *word)
{
	(void)owner, (void)fact, (void)word;
}

static bool
take(void *owner, const char *text, size_t len)
{
	struct seen *s = owner;
	const struct labels want = { s, found };
	char line[FOLD_SIZE];

	labels_line(&want, LABELS_TEXT, text, len);
	labels_line(&want, LABELS_NAME, text, len);
	while (len > 0) {
		size_t taken = fold_line(text, len, line);

		if (taken == 0 || taken > len)
			__builtin_trap();
		numbers_line(&s->numbers, line);
		records_line(&s->records, line);
		text += taken;
		len -= taken;
	}
	return true;
}

static bool
property(void *owner, bool head, const char *text, size_t len)
{
	(void)head;
	return take(owner, text, len);
}

/* Any bytes as lines, and as each member of a workbook: what stands before a
 * NUL byte are its shared strings. */
int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
	static const char *const names[] = { "xl/worksheets/sheet1.xml",
		"word/document.xml", "content.xml", "docProps/core.xml",
		"Workbook", "a" };
	const uint8_t *nul = size == 0 ? NULL : memchr(bytes, '\0', size);
	size_t first = nul == NULL ? 0 : (size_t)(nul - bytes);
	struct file_name shared = { .name = "xl/sharedStrings.xml" }, name;
	struct part document = { .child = NULL };
	struct part strings = { .origin = ORIGIN_MEMBER,
		.names = &shared,
		.bytes = bytes,
		.size = first,
		.parent = &document };
	struct arena *a = arena_new((size_t)1 << 28);
	struct seen seen = { .records = records_begin() };

	document.child = &strings;
	take(&seen, (const char *)bytes, size);
	for (size_t i = 0; i < COUNT(names); i++) {
		struct part p = strings;
		struct doctext d = doctext_begin(&seen, take);

		name = (struct file_name){ .name = names[i] };
		p.names = &name;
		p.bytes += first;
		p.size = size - first;
		if (strcmp(name.name, "Workbook") == 0) {
			p.origin = ORIGIN_STREAM;
			p.bytes = bytes;
			p.size = size;
		}
		if (doctext_kind(&p) != DOCTEXT_NONE)
			doctext_read(&d, &p);
		doctext_end(&d);
		properties_read(a, &p, &seen, property);
	}
	arena_free(&a);
	return 0;
}
