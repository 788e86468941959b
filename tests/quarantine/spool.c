/* SPDX-License-Identifier: ISC */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>
#include <cmocka.h>

#include "milter/quarantine/spool.h"

enum { COPIES = 2 };

static struct {
	char folder[64];
	struct conf *conf;
	struct envelope *envelope;
	int message, copies[COPIES];
} house;

static int
memory(const char *text)
{
	int fd = memfd_create("text", MFD_CLOEXEC);

	assert_int_equal(strlen(text), write(fd, text, strlen(text)));
	return fd;
}

static int
open_house(void **unused)
{
	struct reason why;

	(void)unused;
	snprintf(house.folder, sizeof house.folder, "/tmp/skm-spool.XXXXXX");
	assert_non_null(mkdtemp(house.folder));
	house.conf = conf_load(NULL, &why);
	free(house.conf->spool_dir);
	house.conf->spool_dir = strdup(house.folder);
	house.envelope = envelope_new(4);
	envelope_text(&house.envelope->queue_id, "4QUEUE");
	assert_int_equal(0, envelope_sender(house.envelope, "<s@here.test>",
				"BODY=8BITMIME ENVID=x", &why));
	assert_int_equal(0, envelope_rcpt(house.envelope, "<a@out.test>",
				"NOTIFY=NEVER", &why));
	assert_int_equal(0,
	    envelope_rcpt(house.envelope, "<b@out.test>", "", &why));
	house.message = memory("Subject: one\r\n\r\nclear\r\n");
	house.copies[0] = memory("Subject: one\r\n\r\nsealed\r\n");
	house.copies[1] = memory("Subject: one\r\n\r\nfor b\r\n");
	return 0;
}

static int
close_house(void **unused)
{
	char command[128];

	(void)unused;
	conf_free(&house.conf);
	envelope_free(&house.envelope);
	snprintf(command, sizeof command, "rm -rf %s", house.folder);
	return system(command);
}

static struct spool *
open_spool(void)
{
	struct reason why = { "" };
	struct spool *s = spool_open(house.conf, &why);

	if (s == NULL)
		fail_msg("%s", why.text);
	return s;
}

static void
put(struct spool *s, int message, char id[IDENT_SIZE])
{
	static const size_t first[] = { 0 }, second[] = { 1 };
	const struct spool_copy copies[COPIES] = {
		{ house.copies[0], first, 1, "smime" },
		{ house.copies[1], second, 1, "none" },
	};
	struct reason why = { "" };

	if (spool_put(s, message, house.envelope, copies, COPIES, id, &why) ==
	    -1)
		fail_msg("%s", why.text);
}

static int
count(void *context, const char *id, struct reason *why)
{
	(void)id, (void)why;
	++*(int *)context;
	return 0;
}

static int
ready(struct spool *s)
{
	struct reason why;
	int n = 0;

	assert_int_equal(0, spool_each(s, count, &n, &why));
	return n;
}

static const char *
text_of(const json_t *meta, size_t copy, const char *key, size_t i)
{
	const json_t *c = json_array_get(json_object_get(meta, "copies"), copy);

	return json_string_value(json_array_get(json_object_get(c, key), i));
}

static void
what_was_committed_is_there(void **unused)
{
	struct spool *s = open_spool();
	char id[IDENT_SIZE], text[64] = "";
	struct reason why;
	json_t *meta;
	int fd;

	(void)unused;
	put(s, house.message, id);
	assert_int_equal(0, ready(s));
	assert_int_equal(0, spool_commit(s, id, &why));
	assert_int_equal(1, ready(s));
	spool_close(&s);
	s = open_spool();
	meta = spool_meta(s, id, &why);
	assert_non_null(meta);
	assert_string_equal("a@out.test", text_of(meta, 0, "rcpts", 0));
	assert_string_equal("NOTIFY=NEVER", text_of(meta, 0, "rcpt_args", 0));
	assert_string_equal("b@out.test", text_of(meta, 1, "rcpts", 0));
	fd = spool_message(s, id, 1, meta, &why);
	assert_true(read(fd, text, sizeof text - 1) > 0);
	assert_string_equal("Subject: one\r\n\r\nfor b\r\n", text);
	close(fd);
	json_decref(meta);
	assert_int_equal(0, spool_done(s, id, &why));
	assert_int_equal(0, ready(s));
	spool_close(&s);
}

/* A sender that lost our answer tries again: nothing is sent twice, whether it
 * is on its way or gone. */
static void
the_same_again_is_known(void **unused)
{
	struct spool *s = open_spool();
	char first[IDENT_SIZE], again[IDENT_SIZE];
	int message = memory("Subject: two\r\n\r\nclear\r\n");
	struct reason why;

	(void)unused;
	put(s, message, first);
	assert_int_equal(0, spool_commit(s, first, &why));
	put(s, message, again);
	assert_string_equal(first, again);
	spool_abort(s, again); /* a later failure must not take it away */
	assert_int_equal(1, ready(s));
	assert_int_equal(0, spool_commit(s, again, &why));
	assert_int_equal(1, ready(s));
	assert_int_equal(0, spool_done(s, first, &why));
	put(s, message, again);
	assert_string_equal(first, again);
	assert_int_equal(0, spool_commit(s, again, &why));
	assert_int_equal(0, ready(s));
	close(message);
	spool_close(&s);
}

/* What was not committed was answered with "try again": then it is new. */
static void
what_was_given_up_is_new_again(void **unused)
{
	struct spool *s = open_spool();
	char first[IDENT_SIZE], again[IDENT_SIZE];
	int message = memory("Subject: three\r\n\r\nclear\r\n");
	struct reason why;

	(void)unused;
	put(s, message, first);
	spool_abort(s, first);
	assert_int_equal(-1, spool_commit(s, first, &why));
	put(s, message, again);
	assert_string_not_equal(first, again);
	/* Killed here: the next start forgets it. */
	spool_close(&s);
	s = open_spool();
	assert_int_equal(-1, spool_commit(s, again, &why));
	put(s, message, first);
	assert_string_not_equal(first, again);
	assert_int_equal(0, spool_commit(s, first, &why));
	assert_int_equal(0, spool_done(s, first, &why));
	close(message);
	spool_close(&s);
}

static void
what_changed_is_not_sent(void **unused)
{
	struct spool *s = open_spool();
	char id[IDENT_SIZE], path[256];
	int message = memory("Subject: four\r\n\r\nclear\r\n");
	struct reason why;
	json_t *meta;
	FILE *f;

	(void)unused;
	put(s, message, id);
	assert_int_equal(0, spool_commit(s, id, &why));
	snprintf(path, sizeof path, "%s/ready/%s/0", house.folder, id);
	f = fopen(path, "a");
	fputs("more", f);
	fclose(f);
	meta = spool_meta(s, id, &why);
	assert_int_equal(-1, spool_message(s, id, 0, meta, &why));
	assert_non_null(strstr(why.text, "not what was stored"));
	json_decref(meta);
	close(message);
	spool_close(&s);
}

static void
an_unreadable_copy_is_told(void **unused)
{
	static const size_t first[] = { 0 };
	struct spool *s = open_spool();
	const struct spool_copy copy = { -1, first, 1, "smime" };
	int message = memory("Subject: five\r\n\r\nclear\r\n");
	char id[IDENT_SIZE];
	struct reason why;

	(void)unused;
	assert_int_equal(-1,
	    spool_put(s, message, house.envelope, &copy, 1, id, &why));
	close(message);
	spool_close(&s);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_was_committed_is_there),
		cmocka_unit_test(the_same_again_is_known),
		cmocka_unit_test(what_was_given_up_is_new_again),
		cmocka_unit_test(what_changed_is_not_sent),
		cmocka_unit_test(an_unreadable_copy_is_told),
	};

	return cmocka_run_group_tests(tests, open_house, close_house);
}
