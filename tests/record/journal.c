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
#include <sys/wait.h>
#include <unistd.h>

#include "milter/record/find.h"
#include "milter/record/journal.h"
#include "tests/record/scratch.h"

static const struct actor actor = { "system", "test", "" };

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

static int
add(struct journal *j, int number, struct reason *why)
{
	return journal_event(j, EVENT_SYS_HEARTBEAT, &actor,
	    json_pack("{s:i, s:i}", "uptime", number, "messages", 1), why);
}

static struct journal *
open_journal(const struct conf *conf)
{
	struct reason why = { "" };
	struct journal *j = journal_open(conf, &why);

	if (j == NULL)
		fail_msg("%s", why.text);
	return j;
}

static void
add_many(const struct conf *conf, int first, int count)
{
	struct journal *j = open_journal(conf);
	struct reason why;

	for (int i = 0; i < count; i++)
		assert_int_equal(0, add(j, first + i, &why));
	journal_close(&j);
}

static void
assert_intact(const struct conf *conf, uint64_t lines)
{
	struct journal_report r;
	struct reason why = { "" };

	assert_int_equal(0, journal_verify(conf, NULL, &r, &why));
	if (r.faults_count > 0)
		fail_msg("%s", r.faults[0].text);
	if (lines != 0)
		assert_int_equal(lines, r.lines);
}

static void
a_field_that_is_not_in_the_table_is_refused(void **state)
{
	struct reason why;

	(void)state;
	assert_null(event_new(EVENT_SYS_STOP, &actor,
	    json_pack("{s:s}", "body", "x"), &why));
	assert_non_null(strstr(why.text, "body"));
	assert_null(event_new(EVENT_SYS_STOP, &actor,
	    json_pack("{s:s}", "ver", "x"), &why));
	assert_int_equal(EVENT_SYS_STOP, event_named("sys.stop"));
	assert_int_equal(EVENT_COUNT, event_named("sys"));
}

static bool
count_events(void *context, json_t *event)
{
	(void)event;
	++*(int *)context;
	return true;
}

static void
events_come_back_in_order(void **state)
{
	struct reason why;
	int count = 0;

	add_many(*state, 0, 20);
	add_many(*state, 20, 5);
	assert_intact(*state, 25);
	assert_int_equal(0,
	    journal_read(*state, 0, 0, count_events, &count, &why));
	assert_int_equal(25, count);
	count = 0;
	assert_int_equal(0,
	    journal_read(*state, INT64_MAX, 0, count_events, &count, &why));
	assert_int_equal(0, count);
}

static void *
append_200(void *context)
{
	struct reason why;

	for (int i = 0; i < 50; i++) {
		json_t *events[4];

		for (int k = 0; k < 4; k++)
			events[k] = event_new(EVENT_SYS_HEARTBEAT, &actor,
			    json_pack("{s:i}", "uptime", i), &why);
		if (journal_append(context, events, 4, &why) == -1)
			abort();
	}
	return NULL;
}

static void
threads_share_one_journal(void **state)
{
	struct journal *j = open_journal(*state);
	pthread_t threads[8];

	for (int i = 0; i < 8; i++)
		pthread_create(&threads[i], NULL, append_200, j);
	for (int i = 0; i < 8; i++)
		pthread_join(threads[i], NULL);
	journal_close(&j);
	assert_intact(*state, 1600);
}

static void
four_processes_make_one_chain(void **state)
{
	struct conf *conf = *state;
	int status;

	conf->journal_size = 50000;
	for (int i = 0; i < 4; i++)
		if (fork() == 0) {
			struct reason why;
			struct journal *j = journal_open(conf, &why);

			for (int k = 0; j != NULL && k < 200; k++)
				if (add(j, k, &why) == -1)
					_exit(1);
			_exit(j == NULL);
		}
	while (wait(&status) > 0)
		assert_int_equal(0, status);
	assert_intact(conf, 0);
}

/* Appends until it is killed; says each number once it is recorded. */
static void
append_for_ever(const struct conf *conf, int out, int first)
{
	struct reason why;
	struct journal *j = journal_open(conf, &why);

	for (int i = first; j != NULL; i++)
		if (add(j, i, &why) == -1 ||
		    write(out, &i, sizeof i) != sizeof i)
			break;
	_exit(1);
}

static bool
highest(void *context, json_t *event)
{
	json_t *uptime = json_object_get(event, "uptime");
	int *next = context;

	/* each number once, none left out */
	if (json_is_integer(uptime) && json_integer_value(uptime) == *next)
		++*next;
	return true;
}

static void
what_was_confirmed_survives_kill(void **state)
{
	struct conf *conf = *state;
	int next = 0;

	conf->journal_size = 20000;
	srand(7);
	for (int round = 0; round < 50; round++) {
		int ends[2], seen, told = -1, found = 0;
		struct reason why;
		pid_t child;

		assert_int_equal(0, pipe(ends));
		child = fork();
		if (child == 0)
			append_for_ever(conf, ends[1], next);
		close(ends[1]);
		assert_int_equal(sizeof seen,
		    read(ends[0], &seen, sizeof seen));
		told = seen;
		usleep((useconds_t)(rand() % 4000));
		kill(child, SIGKILL);
		waitpid(child, NULL, 0);
		while (read(ends[0], &seen, sizeof seen) == sizeof seen)
			told = seen;
		close(ends[0]);
		assert_intact(conf, 0);
		assert_int_equal(0,
		    journal_read(conf, 0, 0, highest, &found, &why));
		assert_true(found > told);
		next = found;
	}
	add_many(conf, next, 1);
	assert_intact(conf, 0);
}

static void
path_of(const struct conf *conf, const char *name, char path[4096])
{
	snprintf(path, 4096, "%s/%s", conf->journal_dir, name);
}

static void
a_torn_tail_is_moved_aside(void **state)
{
	const struct conf *conf = *state;
	char path[4096];
	FILE *f;

	add_many(conf, 0, 3);
	path_of(conf, "0000000001.jsonl", path);
	f = fopen(path, "a");
	fputs("{\"actor\":{\"id\":\"te", f);
	fclose(f);
	assert_intact(conf, 0);
	add_many(conf, 3, 1);
	assert_intact(conf, 5); /* four and log.recover */
	path_of(conf, "0000000004.torn", path);
	assert_int_equal(0, access(path, F_OK));
}

static void
a_lost_head_is_made_again(void **state)
{
	const struct conf *conf = *state;
	char path[4096];

	add_many(conf, 0, 3);
	path_of(conf, "head", path);
	assert_int_equal(0, truncate(path, 10));
	add_many(conf, 3, 1);
	assert_intact(conf, 5);
	assert_int_equal(0, unlink(path));
	add_many(conf, 4, 1);
	assert_intact(conf, 7);
}

/* A file that may not grow is as good as a full disk: some of the bytes are
 * written, then no more. */
static void
a_full_disk_takes_nothing(void **state)
{
	struct journal *j = open_journal(*state);
	struct rlimit before, tight;
	struct reason why = { "" };
	char path[4096];
	struct stat st, now;

	assert_int_equal(0, add(j, 0, &why));
	path_of(*state, "0000000001.jsonl", path);
	assert_int_equal(0, stat(path, &st));
	signal(SIGXFSZ, SIG_IGN);
	getrlimit(RLIMIT_FSIZE, &before);
	tight = before;
	tight.rlim_cur = (rlim_t)st.st_size + 100;
	assert_int_equal(0, setrlimit(RLIMIT_FSIZE, &tight));
	assert_int_equal(-1, add(j, 1, &why));
	assert_int_equal(0, setrlimit(RLIMIT_FSIZE, &before));
	assert_true(why.text[0] != '\0');
	assert_int_equal(0, stat(path, &now));
	assert_int_equal(st.st_size, now.st_size);
	assert_int_equal(0, add(j, 1, &why));
	journal_close(&j);
	assert_intact(*state, 2);
}

static void
a_lost_folder_takes_nothing(void **state)
{
	const struct conf *conf = *state;
	struct journal *j = open_journal(conf);
	struct reason why = { "" };
	char moved[4096], now[4096];

	assert_int_equal(0, add(j, 0, &why));
	snprintf(moved, sizeof moved, "%s.moved", conf->journal_dir);
	path_of(conf, "head", now);
	assert_int_equal(0, unlink(now));
	assert_int_equal(0, rename(conf->journal_dir, moved));
	assert_int_equal(-1, add(j, 1, &why));
	assert_true(why.text[0] != '\0');
	assert_int_equal(0, rename(moved, conf->journal_dir));
	assert_int_equal(0, add(j, 1, &why));
	journal_close(&j);
	assert_intact(conf, 0);
}

static void
verdicts_are_found_by_each_name(void **state)
{
	static const char *const names[] = { "4XQ1", "01J0", "01Q0" };
	struct journal *j = open_journal(*state);
	struct reason why = { "" };

	for (int i = 0; i < 3; i++)
		assert_int_equal(0,
		    journal_event(j, EVENT_MAIL_VERDICT, &actor,
			json_pack("{s:s, s:s, s:s, s:i}", "queue_id", "4XQ1",
			    "msg", i == 0 ? "01OLD" : "01J0", "q", "01Q0",
			    "score", i),
			&why));
	for (int i = 0; i < 3; i++) {
		json_t *found = find_verdicts(*state, names[i], &why);

		assert_int_equal(2, json_array_size(found));
		json_decref(found);
	}
	assert_null(find_verdicts(*state, "none", &why));
	journal_close(&j);
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(a_field_that_is_not_in_the_table_is_refused),
		CASE(events_come_back_in_order),
		CASE(threads_share_one_journal),
		CASE(four_processes_make_one_chain),
		CASE(what_was_confirmed_survives_kill),
		CASE(a_torn_tail_is_moved_aside),
		CASE(a_lost_head_is_made_again),
		CASE(a_full_disk_takes_nothing),
		CASE(a_lost_folder_takes_nothing),
		CASE(verdicts_are_found_by_each_name),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
