/* SPDX-License-Identifier: ISC */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>
#include <cmocka.h>

#include "tests/act/world.h"

struct world world;

void
world_reset(void)
{
	memset(&world, 0, sizeof world);
	world.seal = SEAL_WORKS;
	world.seen = 1;
	world.again.kind = VERDICT_DELIVER;
	world.again.rule = "(default)";
}

static void
put(char *to, const char *format, ...) __attribute__((format(printf, 2, 3)));

static void
put(char *to, const char *format, ...)
{
	size_t len = strlen(to);
	va_list args;

	va_start(args, format);
	vsnprintf(to + len, WORLD_TEXT - len, format, args);
	va_end(args);
}

static int
called(void)
{
	world.mta_calls++;
	if (world.journals == 0)
		world.header_change_before_journal = true;
	return world.mta_fails_at != 0 && world.mta_calls >= world.mta_fails_at
		   ? -1
		   : 0;
}

static int
change(void *context, const char *name, int index, const char *value)
{
	(void)context;
	put(world.log, "change %s %d %s\n", name, index,
	    value != NULL ? value : "(removed)");
	return called();
}

static int
add(void *context, const char *name, const char *value)
{
	(void)context;
	put(world.log, "add %s: %s\n", name, value);
	return called();
}

static int
insert(void *context, const char *name, const char *value)
{
	(void)context;
	put(world.log, "insert %s: %s\n", name, value);
	return called();
}

static int
remove_rcpt(void *context, const char *rcpt)
{
	(void)context;
	put(world.log, "remove %s\n", rcpt);
	if (called() == -1)
		return -1;
	assert_int_equal('<', rcpt[0]);
	world.removed[rcpt[2] - '0'] = true;
	return 0;
}

static int
body(void *context, const unsigned char *bytes, size_t len)
{
	(void)context;
	put(world.log, "body %.*s\n", (int)len, bytes);
	if (called() == -1)
		return -1;
	world.body_replaced = true;
	return 0;
}

static int
reply(void *context, const struct mta_reply *r)
{
	(void)context;
	world.reply[0] = '\0';
	for (size_t i = 0; i < r->count; i++)
		put(world.reply, "%s %s %s\n", r->code, r->extended,
		    r->lines[i]);
	return 0;
}

const struct mta world_mta = { NULL, change, add, insert, remove_rcpt, body,
	reply };

int
quarantine_put(struct quarantine *q, int message, const struct envelope *e,
    const size_t *rcpts, size_t rcpts_count, const struct findings *f,
    const struct verdict *v, char id[IDENT_SIZE], int *seen_count,
    struct reason *why)
{
	(void)q, (void)message, (void)e, (void)f, (void)v;
	if (world.quarantine_fails)
		return reason_set(why, "disk full");
	for (size_t i = 0; i < rcpts_count; i++)
		world.held[rcpts[i]] = true;
	ident_new(id);
	*seen_count = world.seen;
	return 0;
}

void
token_mask(const struct quarantine *q, const char *label, const char *text,
    char hex[HASH_HEX])
{
	(void)q, (void)label, (void)text;
	snprintf(hex, HASH_HEX, "masked");
}

int
token_pass(struct quarantine *q, const char *id, const char *nonce,
    struct reason *why)
{
	(void)q, (void)id, (void)nonce;
	world.tokens++;
	return world.token_fails ? reason_set(why, "no token") : 0;
}

int
journal_append(struct journal *j, json_t **events, size_t count,
    struct reason *why)
{
	(void)j;
	if (!world.journal_fails)
		world.journals++;
	for (size_t i = 0; i < count; i++) {
		char *text = json_dumps(events[i], JSON_SORT_KEYS);

		if (!world.journal_fails) {
			put(world.record, "%s\n", text);
			world.events++;
		}
		free(text);
		json_decref(events[i]);
	}
	return world.journal_fails ? reason_set(why, "journal full") : 0;
}

const char *
policy_hash(const struct policy *p)
{
	(void)p;
	return "hash";
}

void
policy_decide(const struct policy *p, const struct findings *f,
    const struct envelope *e, size_t rcpt, struct verdict *v)
{
	(void)p, (void)f, (void)e, (void)rcpt;
	*v = world.again;
}

struct findings *
world_inspect(void *context, int copy)
{
	struct findings *f = findings_new();
	ssize_t n = pread(copy, world.copy, WORLD_TEXT - 1, 0);

	(void)context;
	assert_true(n > 0);
	world.copy[n] = '\0';
	world.copies++;
	f->finished = !world.unfinished;
	return f;
}

int
quarantine_note(struct quarantine *q, const char *id, json_t *fields,
    struct reason *why)
{
	char *text = json_dumps(fields, 0);

	(void)q;
	assert_true(ident_valid(id));
	snprintf(world.note, WORLD_TEXT, "%s", text);
	free(text);
	json_decref(fields);
	if (world.note_fails)
		return reason_set(why, "disk full");
	world.notes++;
	return 0;
}

int
world_message(const char *text)
{
	int fd = memfd_create("message", MFD_CLOEXEC);

	assert_int_equal(strlen(text), write(fd, text, strlen(text)));
	return fd;
}

void
seal_answer_free(struct seal_answer **answer)
{
	if (*answer != NULL)
		for (size_t i = 0; i < (*answer)->copies_count; i++)
			if ((*answer)->copies[i].fd != -1)
				close((*answer)->copies[i].fd);
	free(*answer);
	*answer = NULL;
}

static struct seal_copy *
new_copy(struct seal_answer *a)
{
	struct seal_copy *c = &a->copies[a->copies_count++];

	c->fd = -1;
	c->by = SEAL_BY_SENDER;
	if (world.seal == SEAL_ALREADY)
		return c;
	c->by = SEAL_BY_GATEWAY;
	c->fd = world_message("From: a\r\n"
			      "Subject: [...]\r\n"
			      "MIME-Version: 1.0\r\n"
			      "Content-Type: sealed;\r\n"
			      "\tb=c\r\n\r\nSEALED\r\n");
	return c;
}

static void
seal(struct seal_answer *a)
{
	for (size_t i = 0; i < a->count; i++) {
		struct seal_copy *c = &a->copies[0];

		if (i == 0 || world.seal == SEAL_SPLITS)
			c = new_copy(a);
		c->rcpts[c->count++] = (uint16_t)i;
	}
}

int
seal_ask(const char *path, int message, const struct seal_request *request,
    int64_t deadline, struct seal_answer **answer, struct reason *why)
{
	(void)path, (void)message, (void)deadline;
	world.seal_calls++;
	*answer = NULL;
	if (world.seal == SEAL_DEAD)
		return reason_set(why, "nobody there");
	*answer = calloc(1, sizeof **answer);
	(*answer)->count = request->count;
	(*answer)->temporary = world.seal == SEAL_TEMPORARY;
	for (size_t i = 0; i < request->count; i++)
		snprintf((*answer)->reasons[i], SEAL_TEXT, "no key at all");
	if (world.seal >= SEAL_WORKS)
		seal(*answer);
	return 0;
}

int
spool_put(struct spool *s, int original, const struct envelope *e,
    const struct spool_copy *copies, size_t count, char id[IDENT_SIZE],
    struct reason *why)
{
	(void)s, (void)original, (void)e;
	if (world.spool_fails)
		return reason_set(why, "no room in the spool");
	ident_new(id);
	for (size_t i = 0; i < count; i++)
		for (size_t r = 0; r < copies[i].count; r++) {
			char *to = world.spooled[copies[i].rcpts[r]];

			assert_string_equal("", to);
			assert_true(pread(copies[i].message, to, WORLD_COPY - 1,
					0) > 0);
		}
	return 0;
}

int
spool_commit(struct spool *s, const char *id, struct reason *why)
{
	(void)s, (void)id;
	assert_true(world.journals > 0);
	if (world.commit_fails)
		return reason_set(why, "no commit");
	world.committed = true;
	return 0;
}

void
spool_abort(struct spool *s, const char *id)
{
	(void)s, (void)id;
	assert_false(world.committed);
	memset(world.spooled, 0, sizeof world.spooled);
}

struct envelope *
world_envelope(size_t count, bool inside)
{
	struct envelope *e = envelope_new(WORLD_RCPTS);
	struct reason why;

	ident_new(e->id);
	envelope_text(&e->queue_id, "4QUEUE");
	assert_int_equal(0, envelope_sender(e, "<s@out.test>", "", &why));
	for (size_t i = 0; i < count; i++) {
		char address[32];

		snprintf(address, sizeof address, "<r%zu@X.test>", i);
		assert_int_equal(0, envelope_rcpt(e, address, "", &why));
	}
	e->inside = inside;
	return e;
}

void
world_verdicts(char *out, size_t size)
{
	char *copy = strdup(world.record), *at = copy, *one;

	out[0] = '\0';
	while ((one = strsep(&at, "\n")) != NULL) {
		json_t *event = json_loads(one, 0, NULL);
		const char *type =
		    json_string_value(json_object_get(event, "type"));
		size_t len = strlen(out);

		if (type != NULL && strcmp(type, "mail.verdict") == 0)
			snprintf(out + len, size - len, "%s%s*%lld",
			    len > 0 ? " " : "",
			    json_string_value(
				json_object_get(event, "verdict")),
			    json_integer_value(
				json_object_get(event, "env_to_count")));
		json_decref(event);
	}
	free(copy);
}
