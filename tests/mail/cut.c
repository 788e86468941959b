/* SPDX-License-Identifier: ISC */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

#include "milter/base/count.h"
#include "tests/mail/tree.h"
#include "milter/base/banned.h"

#define MIXED "Content-Type: multipart/mixed; boundary=b\n\n"
#define LETTER "--b\n\nhello\n"
#define FILE_OF(name) \
	"Content-Type: application/zip; name=" name "\n" \
	"Content-Transfer-Encoding: base64\n\nZGF0YQ=="
#define A FILE_OF("a.zip")
#define B FILE_OF("b.zip")
#define CUT_A MIXED LETTER "--b\n" A "\n--b--\n"
#define ATTACHED(fields, body) \
	MIXED LETTER "--b\nContent-Type: message/rfc822\n" fields \
		     "\nContent-Type: multipart/mixed; boundary=c\n\n" body \
		     "--c--\n\n--b--\n"

/* What goes with each part that can be taken out: "PATH [bytes]". */
static const struct {
	const char *what, *mail, *cuts;
} cases[] = {
	{ "a file beside the letter", CUT_A, "2 [" A "]" },
	{ "preamble and epilogue",
	    MIXED "before\n" LETTER "--b\n" A "\n--b--\nafter\n", "2 [" A "]" },
	{ "two files, the last line of one empty",
	    MIXED LETTER "--b\n" A "\n\n--b\n" B "\n--b--\n",
	    "2 [" A "\n] 3 [" B "]" },
	{ "a letter that is called a file",
	    MIXED LETTER "--b\nContent-Disposition: attachment\n\nx\n--b--\n",
	    "2 [Content-Disposition: attachment\n\nx]" },
	{ "a nested multipart: its files, not itself",
	    MIXED "--b\nContent-Type: multipart/related; boundary=c\n\n"
		  "--c\n\nhello\n--c\n" A "\n--c--\n--b\n" B "\n--b--\n",
	    "1.2 [" A "] 2 [" B "]" },
	{ "the letter in an attached message goes with that message",
	    MIXED LETTER "--b\nContent-Type: message/rfc822\n\n"
			 "Subject: x\n\nhello\n--b--\n",
	    "2 [Content-Type: message/rfc822\n\nSubject: x\n\nhello] "
	    "2.1 [Content-Type: message/rfc822\n\nSubject: x\n\nhello]" },
	{ "a file in an attached message alone", ATTACHED("", "--c\n" A "\n"),
	    "2 [Content-Type: message/rfc822\n\nContent-Type: multipart/mixed; "
	    "boundary=c\n\n--c\n" A "\n--c--\n] "
	    "2.TEXT [Content-Type: message/rfc822\n\nContent-Type: "
	    "multipart/mixed; boundary=c\n\n--c\n" A "\n--c--\n] 2.1 [" A "]" },
	{ "a file that is a message goes as a whole",
	    MIXED LETTER "--b\nContent-Type: application/octet-stream; "
			 "name=a.eml\n\nSubject: x\n\nhello\n--b--\n",
	    "2 [Content-Type: application/octet-stream; name=a.eml\n\n"
	    "Subject: x\n\nhello] "
	    "2.1 [Content-Type: application/octet-stream; name=a.eml\n\n"
	    "Subject: x\n\nhello]" },
	{ "a digest",
	    "Content-Type: multipart/digest; boundary=b\n\n--b\n\n"
	    "Subject: x\n\nhello\n--b--\n",
	    "1 [\nSubject: x\n\nhello] 1.1 [\nSubject: x\n\nhello]" },
	{ "a raw name of a file", /* sloppy, not ambiguous */
	    MIXED LETTER "--b\nContent-Type: application/zip; "
			 "name=\"\xe8\xab\x8b.zip\"\n\nx\n--b--\n",
	    "2 [Content-Type: application/zip; name=\"\xe8\xab\x8b.zip\"\n\nx]" },
	{ "the root", FILE_OF("a.zip"), "" },
	{ "the letter", MIXED LETTER "--b--\n", "" },
	{ "no end", MIXED LETTER "--b\n" A "\n", "" },
	{ "a multipart inside without an end",
	    MIXED "--b\nContent-Type: multipart/related; boundary=c\n\n"
		  "--c\n" A "\n--b\n" B "\n--b--\n",
	    "" },
	{ "two boundaries",
	    "Content-Type: multipart/mixed; boundary=b; boundary=c\n\n" LETTER
	    "--b\n" A "\n--b--\n",
	    "" },
	{ "two types", "Content-Type: text/plain\n" CUT_A, "" },
	{ "a part behind the end", CUT_A "--b\n" B "\n", "" },
	{ "a boundary used twice",
	    MIXED "--b\nContent-Type: multipart/related; boundary=b\n\n"
		  "--b\n" A "\n--b--\n",
	    "" },
	{ "signed",
	    "Content-Type: multipart/signed; boundary=b\n\n" LETTER "--b\n" A
	    "\n--b--\n",
	    "" },
	{ "a signed mail inside",
	    MIXED "--b\nContent-Type: multipart/signed; boundary=c\n\n"
		  "--c\n\nhello\n--c\n" A "\n--c--\n--b\n" B "\n--b--\n",
	    "" },
	{ "encrypted",
	    "Content-Type: multipart/encrypted; boundary=b\n\n" LETTER "--b\n" A
	    "\n--b--\n",
	    "" },
	{ "S/MIME beside it",
	    MIXED "--b\nContent-Type: application/pkcs7-mime\n\nx\n--b\n" A
		  "\n--b--\n",
	    "" },
	{ "a multipart in base64",
	    "Content-Type: multipart/mixed; boundary=b\n"
	    "Content-Transfer-Encoding: base64\n\n"
	    "LS1iCkNvbnRlbnQtVHlwZTogaW1hZ2UvcG5nCgp4Ci0tYi0tCg==\n",
	    "" },
};

static void
print_cuts(struct buf *out, const struct message *m)
{
	for (const struct part *p = m->root; p != NULL; p = p->next) {
		assert_true(p->begin <= p->end && p->end <= m->size);
		if (p->end > 0)
			(void)buf_printf(out, "%s%s [%.*s]",
			    out->len > 0 ? " " : "", p->path,
			    (int)(p->end - p->begin), m->bytes + p->begin);
	}
}

/* As the MTA gives it: CRLF. */
static void
with_crlf(const char *text, struct buf *out)
{
	for (; *text != '\0'; text++)
		(void)buf_printf(out, "%s%c", *text == '\n' ? "\r" : "", *text);
}

static void
cuts_are(const char *what, const char *mail, const char *expected)
{
	struct arena *a = arena_new((size_t)1 << 30);
	struct buf out;

	buf_init(&out, 1 << 20);
	print_cuts(&out, tree_read(a, mail));
	if (strcmp(expected, buf_text(&out)) != 0)
		print_message("%s\n", what);
	assert_string_equal(expected, buf_text(&out));
	buf_free(&out);
	arena_free(&a);
}

static void
cuts_are_exact(void **unused)
{
	(void)unused;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct buf mail, cuts;

		buf_init(&mail, 1 << 20);
		buf_init(&cuts, 1 << 20);
		with_crlf(cases[i].mail, &mail);
		with_crlf(cases[i].cuts, &cuts);
		cuts_are(cases[i].what, cases[i].mail, cases[i].cuts);
		cuts_are(cases[i].what, buf_text(&mail), buf_text(&cuts));
		buf_free(&mail);
		buf_free(&cuts);
	}
}

/* One line end of the other kind, anywhere, and nothing is cut. */
static void
mixed_line_ends_are_not_cut(void **unused)
{
	(void)unused;
	cuts_are("LF in CRLF",
	    "Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n\r\n"
	    "hel\nlo\r\n--b\r\nContent-Type: image/png\r\n\r\nx\r\n--b--\r\n",
	    "");
	cuts_are("CR alone",
	    "Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n\r\n"
	    "hel\rlo\r\n--b\r\nContent-Type: image/png\r\n\r\nx\r\n--b--\r\n",
	    "");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(cuts_are_exact),
		cmocka_unit_test(mixed_line_ends_are_not_cut),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
