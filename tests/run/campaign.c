/* SPDX-License-Identifier: ISC */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "milter/run/campaign.h"
#include "milter/base/banned.h"

enum { SECOND = 1000 };

/* The mails of one scenario. Each "%d" is the number of the mail. */
struct burst {
	const char *sender, *rcpt, *name, *content, *type;
	int rcpts; /* of one mail; 0: one */
	uint64_t size; /* 0: 20,000 */
	int64_t step; /* milliseconds between two */
};

static struct conf *conf;
static struct campaigns *table;
static int64_t now;
static struct campaign found;

static int
set_up(void **unused)
{
	(void)unused;
	conf = calloc(1, sizeof *conf);
	conf->campaign_window = 300;
	conf->campaign_recipients = 8;
	conf->campaign_senders = 8;
	table = campaigns_new(4096);
	now = 1000 * SECOND;
	return 0;
}

static int
tear_down(void **unused)
{
	(void)unused;
	campaigns_free(&table);
	free(conf);
	return 0;
}

/* format with each %d replaced by n. */
static const char *
numbered(const char *format, int n, char out[256])
{
	const char *at = strstr(format, "%d");

	if (at == NULL)
		snprintf(out, 256, "%s", format);
	else
		snprintf(out, 256, "%.*s%d%s", (int)(at - format), format, n,
		    at + 2);
	return out;
}

static bool
deliver(const struct burst *b, int n)
{
	struct envelope *e = envelope_new(2000);
	struct findings *f = findings_new();
	char sender[256], rcpt[256], name[256], content[256], id[256];
	struct seen_part p = { .path = "2",
		.name = (char *)numbered(b->name, n, name),
		.type = b->type == NULL ? "application/pdf" : (char *)b->type,
		.size = b->size == 0 ? 20000 : b->size,
		.reason = "" };
	struct reason why;
	bool is;

	numbered(b->content, n, content);
	hash_bytes(content, strlen(content), p.sha256);
	findings_part(f, &p);
	findings_text(&f->message_id, numbered("%d@out.example", n, id));
	envelope_sender(e, numbered(b->sender, n, sender), "", &why);
	for (int i = 0; i < (b->rcpts == 0 ? 1 : b->rcpts); i++)
		envelope_rcpt(e, numbered(b->rcpt, n * 1000 + i, rcpt), "",
		    &why);
	is = campaign_note(table, conf, e, f, now, &found);
	now += b->step;
	envelope_free(&e);
	findings_free(&f);
	return is;
}

/* The number of the first mail, from 1, that belongs to a campaign; 0: none
 * of the count. Those behind it all do. */
static int
first(const struct burst *b, int count)
{
	int first = 0, begun = 0;

	for (int n = 1; n <= count; n++) {
		bool is = deliver(b, n);

		if (is && first == 0)
			first = n;
		assert_int_equal(is, first != 0);
		begun += is && found.begins;
	}
	/* Once, and again when it turns suspicious after that. */
	assert_true(begun == (first != 0) || (begun == 2 && found.suspicious));
	return first;
}

/* Two of eight may meet in a sketch, so that it takes nine. */
static void
assert_recognised(int at)
{
	assert_in_range(at, 8, 10);
}

static void
one_file_to_many_is_many(void **unused)
{
	const struct burst b = { .sender = "a@out.example",
		.rcpt = "r%d@here.example",
		.name = "news.pdf",
		.content = "same",
		.step = SECOND };

	(void)unused;
	assert_recognised(first(&b, 100));
	assert_false(found.suspicious);
	assert_string_equal(found.pattern, "");
	assert_in_range(found.mails, 80, 120);
	assert_in_range(found.recipients, 80, 120);
	assert_int_equal(found.senders, 1);
	assert_int_equal(found.contents, 1);
}

static void
many_senders_are_suspicious(void **unused)
{
	const struct burst b = { .sender = "a@out%d.example",
		.rcpt = "target@here.example",
		.name = "%d.pdf",
		.content = "same",
		.step = SECOND };

	(void)unused;
	assert_recognised(first(&b, 100));
	assert_true(found.suspicious);
}

static void
changing_contents_are_one_campaign(void **unused)
{
	const struct burst b = { .sender = "a@out.example",
		.rcpt = "r%d@here.example",
		.name = "invoice_%d.zip",
		.content = "polymorphic %d",
		.step = SECOND };
	char id[CAMPAIGN_ID];

	(void)unused;
	assert_recognised(first(&b, 100));
	assert_true(found.suspicious);
	assert_string_equal(found.pattern, "invoice_#.zip");
	/* Its name is the same on another gateway. */
	snprintf(id, sizeof id, "%s", found.id);
	campaigns_free(&table);
	table = campaigns_new(64);
	assert_recognised(first(&b, 20));
	assert_string_equal(found.id, id);
}

static void
other_sizes_are_other_files(void **unused)
{
	struct burst b = { .sender = "a@out.example",
		.rcpt = "r%d@here.example",
		.name = "invoice_%d.zip",
		.content = "polymorphic %d",
		.step = SECOND };

	(void)unused;
	for (int n = 1; n < 40; n++) {
		b.size = 1000ULL << n % 6;
		assert_false(deliver(&b, n));
	}
	for (int n = 100, at = 0; at == 0; n++) {
		b.size = 19000 + (uint64_t)n;
		at = deliver(&b, n);
		assert_in_range(n, 100, 110);
	}
}

/* Four numbers of a newsletter are a newsletter. */
static void
a_newsletter_may_have_numbers(void **unused)
{
	struct burst b = { .sender = "a@out.example",
		.rcpt = "r%d@here.example",
		.name = "news_%d.pdf",
		.content = "",
		.step = SECOND };
	int begun = 0;

	(void)unused;
	for (int number = 1; number <= 4; number++) {
		b.content = &"1234"[number - 1];
		for (int n = 1; n <= 20; n++)
			if (deliver(&b, n))
				assert_false(found.suspicious);
		assert_int_equal(found.contents, 1);
	}
	b.content = "number %d";
	for (int n = 1; n <= 20; n++) {
		assert_true(deliver(&b, n));
		begun += found.begins && found.suspicious;
	}
	assert_true(found.suspicious);
	assert_int_equal(begun, 1);
}

static void
logos_are_no_campaign(void **unused)
{
	const struct burst b = { .sender = "a@out%d.example",
		.rcpt = "r%d@here.example",
		.name = "logo.png",
		.content = "logo",
		.type = "image/png" };

	(void)unused;
	assert_int_equal(first(&b, 200), 0);
}

static void
ordinary_names_in_ordinary_time_are_none(void **unused)
{
	const struct burst b = { .sender = "a@out%d.example",
		.rcpt = "r%d@here.example",
		.name = "invoice.pdf",
		.content = "invoice %d",
		.step = 60 * SECOND };

	(void)unused;
	assert_int_equal(first(&b, 200), 0);
}

static void
correspondence_is_none(void **unused)
{
	const struct burst b = { .sender = "a@out.example",
		.rcpt = "r%d@here.example",
		.name = "minutes_%d.pdf",
		.content = "minutes %d",
		.rcpts = 12,
		.step = 10 * SECOND };

	(void)unused;
	assert_int_equal(first(&b, 6), 0);
}

static void
recipients_of_one_mail_count(void **unused)
{
	const struct burst b = { .sender = "a@out.example",
		.rcpt = "r%d@here.example",
		.name = "news.pdf",
		.content = "same",
		.rcpts = 1000 };

	(void)unused;
	assert_int_equal(first(&b, 1), 1);
	assert_in_range(found.recipients, 750, 1250);
	assert_int_equal(found.mails, 1);
	assert_false(found.suspicious);
}

static void
a_mail_tried_again_counts_once(void **unused)
{
	const struct burst b = { .sender = "a@out.example",
		.rcpt = "r%d@here.example",
		.name = "invoice_%d.zip",
		.content = "polymorphic %d",
		.rcpts = 12 };

	(void)unused;
	for (int again = 0; again < 100; again++)
		for (int n = 0; n < 5; n++)
			assert_false(deliver(&b, n));
}

static void
it_ends_with_its_time(void **unused)
{
	struct burst b = { .sender = "a@out.example",
		.rcpt = "r%d@here.example",
		.name = "invoice_%d.zip",
		.content = "polymorphic %d",
		.step = SECOND };

	(void)unused;
	assert_recognised(first(&b, 20));
	now += 301 * SECOND;
	b.step = 60 * SECOND;
	assert_int_equal(first(&b, 20), 0);
	b.step = SECOND;
	assert_true(first(&b, 20) > 0);
}

static void
a_flood_does_not_push_it_out(void **unused)
{
	const struct burst b = { .sender = "a@out.example",
		.rcpt = "r%d@here.example",
		.name = "invoice_%d.zip",
		.content = "polymorphic %d" };
	const struct burst flood = { .sender = "a@out.example",
		.rcpt = "r%d@here.example",
		.name = "%d.zip",
		.content = "flood %d" };

	(void)unused;
	campaigns_free(&table);
	table = campaigns_new(64);
	deliver(&b, 1);
	deliver(&b, 2);
	for (int n = 0; n < 20000; n++)
		assert_false(deliver(&flood, n));
	assert_in_range(first(&b, 20), 8, 10);
}

static void
the_oldest_makes_room(void **unused)
{
	const struct burst old = { .sender = "a@out.example",
		.rcpt = "r%d@here.example",
		.name = "%d.zip",
		.content = "old %d" };
	const struct burst b = { .sender = "a@out.example",
		.rcpt = "r%d@here.example",
		.name = "1.zip",
		.content = "new" };

	(void)unused;
	campaigns_free(&table);
	table = campaigns_new(8);
	for (int again = 0; again < 3; again++)
		for (int n = 0; n < 8; n++)
			deliver(&old, n);
	now += SECOND;
	assert_recognised(first(&b, 20));
}

int
main(void)
{
#define CASE(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
	const struct CMUnitTest tests[] = {
		CASE(one_file_to_many_is_many),
		CASE(many_senders_are_suspicious),
		CASE(changing_contents_are_one_campaign),
		CASE(other_sizes_are_other_files),
		CASE(a_newsletter_may_have_numbers),
		CASE(logos_are_no_campaign),
		CASE(ordinary_names_in_ordinary_time_are_none),
		CASE(correspondence_is_none),
		CASE(recipients_of_one_mail_count),
		CASE(a_mail_tried_again_counts_once),
		CASE(it_ends_with_its_time),
		CASE(a_flood_does_not_push_it_out),
		CASE(the_oldest_makes_room),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
