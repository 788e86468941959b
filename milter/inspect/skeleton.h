/* SPDX-License-Identifier: ISC */
#ifndef SKM_INSPECT_SKELETON_H
#define SKM_INSPECT_SKELETON_H

#include "milter/mail/message.h"

/*
 * The message as it came, without the lines that encode attachments: some of
 * libclamav's signatures are for whole mails (target type 4) and want headers
 * and text side by side. What is cut out is scanned decoded, part by part.
 *
 * With a 1 MiB attachment both together cost half of a scan of the whole mail,
 * without attachments up to a third more.
 */

/* The skeleton and its length, in the message's arena. */
const unsigned char *skeleton_of(const struct message *m, size_t *len);

#endif
