/* SPDX-License-Identifier: ISC */
#ifndef SKM_BASE_FILE_H
#define SKM_BASE_FILE_H

#include <stddef.h>
#include <sys/types.h>

#include "milter/base/reason.h"

/*
 * Files that must survive a power cut.
 *
 * A file counts only after write, fsync, rename and fsync of its folder. After
 * a failed fsync the file is abandoned: Linux may drop the dirty pages and
 * report success the second time.
 */

/* Writes all len bytes, whatever short writes and signals do. */
int file_write(int fd, const void *bytes, size_t len, struct reason *why);

/*
 * Writes bytes to folder/name by way of a temporary file in the same folder:
 * after 0 it is on stable storage under its name, after -1 the name is as it
 * was before. mode as for open(2).
 */
int file_put(int folder, const char *name, const void *bytes, size_t len,
    mode_t mode, struct reason *why);

/*
 * Reads the whole of folder/name into *bytes, NUL-terminated, freed by the
 * caller with free(). Refuses a file over limit bytes.
 */
int file_get(int folder, const char *name, size_t limit, char **bytes,
    size_t *len, struct reason *why);

/* Copies all of from, from its first byte, to the end of to. */
int file_copy(int from, int to, struct reason *why);

/* fsync of a folder (or file) by descriptor. */
int file_sync(int fd, const char *name, struct reason *why);

/* Makes the folder and its parents, mode for the last one; it may be there. */
int file_folder(const char *path, mode_t mode, struct reason *why);

/* Removes all that is below a folder, without following links or leaving its
 * file system; the folder stays. What cannot be removed stays too. */
void file_empty(const char *path);

#endif
