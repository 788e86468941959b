/* SPDX-License-Identifier: ISC */
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>
#include <cmocka.h>

#include "milter/base/count.h"
#include "tests/mail/tree.h"
#include "milter/base/banned.h"

#define MIXED "Content-Type: multipart/mixed; boundary=b\n\n"
#define TEXT "Content-Type: text/plain\n\n"
#define FILE_PART \
	"Content-Type: application/zip; name=a.zip\n" \
	"Content-Transfer-Encoding: base64\n\nZGF0YQ==\n"

static const struct {
	const char *what, *mail, *tree;
} shapes[] = {
	{ "nothing", "", "1 text/plain 0\n" },
	{ "a header only", "Subject: x\n", "1 text/plain 0\n" },
	{ "a body only", "\nhello\n", "1 text/plain 6\n" },
	{ "a mailbox line", "From a@example.jp today\nSubject: x\n\nhello",
	    "1 text/plain 5\n" },
	{ "two parts",
	    MIXED "preamble\n--b\n" TEXT "hello\n--b\n" FILE_PART
		  "--b--\nepilogue\n",
	    " multipart/mixed 0\n1 text/plain 5\n"
	    "2 application/zip 4 name=a.zip\n" },
	{ "carriage returns",
	    "Content-Type: multipart/mixed;\r\n boundary=\"b\"\r\n\r\n--b\r\n"
	    "\r\nhello\r\n--b--\r\n",
	    " multipart/mixed 0\n1 text/plain 5\n" },
	{ "nested",
	    MIXED "--b\nContent-Type: multipart/alternative; boundary=c\n\n"
		  "--c\n\na\n--c\n\nb\n--c--\n--b\n\nd\n--b--\n",
	    " multipart/mixed 0\n1 multipart/alternative 0\n"
	    "1.1 text/plain 1\n1.2 text/plain 1\n2 text/plain 1\n" },
	{ "an attached message of one part",
	    MIXED "--b\nContent-Type: message/rfc822\n\nSubject: in\n\nhello\n"
		  "--b--\n",
	    " multipart/mixed 0\n1 message/rfc822 0\n1.1 text/plain 5\n" },
	{ "an attached message of two parts",
	    MIXED "--b\nContent-Type: message/rfc822\n\n"
		  "Content-Type: multipart/mixed; boundary=c\n\n"
		  "--c\n\na\n--c\n\nb\n--c--\n--b--\n",
	    " multipart/mixed 0\n1 message/rfc822 0\n"
	    "1.TEXT multipart/mixed 0\n1.1 text/plain 1\n"
	    "1.2 text/plain 1\n" },
	{ "an attached message in base64",
	    "Content-Type: message/rfc822\n"
	    "Content-Transfer-Encoding: base64\n\nU3ViamVjdDogeAoKaGVsbG8=\n",
	    "1 message/rfc822 0\n1.1 text/plain 5\n" },
	{ "a digest",
	    "Content-Type: multipart/digest; boundary=b\n\n--b\n\n"
	    "Subject: x\n\nhello\n--b--\n",
	    " multipart/digest 0\n1 message/rfc822 0\n1.1 text/plain 5\n" },
	{ "a message as a file",
	    "Content-Type: application/octet-stream; name=\"a.eml\"\n\n"
	    "Subject: x\n\nhello",
	    "1 application/octet-stream 17 name=a.eml\n1.1 text/plain 5\n" },
	{ "no message as a file",
	    "Content-Type: application/octet-stream; name=\"a.eml\"\n\nhello",
	    "1 application/octet-stream 5 name=a.eml\n" },
	{ "uuencode",
	    "Subject: x\n\nhello\nbegin 644 a.txt\n#86)C\n`\nend\nbye\n",
	    "1 text/plain 38\n1.1 application/octet-stream 3 "
	    "uuencode=a.txt\n" },
	{ "begin in prose", "Subject: x\n\nbegin with 644 words\n",
	    "1 text/plain 21\n" },
	{ "an upper-case type", "Content-Type: TEXT/HTML\n\n<b>x</b>",
	    "1 text/html 8\n" },
	{ "an inner boundary that goes on from the outer one",
	    MIXED "--b\nContent-Type: multipart/related; boundary=\"b-1\"\n\n"
		  "--b-1\n\na\n--b-1--\n--b--\n",
	    " multipart/mixed 0\n1 multipart/related 0\n"
	    "1.1 text/plain 1\n" },
};

static void
shapes_are_read(void **unused)
{
	(void)unused;
	for (size_t i = 0; i < COUNT(shapes); i++)
		tree_is(shapes[i].mail, shapes[i].tree);
}

static void
header_fields_of_the_message(void **unused)
{
	struct arena *a = arena_new(1 << 20);
	const struct message *m =
	    tree_read(a, "From: =?utf-8?B?5aSq6YOO?= <Taro@Example.JP>\n"
			 "Subject: one\n two\nMessage-ID: <1@example.jp>\n\n");

	(void)unused;
	assert_string_equal(m->from_display, "\345\244\252\351\203\216");
	assert_string_equal(m->from_address, "Taro@Example.JP");
	assert_string_equal(m->from_domain, "example.jp");
	assert_string_equal(m->subject, "one two");
	assert_string_equal(m->message_id, "1@example.jp");
	assert_string_equal(message_header(m->root, "SUBJECT")->raw,
	    " one\n two");
	assert_null(message_header(m->root, "To"));
	arena_free(&a);
}

static void
walking_order(void **unused)
{
	struct arena *a = arena_new(1 << 20);
	const struct message *m = tree_read(a,
	    MIXED "--b\nContent-Type: multipart/mixed; boundary=c\n\n--c\n\n"
		  "a\n--c--\n--b\n\nd\n--b--\n");
	int index = 0;

	(void)unused;
	for (const struct part *p = m->root; p; p = p->next)
		assert_int_equal(p->index, index++);
	assert_int_equal(index, 4);
	assert_int_equal(m->parts, 4);
	assert_ptr_equal(m->root->child->child->parent, m->root->child);
	assert_ptr_equal(m->root->child->sibling->parent, m->root);
	assert_null(m->root->bytes);
	arena_free(&a);
}

static void
leaves_are_hashed(void **unused)
{
	struct arena *a = arena_new(1 << 20);
	const struct message *m =
	    tree_read(a, "Content-Transfer-Encoding: base64\n\nYWJj\n");
	uint8_t digest[HASH_BYTES];

	(void)unused;
	hash_bytes("abc", 3, digest);
	assert_memory_equal(m->root->sha256, digest, HASH_BYTES);
	assert_memory_equal(m->root->bytes, "abc", 3);
	assert_string_equal(m->root->text, "abc");
	arena_free(&a);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(shapes_are_read),
		cmocka_unit_test(header_fields_of_the_message),
		cmocka_unit_test(walking_order),
		cmocka_unit_test(leaves_are_hashed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
