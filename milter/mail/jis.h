/* SPDX-License-Identifier: ISC */
#ifndef SKM_MAIL_JIS_H
#define SKM_MAIL_JIS_H

#include "milter/mail/span.h"

/*
 * ISO-2022-JP (RFC 1468, RFC 1554's JIS X 0212, and the half-width kana that
 * Windows writes) to EUC-JP, whose eucJP-MS table then knows NEC's row 13.
 */

/* The same text in EUC-JP, in malloc'd memory that the caller frees; *len is
 * its length. NULL if memory is out. */
unsigned char *jis_to_euc(struct span s, size_t *len);

/* Does s hold an escape sequence that ISO-2022-JP uses? */
bool jis_escapes(struct span s);

#endif
