/* SPDX-License-Identifier: ISC */
#ifndef SKM_INSPECT_ENGINE_H
#define SKM_INSPECT_ENGINE_H

#include <stdbool.h>
#include <stdint.h>

#include "milter/base/conf.h"
#include "milter/base/reason.h"
#include "milter/mail/message.h"

/*
 * libclamav: loaded once in the scan server, inherited by its children. Only
 * this module and virus.c know of it.
 *
 * Every limit that libclamav reaches is reported as a detection of the
 * "Heuristics.Limits.Exceeded" kind, never as clean (it is clean by default).
 */
struct engine_info {
	char version[64]; /* "ClamAV 1.4.6/27000" */
	uint64_t signatures;
	int64_t db_time; /* newest database, seconds since 1970; 0 unknown */
	bool reduced;    /* only our own small set was loaded */
};

/* Loads signature_dir (if there is anything) and own_signature_dir, and lets
 * the engine find EICAR before it counts. */
int engine_load(const struct conf *conf, struct reason *why);

/* What is loaded. Valid after engine_load(). */
const struct engine_info *engine_info(void);

enum engine_result {
	ENGINE_CLEAN,
	ENGINE_FOUND,     /* name is the signature's */
	ENGINE_HEURISTIC, /* name begins with "Heuristics." */
	ENGINE_LIMIT,     /* a limit was exceeded: not inspected */
	ENGINE_ENCRYPTED, /* encrypted: not inspected */
	ENGINE_ERROR      /* name is libclamav's error text */
};

/* Scans bytes from memory; name gets size bytes of text. filename is the
 * part's name or NULL. */
enum engine_result engine_scan(const unsigned char *bytes, size_t len,
    const char *filename, char *name, size_t size);

/* The temporary folder of this process, which the sandbox leaves writable;
 * called in each child before the sandbox closes. */
int engine_temp(const char *folder, struct reason *why);

#endif
