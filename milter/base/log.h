/* SPDX-License-Identifier: ISC */
#ifndef SKM_BASE_LOG_H
#define SKM_BASE_LOG_H

/*
 * Syslog (facility mail) or, in the foreground, standard error. Only the top
 * of a program calls it; everything below returns a reason. Text from outside
 * goes through text_printable() before it comes here.
 */

/* name as in syslog; foreground: to standard error instead. */
void log_open(const char *name, int foreground);

/* What happens in the normal course: one line a message, starts and ends. */
void log_info(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* What an administrator should look at, while mail goes on as it should. */
void log_warning(const char *format, ...)
    __attribute__((format(printf, 1, 2)));

/* What keeps mail from going on as it should. */
void log_error(const char *format, ...) __attribute__((format(printf, 1, 2)));

#endif
