/* SPDX-License-Identifier: ISC */
#ifndef SKM_INSPECT_ENGINE_H
#define SKM_INSPECT_ENGINE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "milter/base/conf.h"
#include "milter/base/reason.h"
#include "milter/base/seen.h"

/*
 * libclamav: loaded once in the scan server, inherited by its children. Only
 * this module and virus.c know of it.
 *
 * Every limit that libclamav reaches is reported as a limit, never as clean
 * (it is clean by default). Its own cache is off: it would outlive the message
 * in a child that a hostile one may have taken over (see cache.h).
 */
struct engine_info {
	char version[64]; /* "ClamAV 1.4.6/27000" */
	uint64_t signatures;
	int64_t db_time; /* newest database, seconds since 1970; 0 unknown */
	bool reduced; /* only our own small set was loaded */
};

/* Loads signature_dir (if there is anything) and own_signature_dir, and lets
 * the engine find EICAR before it counts. -1 when a database is broken or
 * EICAR is not found; nothing is loaded then. */
int engine_load(const struct conf *conf, struct reason *why);

/* What is loaded. Valid after engine_load(). */
const struct engine_info *engine_info(void);

/* Gives the engine's memory back, for tests and leak checkers. */
void engine_unload(void);

enum engine_result {
	ENGINE_CLEAN,
	ENGINE_FOUND, /* name is the signature's */
	ENGINE_HEURISTIC, /* name begins with "Heuristics." */
	ENGINE_LIMIT, /* a limit was exceeded: not inspected */
	ENGINE_ENCRYPTED, /* encrypted: not inspected */
	ENGINE_ERROR /* name is libclamav's error text */
};

/* What is to be scanned. */
struct engine_ask {
	const unsigned char *bytes;
	size_t len;
	const char *filename; /* or NULL */
	struct seen *seen; /* gets what is scanned inside; or NULL */
	/*
	 * Takes nothing out of mails and archives: of a mail's header and text
	 * whose parts are scanned on their own (a third of the cost of a short
	 * mail), and of an archive on which our own walk gave up at a limit
	 * (libclamav unpacks 10 GB for 10 s and calls that a limit too).
	 */
	bool flat;
};

/* Scans it; name gets size bytes of text. */
enum engine_result engine_scan(const struct engine_ask *ask, char *name,
    size_t size);

/* The same of an open file, for measuring and for the equality test. */
enum engine_result engine_scan_file(int fd, char *name, size_t size);

/* The temporary folder of this process, which the sandbox leaves writable;
 * called in each child before the sandbox closes. */
int engine_temp(const char *folder, struct reason *why);

#endif
