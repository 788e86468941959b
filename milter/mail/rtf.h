/* SPDX-License-Identifier: ISC */
#ifndef SKM_MAIL_RTF_H
#define SKM_MAIL_RTF_H

#include "milter/mail/reading.h"

/*
 * The compressed RTF (MS-OXRTFCP) that Outlook puts a message's text into;
 * files can be embedded in it.
 */

/* The RTF, in the arena or in packed itself, counted against the limit of
 * decoded bytes; what is broken is a mark on n. */
struct span rtf_plain(struct reading *r, struct node *n, struct span packed);

#endif
