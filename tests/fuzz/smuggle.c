/* SPDX-License-Identifier: ISC */
#include "milter/mail/smuggle.h"
#include "tests/fuzz/reading.h"
#include "milter/base/banned.h"

/* Any bytes as a page that spells out files. */
int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
	fuzz_part(bytes, size, smuggle_read);
	return 0;
}
