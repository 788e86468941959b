/* SPDX-License-Identifier: ISC */
#include <assert.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "milter/mail/message.h"
#include "milter/base/banned.h"

/* libFuzzer calls this with bytes that reach new code. */
int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

/* Small limits, so that every one of them is met too. */
static const struct message_limits limits = { 100, 10, 50, 1 << 14, 1 << 20,
	1 << 18, 100, 1 << 14, NULL, 1 << 20 };

/* What can be taken out is whole lines of the message. */
static void
check_cut(const struct message *m, const struct part *p)
{
	assert(p->begin <= p->end && p->end <= m->size);
	assert(p->end == 0 || m->bytes[p->begin - 1] == '\n');
}

/* What holds for every tree, whatever the bytes are. */
static void
check(const struct message *m)
{
	int index = 0;

	for (const struct part *p = m->root; p; p = p->next) {
		assert(p->index == index++);
		assert(p->type && p->charset && p->disposition && p->path);
		assert(p->parent || p == m->root);
		check_cut(m, p);
		if (p->text)
			assert(memchr(p->text, 0, strlen(p->text) + 1));
		for (const struct link *l = p->links; l; l = l->next)
			assert(l->url && l->shown && l->host);
	}
	assert(index == m->parts && index <= limits.parts);
	assert(m->subject && m->from && m->from_address && m->from_domain);
}

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
	struct arena *a = arena_new((size_t)1 << 30);

	check(message_read(a, bytes, size, &limits));
	arena_free(&a);
	return 0;
}
