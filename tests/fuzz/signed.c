/* SPDX-License-Identifier: ISC */
#include <stdint.h>
#include <string.h>

#include "certs/signed.h"
#include "milter/base/banned.h"

/* libFuzzer calls this with bytes that reach new code. */
int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

/* What is taken for signed as a whole has an author, a signature, and content
 * that stands in the message or inside of the signature. */
static void
check(const struct signed_mail *m)
{
	if (strchr(m->from, '@') == NULL)
		__builtin_trap();
	if (m->form == SIGNED_SMIME_INSIDE && m->content.len > 0)
		__builtin_trap();
}

/* Any bytes as a message, and its content as an entity that was signed. */
int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
	struct arena *a = arena_new((size_t)1 << 28);
	struct signed_mail m;
	struct reason why;

	if (signed_read(&m, a, (struct span){ bytes, size }, &why) == 0) {
		check(&m);
		(void)signed_agrees(&m,
		    m.form == SIGNED_SMIME_INSIDE ? m.signature : m.content,
		    &why);
	}
	arena_free(&a);
	return 0;
}
