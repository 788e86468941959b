/* SPDX-License-Identifier: ISC */
#ifndef SKM_MAIL_OPENED_H
#define SKM_MAIL_OPENED_H

#include <archive.h>

#include "milter/mail/span.h"

/*
 * libarchive, opened on bytes in memory with what is its own work only: some
 * of its filters would start programs.
 */
enum opened {
	OPENED_ALL, /* every format, the one that fits best */
	OPENED_STREAM, /* and what is compressed but no archive */
	OPENED_ZIP, /* zip alone */
	OPENED_OTHER, /* all but zip */
	OPENED_OTHER_STREAM, /* and what is compressed but no archive */
	OPENED_RAW, /* the bytes themselves, without their compression */
	OPENED_ISO, /* ISO 9660 by the list that programs like best */
	OPENED_ISO_JOLIET, /* by that of Windows or the plain one */
	OPENED_ISO_ROCK, /* by that of Unix or the plain one */
	OPENED_ISO_PLAIN
};

/*
 * A reader of bytes, which must outlive it, to be freed with
 * archive_read_free(); NULL when memory is out. password may be NULL.
 */
struct archive *
opened_new(struct span bytes, enum opened what, const char *password);

#endif
