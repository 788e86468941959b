/* SPDX-License-Identifier: ISC */
#include "milter/mail/lnk.h"
#include "milter/mail/mailbox.h"
#include "milter/mail/onenote.h"
#include "tests/fuzz/reading.h"
#include "milter/base/banned.h"

static void
read(struct reading *r, struct node *root, struct span bytes)
{
	lnk_read(r, root, bytes);
	onenote_read(r, root, bytes);
	mailbox_read(r, root, bytes);
}

/* Any bytes as a shortcut, as a OneNote section and as a mailbox. */
int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
	fuzz_part(bytes, size, read);
	return 0;
}
