/* SPDX-License-Identifier: ISC */
#ifndef SKM_TESTS_QUARANTINE_MAIL_H
#define SKM_TESTS_QUARANTINE_MAIL_H

#include "milter/quarantine/quarantine.h"

/* Holds a small mail to two recipients; number makes its bytes different. As
 * quarantine_put(). */
int mail_hold(struct quarantine *q, int number, char id[IDENT_SIZE], int *seen,
    struct reason *why);

#endif
