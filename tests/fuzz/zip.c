/* SPDX-License-Identifier: ISC */
#include "milter/mail/zip.h"
#include "tests/fuzz/reading.h"
#include "milter/base/banned.h"

static void
check(struct reading *r, struct node *root, struct span bytes)
{
	(void)zip_check(r, root, bytes);
}

/* Any bytes as a zip: only looked at, never past their end. */
int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
	fuzz_part(bytes, size, check);
	return 0;
}
