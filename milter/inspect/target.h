/* SPDX-License-Identifier: ISC */
#ifndef SKM_INSPECT_TARGET_H
#define SKM_INSPECT_TARGET_H

#include <stdbool.h>

/* Where a document or a shortcut would lead, by how it is written. */

/* A share of another host, or what hides one behind a handler. */
bool target_is_share(const char *target);

/* A place on the web. */
bool target_is_web(const char *target);

#endif
