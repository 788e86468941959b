/* SPDX-License-Identifier: ISC */
#include "milter/mail/directory.h"
#include "milter/mail/mapi.h"
#include "milter/base/banned.h"

enum { ENTRY_SIZE = 128, HEADER = 512, HEADER_FATS = 109 };

static uint32_t
number_at(struct span s, size_t at)
{
	struct span there = span_from(s, at);

	return at > s.len ? 0 : mapi_number(&there, 4);
}

/* The sector of the table that says what follows sector: the first 109 of it
 * are listed in the header, the others in a chain (MS-CFB 2.5). */
static size_t
table_sector(struct span s, size_t size, size_t sector)
{
	size_t index = sector / (size / 4), per = size / 4 - 1;
	size_t list;

	if (index < HEADER_FATS)
		return number_at(s, 76 + 4 * index);
	list = number_at(s, 68);
	for (index -= HEADER_FATS; index >= per; index -= per)
		list = number_at(s, (list + 1) * size + 4 * per);
	return number_at(s, (list + 1) * size + 4 * index);
}

bool
directory_fits(struct span s, size_t most)
{
	size_t size = s.len < HEADER || s.at[30] == 12 ? 4096 : 512;
	size_t sector = number_at(s, 48), sectors = 0;

	while ((sector + 1) * size < s.len) {
		if (++sectors * (size / ENTRY_SIZE) > most)
			return false;
		sector =
		    number_at(s, (table_sector(s, size, sector) + 1) * size +
				     sector % (size / 4) * 4);
	}
	return true;
}
