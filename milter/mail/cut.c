/* SPDX-License-Identifier: ISC */
#include <string.h>

#include "milter/base/count.h"
#include "milter/base/text.h"
#include "milter/mail/cut.h"
#include "milter/base/banned.h"

/* Marks that leave no doubt about the boundaries and the part's type; with any
 * other, also one that comes to be known later, readers could disagree. */
static const bool harmless[MARK_COUNT] = {
	[MARK_LIMIT] = true,
	[MARK_UNDECODED] = true,
	[MARK_BAD_BASE64] = true,
	[MARK_BAD_QUOTED_PRINTABLE] = true,
	[MARK_BAD_PARAMETER] = true,
	[MARK_DUPLICATE_DISPOSITION] = true,
	[MARK_TWO_FROM] = true,
	[MARK_CHARSET_MISMATCH] = true,
	[MARK_NAME_UNDECODABLE] = true,
	[MARK_CONTAINER_CONFLICT] = true,
	[MARK_UNLOCKED] = true,
};

static bool
is_multipart(const struct part *p)
{
	return strncmp(p->type, "multipart/", 10) == 0;
}

static bool
is_sealed(const struct part *p)
{
	static const char *const types[] = { "multipart/signed",
		"multipart/encrypted", "application/pkcs7-mime",
		"application/x-pkcs7-mime", "application/pgp-encrypted" };

	return text_in(p->type, types, COUNT(types));
}

/* A parameter out of the grammar (a raw file name) is disputed only where one
 * of them is the boundary. */
static bool
is_disputed(const struct part *p)
{
	for (const struct mark *m = p->marks; m != NULL; m = m->next)
		if (!harmless[m->kind] ||
		    (m->kind == MARK_BAD_PARAMETER && is_multipart(p)))
			return true;
	return false;
}

/* Can this message be cut at all? */
static bool
is_strict(const struct message *m)
{
	for (const struct part *p = m->root; p != NULL; p = p->next)
		if ((p->origin == ORIGIN_MIME || p->origin == ORIGIN_MESSAGE) &&
		    (is_disputed(p) || is_sealed(p)))
			return false;
	return true;
}

/* Is p in a file that is a message, and not in an attached message? What is in
 * a file is not changed: the file goes as a whole. */
static bool
in_a_file(const struct part *p)
{
	for (; p->parent != NULL; p = p->parent)
		if (p->origin == ORIGIN_MESSAGE &&
		    strncmp(p->parent->type, "message/", 8) != 0)
			return true;
	return false;
}

/* Is p a part that a multipart of the message shows as a file? */
static bool
is_own(const struct message *m, const struct part *p)
{
	struct span whole = reading_node((struct part *)p)->whole;
	bool letter = strncmp(p->type, "text/", 5) == 0 && p->names == NULL &&
		      strcmp(p->disposition, "attachment") != 0;

	return p->origin == ORIGIN_MIME && p->parent != NULL &&
	       is_multipart(p->parent) && !is_multipart(p) && !letter &&
	       !in_a_file(p) && whole.at >= m->bytes &&
	       whole.at < m->bytes + m->size;
}

void
cut_find(struct reading *r)
{
	const struct message *m = r->message;

	if (!is_strict(m))
		return;
	for (struct part *p = m->root->next; p != NULL; p = p->next) {
		struct span whole = reading_node(p)->whole;

		/* A parent comes before its children. */
		p->begin = p->parent->begin;
		p->end = p->parent->end;
		if (!is_own(m, p))
			continue;
		p->begin = (uint64_t)(whole.at - m->bytes);
		p->end = p->begin + whole.len;
	}
}
