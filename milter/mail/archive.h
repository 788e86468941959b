/* SPDX-License-Identifier: ISC */
#ifndef SKM_MAIL_ARCHIVE_H
#define SKM_MAIL_ARCHIVE_H

#include "milter/base/buf.h"
#include "milter/mail/reading.h"

/*
 * Archives and compressed files, by libarchive: zip, 7z, rar, lha, cab, tar,
 * ar, cpio, iso9660; gzip, bzip2, xz, lzma, lzip, zstd, compress.
 *
 * Bounded where memory is made: members by their number (scan_parts), size
 * (scan_member), all decoded bytes (scan_decoded), and how much larger than
 * the archive they are (scan_ratio). What is left out is MARK_LIMIT with the
 * limit's name, what is encrypted waits for a password (unlock.h), what is
 * broken MARK_UNDECODED with libarchive's words.
 */

/* Does it begin or end like one of these? */
bool archive_is(struct span bytes);

/* Does it begin like one of these? Not that of a zip behind something else. */
bool archive_begins(struct span bytes);

/* Adds the members of n; see unpack_read(). */
void archive_read(struct reading *r, struct node *n, struct span bytes);

/*
 * Adds the members of n from bytes, an archive of which another walk read some:
 * those for which left has a byte that is 0, in their order. What is encrypted
 * is read with the password, if there is one.
 */
void archive_read_rest(struct reading *r, struct node *n, struct span bytes,
    const char *password, struct span left);

/* Adds the bytes of member number index to out; false if it is broken, not
 * there, larger than out may be, or encrypted with another password (NULL:
 * any). */
bool archive_member(struct span bytes, const char *password, size_t index,
    struct buf *out);

#endif
