/* SPDX-License-Identifier: ISC */
#ifndef SKM_MAIL_DECODE_H
#define SKM_MAIL_DECODE_H

#include "milter/mail/reading.h"

/*
 * Content-Transfer-Encodings (RFC 2045 6). Decoding goes on where a strict
 * decoder would stop, because some reader does; what a strict one would not
 * have read is told, because another reader stops there.
 */
struct decode_odd {
	const char *what; /* NULL: all was as RFC 2045 says */
	const unsigned char *at; /* where it was seen first */
	bool ragged; /* see struct base64 */
};

/* Decodes base64 into out (room for in.len bytes). Bytes written. odd may be
 * NULL. */
size_t
decode_base64(struct span in, unsigned char *out, struct decode_odd *odd);

/*
 * Decodes in by the encoding of that name (lower case; any other leaves the
 * bytes as they are) into out (room for in.len bytes). Bytes written.
 */
size_t decode_bytes(const char *encoding, struct span in, unsigned char *out,
    struct decode_odd *odd);

/* Copies quoted-printable to out (room for in.len bytes) without each "=" that
 * begins no escape, blanks behind one, and carriage returns alone. Bytes
 * written. */
size_t decode_strip(struct span in, unsigned char *out);

/* Decodes the Q of RFC 2047 into out (room for in.len bytes). */
size_t decode_q(struct span in, unsigned char *out);

/*
 * Decodes the body of a part by the encoding that its header names, marks
 * what is odd about either, and counts the bytes against the limit.
 */
struct span decode_body(struct reading *r, struct node *n);

/*
 * Is the body of a multipart or message encoded, so that it must be decoded
 * before it is taken apart? RFC 2045 6.4 forbids that, some readers do it.
 */
bool decode_needed(const struct node *n);

#endif
