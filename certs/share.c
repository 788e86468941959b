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

/* The shared copy with this method; a new one when there is none yet. */
static size_t
shared_copy(struct share_copy copies[SEAL_COPIES], size_t *used,
    size_t shared[SEAL_METHODS], enum seal_method method)
{
	if (shared[method] == NONE && *used < SEAL_COPIES) {
		shared[method] = (*used)++;
		copies[shared[method]].method = method;
		copies[shared[method]].count = 0;
	}
	return shared[method];
}

static size_t
own_copy(struct share_copy copies[SEAL_COPIES], size_t *used,
    enum seal_method method)
{
	if (*used == SEAL_COPIES)
		return NONE;
	copies[*used].method = method;
	copies[*used].count = 0;
	return (*used)++;
}

size_t
share_out(const struct share *shares, size_t count,
    struct share_copy copies[SEAL_COPIES])
{
	enum seal_method common = common_method(shares, count);
	size_t shared[SEAL_METHODS] = { NONE, NONE }, used = 0;

	for (size_t i = 0; i < count; i++) {
		const struct share *s = &shares[i];
		enum seal_method method =
		    s->certificate ? SEAL_SMIME : SEAL_OPENPGP;
		size_t copy;

		if (!s->certificate && !s->key)
			return 0;
		if (s->named && common != SEAL_METHODS)
			method = common;
		copy = s->named ? shared_copy(copies, &used, shared, method)
				: own_copy(copies, &used, method);
		if (copy == NONE)
			return 0;
		copies[copy].rcpts[copies[copy].count++] = (uint16_t)i;
	}
	return used;
}
