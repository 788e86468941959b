/* SPDX-License-Identifier: ISC */
#ifndef SKM_MAIL_MAPI_H
#define SKM_MAIL_MAPI_H

#include <stdint.h>

#include "milter/mail/span.h"

/*
 * MAPI properties as TNEF packs them (MS-OXTNEF 2.1.3.4), read in place.
 * Nothing is believed: a length that leaves the bytes ends the list.
 */
enum {
	MAPI_TYPE_OBJECT = 0x0d,
	MAPI_TYPE_STRING = 0x1e,
	MAPI_TYPE_UNICODE = 0x1f,
	MAPI_TYPE_BINARY = 0x102,
};

struct mapi {
	uint32_t type, id;
	struct span value; /* the first value of variable size, else empty */
};

/* A little-endian number of bytes bytes (1 to 4) off the front of *s; 0 and
 * *s empty if there are too few. */
uint32_t mapi_number(struct span *s, size_t bytes);

/* Takes the next property off *s, which stands behind their count; false at
 * the end, and at the first that is broken. */
bool mapi_next(struct span *s, struct mapi *m);

#endif
