/* SPDX-License-Identifier: ISC */
#include "certs/seal.h"
#include "milter/base/banned.h"

const char *
seal_method_name(enum seal_method method)
{
	static const char *const names[SEAL_METHODS] = { "smime", "openpgp" };

	return method < SEAL_METHODS ? names[method] : "none";
}

const char *
seal_by_name(enum seal_by by)
{
	static const char *const names[] = { "gateway", "sender",
		"sender-unverified" };

	return by <= SEAL_BY_SENDER_UNVERIFIED ? names[by] : "nobody";
}

bool
seal_copy_complete(const struct seal_copy *copy)
{
	return (copy->by == SEAL_BY_GATEWAY) == (copy->fd != -1);
}
