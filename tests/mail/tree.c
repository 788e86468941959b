/* SPDX-License-Identifier: ISC */
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>
#include <cmocka.h>

#include "tests/mail/tree.h"
#include "milter/base/banned.h"

const struct message_limits tree_limits = { 1000, 30, 2000, 1 << 20, 400 << 20,
	100 << 20, 250, 50000000, NULL, 1 << 24 };

static const char *const kinds[] = {
#define MARK(id, help) #id,
#include "milter/mail/marks.def"
#undef MARK
};

const char *
tree_mark(enum mark_kind kind)
{
	return kinds[kind];
}

struct message *
tree_read(struct arena *a, const char *mail)
{
	return message_read(a, (const unsigned char *)mail, strlen(mail),
	    &tree_limits);
}

void
tree_print(struct buf *out, const struct message *m)
{
	for (const struct part *p = m->root; p; p = p->next) {
		(void)buf_printf(out, "%s %s %zu", p->path, p->type, p->size);
		for (const struct file_name *f = p->names; f; f = f->next)
			(void)buf_printf(out, " %s=%s", f->source, f->name);
		for (const struct mark *k = p->marks; k; k = k->next)
			(void)buf_printf(out, " !%s", kinds[k->kind]);
		(void)buf_string(out, "\n");
	}
}

void
tree_is(const char *mail, const char *expected)
{
	struct arena *a = arena_new((size_t)1 << 30);
	struct buf out;

	buf_init(&out, 1 << 20);
	tree_print(&out, tree_read(a, mail));
	if (strcmp(buf_text(&out), expected) != 0)
		print_message("mail:\n%s\n", mail);
	assert_string_equal(buf_text(&out), expected);
	buf_free(&out);
	arena_free(&a);
}
