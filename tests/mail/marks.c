/* SPDX-License-Identifier: ISC */
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>
#include <cmocka.h>

#include "milter/base/count.h"
#include "tests/mail/tree.h"
#include "milter/base/banned.h"

#define MULTI(parameters) "Content-Type: multipart/mixed; " parameters "\n\n"
#define BODY "--b\n\na\n--b--\n"
#define BASE64 "Content-Transfer-Encoding: base64\n\n"
#define QUOTED "Content-Transfer-Encoding: quoted-printable\n\n"

/* Each kind of mark in a mail that has it, and, with MARK_COUNT, mails that
 * have none: what honest mailers write must not be marked. */
#define ZIP \
	"Content-Type: application/zip\n" \
	"Content-Transfer-Encoding: base64\n\n"

static const struct {
	enum mark_kind mark;
	const char *mail;
} cases[] = {
	{ MARK_UNDECODED, "Content-Type: text/plain; charset=klingon\n\nx" },
	{ MARK_UNDECODED, "Content-Type: application/ms-tnef\n\nx" },
	{ MARK_UNKNOWN_ENCODING, "Content-Transfer-Encoding: x-rot13\n\nx" },
	{ MARK_UNKNOWN_ENCODING,
	    "Content-Transfer-Encoding: x-uuencode\n\nbegin 644 a\n#86)C\n" },
	{ MARK_DUPLICATE_BOUNDARY, MULTI("boundary=b; boundary=c") BODY },
	{ MARK_DUPLICATE_BOUNDARY, MULTI("boundary=c; boundary*0=b") BODY },
	{ MARK_DUPLICATE_BOUNDARY,
	    MULTI("boundary=b") "--b\n" MULTI("boundary=b") BODY },
	{ MARK_DUPLICATE_TYPE,
	    "Content-Type: text/plain\nContent-Type: text/html\n\nx" },
	{ MARK_DUPLICATE_ENCODING,
	    "Content-Transfer-Encoding: 7bit\n" BASE64 "YQ==\n" },
	{ MARK_DUPLICATE_DISPOSITION,
	    "Content-Disposition: attachment; filename=a.txt\n"
	    "Content-Disposition: attachment; filename=a.exe\n\nx" },
	{ MARK_DUPLICATE_PARAMETER,
	    "Content-Type: text/plain; charset=utf-8; charset=utf-7\n\nx" },
	{ MARK_BAD_BOUNDARY, MULTI("x=y") BODY },
	{ MARK_BAD_BOUNDARY, MULTI("boundary=\"\"") BODY },
	{ MARK_BAD_BOUNDARY, MULTI("boundary=c") BODY },
	{ MARK_BAD_BOUNDARY, MULTI("boundary*=us-ascii''b") BODY },
	{ MARK_BAD_BOUNDARY, MULTI("boundary=\"\\b\"") BODY },
	{ MARK_BAD_BOUNDARY, MULTI("boundary=b (comment)") BODY },
	{ MARK_BAD_BOUNDARY, MULTI("boundary=\"b\"x") BODY },
	{ MARK_BAD_BOUNDARY, MULTI("boundary=\"b \"") BODY },
	{ MARK_BAD_BOUNDARY, MULTI("boundary='b'") BODY },
	{ MARK_BAD_BOUNDARY, MULTI("boundary=b") "--bx\n" BODY },
	{ MARK_BAD_BOUNDARY, MULTI("boundary=b") " --b\n" BODY },
	{ MARK_BAD_BOUNDARY, MULTI("boundary=b") "--b\t\n\na\n--b--\n" },
	{ MARK_BAD_BOUNDARY,
	    MULTI("boundary=123456789012345678901234567890123456789012345678"
		  "901234567890123456789012345678901") BODY },
	{ MARK_BAD_TYPE, "Content-Type: plain\n\nx" },
	{ MARK_BAD_TYPE, "Content-Type: text/pl ain\n\nx" },
	{ MARK_BAD_TYPE, "Content-Type: text/html charset=utf-8\n\nx" },
	{ MARK_BAD_TYPE,
	    "Content-Type: mul(x)tipart/mixed; boundary=b\n\n" BODY },
	{ MARK_BAD_ENCODING,
	    "Content-Transfer-Encoding: base64 (really)\n\nYQ==\n" },
	{ MARK_BAD_ENCODING,
	    "Content-Transfer-Encoding: base64, 7bit\n\nYQ==\n" },
	{ MARK_BAD_ENCODING,
	    "Content-Transfer-Encoding: \"base64\"\n\nYQ==\n" },
	{ MARK_BAD_ENCODING,
	    "Content-Type: multipart/mixed; boundary=b\n" BASE64
	    "LS1iCgphCi0tYi0tCg==\n" },
	{ MARK_BAD_BASE64, BASE64 "YW-Jj\n" },
	{ MARK_BAD_BASE64, BASE64 "YQ==YQ==\n" },
	{ MARK_BAD_BASE64, BASE64 "YQ\n" },
	{ MARK_BAD_BASE64, BASE64 "YWJjZ\n" },
	{ MARK_BAD_BASE64, BASE64 "YQ===\n" },
	{ MARK_BAD_BASE64, BASE64 "=YWJj\n" },
	{ MARK_BAD_QUOTED_PRINTABLE, QUOTED "a=Xb\n" },
	{ MARK_BAD_QUOTED_PRINTABLE, QUOTED "a= \nb" },
	{ MARK_BAD_HEADER, "Subject: x\nno field\n\nx" },
	{ MARK_BAD_HEADER, "Subject : x\n\nx" },
	{ MARK_BAD_HEADER, "Subject: x\n \n y\n\nx" },
	{ MARK_BAD_HEADER, " Subject: x\n\nx" },
	{ MARK_BAD_PARAMETER, "Content-Type: text/plain; charset\n\nx" },
	{ MARK_BAD_PARAMETER, "Content-Type: text/plain; name='a'\n\nx" },
	{ MARK_BAD_PARAMETER,
	    "Content-Disposition: attachment; filename*1=b; filename*0=a\n\n" },
	{ MARK_HIDDEN_PARTS,
	    MULTI("boundary=b") "Content-Type: text/html\n\nx\n" BODY },
	{ MARK_HIDDEN_PARTS, MULTI("boundary=b") BODY "--b\n\nx\n" },
	{ MARK_HIDDEN_PARTS,
	    MULTI("boundary=b") BODY "Content-Type: text/html\n\nx\n" },
	{ MARK_HIDDEN_PARTS,
	    "MIME-Version: 1.0\n\n--b\nContent-Type: text/html\n\nx\n" },
	{ MARK_HIDDEN_PARTS, "Content-Type: text/plain; boundary=b\n\n--b\n"
			     "Content-Type: text/html\n\nx\n" },
	{ MARK_MISSING_END, MULTI("boundary=b") "--b\n\na\n" },
	{ MARK_MISSING_END, MULTI("boundary=b") "nothing" },
	{ MARK_TWO_FROM, "From: a@example.jp\nFrom: b@example.jp\n\n" },
	{ MARK_TWO_FROM, "From: a@example.jp, b@example.jp\n\n" },
	{ MARK_TWO_FROM, "From: <a@example.jp> <b@example.jp>\n\n" },
	{ MARK_TWO_FROM, "From: b@example.com <a@example.jp>\n\n" },
	{ MARK_TWO_FROM, "From: a@example.net(.example.com\n\n" },
	{ MARK_TWO_FROM, "From: a@example.net(x).example.com\n\n" },
	{ MARK_TWO_FROM, "From: <@a.example,@b.example:c@d.example>\n\n" },
	{ MARK_TWO_FROM, "From: <=?utf-8?Q?a=40b.example?=@example.jp>\n\n" },
	{ MARK_TWO_FROM, "From: <a@b.example@example.jp>\n\n" },
	{ MARK_BARE_CR, "Subject: a\rb\r\n\r\nx" },
	{ MARK_BARE_CR, "Subject: a\r\n\r\nx\ry\r\n" },
	{ MARK_BARE_LF, "Subject: a\r\n\r\nx\ny\r\n" },
	{ MARK_EIGHT_BIT_NAME, "S\374bject: a\n\nx" },
	{ MARK_PARTIAL, "Content-Type: message/partial; id=1\n\nx" },
	{ MARK_PARTIAL, "Content-Type: message/external-body\n\nx" },
	{ MARK_CHARSET_MISMATCH,
	    "Content-Type: text/plain; charset=utf-8\n\n\202\240\202\242" },
	{ MARK_CHARSET_MISMATCH,
	    "Subject: =?ISO-2022-JP?B?ie+LY46Rl78=?=\n\nx" },
	{ MARK_CHARSET_MISMATCH, "Subject: =?utf-16?B?AGE=?=\n\nx" },
	{ MARK_NAME_UNDECODABLE,
	    "Content-Disposition: attachment; filename=\"a\377\376.doc\"\n\n" },
	{ MARK_CONTAINER_CONFLICT,
	    ZIP "UEsDBBQAAAAIAAAAIQBDvrfoAQAAAAEAAAAFAAAAYS50eHRhUEsBAhQDFAAA\n"
		"AAAAAAAhAEO+t+gBAAAAAQAAAAUAAAAAAAAAAAAAAIABAAAAAGEudHh0UEsF\n"
		"BgAAAAABAAEAMwAAACQAAAAAAA==\n" },
	{ MARK_UNLOCKED,
	    "Subject: pw Kasumi-2026\n" ZIP
	    "UEsDBBQACQAIAN18e10AAAAAAAAAAAEAAAAFACAAYS50eHRVVA0ABxOkCWsT\n"
	    "pAlrE6QJa3V4CwABBAAAAAAEAAAAANlmj/uRE4Kabeq3MFDLzVBLBwhDvrfo\n"
	    "DwAAAAEAAABQSwECFAMUAAkACADdfHtdQ7636A8AAAABAAAABQAgAAAAAAAA\n"
	    "AAAApIEAAAAAYS50eHRVVA0ABxOkCWsTpAlrE6QJa3V4CwABBAAAAAAEAAAA\n"
	    "AFBLBQYAAAAAAQABAFMAAABiAAAAAAA=\n" },
	{ MARK_FOREIGN,
	    "Content-Disposition: attachment; filename=a.xdw\n\nx" },
	{ MARK_COUNT,
	    "Content-Disposition: attachment; filename=a.xdw.txt\n\nx" },
	{ MARK_PICTURES,
	    "Content-Type: image/bmp\nContent-Transfer-Encoding: base64\n\n"
	    "Qk02AAAAAAAAADYAAAAoAAAAYOoAAGDqAAABABgAAAAAAAAAAAAAAAAAAAAA\n"
	    "AAAAAAAAAAAA\n" },
	{ MARK_COUNT,
	    "Content-Type: image/bmp\nContent-Transfer-Encoding: base64\n\n"
	    "Qk02AAAAAAAAADYAAAAoAAAAKAAAAGDqAAABABgAAAAAAAAAAAAAAAAAAAAA\n"
	    "AAAAAAAAAAAA\n" },
	{ MARK_READINGS, "Content-Type: application/zip\n"
			 "Content-Transfer-Encoding: x-base64\n\nYQ==\n" },
	{ MARK_READINGS,
	    MULTI("boundary=b") "--bx\nContent-Type: text/html\n\nx\n" BODY },
	{ MARK_OPAQUE,
	    ZIP "UEsDBBQACQAIAN18e10AAAAAAAAAAAEAAAAFACAAYS50eHRVVA0ABxOkCWsT\n"
		"pAlrE6QJa3V4CwABBAAAAAAEAAAAANlmj/uRE4Kabeq3MFDLzVBLBwhDvrfo\n"
		"DwAAAAEAAABQSwECFAMUAAkACADdfHtdQ7636A8AAAABAAAABQAgAAAAAAAA\n"
		"AAAApIEAAAAAYS50eHRVVA0ABxOkCWsTpAlrE6QJa3V4CwABBAAAAAAEAAAA\n"
		"AFBLBQYAAAAAAQABAFMAAABiAAAAAAA=\n" },
	{ MARK_OPAQUE,
	    "Content-Type: application/pkcs7-mime; smime-type=enveloped-data"
	    "\n\nx" },
	{ MARK_OPAQUE, "Content-Type: multipart/encrypted; boundary=b;\n"
		       " protocol=\"application/pgp-encrypted\"\n\n" BODY },
	{ MARK_OPAQUE, "Subject: x\n\n-----BEGIN PGP MESSAGE-----\n" },

	{ MARK_COUNT, "Subject: =?utf-16?B?/v8AYQ==?=\n\nx" },
	{ MARK_COUNT, "Content-Type: text/plain; name=o'b'c\n\nx" },
	{ MARK_COUNT, "From: \"a, b\" <a@example.jp>\n\nx" },
	{ MARK_COUNT, "From: a@example.jp (Taro (of) x)\n\nx" },
	{ MARK_COUNT, "From: a@example.jp <a@example.jp>\n\nx" },
	{ MARK_COUNT, MULTI("boundary=\"b\"") BODY },
	{ MARK_COUNT, MULTI("boundary=b") "--b  \n\na\n--b--\n" },
	{ MARK_COUNT, "Content-Type: multipart/mixed; boundary=b\n" QUOTED
		      "--b\nContent-Type: text/plain\n\na\n--b--\n" },
	{ MARK_COUNT, BASE64 "YWJj\nYQ==\n" },
	{ MARK_COUNT, BASE64 "YWJjYQ==\n\n  \n" },
	{ MARK_COUNT, QUOTED "a=3Db=3d=\nc" },
	{ MARK_COUNT, "Subject: a\n folded\n\tfield\n\nx" },
	{ MARK_COUNT, "Content-Type: text/plain (yes); charset=utf-8\n\nx" },
	{ MARK_COUNT, "Subject: a\n\nline\nfeeds only\n" },
	{ MARK_COUNT,
	    "Content-Type: text/plain\nContent-Type: text/plain\n\n" },
};

static bool
has(const struct message *m, enum mark_kind kind)
{
	for (const struct part *p = m->root; p; p = p->next)
		for (const struct mark *k = p->marks; k; k = k->next)
			if (k->kind == kind || kind == MARK_COUNT)
				return true;
	return false;
}

static void
each_is_seen(void **unused)
{
	(void)unused;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct arena *a = arena_new(1 << 24);
		const struct message *m = tree_read(a, cases[i].mail);
		bool wanted = cases[i].mark != MARK_COUNT;

		if (has(m, cases[i].mark) != wanted)
			fail_msg("%s %s in\n%s",
			    wanted ? tree_mark(cases[i].mark) : "a mark",
			    wanted ? "is missing" : "is too much",
			    cases[i].mail);
		arena_free(&a);
	}
}

static void
every_kind_has_a_case(void **unused)
{
	(void)unused;
	for (int kind = 0; kind < MARK_COUNT; kind++) {
		bool found = kind == MARK_LIMIT || kind == MARK_NUL;

		for (size_t i = 0; i < COUNT(cases); i++)
			found |= (int)cases[i].mark == kind;
		if (!found)
			fail_msg("no case for %s", tree_mark(kind));
	}
}

static void
nul_bytes(void **unused)
{
	static const unsigned char mail[] =
	    "Content-Type: text/plain; name=\"a.pdf\0.exe\"\n\nx\0y";
	struct arena *a = arena_new(1 << 20);
	const struct message *m =
	    message_read(a, mail, sizeof mail - 1, &tree_limits);

	(void)unused;
	assert_true(has(m, MARK_NUL));
	assert_string_equal(m->root->names->name, "a.pdf .exe");
	assert_string_equal(m->root->text, "x\357\277\275y");
	arena_free(&a);
}

static void
marks_say_where(void **unused)
{
	struct arena *a = arena_new(1 << 20);
	const struct message *m = tree_read(a, BASE64 "YW-Jj\n");

	(void)unused;
	assert_int_equal(m->root->marks->kind, MARK_BAD_BASE64);
	assert_int_equal(m->root->marks->offset, strlen(BASE64) + 2);
	assert_string_equal(m->root->text, "abc");
	arena_free(&a);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_is_seen),
		cmocka_unit_test(every_kind_has_a_case),
		cmocka_unit_test(nul_bytes),
		cmocka_unit_test(marks_say_where),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
