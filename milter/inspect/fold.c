/* SPDX-License-Identifier: ISC */
#include <string.h>
#include <unicode/uchar.h>
#include <unicode/unorm2.h>
#include <unicode/ustring.h>

#include "milter/inspect/fold.h"
#include "milter/base/banned.h"

enum { BACK = 1024 };

/* Where a line that is too long is cut: behind a blank, tab or comma. */
static size_t
cut(const char *line, size_t len)
{
	if (len <= FOLD_MOST)
		return len;
	for (size_t at = FOLD_MOST; at > FOLD_MOST - BACK; at--)
		if (strchr("\t,;|", line[at - 1]) != NULL)
			return at;
	return FOLD_MOST;
}

size_t
fold_line(const char *line, size_t len, char out[FOLD_SIZE])
{
	UChar raw[FOLD_MOST], text[FOLD_SIZE / 2];
	UErrorCode error = U_ZERO_ERROR;
	const UNormalizer2 *nfkc = unorm2_getNFKCInstance(&error);
	size_t taken = cut(line, len), i;
	int32_t units;

	for (i = 0; i < taken && (unsigned char)line[i] < 0x80; i++)
		out[i] = line[i] >= 'A' && line[i] <= 'Z'
			     ? (char)(line[i] + 'a' - 'A')
			     : line[i];
	out[i] = '\0';
	if (i == taken)
		return taken;
	out[0] = '\0';
	u_strFromUTF8WithSub(raw, FOLD_MOST, &units, line, (int32_t)taken,
	    0xfffd, NULL, &error);
	units = unorm2_normalize(nfkc, raw, units, text, FOLD_SIZE / 2, &error);
	for (int32_t n = 0; U_SUCCESS(error) && n < units; n++)
		text[n] = (UChar)u_tolower(text[n]);
	u_strToUTF8(out, FOLD_SIZE - 1, NULL, text, units, &error);
	out[FOLD_SIZE - 1] = '\0';
	return taken;
}
