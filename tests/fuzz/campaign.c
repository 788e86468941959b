/* SPDX-License-Identifier: ISC */
#include <assert.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "milter/run/attached.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Any parts (path, type and name, a line each): attachments that are among
 * them, each with a pattern in its bounds. */
int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct findings *f = findings_new();
	struct attached list[ATTACHED_MOST];
	char *text = malloc(size + 1), *rest = text;
	size_t count;

	memcpy(text, data, size);
	text[size] = '\0';
	while (rest != NULL) {
		struct seen_part p = { .reason = "", .size = 5000 };

		p.path = strsep(&rest, "\n");
		p.type = rest == NULL ? "" : strsep(&rest, "\n");
		p.name = rest == NULL ? "" : strsep(&rest, "\n");
		findings_part(f, &p);
	}
	count = attached_take(f, list);
	assert(count <= ATTACHED_MOST);
	for (size_t i = 0; i < count; i++)
		assert(list[i].part >= f->parts &&
		       list[i].part < f->parts + f->parts_count &&
		       strlen(list[i].pattern) < ATTACHED_PATTERN);
	findings_free(&f);
	free(text);
	return 0;
}
