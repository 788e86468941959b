/* SPDX-License-Identifier: ISC */
#ifndef SKM_RECORD_REPORT_YEAR_H
#define SKM_RECORD_REPORT_YEAR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "milter/base/reason.h"

/*
 * Fiscal years (1 April 00:00 to 1 April, Japan Standard Time: UTC+9 without
 * daylight saving) and what years and days are called in Japanese. Times are
 * microseconds since 1970 UTC. Eras are the rows of report_eras.def.
 */
enum { REPORT_YEAR_TEXT = 64, REPORT_YEAR_MONTHS = 12 };

/* The fiscal year, its first and (exclusive) last time of a moment. */
int report_year_of(int64_t time);
int64_t report_year_begin(int year);

/* The month of the fiscal year, 0 is April, in which the moment lies. */
int report_year_month(int64_t time);

/* Reads "2026", "R8", "令和8", "平成23", "令和元", with "年度" behind it or
 * not, full-width digits allowed. */
int report_year_parse(const char *text, int *year, struct reason *why);

/* "令和8年度", "2100年度" where no era is known to last; "FY2026". */
void report_year_label(int year, bool japanese, char text[REPORT_YEAR_TEXT]);

/*
 * The day of a moment in Japan: "平成24年3月2日", with `seed` a single digit
 * of month and day full-width as the ministry's reports have it
 * ("平成24年３月２日", "平成24年３月31日"); or "2 March 2012".
 */
void report_year_day_ja(int64_t time, bool seed, char text[REPORT_YEAR_TEXT]);
void report_year_day_en(int64_t time, char text[REPORT_YEAR_TEXT]);

/* Reads YYYY-MM-DD; the end of that day in Japan, or -1. */
int64_t report_year_day_end(const char *text);

#endif
