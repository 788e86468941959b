/* SPDX-License-Identifier: ISC */
#include <assert.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "milter/mail/message.h"
#include "milter/mail/password.h"
#include "milter/base/banned.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

/* Any mail: few words, each of a length that a password has. */
int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
	static const struct message_limits limits = { 100, 10, 50, 1 << 14,
		1 << 20, 1 << 18, 100, 1 << 14, NULL, 0 };
	struct arena *a = arena_new((size_t)1 << 28);
	struct passwords all;

	passwords_of(message_read(a, bytes, size, &limits), &all);
	assert(all.count <= PASSWORDS_MOST);
	for (size_t i = 0; i < all.count; i++)
		assert(strlen(all.list[i]) >= 4 && strlen(all.list[i]) <= 64 &&
		       all.source[i] != NULL);
	arena_free(&a);
	return 0;
}
