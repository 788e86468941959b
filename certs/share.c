/* SPDX-License-Identifier: ISC */
#include "certs/share.h"
#include "milter/base/banned.h"

enum { NONE = SEAL_COPIES };

/* The one method for all who are named; SEAL_METHODS when there is none. */
static enum seal_method
common_method(const struct share *shares, size_t count)
{
	bool smime = true, openpgp = true;

	for (size_t i = 0; i < count; i++) {
		smime &= !shares[i].named || shares[i].certificate;
		openpgp &= !shares[i].named || shares[i].key;
	}
	if (smime)
		return SEAL_SMIME;
	return openpgp ? SEAL_OPENPGP : SEAL_METHODS;
}

/* A new copy; NONE when there are too many. */
static size_t
own_copy(struct share_copy copies[SEAL_COPIES], size_t *used,
    enum seal_method method, enum content content)
{
	if (*used == SEAL_COPIES)
		return NONE;
	copies[*used].method = method;
	copies[*used].content = content;
	copies[*used].count = 0;
	return (*used)++;
}

/* The shared copy with this method and cipher; a new one when there is none
 * yet. */
static size_t
shared_copy(struct share_copy copies[SEAL_COPIES], size_t *used,
    size_t shared[SEAL_METHODS][CONTENTS], enum seal_method method,
    enum content content)
{
	size_t *copy = &shared[method][content];

	if (*copy == NONE)
		*copy = own_copy(copies, used, method, content);
	return *copy;
}

size_t
share_out(const struct share *shares, size_t count,
    struct share_copy copies[SEAL_COPIES])
{
	enum seal_method common = common_method(shares, count);
	size_t shared[SEAL_METHODS][CONTENTS], used = 0;

	for (size_t m = 0; m < SEAL_METHODS; m++)
		for (size_t c = 0; c < CONTENTS; c++)
			shared[m][c] = NONE;
	for (size_t i = 0; i < count; i++) {
		const struct share *s = &shares[i];
		enum seal_method method =
		    s->certificate ? SEAL_SMIME : SEAL_OPENPGP;
		enum content content;
		size_t copy;

		if (!s->certificate && !s->key)
			return 0;
		if (s->named && common != SEAL_METHODS)
			method = common;
		content = method == SEAL_SMIME ? s->content : 0;
		copy = s->named
			   ? shared_copy(copies, &used, shared, method, content)
			   : own_copy(copies, &used, method, content);
		if (copy == NONE)
			return 0;
		copies[copy].rcpts[copies[copy].count++] = (uint16_t)i;
	}
	return used;
}
