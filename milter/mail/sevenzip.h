/* SPDX-License-Identifier: ISC */
#ifndef SKM_MAIL_SEVENZIP_H
#define SKM_MAIL_SEVENZIP_H

#include "milter/base/buf.h"
#include "milter/mail/reading.h"

/*
 * 7z with AES-256 (7zFormat.txt and the coder 06F10701 of the LZMA SDK), which
 * libarchive does not decrypt: its streams are decrypted here, and its lists
 * written again without that coder, so that libarchive reads the rest.
 */
struct sevenzip;

/*
 * The lock of an archive of which libarchive said that it is encrypted; NULL
 * if it is made in no way that is known here, or a member has no checksum that
 * would tell the right password. In the arena, as bytes.
 */
struct sevenzip *sevenzip_new(struct reading *r, struct span bytes);

/*
 * Adds the archive without encryption to out, if the password (UTF-8) opens
 * its lists. If these were not encrypted nothing has told yet whether it is
 * right: *sure is false, and the checksum of an encrypted member will. A try
 * costs 2^19 rounds and more, which unlock_spend() allows or not.
 */
bool sevenzip_decrypt(struct sevenzip *z, const char *password, struct buf *out,
    bool *sure);

#endif
