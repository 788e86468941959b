/* SPDX-License-Identifier: ISC */
#include <string.h>
#include <strings.h>

#include "certs/signed.h"
#include "milter/base/count.h"
#include "milter/mail/author.h"
#include "milter/mail/content.h"
#include "milter/mail/decode.h"
#include "milter/mail/header.h"
#include "milter/mail/multipart.h"
#include "milter/base/banned.h"

/* Two parts and one that is too many; a header as large as any. */
enum { PARTS = 4, FIELDS = 2000, HEADER_BYTES = 1 << 20 };

static const struct message_limits limits = { .parts = PARTS,
	.depth = 2,
	.headers = FIELDS,
	.header_bytes = HEADER_BYTES };

static void
open_reading(struct reading *r, struct arena *a, struct span bytes)
{
	struct message *m = arena_get(a, sizeof *m);

	m->arena = a;
	m->bytes = bytes.at;
	m->size = bytes.len;
	*r = (struct reading){ .message = m, .limits = &limits };
}

/* An odd charset changes no structure; any other mark is a second reading. */
static int
unmarked(const struct node *n, struct reason *why)
{
	for (const struct mark *m = n->part.marks; m != NULL; m = m->next)
		if (m->kind != MARK_CHARSET_MISMATCH)
			return reason_set(why, "it can be read in two ways: %s",
			    m->text);
	return 0;
}

/* One kind of line end throughout: 0 for LF, 1 for CRLF, -1 for any mixture,
 * which readers and signers turn into different bytes. */
static int
line_ends(struct span bytes, struct reason *why)
{
	struct span rest = bytes, line;
	size_t with = 0, without = 0;

	if (span_find(bytes, 0) < bytes.len)
		return reason_set(why, "it has NUL bytes");
	while (span_line(&rest, &line)) {
		size_t cr = span_find(line, '\r');

		if (line.at[line.len - 1] != '\n')
			break;
		if (cr == line.len)
			without++;
		else if (cr + 2 == line.len)
			with++;
		else
			return reason_set(why, "its line ends are mixed");
	}
	if (with > 0 && without > 0)
		return reason_set(why, "its line ends are mixed");
	return with > 0;
}

/* Mail in a file has line feeds only; what was signed had CRLF (RFC 8551,
 * 3.1.1). */
static struct span
with_crlf(struct arena *a, struct span s)
{
	unsigned char *to = arena_get(a, 2 * s.len + 1);
	size_t len = 0;

	for (size_t i = 0; i < s.len; i++) {
		if (s.at[i] == '\n')
			to[len++] = '\r';
		to[len++] = s.at[i];
	}
	return (struct span){ to, len };
}

static int
once(const struct part *p, struct reason *why)
{
	static const char *const names[] = { "From", "Sender", "Subject",
		"Content-Type", "Content-Transfer-Encoding" };

	for (size_t i = 0; i < COUNT(names); i++) {
		int count = 0;

		for (const struct header *h = p->headers; h; h = h->next)
			count += strcasecmp(h->name, names[i]) == 0;
		if (count > 1)
			return reason_set(why, "two %s fields", names[i]);
	}
	return 0;
}

static const char *
encoding_of(struct arena *a, const struct part *p)
{
	const struct header *h = message_header(p, "Content-Transfer-Encoding");

	if (h == NULL)
		return "7bit";
	return span_lower(a, span_trim(span_string(h->raw)));
}

static bool
is_identity(const char *encoding)
{
	return strcmp(encoding, "7bit") == 0 || strcmp(encoding, "8bit") == 0 ||
	       strcmp(encoding, "binary") == 0;
}

/* The signature's bytes, which every decoder must see alike. */
static int
decode(struct signed_mail *m, const struct node *n, struct reason *why)
{
	const char *encoding = encoding_of(m->arena, &n->part);
	unsigned char *to = arena_get(m->arena, n->body.len + 1);
	struct decode_odd odd = { NULL, NULL, false };

	if (!is_identity(encoding) && strcmp(encoding, "base64") != 0 &&
	    strcmp(encoding, "quoted-printable") != 0)
		return reason_set(why, "the signature's encoding is unknown");
	m->signature.at = to;
	m->signature.len = decode_bytes(encoding, n->body, to, &odd);
	if (odd.what != NULL)
		return reason_set(why, "the signature is encoded oddly: %s",
		    odd.what);
	return 0;
}

/* The one parameter of that name, plain; NULL if there is none or two. */
static const char *
only(struct arena *a, const struct params *type, const char *name)
{
	const struct param *p = param_find(type->first, name);

	if (p == NULL || p->section >= 0 || p->extended || p->odd ||
	    param_find(p->next, name) != NULL)
		return NULL;
	return span_lower(a, p->value);
}

static bool
is_signature(const char *type, enum signed_form form)
{
	if (form == SIGNED_OPENPGP)
		return strcmp(type, "application/pgp-signature") == 0;
	return strcmp(type, "application/pkcs7-signature") == 0 ||
	       strcmp(type, "application/x-pkcs7-signature") == 0;
}

static struct node *
read_part(struct reading *r, struct part *p)
{
	struct node *n = reading_node(p);

	header_read(r, n);
	(void)content_read(r, n);
	return n;
}

static int
two_parts(struct reading *r, struct node *root, const struct params *type,
    struct signed_mail *m, struct reason *why)
{
	const char *protocol = only(m->arena, type, "protocol");
	struct node *first, *second;

	if (protocol == NULL)
		return reason_set(why, "it does not say once by what protocol");
	m->form = is_signature(protocol, SIGNED_OPENPGP) ? SIGNED_OPENPGP
							 : SIGNED_SMIME;
	if (!is_signature(protocol, m->form))
		return reason_set(why, "its protocol is unknown");
	if (!is_identity(encoding_of(m->arena, &root->part)))
		return reason_set(why, "the whole is encoded");
	if (!multipart_split(r, root, type) || root->children != 2)
		return reason_set(why, "it has not two parts, but %d",
		    root->children);
	first = read_part(r, root->part.child);
	second = read_part(r, root->part.child->sibling);
	if (unmarked(root, why) == -1 || unmarked(first, why) == -1 ||
	    unmarked(second, why) == -1 || once(&first->part, why) == -1 ||
	    once(&second->part, why) == -1)
		return -1;
	if (!is_signature(second->part.type, m->form))
		return reason_set(why, "its second part is no signature");
	m->content = first->whole;
	return decode(m, second, why);
}

static int
one_part(struct node *root, const struct params *type, struct signed_mail *m,
    struct reason *why)
{
	const char *kind = only(m->arena, type, "smime-type");

	m->form = SIGNED_SMIME_INSIDE;
	if (unmarked(root, why) == -1)
		return -1;
	if (kind == NULL || strcmp(kind, "signed-data") != 0)
		return reason_set(why, "it does not say that it is signed");
	if (is_identity(encoding_of(m->arena, &root->part)))
		return reason_set(why, "it is not in base64");
	return decode(m, root, why);
}

static int
read_author(struct reading *r, struct node *root, struct signed_mail *m,
    struct reason *why)
{
	const struct header *subject = message_header(&root->part, "Subject");

	author_read(r, root);
	m->from = r->message->from_address;
	m->display = r->message->from_display;
	m->subject = subject != NULL ? subject->value : "";
	if (once(&root->part, why) == -1 || unmarked(root, why) == -1)
		return -1;
	if (strchr(m->from, '@') == NULL)
		return reason_set(why, "it names no author");
	return 0;
}

int
signed_read(struct signed_mail *m, struct arena *a, struct span bytes,
    struct reason *why)
{
	const struct params *type;
	struct reading r;
	struct node *root;
	int crlf, failed;

	*m = (struct signed_mail){ .arena = a, .from = "", .display = "" };
	open_reading(&r, a, bytes);
	root = reading_part(&r, NULL, ORIGIN_MIME, bytes);
	header_read(&r, root);
	type = content_read(&r, root);
	if (strcmp(root->part.type, "multipart/signed") == 0)
		failed = two_parts(&r, root, type, m, why);
	else if (strcmp(root->part.type, "application/pkcs7-mime") == 0 ||
		 strcmp(root->part.type, "application/x-pkcs7-mime") == 0)
		failed = one_part(root, type, m, why);
	else
		return reason_set(why, "its type is %s", root->part.type);
	crlf = line_ends(bytes, why);
	if (failed == -1 || crlf == -1)
		return -1;
	if (crlf == 0)
		m->content = with_crlf(a, m->content);
	return read_author(&r, root, m, why);
}

/* Blanks of folding aside. */
static bool
same_text(const char *a, const char *b)
{
	static const char blanks[] = " \t\r\n";

	for (;;) {
		a += strspn(a, blanks);
		b += strspn(b, blanks);
		if (*a != *b)
			return false;
		if (*a == '\0')
			return true;
		a++;
		b++;
	}
}

int
signed_agrees(const struct signed_mail *m, struct span entity,
    struct reason *why)
{
	const struct header *from, *subject;
	struct reading r;
	struct node *n;

	open_reading(&r, m->arena, entity);
	n = reading_part(&r, NULL, ORIGIN_MIME, entity);
	header_read(&r, n);
	(void)content_read(&r, n);
	if (once(&n->part, why) == -1)
		return -1;
	from = message_header(&n->part, "From");
	subject = message_header(&n->part, "Subject");
	if (from != NULL)
		author_read(&r, n);
	if (unmarked(n, why) == -1)
		return -1;
	if (from != NULL && strcasecmp(r.message->from_address, m->from) != 0)
		return reason_set(why, "another author was signed: %s",
		    r.message->from_address);
	if (subject != NULL && !same_text(subject->value, m->subject))
		return reason_set(why, "another subject was signed: %s",
		    subject->value);
	return 0;
}
