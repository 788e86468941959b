/* SPDX-License-Identifier: ISC */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include "milter/base/count.h"
#include "tests/mail/tree.h"
#include "milter/base/banned.h"

#define BASE64 "Content-Transfer-Encoding: base64\n\n"
#define TNEF "Content-Type: application/ms-tnef\n" BASE64
#define SMIME "Content-Type: application/pkcs7-mime\n" BASE64

static const struct {
	const char *what, *mail, *tree;
} cases[] = {
	{ "an attachment with a long name, and the text as RTF",
	    TNEF
	    "eJ8+IgEAAgKQBgAOAAAAAAAAAAAAAAAAAAAAAAAAAAIQgAEACAAAAEF+MS5F\n"
	    "WEUAAAICD4AGAAIAAABNWqcAAgWQBgAkAAAAAgAAAAMABTcBAAAAHwAHNwEA\n"
	    "AAAMAAAAQjAuAGUAeABlAAAAjgIBA5AGACwAAAABAAAAAgEJEAEAAAAZAAAA\n"
	    "FQAAAAgAAABMWkZ1AAAAAAB7XGIgaGl9eAAAANQE\n",
	    "1 application/ms-tnef 165\n"
	    "1.1 application/rtf 8\n"
	    "1.2 application/octet-stream 2 tnef=あ.exe tnef=A~1.EXE\n" },
	{ "a stream that is cut off",
	    TNEF
	    "eJ8+IgEAAgKQBgAOAAAAAAAAAAAAAAAAAAAAAAAAAAIQgAEACAAAAEF+MS5F\n"
	    "WEUAAAICD4AGAAIAAABNWqcAAgWQBgAkAAAAAgAAAAMABTcBAAAAHwAHNwEA\n",
	    "1 application/ms-tnef 90 !UNDECODED\n"
	    "1.1 application/octet-stream 2 tnef=A~1.EXE\n" },
	{ "signed content in one piece",
	    SMIME
	    "MD0GCSqGSIb3DQEHAqAwMC4CAQExADAnBgkqhkiG9w0BBwGgGgQYQ29udGVu\n"
	    "dC1UeXBlOiB0ZXh0L3gKCmhp\n",
	    "1 application/pkcs7-mime 63\n1.1 text/x 2\n" },
	{ "signed content in several pieces",
	    SMIME
	    "MEMGCSqGSIb3DQEHAqA2MDQCAQExADAtBgkqhkiG9w0BBwGgICSABApDb250\n"
	    "ZW50LVR5BA5wZTogdGV4dC94CgpoaQAA\n",
	    "1 application/pkcs7-mime 69\n1.1 text/x 2\n" },
	{ "enveloped content",
	    SMIME
	    "MD0GCSqGSIb3DQEHA6AwMC4CAQExADAnBgkqhkiG9w0BBwGgGgQYQ29udGVu\n"
	    "dC1UeXBlOiB0ZXh0L3gKCmhp\n",
	    "1 application/pkcs7-mime 63 !OPAQUE\n" },
	{ "signed content that is cut off",
	    SMIME "MD0GCSqGSIb3DQEHAqAwMC4CAQExADAnBgkqhkiG\n",
	    "1 application/pkcs7-mime 30 !OPAQUE\n" },
};

static void
packed_parts_are_children(void **unused)
{
	(void)unused;
	for (size_t i = 0; i < COUNT(cases); i++)
		tree_is(cases[i].mail, cases[i].tree);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(packed_parts_are_children),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
