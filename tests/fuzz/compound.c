/* SPDX-License-Identifier: ISC */
#include "milter/mail/compound.h"
#include "milter/mail/package.h"
#include "tests/fuzz/reading.h"
#include "milter/base/banned.h"

static void
read(struct reading *r, struct node *root, struct span bytes)
{
	compound_read(r, root, bytes);
	package_read_rtf(r, root, bytes);
}

/* Any bytes as a compound file, and as RTF with objects. */
int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
	fuzz_part(bytes, size, read);
	return 0;
}
