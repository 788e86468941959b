/* SPDX-License-Identifier: ISC */
#ifndef SKM_RECORD_READ_H
#define SKM_RECORD_READ_H

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

#include "milter/base/conf.h"
#include "milter/base/reason.h"

/*
 * Reading the journal for one thing: a day holds a million events, and most
 * need not be parsed to be passed over.
 */
struct reading {
	int64_t since, until; /* microseconds since 1970; 0: no bound */
	const char *needle; /* lines without these bytes are passed over */
	bool (*each)(void *context, json_t *event); /* false: stop */
	void *context;
};

/* As journal_read(), which is this without a needle. */
int read_journal(const struct conf *conf, const struct reading *r,
    struct reason *why);

#endif
