/* SPDX-License-Identifier: ISC */
#include <string.h>

#include "milter/mail/opaque.h"
#include "milter/base/banned.h"

/* BER (X.690) as far as CMS (RFC 5652) needs it to lead to the content. */
enum {
	TAG_OCTETS = 0x04,
	TAG_OID = 0x06,
	TAG_CONSTRUCTED = 0x20,
	TAG_SEQUENCE = 0x30,
	TAG_CONTENT = 0xa0, /* [0] EXPLICIT */
};

/* The last byte of the OIDs under 1.2.840.113549.1.7. */
enum { SIGNED_DATA = 2 };

struct element {
	int tag;
	struct span value; /* to the end of what is there, if endless */
	bool endless; /* of indefinite length */
};

/* Reads a length; false if there is none that fits. */
static bool
length(struct span *s, struct element *e)
{
	size_t n = 0, bytes;

	if (s->len == 0)
		return false;
	bytes = s->at[0];
	*s = span_from(*s, 1);
	e->endless = bytes == 0x80;
	if (bytes <= 0x80) {
		n = bytes < 0x80 ? bytes : s->len;
	} else {
		bytes &= 0x7f;
		if (bytes > 4 || bytes > s->len)
			return false;
		for (size_t i = 0; i < bytes; i++)
			n = n << 8 | s->at[i];
		*s = span_from(*s, bytes);
	}
	if (n > s->len)
		return false;
	e->value = (struct span){ s->at, n };
	return true;
}

/* Reads the element that *s begins with, and moves *s behind it, or into it
 * if its end is not known. */
static bool
element(struct span *s, struct element *e)
{
	if (s->len < 2)
		return false;
	e->tag = s->at[0];
	*s = span_from(*s, 1);
	if (!length(s, e))
		return false;
	if (!e->endless)
		*s = span_from(*s, e->value.len);
	return true;
}

static bool
enter(struct span *s, int tag)
{
	struct element e;

	if (!element(s, &e) || e.tag != tag)
		return false;
	*s = e.value;
	return true;
}

/* The kind of ContentInfo that *s holds, and *s inside of it; 0 if it is none.
 */
static int
content_info(struct span *s)
{
	static const unsigned char pkcs7[] = { 0x2a, 0x86, 0x48, 0x86, 0xf7,
		0x0d, 0x01, 0x07 };
	struct span prefix = { pkcs7, sizeof pkcs7 };
	struct element oid;

	if (!enter(s, TAG_SEQUENCE) || !element(s, &oid) ||
	    oid.tag != TAG_OID || oid.value.len != prefix.len + 1 ||
	    !span_begins(oid.value, prefix) || !enter(s, TAG_CONTENT))
		return 0;
	return oid.value.at[prefix.len];
}

/* Puts the pieces of an octet string together; a mailer that streams writes
 * many. They stand one behind the other, so this is one pass. */
static struct span
octets(struct reading *r, struct node *n, struct span s)
{
	unsigned char *out;
	struct element e;
	size_t len = 0;

	if (!element(&s, &e))
		return (struct span){ NULL, 0 };
	if (e.tag == TAG_OCTETS)
		return e.value;
	if (e.tag != (TAG_OCTETS | TAG_CONSTRUCTED))
		return (struct span){ NULL, 0 };
	s = e.value;
	out = arena_get(r->message->arena, reading_take(r, n, s.len) + 1);
	while (element(&s, &e) && e.tag == TAG_OCTETS && !e.endless) {
		memcpy(out + len, e.value.at, e.value.len);
		len += e.value.len;
	}
	return (struct span){ out, len };
}

/* What a SignedData (RFC 5652 5.1) holds; empty if it is not there. */
static struct span
signed_content(struct reading *r, struct node *n, struct span s)
{
	struct span none = { NULL, 0 };
	struct element e;

	if (!enter(&s, TAG_SEQUENCE) || !element(&s, &e) /* version */ ||
	    !element(&s, &e) /* digest algorithms */ || e.endless ||
	    !enter(&s, TAG_SEQUENCE) || !element(&s, &e) /* type */ ||
	    !enter(&s, TAG_CONTENT))
		return none;
	return octets(r, n, s);
}

static bool
is_smime(const struct node *n)
{
	return strcmp(n->part.type, "application/pkcs7-mime") == 0 ||
	       strcmp(n->part.type, "application/x-pkcs7-mime") == 0;
}

void
opaque_read(struct reading *r, struct node *n, const struct params *type)
{
	const struct param *kind = param_find(type->first, "smime-type");
	struct span s = { n->part.bytes, n->part.size }, content;

	if (!is_smime(n))
		return;
	if (content_info(&s) == SIGNED_DATA) {
		content = signed_content(r, n, s);
		if (content.len > 0) {
			(void)reading_part(r, n, ORIGIN_MIME, content);
			return;
		}
		if (kind && span_is(kind->value, "certs-only"))
			return;
		reading_mark(r, n, MARK_OPAQUE, n->whole.at, "signed-data");
		return;
	}
	reading_mark(r, n, MARK_OPAQUE, n->whole.at, "S/MIME %s",
	    kind ? reading_seen(r, kind->value) : "of no kind");
}
