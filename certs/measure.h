/* SPDX-License-Identifier: ISC */
#ifndef SKM_CERTS_MEASURE_H
#define SKM_CERTS_MEASURE_H

#include <openssl/cms.h>

#include "certs/seal.h"

/*
 * What was really used, read from what was written: the record must not tell
 * the wish (domain.md, 2.6).
 */

/* Adds the algorithm that a key was sent with, each once; scheme is its name
 * in certs/algorithms.def, digest may be NULL. */
void
measure_key(struct seal_used *used, const char *scheme, const char *digest);

/* Adds those of all recipients of a CMS message. */
void measure_recipients(struct seal_used *used, CMS_ContentInfo *cms);

/* What it is signed with, and by which certificate in it. */
void measure_signature(struct seal_used *used, CMS_ContentInfo *cms);

#endif
