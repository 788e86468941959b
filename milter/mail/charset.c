/* SPDX-License-Identifier: ISC */
#include <stdlib.h>
#include <string.h>
#include <unicode/ucnv.h>
#include <unicode/ucnv_err.h>

#include "milter/base/count.h"
#include "milter/base/text.h"
#include "milter/mail/charset.h"
#include "milter/mail/jis.h"
#include "milter/base/banned.h"

#define CP932 "windows-932" /* ICU: ibm-943_P15A, Microsoft's repertoire */
#define EUCJP "euc-jp-2007" /* ICU: eucJP-MS with row 13 */
#define LATIN "windows-1252" /* what readers take ISO 8859-1 for */
#define REPLACED "\357\277\275"

/* Labels whose bytes are a larger set than the label's own, or that ICU does
 * not know. Japanese labels that mean ISO-2022-JP are in is_jis(). */
static const struct {
	const char *label, *icu;
} aliases[] = {
	{ "shift_jis", CP932 },
	{ "shift-jis", CP932 },
	{ "sjis", CP932 },
	{ "x-sjis", CP932 },
	{ "cp932", CP932 },
	{ "ms932", CP932 },
	{ "ms_kanji", CP932 },
	{ "windows-31j", CP932 },
	{ "cswindows31j", CP932 },
	{ "csshiftjis", CP932 },
	{ "euc-jp", EUCJP },
	{ "eucjp", EUCJP },
	{ "x-euc-jp", EUCJP },
	{ "x-euc", EUCJP },
	{ "ujis", EUCJP },
	{ "eucjp-ms", EUCJP },
	{ "euc-jp-ms", EUCJP },
	{ "cp51932", EUCJP },
	{ "iso-8859-1", LATIN },
	{ "iso8859-1", LATIN },
	{ "iso_8859-1", LATIN },
	{ "latin1", LATIN },
	{ "gb2312", "gb18030" },
	{ "gbk", "gb18030" },
	{ "ks_c_5601-1987", "windows-949" },
	{ "euc-kr", "windows-949" },
	{ "unicode-1-1-utf-7", "UTF-7" },
};

static const char *const ascii_labels[] = { "", "us-ascii", "ascii",
	"ansi_x3.4-1968", "646", "unknown-8bit", "x-unknown", "unknown",
	"default", "8bit", "7bit", "binary" };
static const char *const utf8_labels[] = { "utf-8", "utf8", "unicode-1-1-utf-8",
	"csutf8", "utf_8" };
static const char *const jis_labels[] = { "iso-2022-jp", "iso-2022-jp-1",
	"iso-2022-jp-ms", "cp50220", "cp50221", "cp50222", "csiso2022jp", "jis",
	"junet", "x-windows-iso2022jp", "iso2022-jp", "iso2022jp" };

/* ICU calls this for bytes that a table lacks; context counts them. */
static void
count_and_replace(const void *context, UConverterToUnicodeArgs *args,
    const char *bytes, int32_t length, UConverterCallbackReason why,
    UErrorCode *error)
{
	*(int *)(uintptr_t)context += why <= UCNV_IRREGULAR;
	UCNV_TO_U_CALLBACK_SUBSTITUTE(NULL, args, bytes, length, why, error);
}

/* A C string of text that may hold NUL, which must not end what is looked at
 * before the end of what a reader sees. */
static char *
keep_text(struct arena *a, struct span s)
{
	char *copy, *out;
	size_t nuls = 0;

	if (span_find(s, 0) == s.len)
		return span_copy(a, s);
	for (size_t i = 0; i < s.len; i++)
		nuls += s.at[i] == 0;
	copy = out = arena_get(a, s.len + 2 * nuls + 1);
	for (size_t i = 0; i < s.len; i++) {
		if (s.at[i] != 0) {
			*out++ = (char)s.at[i];
			continue;
		}
		memcpy(out, REPLACED, 3);
		out += 3;
	}
	return copy;
}

/* The text, and in *bad how many times bytes were replaced; NULL if ICU does
 * not know the name. */
static char *
by_icu(struct arena *a, const char *icu, struct span s, int *bad)
{
	UErrorCode error = U_ZERO_ERROR;
	UConverter *cnv;
	char *room, *text = NULL;
	int32_t len, size;

	*bad = 0;
	if (s.len > INT32_MAX / 4 - 64)
		s.len = INT32_MAX / 4 - 64;
	size = (int32_t)(4 * s.len + 64);
	cnv = ucnv_open(icu, &error);
	if (U_FAILURE(error))
		return NULL;
	ucnv_setToUCallBack(cnv, count_and_replace, bad, NULL, NULL, &error);
	room = malloc((size_t)size);
	if (room) {
		len = ucnv_toAlgorithmic(UCNV_UTF8, cnv, room, size,
		    (const char *)s.at, (int32_t)s.len, &error);
		if (!U_FAILURE(error) && len <= size)
			text =
			    keep_text(a, (struct span){ (unsigned char *)room,
					     (size_t)len });
	}
	free(room);
	ucnv_close(cnv);
	return text;
}

static bool
is_7bit(struct span s)
{
	for (size_t i = 0; i < s.len; i++)
		if (s.at[i] & 0x80)
			return false;
	return true;
}

static char *
as_jis(struct arena *a, struct span s, int *bad)
{
	size_t len = 0;
	unsigned char *euc = jis_to_euc(s, &len);
	char *text;

	*bad = 1;
	if (euc == NULL)
		return NULL;
	text = by_icu(a, EUCJP, (struct span){ euc, len }, bad);
	free(euc);
	return text;
}

/* Bytes that no label explains: UTF-8, then CP932, then EUC-JP, each only if
 * all of it is (domain 3.1 rules 4 and 5). */
static char *
guess(struct arena *a, struct span s, unsigned *trouble)
{
	static const char *const tables[] = { CP932, EUCJP };
	char *text;
	int bad;

	if (text_is_utf8((const char *)s.at, s.len))
		return keep_text(a, s);
	for (size_t i = 0; i < COUNT(tables); i++) {
		text = by_icu(a, tables[i], s, &bad);
		if (text && bad == 0)
			return text;
	}
	*trouble |= CHARSET_REPLACED;
	text = by_icu(a, LATIN, s, &bad);
	return text ? text : arena_string(a, REPLACED);
}

static char *
unlabelled(struct arena *a, struct span s, unsigned *trouble)
{
	int bad;

	if (!is_7bit(s))
		return guess(a, s, trouble);
	if (jis_escapes(s))
		return as_jis(a, s, &bad);
	return keep_text(a, s);
}

static char *
as_utf8(struct arena *a, struct span s, unsigned *trouble)
{
	char *text;
	int bad;

	if (text_is_utf8((const char *)s.at, s.len))
		return keep_text(a, s);
	*trouble |= CHARSET_MISMATCH;
	text = by_icu(a, CP932, s, &bad);
	if (text && bad == 0)
		return text;
	*trouble |= CHARSET_REPLACED;
	text = by_icu(a, "UTF-8", s, &bad);
	return text ? text : arena_string(a, REPLACED);
}

/* UTF-16 without a byte order mark is big-endian by RFC 2781 and little-endian
 * by Windows: readers take it for two texts. ASCII in it tells. */
static const char *
utf16(const char *label, struct span s, unsigned *trouble)
{
	if (strcmp(label, "utf-16") != 0 || s.len < 2 ||
	    memcmp(s.at, "\xfe\xff", 2) == 0 ||
	    memcmp(s.at, "\xff\xfe", 2) == 0)
		return label;
	*trouble |= CHARSET_MISMATCH;
	return s.at[0] != 0 && s.at[1] == 0 ? "utf-16le" : label;
}

static char *
by_table(struct arena *a, const char *label, struct span s, unsigned *trouble)
{
	const char *icu = utf16(label, s, trouble);
	char *text;
	int bad;

	for (size_t i = 0; i < COUNT(aliases); i++)
		if (strcmp(label, aliases[i].label) == 0)
			icu = aliases[i].icu;
	text = by_icu(a, icu, s, &bad);
	if (text == NULL) {
		*trouble |= CHARSET_UNKNOWN;
		return unlabelled(a, s, trouble);
	}
	if (bad == 0)
		return text;
	*trouble |= CHARSET_MISMATCH;
	if (text_is_utf8((const char *)s.at, s.len))
		return keep_text(a, s);
	*trouble |= CHARSET_REPLACED;
	return text;
}

static char *
by_label(struct arena *a, const char *label, struct span s, unsigned *trouble)
{
	char *text;
	int bad;

	if (text_in(label, ascii_labels, COUNT(ascii_labels))) {
		if (*label && !is_7bit(s))
			*trouble |= CHARSET_MISMATCH;
		return unlabelled(a, s, trouble);
	}
	if (text_in(label, utf8_labels, COUNT(utf8_labels)))
		return as_utf8(a, s, trouble);
	if (!text_in(label, jis_labels, COUNT(jis_labels)))
		return by_table(a, label, s, trouble);
	if (!is_7bit(s)) {
		*trouble |= CHARSET_MISMATCH;
		return guess(a, s, trouble);
	}
	text = as_jis(a, s, &bad);
	if (bad)
		*trouble |= CHARSET_MISMATCH | CHARSET_REPLACED;
	return text ? text : arena_string(a, REPLACED);
}

char *
charset_decode(struct arena *a, const char *label, struct span s,
    unsigned *trouble)
{
	unsigned seen = 0;
	char *name = span_lower(a, span_trim(span_string(label)));
	char *text = by_label(a, name, s, &seen);

	if (trouble)
		*trouble |= seen;
	return text ? text : arena_string(a, REPLACED);
}
