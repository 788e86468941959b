/* SPDX-License-Identifier: ISC */
#ifndef SKM_MAIL_MESSAGE_H
#define SKM_MAIL_MESSAGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "milter/base/arena.h"
#include "milter/base/conf.h"
#include "milter/base/hash.h"

/*
 * One message as a tree of parts, the shape that every inspector sees.
 *
 * Any bytes give a tree: parsing has no opinion and cannot fail. What is odd
 * about the bytes becomes a mark (marks.def) on the part where it was seen,
 * with the text that shows it; what was left out because of a limit is a mark
 * too. Everything lives in the message's arena.
 *
 * Attached messages, winmail.dat and uuencoded files are children of the same
 * tree, so an inspector never knows how deep it is.
 */
enum mark_kind {
#define MARK(id, help) MARK_##id,
#include "milter/mail/marks.def"
#undef MARK
	MARK_COUNT
};

struct mark {
	enum mark_kind kind;
	uint64_t offset; /* in the bytes of the message, 0 if unknown */
	const char *text; /* what was seen, not yet printable */
	struct mark *next;
};

/* One header field, in order. */
struct header {
	const char *name; /* as written, without the colon */
	const char *raw; /* value as written, folds kept */
	const char *value; /* decoded to UTF-8 and unfolded */
	struct header *next;
};

/* A name that some reader would show for the part (domain 3.2: there can be
 * several: filename=, filename*=, name=). */
struct file_name {
	const char *name; /* decoded UTF-8 */
	const char
	    *source; /* "filename", "filename*", "name", "uuencode" ... */
	struct file_name *next;
};

/* How a part's bytes came to be. */
enum part_origin {
	ORIGIN_MIME, /* a body part of the message */
	ORIGIN_MESSAGE, /* an attached message, its children are its parts */
	ORIGIN_MEMBER, /* out of an archive or another container */
	ORIGIN_STREAM, /* a stream or object of a document, named as there */
	ORIGIN_OBJECTS, /* the objects of a PDF as one text, see pdf.h */
	ORIGIN_MACRO, /* the source of a macro, out of a document */
	ORIGIN_DECODED, /* spelled out in a page or script, see smuggle.h */
	ORIGIN_TNEF, /* out of a winmail.dat */
	ORIGIN_UUENCODE, /* out of text between begin and end */
	ORIGIN_VIEW /* what other readers make of the message, see view.h */
};

struct part {
	int index; /* 0, 1, 2 ... in walking order */
	const char *path; /* "1.2": see struct seen_part */
	enum part_origin origin;
	struct header *headers; /* first; NULL if it has none */
	const char *type; /* "text/html", lower case, as declared or by
			      * default */
	const char *charset; /* as declared, lower case, or "" */
	const char *disposition; /* "attachment", "inline" or "" */
	struct file_name *names; /* best first; NULL if it has none */
	bool browsed; /* in a web archive (MHT): a browser shows it */
	const unsigned char *bytes; /* decoded content of a leaf, NULL of a
				     * container */
	size_t size;
	uint8_t sha256[HASH_BYTES]; /* of bytes */
	const char *text; /* text/plain and text/html leaves: UTF-8; for
			      * HTML the visible text. NULL otherwise */
	struct link *links; /* see milter/mail/link.h */
	struct mark *marks;
	uint64_t begin, end; /* bytes of the message, see cut.h; 0, 0: none */
	struct part *parent; /* NULL for the root */
	struct part *child; /* first */
	struct part *sibling; /* next */
	struct part *next; /* in walking order, containers included */
};

/* How a link is followed. */
enum link_way {
	LINK_OPENED, /* at a click, or by itself */
	LINK_FORM, /* a form posts to it */
	LINK_DRAWN /* with a telephone: a QR code in a picture */
};

/* A place that the message would lead to. */
struct link {
	const char *url; /* as it would be opened, entities and character
			    * references decoded */
	const char *shown; /* the text a person sees for it, or "" */
	const char *host; /* lower case, A-labels, or "" */
	enum link_way way;
	struct link *next;
};

struct message {
	struct arena *arena;
	const unsigned char *bytes;
	size_t size;
	struct part *root; /* never NULL */
	int parts;
	const char *subject; /* decoded, "" if there is none */
	const char *from; /* decoded From as written */
	const char *from_address; /* of the first From, or "" */
	const char *from_domain; /* lower case, A-labels, or "" */
	const char *from_display; /* display name, decoded, or "" */
	const char *message_id; /* without angle brackets, or "" */
};

/* Bounds, from the settings scan_*; each one hit is MARK_LIMIT. And the words
 * that the site knows. */
struct message_limits {
	int parts, depth, headers;
	size_t header_bytes, decoded;
	size_t member; /* bytes of one member of an archive */
	size_t ratio; /* how many times the archive's size its members are */
	uint64_t hashes; /* blocks spent on trying passwords */
	const struct conf_list *passwords; /* tried on what is encrypted; or
					    * NULL */
	size_t pixels; /* of pictures looked at for codes; 0: none are */
};

/*
 * Reads the size bytes at bytes, which must live as long as the arena. The
 * message, in the arena; never NULL.
 */
struct message *message_read(struct arena *a, const unsigned char *bytes,
    size_t size, const struct message_limits *limits);

/* Is the leaf one that a reader offers as a file: named, attached, or of a
 * type that is not shown? */
bool message_is_file(const struct part *part);

/* The first header field of that name (either case), or NULL. */
const struct header *message_header(const struct part *part, const char *name);

#endif
