/* SPDX-License-Identifier: ISC */
#include "milter/mail/pdf.h"
#include "milter/mail/unlock.h"
#include "tests/fuzz/reading.h"
#include "milter/base/banned.h"

static void
read(struct reading *r, struct node *root, struct span bytes)
{
	pdf_read(r, root, bytes);
	(void)unlock_all(r);
}

/* Any bytes as a PDF, with or without a password. */
int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
	fuzz_part(bytes, size, read);
	return 0;
}
