/* SPDX-License-Identifier: ISC */
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tests/quarantine/mail.h"
#include "tests/record/scratch.h"

static int
setup(void **state)
{
	*state = scratch_new();
	return 0;
}

static int
teardown(void **state)
{
	scratch_free((struct conf **)state);
	return 0;
}

static struct quarantine *
open_quarantine(const struct conf *conf, bool sweep)
{
	struct reason why = { "" };
	struct quarantine *q = quarantine_open(conf, sweep, &why);

	if (q == NULL)
		fail_msg("%s", why.text);
	return q;
}

static void
hold(struct quarantine *q, int number, char id[IDENT_SIZE])
{
	struct reason why = { "" };
	int seen;

	if (mail_hold(q, number, id, &seen, &why) == -1)
		fail_msg("%s", why.text);
}

/* How many messages a list with this state has. */
static size_t
listed(struct quarantine *q, const char *state)
{
	struct quarantine_filter f = { .state = state };
	struct reason why;
	json_t *list = quarantine_list(q, &f, &why);
	size_t count = json_array_size(list);

	assert_non_null(list);
	json_decref(list);
	return count;
}

static void
what_is_held_can_be_read(void **state)
{
	struct quarantine *q = open_quarantine(*state, true);
	char id[IDENT_SIZE], bytes[16];
	struct reason why;
	json_t *meta;
	int fd;

	hold(q, 1, id);
	meta = quarantine_get(q, id, &why);
	assert_string_equal("held",
	    json_string_value(json_object_get(meta, "state")));
	assert_int_equal(2, json_array_size(json_object_get(meta, "rcpts")));
	assert_int_equal(1, json_array_size(json_object_get(meta, "facts")));
	json_decref(meta);
	fd = quarantine_open_message(q, id, &why);
	assert_int_equal(16, read(fd, bytes, 16));
	assert_memory_equal("From: a@example.", bytes, 16);
	close(fd);
	assert_null(quarantine_get(q, "../../etc/passwd", &why));
	assert_null(quarantine_get(q, "01ARZ3NDEKTSV4RRFFQ69G5FAV", &why));
	quarantine_close(&q);
}

static void
the_same_mail_again_is_counted(void **state)
{
	struct quarantine *q = open_quarantine(*state, true);
	char first[IDENT_SIZE], second[IDENT_SIZE];
	struct reason why;
	int seen;

	hold(q, 1, first);
	assert_int_equal(0, mail_hold(q, 1, second, &seen, &why));
	assert_string_equal(first, second);
	assert_int_equal(2, seen);
	assert_int_equal(0, mail_hold(q, 2, second, &seen, &why));
	assert_int_equal(1, seen);
	/* what staff decided about is not held any more */
	assert_int_equal(0,
	    quarantine_move(q, first, HELD_HELD, HELD_DISCARDED, NULL, &why));
	assert_int_equal(0, mail_hold(q, 1, second, &seen, &why));
	assert_int_equal(1, seen);
	quarantine_close(&q);
}

static void
lists_take_filters(void **state)
{
	static const struct {
		struct quarantine_filter f;
		size_t count;
	} cases[] = {
		{ { 0 }, 3 },
		{ { .limit = 2 }, 2 },
		{ { .state = "held" }, 2 },
		{ { .state = "discarded" }, 1 },
		{ { .sender = "A@Example" }, 3 },
		{ { .sender = "nobody" }, 0 },
		{ { .recipient = "c@example.jp" }, 3 },
		{ { .class = "attachment", .queue_id = "4XQ1" }, 3 },
		{ { .class = "link" }, 0 },
		{ { .campaign = "c0123456789ab" }, 1 },
		{ { .campaign = "c0123456789ab", .limit = 1 }, 1 },
		{ { .campaign = "c" }, 0 },
		{ { .until = 1 }, 0 },
		{ { .since = 1 }, 3 },
	};
	struct quarantine *q = open_quarantine(*state, true);
	char id[IDENT_SIZE];
	struct reason why;

	for (int i = 0; i < 3; i++)
		hold(q, i, id);
	assert_int_equal(0,
	    quarantine_move(q, id, HELD_HELD, HELD_DISCARDED, NULL, &why));
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		json_t *list = quarantine_list(q, &cases[i].f, &why);

		assert_int_equal(cases[i].count, json_array_size(list));
		json_decref(list);
	}
	quarantine_close(&q);
}

struct race {
	struct quarantine *q;
	const char *id;
	int won;
};

static void *
release(void *context)
{
	struct race *r = context;
	struct reason why;

	r->won = quarantine_move(r->q, r->id, HELD_HELD, HELD_RELEASING,
		     json_pack("{s:s}", "nonce", "n"), &why) == 0;
	return NULL;
}

static void
one_of_two_reviewers_wins(void **state)
{
	struct quarantine *a = open_quarantine(*state, true);
	struct quarantine *b = open_quarantine(*state, false);
	pthread_t one, two;
	char id[IDENT_SIZE];

	for (int i = 0; i < 20; i++) {
		struct race x = { a, id, 0 }, y = { b, id, 0 };

		hold(a, i, id);
		pthread_create(&one, NULL, release, &x);
		pthread_create(&two, NULL, release, &y);
		pthread_join(one, NULL);
		pthread_join(two, NULL);
		assert_int_equal(1, x.won + y.won);
	}
	assert_int_equal(20, listed(a, "releasing"));
	quarantine_close(&a);
	quarantine_close(&b);
}

static void
discarded_mail_is_gone_but_not_its_meta(void **state)
{
	struct quarantine *q = open_quarantine(*state, true);
	char id[IDENT_SIZE];
	struct reason why;
	json_t *meta;

	hold(q, 1, id);
	assert_int_equal(0, quarantine_move(q, id, HELD_HELD, HELD_DISCARDED,
				json_pack("{s:s}", "note", "spam"), &why));
	assert_int_equal(-1, quarantine_open_message(q, id, &why));
	meta = quarantine_get(q, id, &why);
	assert_string_equal("spam",
	    json_string_value(json_object_get(meta, "note")));
	json_decref(meta);
	quarantine_close(&q);
}

/* Overwrites some bytes of a file. */
static void
damage(const char *folder, const char *name, off_t at, size_t len)
{
	char path[4096], bytes[8192];
	int fd;

	snprintf(path, sizeof path, "%s/%s", folder, name);
	memset(bytes, 'x', sizeof bytes);
	fd = open(path, O_WRONLY);
	assert_true(fd != -1);
	assert_int_equal(len, pwrite(fd, bytes, len, at));
	close(fd);
}

static void
a_changed_message_is_not_sent(void **state)
{
	struct quarantine *q = open_quarantine(*state, true);
	char id[IDENT_SIZE], name[128];
	struct reason why;

	hold(q, 1, id);
	snprintf(name, sizeof name, "quarantine/held/%s/message", id);
	damage(scratch_path(*state), name, 20, 1);
	assert_int_equal(-1, quarantine_open_message(q, id, &why));
	assert_non_null(strstr(why.text, "not what was stored"));
	quarantine_close(&q);
}

static void
a_lost_database_is_made_again(void **state)
{
	struct quarantine *q = open_quarantine(*state, true);
	char id[IDENT_SIZE], path[4096];

	hold(q, 1, id);
	snprintf(path, sizeof path, "%s/records.sqlite", scratch_path(*state));
	assert_int_equal(0, unlink(path));
	hold(q, 2, id);
	assert_int_equal(2, listed(q, "held"));
	quarantine_close(&q);
	q = open_quarantine(*state, false);
	assert_int_equal(2, listed(q, NULL));
	quarantine_close(&q);
}

static void
a_damaged_database_defers_until_the_start(void **state)
{
	struct quarantine *q = open_quarantine(*state, true);
	char id[IDENT_SIZE];
	struct reason why = { "" };
	json_t *swept;
	int seen;

	hold(q, 1, id);
	quarantine_close(&q);
	damage(scratch_path(*state), "records.sqlite", 0, 8192);
	assert_null(quarantine_open(*state, false, &why));
	assert_non_null(strstr(why.text, "records.sqlite"));
	q = open_quarantine(*state, true);
	swept = quarantine_swept(q);
	assert_true(json_array_size(swept) > 0);
	json_decref(swept);
	assert_int_equal(1, listed(q, "held"));
	/* and under a running filter: nothing is taken */
	quarantine_close(&q);
	q = open_quarantine(*state, true);
	damage(scratch_path(*state), "records.sqlite", 0, 8192);
	if (mail_hold(q, 2, id, &seen, &why) == -1)
		assert_int_equal(-1, quarantine_open_message(q, id, &why));
	quarantine_close(&q);
	q = open_quarantine(*state, true);
	assert_true(listed(q, "held") >= 1);
	quarantine_close(&q);
}

static void
a_full_disk_takes_nothing(void **state)
{
	struct quarantine *q = open_quarantine(*state, true);
	struct rlimit before, tight;
	struct reason why = { "" };
	char id[IDENT_SIZE];
	int seen;

	signal(SIGXFSZ, SIG_IGN);
	getrlimit(RLIMIT_FSIZE, &before);
	for (rlim_t limit = 1; limit < 400; limit += 130) {
		tight = before;
		tight.rlim_cur = limit;
		assert_int_equal(0, setrlimit(RLIMIT_FSIZE, &tight));
		assert_int_equal(-1, mail_hold(q, 1, id, &seen, &why));
		assert_int_equal(0, setrlimit(RLIMIT_FSIZE, &before));
		assert_null(quarantine_get(q, id, &why));
		assert_int_equal(0, listed(q, NULL));
	}
	hold(q, 1, id);
	assert_int_equal(1, listed(q, "held"));
	quarantine_close(&q);
}

static void
the_sweep_puts_right_what_a_crash_left(void **state)
{
	struct quarantine *q = open_quarantine(*state, true);
	char held[IDENT_SIZE], lost[IDENT_SIZE], from[4096], to[4096];
	const char *folder = scratch_path(*state);
	json_t *swept;

	hold(q, 1, held);
	hold(q, 2, lost);
	quarantine_close(&q);
	snprintf(from, sizeof from, "%s/quarantine/held/%s", folder, lost);
	snprintf(to, sizeof to, "%s/quarantine/tmp/%s", folder, lost);
	assert_int_equal(0, rename(from, to));
	snprintf(from, sizeof from, "%s/quarantine/held/%s", folder, held);
	snprintf(to, sizeof to, "%s/quarantine/released/%s", folder, held);
	assert_int_equal(0, rename(from, to));
	q = open_quarantine(*state, true);
	swept = quarantine_swept(q);
	assert_int_equal(1, json_array_size(swept));
	assert_string_equal("lost",
	    json_string_value(
		json_object_get(json_array_get(swept, 0), "state")));
	json_decref(swept);
	assert_int_equal(1, listed(q, "released"));
	assert_int_equal(0, listed(q, "held"));
	quarantine_close(&q);
}

static enum token_state
check_token(struct quarantine *q, const char *text, const char *sender,
    size_t rcpts_count, uint8_t body)
{
	static char *const sorted[] = { "b@example.jp", "c@example.jp" };
	struct token t = { .sender = sender,
		.rcpts = sorted,
		.rcpts_count = rcpts_count,
		.sha256 = { body } };

	return token_check(q, text, &t);
}

static void
a_token_passes_once_and_for_its_message_only(void **state)
{
	struct quarantine *q = open_quarantine(*state, true);
	char *const rcpts[] = { "c@example.jp", "b@example.jp" };
	char text[TOKEN_SIZE];
	struct reason why;

	for (unsigned kind = 0; kind < TOKEN_KINDS; kind++) {
		struct token t = { .kind = (enum token_kind)kind,
			.sender = "a@x",
			.rcpts = rcpts,
			.rcpts_count = 2,
			.sha256 = { 1 } };
		struct token got = t;

		ident_new(t.id);
		ident_new(t.nonce);
		assert_int_equal(0, token_make(q, &t, text, &why));
		got.kind = TOKEN_KINDS;
		assert_int_equal(TOKEN_GOOD, token_check(q, text, &got));
		assert_int_equal(kind, got.kind);
		assert_string_equal(t.id, got.id);
		assert_string_equal(t.nonce, got.nonce);
		assert_int_equal(TOKEN_GOOD, check_token(q, text, "a@x", 2, 1));
		assert_int_equal(TOKEN_BAD, check_token(q, text, "a@x", 2, 2));
		assert_int_equal(TOKEN_BAD, check_token(q, text, "b@x", 2, 1));
		assert_int_equal(TOKEN_BAD, check_token(q, text, "a@x", 1, 1));
		assert_int_equal(TOKEN_BAD, check_token(q, "x", "a@x", 2, 1));
		text[TOKEN_SIZE - 50] ^= 1;
		assert_int_equal(TOKEN_BAD, check_token(q, text, "a@x", 2, 1));
		text[TOKEN_SIZE - 50] ^= 1;
		assert_false(token_passed(q, t.id, t.nonce));
		assert_int_equal(0, token_pass(q, t.id, t.nonce, &why));
		assert_int_equal(-1, token_pass(q, t.id, t.nonce, &why));
		assert_true(token_passed(q, t.id, t.nonce));
		assert_int_equal(TOKEN_USED, check_token(q, text, "a@x", 2, 1));
	}
	quarantine_close(&q);
}

/* Equal texts are told to be equal, also after a restart; nothing else is. */
static void
a_mask_compares_and_tells_nothing(void **state)
{
	struct quarantine *q = open_quarantine(*state, true);
	char mask[HASH_HEX], again[HASH_HEX], other[HASH_HEX];

	token_mask(q, "subject_h", "secret plan", mask);
	token_mask(q, "msgid_h", "secret plan", other);
	assert_string_not_equal(mask, other);
	token_mask(q, "subject_h", "secret plans", other);
	assert_string_not_equal(mask, other);
	quarantine_close(&q);
	q = open_quarantine(*state, true);
	token_mask(q, "subject_h", "secret plan", again);
	assert_string_equal(mask, again);
	quarantine_close(&q);
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(what_is_held_can_be_read),
		CASE(the_same_mail_again_is_counted),
		CASE(lists_take_filters),
		CASE(one_of_two_reviewers_wins),
		CASE(discarded_mail_is_gone_but_not_its_meta),
		CASE(a_changed_message_is_not_sent),
		CASE(a_lost_database_is_made_again),
		CASE(a_damaged_database_defers_until_the_start),
		CASE(a_full_disk_takes_nothing),
		CASE(the_sweep_puts_right_what_a_crash_left),
		CASE(a_token_passes_once_and_for_its_message_only),
		CASE(a_mask_compares_and_tells_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
