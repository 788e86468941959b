/* SPDX-License-Identifier: ISC */
#ifndef SKM_TESTS_RECORD_SCRATCH_H
#define SKM_TESTS_RECORD_SCRATCH_H

#include "milter/base/conf.h"

/* Settings whose every path is in a new scratch folder. */
struct conf *scratch_new(void);

/* Settings for an existing folder. */
struct conf *scratch_at(const char *folder);

/* The scratch folder of these settings. */
const char *scratch_path(const struct conf *conf);

/* Removes the folder, frees the settings. */
void scratch_free(struct conf **conf);

#endif
