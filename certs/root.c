/* SPDX-License-Identifier: ISC */
#include <stdlib.h>
#include <string.h>

#include "certs/base64.h"
#include "certs/root.h"
#include "milter/base/count.h"
#include "milter/mail/base64.h"
#include "milter/mail/param.h"
#include "milter/base/banned.h"

enum {
	DESCRIBED = 2048, /* bytes of all Content-* fields of a header: they
			   * stay in clear, and a name of a file is short */
	BOUNDARY = 70, /* RFC 2046, 5.1.1 */
	ARENA = 1 << 20
};

/* What a header says of the body behind it. */
struct head {
	struct span type, encoding; /* at NULL: not given */
	size_t described;
};

static bool
is_blank(unsigned char c)
{
	return c == ' ' || c == '\t';
}

/* Could any reader end a line elsewhere, or the text? */
static bool
has_odd_bytes(struct span s)
{
	for (size_t i = 0; i < s.len; i++)
		if (s.at[i] == '\0' ||
		    (s.at[i] == '\r' &&
			(i + 1 == s.len || s.at[i + 1] != '\n')))
			return true;
	return false;
}

static bool
is_name(struct span s)
{
	for (size_t i = 0; i < s.len; i++)
		if (s.at[i] <= ' ' || s.at[i] >= 127)
			return false;
	return s.len > 0;
}

/* Takes the next field with its folded lines off *rest; an empty line is a
 * field without bytes. False where no reader should go on. */
static bool
take_field(struct span *rest, struct span *field)
{
	struct span more;

	if (!span_line(rest, field) || is_blank(field->at[0]))
		return false;
	while (span_chomp(*field).len > 0 && rest->len > 0 &&
	       is_blank(rest->at[0])) {
		(void)span_line(rest, &more);
		if (span_trim(more).len == 0)
			return false;
		field->len += more.len;
	}
	if (has_odd_bytes(*field))
		return false;
	*field = span_chomp(*field);
	return true;
}

static bool
take_once(struct span *to, struct span value)
{
	if (to->at != NULL)
		return false;
	*to = value;
	return true;
}

static bool
note_field(struct head *h, struct span field, bool part)
{
	size_t colon = span_find(field, ':');
	struct span name = { field.at, colon };
	struct span value = span_trim(span_from(field, colon + 1));
	bool describes =
	    span_starts(name, "Content-") || span_is(name, "MIME-Version");

	if (colon == field.len || !is_name(name))
		return false;
	if (describes)
		h->described += field.len;
	if (h->described > DESCRIBED)
		return false;
	if (span_is(name, "Content-Type"))
		return take_once(&h->type, value);
	if (span_is(name, "Content-Transfer-Encoding"))
		return take_once(&h->encoding, value);
	return describes || !part;
}

/* Reads a header up to and with its empty line; part: of a part, which has
 * nothing but what describes it. */
static bool
read_head(struct span *rest, struct head *h, bool part)
{
	struct span field;

	*h = (struct head){ .described = 0 };
	for (;;) {
		if (!take_field(rest, &field))
			return false;
		if (field.len == 0)
			return true;
		if (!note_field(h, field, part))
			return false;
	}
}

/* The parameters, when none can be read in two ways. */
static const struct params *
read_type(struct arena *a, struct span value)
{
	const struct params *f =
	    param_read(a, arena_copy(a, (const char *)value.at, value.len));

	if (f->odd || f->full || f->overlong)
		return NULL;
	for (const struct param *p = f->first; p != NULL; p = p->next)
		if (p->odd || p->extended || p->escaped || p->section != -1 ||
		    param_find(p->next, p->name) != NULL)
			return NULL;
	return f;
}

static bool
is_smime(const struct params *type)
{
	const struct param *kind = param_find(type->first, "smime-type");

	return (strcmp(type->value, "application/pkcs7-mime") == 0 ||
		   strcmp(type->value, "application/x-pkcs7-mime") == 0) &&
	       (kind == NULL || span_is(kind->value, "enveloped-data") ||
		   span_is(kind->value, "authEnveloped-data"));
}

static bool
is_openpgp(const struct params *type)
{
	const struct param *protocol = param_find(type->first, "protocol");
	const struct param *boundary = param_find(type->first, "boundary");

	return strcmp(type->value, "multipart/encrypted") == 0 &&
	       protocol != NULL && boundary != NULL &&
	       span_is(protocol->value, "application/pgp-encrypted") &&
	       boundary->value.len > 0 && boundary->value.len <= BOUNDARY;
}

static bool
decode(struct root *root, struct span body)
{
	struct base64 b = { .odd = NULL };

	root->bytes = malloc(body.len + 1);
	if (root->bytes == NULL)
		return false;
	root->len = base64_decode(&b, body, root->bytes);
	return b.odd == NULL && !b.ragged && root->len > 0;
}

static bool
disarm(struct root *root, struct span body)
{
	root->bytes = malloc(body.len + 1);
	return root->bytes != NULL &&
	       base64_disarm(body, root->bytes, &root->len);
}

/* Takes a part up to the next delimiter off *rest; false unless that is
 * "--boundary" and tail, to the letter. */
static bool
take_part(struct span *rest, struct span boundary, const char *tail,
    struct span *part)
{
	struct span line;

	part->at = rest->at;
	while (span_line(rest, &line)) {
		struct span text = span_chomp(line);

		if (!span_starts(text, "--") ||
		    !span_begins(span_from(text, 2), boundary))
			continue;
		part->len = (size_t)(line.at - part->at);
		text = span_from(text, 2 + boundary.len);
		return text.len == strlen(tail) && span_is(text, tail);
	}
	return false;
}

/* What mailers write there, to the letter: it tells nobody anything. */
static bool
is_usual_preamble(struct span preamble)
{
	static const char *const usual[] = { "",
		"This is an OpenPGP/MIME encrypted message (RFC 4880 and 3156)",
		"This is an OpenPGP/MIME encrypted message (RFC 2440 and 3156)",
		("This is an OpenPGP/MIME encrypted message (RFC 9580 and "
		 "3156)") };

	for (size_t i = 0; i < COUNT(usual); i++)
		if (span_is(span_trim(preamble), usual[i]))
			return true;
	return false;
}

/* Takes the header off the part, which must be of the type. */
static bool
part_is(struct arena *a, struct span *part, const char *type)
{
	const struct params *f;
	struct head h;

	if (!read_head(part, &h, true) || h.type.at == NULL)
		return false;
	f = read_type(a, h.type);
	return f != NULL && strcmp(f->value, type) == 0 &&
	       (h.encoding.at == NULL || span_is(h.encoding, "7bit"));
}

static bool
read_openpgp(struct root *root, struct arena *a, struct span body,
    struct span boundary)
{
	struct span preamble, version, armoured;

	return take_part(&body, boundary, "", &preamble) &&
	       is_usual_preamble(preamble) &&
	       take_part(&body, boundary, "", &version) &&
	       take_part(&body, boundary, "--", &armoured) &&
	       span_trim(body).len == 0 &&
	       part_is(a, &version, "application/pgp-encrypted") &&
	       span_is(span_trim(version), "Version: 1") &&
	       part_is(a, &armoured, "application/octet-stream") &&
	       disarm(root, armoured);
}

static bool
read_body(struct root *root, struct arena *a, const struct head *h,
    struct span body)
{
	const struct params *type = read_type(a, h->type);

	if (type == NULL)
		return false;
	if (is_smime(type)) {
		root->method = SEAL_SMIME;
		return h->encoding.at != NULL &&
		       span_is(h->encoding, "base64") && decode(root, body);
	}
	root->method = SEAL_OPENPGP;
	return is_openpgp(type) &&
	       (h->encoding.at == NULL || span_is(h->encoding, "7bit")) &&
	       read_openpgp(root, a, body,
		   param_find(type->first, "boundary")->value);
}

bool
root_read(struct root *root, struct span message)
{
	struct arena *a = arena_new(ARENA);
	struct head h;
	bool good;

	*root = (struct root){ .bytes = NULL };
	good = read_head(&message, &h, false) && h.type.at != NULL &&
	       read_body(root, a, &h, message);
	arena_free(&a);
	if (!good)
		root_free(root);
	return good;
}

void
root_free(struct root *root)
{
	free(root->bytes);
	root->bytes = NULL;
	root->len = 0;
}
