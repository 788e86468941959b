/* SPDX-License-Identifier: ISC */
#ifndef SKM_TESTS_MAIL_TREE_H
#define SKM_TESTS_MAIL_TREE_H

#include "milter/base/buf.h"
#include "milter/mail/message.h"

/*
 * A message's tree as text, so that a test is a table of mails and what is
 * expected of them: a line a part, "PATH TYPE SIZE name=NAME !MARK ...".
 */

/* Limits that no honest test reaches. */
extern const struct message_limits tree_limits;

/* Reads a message from a string. */
struct message *tree_read(struct arena *a, const char *mail);

/* Adds the lines of the tree to out. */
void tree_print(struct buf *out, const struct message *m);

/* The name of a kind of mark: "BAD_BASE64". */
const char *tree_mark(enum mark_kind kind);

/* Reads mail and asserts that its tree looks as expected. */
void tree_is(const char *mail, const char *expected);

#endif
