/* SPDX-License-Identifier: ISC */
#ifndef SKM_RUN_MAILS_H
#define SKM_RUN_MAILS_H

#include <pthread.h>
#include <stddef.h>

#include "milter/base/reason.h"

/*
 * Mail from files: messages, mboxes (a file that begins with "From "), folders
 * of them, and "-" for standard input.
 *
 * A file whose first line ends in a bare LF is mail as Unix keeps it: its line
 * ends become CRLF, as an MTA would send it. Any other goes byte for byte.
 */
struct mails {
	pthread_mutex_t lock;
	char **paths;
	size_t count, room, at;
	/* the file that is being taken apart */
	char *bytes;
	size_t size, offset;
	int number; /* of the message in its mbox, from 1 */
	const char *path;
	size_t failed; /* files that could not be read */
};

/* One message. */
struct mail {
	char name[4200]; /* "PATH" or "PATH:NUMBER" of an mbox */
	int fd; /* sealed memfd, closed by the caller */
};

/* Adds a path; folders are read at once, sorted, without following links. */
int mails_add(struct mails *m, const char *path, struct reason *why);

/* The next message: 1; 0 when there is none left; -1 and why when a file could
 * not be read (mail->name says which; go on calling). Thread-safe. */
int mails_next(struct mails *m, struct mail *mail, struct reason *why);

/* No paths yet; mails_free() gives all memory back. */
void mails_init(struct mails *m);
void mails_free(struct mails *m);

#endif
