/* SPDX-License-Identifier: ISC */
#ifndef SKM_RECORD_REPORT_PRINT_H
#define SKM_RECORD_REPORT_PRINT_H

#include "milter/base/buf.h"
#include "milter/record/report_tables.h"

/*
 * The tables as bytes. The same figures give the same bytes: nothing of the
 * machine or of the moment goes in.
 */

/* One page of HTML with its style, no script, for the screen and for A4. */
void report_html(const struct report_tables *t, struct buf *out);

/* Tables below each other, UTF-8 with a byte order mark and CRLF, as Excel
 * in Japan wants it (RFC 4180). */
void report_csv(const struct report_tables *t, struct buf *out);

/* {"schema":"sekimori-report/1", ...}, keys of report_words.def. */
void report_json(const struct report_tables *t, struct buf *out);

#endif
