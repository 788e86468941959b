/* SPDX-License-Identifier: ISC */
#include "milter/mail/zip.h"
#include "tests/fuzz/reading.h"
#include "milter/base/banned.h"

/* Any bytes as a zip: only looked at, never past their end. */
int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
	fuzz_part(bytes, size, zip_check);
	return 0;
}
