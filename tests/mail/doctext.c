/* SPDX-License-Identifier: ISC */
#include <stdarg.h>
#include <setjmp.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "milter/base/buf.h"
#include "milter/base/count.h"
#include "milter/mail/doctext.h"
#include "milter/base/banned.h"

/* Each line with a | behind it, > for a tab. */
static bool
note(void *owner, const char *text, size_t len)
{
	struct buf *seen = owner;

	for (size_t i = 0; i < len; i++)
		buf_add(seen, text[i] == '\t' ? ">" : text + i, 1);
	buf_string(seen, "|");
	return true;
}

static struct part
member(struct file_name *name, const char *xml)
{
	return (struct part){ .origin = ORIGIN_MEMBER,
		.names = name,
		.bytes = (const unsigned char *)xml,
		.size = strlen(xml) };
}

static void
check(const char *name, const char *xml, const char *shared,
    const char *expected)
{
	struct file_name n = { .name = name };
	struct file_name s = { .name = "xl/sharedStrings.xml" };
	struct part strings = member(&s, shared), document = { .child = NULL };
	struct part p = member(&n, xml);
	struct buf seen;
	struct doctext d;

	p.parent = strings.parent = &document;
	document.child = &p;
	p.sibling = &strings;
	buf_init(&seen, 1 << 20);
	d = doctext_begin(&seen, note);
	doctext_read(&d, &p);
	doctext_end(&d);
	if (strcmp(buf_text(&seen), expected) != 0)
		fail_msg("%s: %s", xml, buf_text(&seen));
	buf_free(&seen);
}

#define SHARED \
	"<sst><si><t>a</t></si><si><r><t>b</t></r><r><t>c</t></r>" \
	"<rPh><t>x</t></rPh></si></sst>"
#define SHEET "xl/worksheets/sheet1.xml"

static const struct {
	const char *name, *xml, *lines;
} cases[] = {
	{ "word/document.xml", "<d><p><r><t>a</t><tab/><t>b</t></r></p></d>",
	    "a>b|" },
	{ "word/document.xml", "<d><p><t>a</t></p><p/><p><t>b</t></p></d>",
	    "a|b|" },
	{ "word/document.xml", "<d><p><instrText>x</instrText></p></d>", "" },
	{ "word/document.xml", "<d><p><t>a</t><br/><t>b</t></p></d>", "a b|" },
	{ "word/document.xml",
	    "<d><tr><tc><p><t>a</t></p><p><t>b</t></p></tc><tc/>"
	    "<tc><p><t>c</t></p></tc></tr></d>",
	    "a b >>c|" },
	{ "word/document.xml", "<d><p><t>a</t></p><p><t>b</d>", "a|b|" },
	{ "word/document.xml", "<d><p><t>&amp;&#x3042;&lol;</t></p></d>",
	    "&\u3042|" },
	{ SHEET, "<s><row><c t='s'><v>0</v></c><c t='s'><v>1</v></c></row></s>",
	    "a>bc|" },
	{ SHEET,
	    "<s><row><c r='B1'><v>5</v></c><c r='D1'><v>7</v></c></row></s>",
	    ">5>>7|" },
	{ SHEET,
	    "<s><row><c t='s'><v>2</v></c><c t='s'><v>-1</v></c></row></s>",
	    "" },
	{ SHEET, "<s><row><c t='inlineStr'><is><t>a</t></is></c></row></s>",
	    "a|" },
	{ SHEET, "<s><row><c r='ZZZ1'><v>5</v></c></row></s>",
	    ">>>>>>>>>>>>>>>>>>>>>>>>>>>>>>>>>>>>>>>>>>>>>>>>>>>>>>>>>>>>>>>>"
	    "5|" },
	{ "xl/sharedStrings.xml", SHARED, "a|bc|" },
	{ "content.xml",
	    "<document-content><p>a<span>b</span></p><table-row>"
	    "<table-cell number-columns-repeated='3'/><table-cell><p>c</p>"
	    "</table-cell></table-row></document-content>",
	    "ab|>>>c|" },
	{ "docProps/core.xml", "<c><k>a;  b</k>\n <s> </s><t>c</t></c>",
	    "a;  b|c|" },
	{ "docProps/custom.xml", "no xml at all", "" },
};

static void
text_comes_line_by_line(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++)
		check(cases[i].name, cases[i].xml, SHARED, cases[i].lines);
}

static void
only_text_is_read(void **state)
{
	static const struct {
		const char *name;
		enum doctext_kind kind;
	} names[] = {
		{ "word/document.xml", DOCTEXT_BODY },
		{ "word/header12.xml", DOCTEXT_BODY },
		{ "XL/Worksheets/Sheet1.XML", DOCTEXT_BODY },
		{ "docProps/app.xml", DOCTEXT_PROPERTIES },
		{ "meta.xml", DOCTEXT_PROPERTIES },
		{ "word/styles.xml", DOCTEXT_NONE },
		{ "word/document.xml.rels", DOCTEXT_NONE },
		{ "a/meta.xml", DOCTEXT_NONE },
		{ "xl/worksheets/_rels/sheet1.xml.rels", DOCTEXT_NONE },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(names); i++) {
		struct file_name n = { .name = names[i].name };
		struct part p = member(&n, "<a/>");

		assert_int_equal(names[i].kind, doctext_kind(&p));
		p.origin = ORIGIN_MIME;
		assert_int_equal(DOCTEXT_NONE, doctext_kind(&p));
	}
}

static bool
stop(void *owner, const char *text, size_t len)
{
	(void)text, (void)len;
	return --*(int *)owner > 0;
}

static void
reading_ends_when_it_was_enough(void **state)
{
	struct file_name n = { .name = "word/document.xml" };
	struct part p =
	    member(&n, "<d><p><t>a</t></p><p><t>b</t></p><p><t>c</t></p></d>");
	int left = 2;
	struct doctext d = doctext_begin(&left, stop);

	(void)state;
	doctext_read(&d, &p);
	doctext_end(&d);
	assert_int_equal(0, left);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(text_comes_line_by_line),
		cmocka_unit_test(only_text_is_read),
		cmocka_unit_test(reading_ends_when_it_was_enough),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
