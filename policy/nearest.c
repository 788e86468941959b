/* SPDX-License-Identifier: ISC */
#include <stdio.h>
#include <string.h>

#include "policy/nearest.h"
#include "milter/base/banned.h"

enum { NAME_MOST = 64, NEAR = 3 };

static size_t
least(size_t a, size_t b, size_t c)
{
	if (b < a)
		a = b;
	return c < a ? c : a;
}

/* Levenshtein's distance, one row of his table at a time. */
static size_t
distance(const char *a, const char *b)
{
	size_t row[NAME_MOST + 1], width = strlen(b);

	for (size_t j = 0; j <= width; j++)
		row[j] = j;
	for (size_t i = 0; a[i] != '\0'; i++) {
		size_t corner = row[0];

		row[0] = i + 1;
		for (size_t j = 0; j < width; j++) {
			size_t above = row[j + 1];

			row[j + 1] = least(above + 1, row[j] + 1,
			    corner + (a[i] != b[j]));
			corner = above;
		}
	}
	return row[width];
}

void
nearest_init(struct nearest *n, const char *written)
{
	n->written = written;
	n->best = NULL;
	n->distance = NEAR;
}

void
nearest_offer(struct nearest *n, const char *candidate)
{
	size_t d, len = strlen(n->written);

	if (len > NAME_MOST || strlen(candidate) > NAME_MOST)
		return;
	d = distance(n->written, candidate);
	/* Two changed letters of three are another word, not a slip. */
	if (d < n->distance && 2 * d <= len) {
		n->distance = d;
		n->best = candidate;
	}
}

const char *
nearest_text(struct nearest *n)
{
	if (n->best == NULL)
		return "";
	snprintf(n->text, sizeof n->text, ", did you mean \"%s\"?", n->best);
	return n->text;
}
