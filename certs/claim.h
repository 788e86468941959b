/* SPDX-License-Identifier: ISC */
#ifndef SKM_CERTS_CLAIM_H
#define SKM_CERTS_CLAIM_H

#include <stdbool.h>

/*
 * Does a Content-Type field of the message's own header speak of a signature?
 * A search for words and nothing more: it decides who is asked, not what is
 * true, so that mail without a signature costs nothing. A message that cannot
 * be read claims none.
 */
bool claim_signed(int message);

#endif
