/* SPDX-License-Identifier: ISC */
#include <fcntl.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "milter/base/count.h"
#include "milter/base/file.h"
#include "milter/record/head.h"
#include "milter/record/journal.h"
#include "milter/record/line.h"
#include "tests/record/scratch.h"

static const struct actor actor = { "system", "test", "" };

/* A journal of some lines in memory, to be meddled with. */
struct book {
	struct conf *conf;
	char path[4096], *text;
	size_t len;
	char *line[512]; /* begins; line[count] is the end */
	size_t count;
};

static void
add(struct journal *j, int count)
{
	struct reason why;

	for (int i = 0; i < count; i++)
		assert_int_equal(0,
		    journal_event(j, EVENT_MAIL_RECEIVED, &actor,
			json_pack("{s:s, s:s, s:i, s:[s]}", "msg",
			    "01ARZ3NDEKTSV4RRFFQ69G5FAV", "helo",
			    "\"mx\" \xe9\x96\xa2\xe5\xae\x88\x01", "size", i,
			    "env_to", "someone@example.jp"),
			&why));
}

static void
load(struct book *b)
{
	struct reason why;
	char *at;

	free(b->text);
	snprintf(b->path, sizeof b->path, "%s/0000000001.jsonl",
	    b->conf->journal_dir);
	assert_int_equal(0,
	    file_get(AT_FDCWD, b->path, 1 << 24, &b->text, &b->len, &why));
	b->count = 0;
	for (at = b->text; *at != '\0'; at = strchr(at, '\n') + 1)
		b->line[b->count++] = at;
	b->line[b->count] = at;
}

static void
save(const struct book *b, const char *bytes, size_t len)
{
	FILE *f = fopen(b->path, "w");

	assert_non_null(f);
	assert_int_equal(len, fwrite(bytes, 1, len, f));
	fclose(f);
}

static int
setup(void **state)
{
	struct book *b = calloc(1, sizeof *b);
	struct reason why;
	struct journal *j;

	b->conf = scratch_new();
	j = journal_open(b->conf, &why);
	add(j, 5);
	journal_seal(j, &why);
	add(j, 5);
	journal_seal(j, &why);
	add(j, 188);
	journal_close(&j);
	load(b);
	*state = b;
	return 0;
}

static int
teardown(void **state)
{
	struct book *b = *state;

	scratch_free(&b->conf);
	free(b->text);
	free(b);
	return 0;
}

static void
verify(const struct book *b, bool with_key, struct journal_report *r)
{
	char key[4096];
	struct reason why = { "" };

	snprintf(key, sizeof key, "%s.verify", b->conf->seal_key_file);
	if (journal_verify(b->conf, with_key ? key : NULL, r, &why) == -1)
		fail_msg("%s", why.text);
}

static void
what_was_not_touched_is_intact(void **state)
{
	struct journal_report r;

	verify(*state, true, &r);
	assert_int_equal(0, r.faults_count);
	assert_int_equal(200, r.lines);
	assert_int_equal(2, r.seals);
	assert_int_equal(2, r.seals_checked);
	assert_int_equal(1, r.first_seq);
	assert_int_equal(200, r.last_seq);
}

/* Does one of the faults say so, with file and line? */
static bool
is_said(const struct journal_report *r, const char *text)
{
	for (size_t i = 0; i < r->faults_count && i < COUNT(r->faults); i++)
		if (strstr(r->faults[i].text, text) != NULL &&
		    strstr(r->faults[i].text, "0000000001.jsonl:2") != NULL)
			return true;
	return false;
}

/* Puts the lines of the order (numbers from 1, 0 ends it) in place of lines
 * 20 to 24 and says what verification must say. */
static const struct {
	size_t order[8];
	const char *says;
} orders[] = {
	{ { 20, 21, 22, 23, 24 }, NULL },
	{ { 20, 21, 23, 24 }, "seq 22 is missing" },
	{ { 20, 24 }, "seq 21 to 23 are missing" },
	{ { 20, 22, 21, 23, 24 }, "seq 21 where 23 should be" },
	{ { 20, 21, 22, 22, 23, 24 }, "stands twice" },
	{ { 20, 21, 3, 22, 23, 24 }, "seq 3 where 22 should be" },
};

static void
lines_out_of_place_are_named(void **state)
{
	struct book *b = *state;
	char *bytes = malloc(2 * b->len);

	for (size_t i = 0; i < COUNT(orders); i++) {
		size_t len = (size_t)(b->line[19] - b->text);
		struct journal_report r;

		memcpy(bytes, b->text, len);
		for (size_t k = 0; orders[i].order[k] != 0; k++) {
			size_t n = orders[i].order[k];
			size_t size = (size_t)(b->line[n] - b->line[n - 1]);

			memcpy(bytes + len, b->line[n - 1], size);
			len += size;
		}
		memcpy(bytes + len, b->line[24],
		    (size_t)(b->text + b->len - b->line[24]));
		len += (size_t)(b->text + b->len - b->line[24]);
		save(b, bytes, len);
		verify(b, true, &r);
		if (orders[i].says == NULL)
			assert_int_equal(0, r.faults_count);
		else if (!is_said(&r, orders[i].says))
			fail_msg("%zu: %s", i, r.faults[0].text);
	}
	free(bytes);
}

static void
a_cut_end_is_named(void **state)
{
	struct book *b = *state;
	struct journal_report r;
	struct reason why;
	struct journal *j;

	save(b, b->text, (size_t)(b->line[150] - b->text));
	verify(b, true, &r);
	assert_int_equal(1, r.faults_count);
	assert_non_null(strstr(r.faults[0].text, "cut after seq 150"));
	save(b, b->text, (size_t)(b->line[150] - b->text) - 7);
	verify(b, true, &r);
	assert_true(r.faults_count > 0);
	/* and stays so when the journal goes on */
	j = journal_open(b->conf, &why);
	add(j, 1);
	journal_close(&j);
	verify(b, true, &r);
	assert_non_null(strstr(r.faults[0].text, "seq 150 to 200 are missing"));
	assert_int_equal(0, unlink(b->path));
	verify(b, true, &r);
	assert_true(r.faults_count > 0);
}

/* Writes the lines again with right hashes, one of them changed, and the head
 * too: only the seals tell. */
static void
forge(struct book *b, size_t changed)
{
	char prev[HASH_HEX], head_path[4096];
	struct reason why;
	struct head head;
	struct buf out;
	int fd;

	buf_init(&out, 1 << 24);
	head_empty(&head);
	memcpy(prev, head.hash, HASH_HEX);
	for (size_t i = 0; i < b->count; i++) {
		json_t *event = json_loadb(b->line[i],
		    (size_t)(b->line[i + 1] - b->line[i]), 0, NULL);

		json_object_del(event, "hash");
		json_object_set_new(event, "prev", json_string(prev));
		if (i == changed)
			json_object_set_new(event, "size", json_integer(99));
		assert_int_equal(0, line_write(event, &out, prev, &why));
		json_decref(event);
	}
	save(b, (char *)out.data, out.len);
	head.seq = b->count;
	head.length = out.len;
	memcpy(head.hash, prev, HASH_HEX);
	snprintf(head_path, sizeof head_path, "%s/head", b->conf->journal_dir);
	fd = open(head_path, O_WRONLY);
	assert_int_equal(0, head_write(fd, &head, &why));
	close(fd);
	buf_free(&out);
}

static void
a_chain_made_anew_does_not_pass_the_seals(void **state)
{
	struct book *b = *state;
	struct journal_report r;

	forge(b, 2);
	verify(b, false, &r);
	assert_int_equal(0, r.faults_count);
	verify(b, true, &r);
	assert_int_equal(2, r.faults_count);
	assert_non_null(strstr(r.faults[0].text, "seal 0 is not made"));
	load(b);
	b->count = 9; /* the end with the second seal removed, head and all */
	forge(b, 400);
	verify(b, false, &r);
	assert_int_equal(1, r.faults_count);
	assert_non_null(strstr(r.faults[0].text, "2 seals were made"));
}

/* Does a line with this byte changed still pass for what was written? */
static bool
passes(const struct book *b, size_t at)
{
	struct reason why;
	struct line line;
	size_t i = 0;
	json_t *event;
	bool good;

	while (b->line[i + 1] <= b->text + at)
		i++;
	event = line_read(b->line[i], (size_t)(b->line[i + 1] - b->line[i]) - 1,
	    &line, &why);
	good = event != NULL &&
	       line_check(b->line[i], (size_t)(b->line[i + 1] - b->line[i]) - 1,
		   event, &line, &why) == 0;
	json_decref(event);
	return good;
}

static void
ten_thousand_changed_bytes_are_found(void **state)
{
	struct book *b = *state;
	struct journal_report r;

	srand(42);
	for (int i = 0; i < 10000; i++) {
		size_t at = (size_t)rand() % b->len;
		char was = b->text[at];

		while (b->text[at] == was)
			b->text[at] = (char)(rand() % 256);
		if (was == '\n' || i % 50 == 0 || passes(b, at)) {
			save(b, b->text, b->len);
			verify(b, false, &r);
			if (r.faults_count == 0)
				fail_msg("byte %zu: %02x for %02x", at,
				    (unsigned char)b->text[at],
				    (unsigned char)was);
		}
		b->text[at] = was;
	}
	save(b, b->text, b->len);
	verify(b, true, &r);
	assert_int_equal(0, r.faults_count);
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(what_was_not_touched_is_intact),
		CASE(lines_out_of_place_are_named),
		CASE(a_cut_end_is_named),
		CASE(a_chain_made_anew_does_not_pass_the_seals),
		CASE(ten_thousand_changed_bytes_are_found),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
