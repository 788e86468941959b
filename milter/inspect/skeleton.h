/* SPDX-License-Identifier: ISC */
#ifndef SKM_INSPECT_SKELETON_H
#define SKM_INSPECT_SKELETON_H

#include "milter/mail/message.h"

/*
 * The message as it came, without the lines that encode attachments: some of
 * libclamav's signatures are for whole mails (target type 4) and want headers
 * and text side by side. What is cut out is scanned decoded, part by part.
 *
 * Scanning both costs less than half of scanning the mail whole when it has
 * attachments.
 */

/* The skeleton and its length, in the message's arena. */
const unsigned char *skeleton_of(const struct message *m, size_t *len);

#endif
