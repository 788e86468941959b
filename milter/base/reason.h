/* SPDX-License-Identifier: ISC */
#ifndef SKM_BASE_REASON_H
#define SKM_BASE_REASON_H

/*
 * Why something failed, in words an administrator can act on.
 *
 * Functions that can fail return 0, or -1 after filling the caller's reason.
 * They never log: the caller at the top logs once, with the queue id it knows.
 */
struct reason {
	char text[512];
};

/* Fills why and returns -1: `return reason_set(why, ...)` ends a function. */
int reason_set(struct reason *why, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* As reason_set, with ": " and the text of the current errno behind it. */
int reason_errno(struct reason *why, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/*
 * Puts a prefix and ": " before the reason that is there already, for a caller
 * that knows more (a file and line, an address). Returns -1.
 */
int reason_prefix(struct reason *why, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

#endif
