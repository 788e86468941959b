/* SPDX-License-Identifier: ISC */
#include <dirent.h>
#include <fcntl.h>
#include <stdarg.h>
#include <setjmp.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <cmocka.h>

#include "milter/base/buf.h"
#include "milter/base/conf.h"
#include "milter/base/file.h"
#include "milter/inspect/engine.h"
#include "milter/inspect/inspect.h"
#include "milter/mail/message.h"
#include "milter/base/banned.h"

/*
 * tests/messages: every NAME.eml raises exactly the facts of NAME.facts, one
 * a line and sorted, or "none". A mail whose name begins with "outbound-" is
 * sent by our own people, any other comes from outside. Our own domain is
 * cao.example.go.jp. SEKIMORI_FACTS=write writes the .facts anew.
 */
enum { MAIL_MOST = 4 << 20, FACTS_MOST = 65536, ARENA = 256 << 20 };

static struct conf *conf;
static struct places *places;
static char temp[] = "/tmp/sekimori-messages.XXXXXX";

static void
set_path(conf_path *path, const char *value)
{
	free(*path);
	*path = strdup(value);
}

static void
own_domain(struct conf *c, const char *domain)
{
	free(c->own_domains.items[0]);
	c->own_domains.items[0] = strdup(domain);
}

static int
set_up(void **state)
{
	struct reason why = { "" };
	char own[4096];

	(void)state;
	conf = conf_load(NULL, &why);
	snprintf(own, sizeof own, "%s/milter/inspect/signatures",
	    getenv("top_srcdir"));
	set_path(&conf->own_signature_dir, own);
	set_path(&conf->signature_dir, "/nonexistent");
	own_domain(conf, "cao.example.go.jp");
	places = places_new(conf, &why);
	if (places == NULL || inspect_prepare(conf, &why) == -1 ||
	    mkdtemp(temp) == NULL || engine_temp(temp, &why) == -1)
		fail_msg("%s", why.text);
	return 0;
}

static int
tear_down(void **state)
{
	(void)state;
	engine_unload();
	places_free(&places);
	conf_free(&conf);
	return rmdir(temp);
}

static struct envelope *
envelope_of(const char *name)
{
	struct envelope *e = envelope_new(10);
	struct reason why;

	envelope_text(&e->client_ip, "192.0.2.1");
	if (strncmp(name, "outbound-", 9) == 0) {
		envelope_text(&e->client_ip, "127.0.0.1");
		envelope_rcpt(e, "<hanako@example.com>", "", &why);
	} else
		envelope_rcpt(e, "<taro@cao.example.go.jp>", "", &why);
	envelope_directions(e, places);
	return e;
}

static void
inspect(const char *name, const char *bytes, size_t len, struct findings *f)
{
	struct arena *a = arena_new(ARENA);
	struct message_limits limits = { (int)conf->scan_parts,
		(int)conf->scan_depth, (int)conf->scan_headers,
		(size_t)conf->scan_header_bytes, (size_t)conf->scan_decoded,
		(size_t)conf->scan_member, (size_t)conf->scan_ratio,
		(uint64_t)conf->scan_hashes, NULL,
		(size_t)conf->scan_pictures };
	struct envelope *e = envelope_of(name);
	struct inspection i = {
		.message =
		    message_read(a, (const unsigned char *)bytes, len, &limits),
		.envelope = e,
		.places = places,
		.findings = f,
	};

	inspect_message(&i);
	assert_true(f->finished);
	assert_int_equal(i.message->parts, f->parts_count);
	envelope_free(&e);
	arena_free(&a);
}

static int
by_name(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* The names of the facts, sorted, one a line; that only the small signature
 * set is there is so for every mail and left out. */
static void
list_facts(const struct findings *f, struct buf *out)
{
	const char *names[FACT_COUNT];
	size_t count = 0;

	for (int n = 0; n < FACT_COUNT; n++)
		if (n != FACT_SIGNATURES_REDUCED && f->kinds[n] > 0)
			names[count++] = fact_row((enum fact)n)->name;
	qsort(names, count, sizeof *names, by_name);
	for (size_t n = 0; n < count; n++)
		buf_printf(out, "%s\n", names[n]);
	if (count == 0)
		buf_string(out, "none\n");
}

/* All that differ are told, not the first only. */
static int failed;

static void
compare(int folder, const char *name, const char *facts)
{
	struct reason why = { "" };
	const char *rewrite = getenv("SEKIMORI_FACTS");
	char *expected;
	size_t len;

	if (rewrite != NULL && strcmp(rewrite, "write") == 0)
		assert_int_equal(0,
		    file_put(folder, name, facts, strlen(facts), 0644, &why));
	if (file_get(folder, name, FACTS_MOST, &expected, &len, &why) == -1)
		fail_msg("%s", why.text);
	if (strcmp(expected, facts) != 0) {
		print_error("%s expects\n%sbut the mail raises\n%s", name,
		    expected, facts);
		failed++;
	}
	free(expected);
}

static void
check(int folder, const char *eml)
{
	struct findings *f = findings_new();
	struct reason why = { "" };
	struct buf facts;
	char name[256], *bytes;
	size_t len;

	if (file_get(folder, eml, MAIL_MOST, &bytes, &len, &why) == -1)
		fail_msg("%s", why.text);
	inspect(eml, bytes, len, f);
	buf_init(&facts, FACTS_MOST);
	list_facts(f, &facts);
	snprintf(name, sizeof name, "%.*s.facts", (int)(strlen(eml) - 4), eml);
	compare(folder, name, buf_text(&facts));
	buf_free(&facts);
	free(bytes);
	findings_free(&f);
}

/* Checks every mail of a folder; how many there are. */
static int
check_folder(const char *top, const char *name)
{
	char path[4096];
	const struct dirent *entry;
	int checked = 0;
	DIR *d;

	snprintf(path, sizeof path, "%s/tests/%s", top, name);
	d = opendir(path);
	assert_non_null(d);
	while ((entry = readdir(d)) != NULL) {
		size_t len = strlen(entry->d_name);

		if (len < 5 || strcmp(entry->d_name + len - 4, ".eml") != 0)
			continue;
		check(dirfd(d), entry->d_name);
		checked++;
	}
	closedir(d);
	return checked;
}

static void
golden_mails_raise_their_facts(void **state)
{
	(void)state;
	assert_true(check_folder(getenv("top_srcdir"), "messages") >= 40);
	assert_int_equal(0, failed);
}

/* The technique matrix, see tests/messages/generate. */
static void
made_mails_raise_their_facts(void **state)
{
	(void)state;
	assert_true(check_folder(getenv("top_builddir"), "made") >= 40);
	assert_int_equal(0, failed);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(golden_mails_raise_their_facts),
		cmocka_unit_test(made_mails_raise_their_facts),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
