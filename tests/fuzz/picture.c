/* SPDX-License-Identifier: ISC */
#include "milter/mail/qr.h"
#include "tests/fuzz/reading.h"
#include "milter/base/banned.h"

/* Any bytes as a picture, and what is drawn in it. */
int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
	fuzz_part(bytes, size, qr_read);
	return 0;
}
