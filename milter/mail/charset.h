/* SPDX-License-Identifier: ISC */
#ifndef SKM_MAIL_CHARSET_H
#define SKM_MAIL_CHARSET_H

#include "milter/mail/span.h"

/*
 * Any bytes under any label to UTF-8, as Japanese mail needs it.
 *
 * Labels lie and the standards' repertoires are too small: what says Shift_JIS
 * is CP932, what says EUC-JP is eucJP-MS, and ISO-2022-JP holds NEC's row 13
 * and half-width kana (iconv refuses both). So ISO-2022-JP is taken apart here
 * and only tables come from ICU, whose data lies in its library and needs no
 * file inside the sandbox. Nothing fails: what cannot be read becomes U+FFFD.
 */
enum {
	CHARSET_MISMATCH = 1, /* the bytes are not in what the label names */
	CHARSET_UNKNOWN = 2, /* nobody knows the label */
	CHARSET_REPLACED = 4 /* some bytes became U+FFFD */
};

/*
 * The text of s, UTF-8 without NUL (which becomes U+FFFD), in the arena. label
 * is as written, of either case; "" means that none was given, then the bytes
 * decide. Adds what was odd to *trouble, which may be NULL.
 */
char *charset_decode(struct arena *a, const char *label, struct span s,
    unsigned *trouble);

#endif
