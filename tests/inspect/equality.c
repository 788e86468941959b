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
#include <sys/mman.h>
#include <unistd.h>
#include <cmocka.h>
#include <nettle/base64.h>

#include "milter/base/buf.h"
#include "milter/base/conf.h"
#include "milter/base/file.h"
#include "milter/inspect/engine.h"
#include "milter/inspect/inspect.h"
#include "milter/mail/message.h"
#include "milter/base/banned.h"

/*
 * Scanning decoded parts and the mail's skeleton finds all that libclamav
 * finds in the whole mail, and a mail with two readings is scanned by both. The mails are the golden ones and each of ClamAV's
 * own test files (package clamav-testfiles) as an attachment.
 */
enum { FILE_MOST = 8 << 20, MAIL_MOST = 32 << 20, ARENA = 512 << 20 };

static struct conf *conf;
static struct places *places;
static char temp[] = "/tmp/sekimori-equality.XXXXXX";

static void
set_path(conf_path *path, const char *value)
{
	free(*path);
	*path = strdup(value);
}

/* Signatures of whole mails: they see no part, only headers and text. */
static void
write_mail_signature(void)
{
	static const char line[] =
	    "Test.Mail:4:*:5375626a6563743a2057686f6c65{0-400}"
	    "66696e64206d65\n";
	struct reason why = { "" };
	int folder = open(temp, O_RDONLY | O_DIRECTORY);

	assert_int_equal(0,
	    file_put(folder, "mail.ndb", line, sizeof line - 1, 0644, &why));
	close(folder);
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
	if (mkdtemp(temp) == NULL)
		return -1;
	write_mail_signature();
	set_path(&conf->signature_dir, temp);
	places = places_new(conf, &why);
	if (places == NULL || inspect_prepare(conf, &why) == -1 ||
	    engine_temp(temp, &why) == -1)
		fail_msg("%s", why.text);
	return 0;
}

static int
tear_down(void **state)
{
	char path[256];

	(void)state;
	engine_unload();
	places_free(&places);
	conf_free(&conf);
	snprintf(path, sizeof path, "%s/mail.ndb", temp);
	return unlink(path) + rmdir(temp);
}

static enum engine_result
scan_whole(const struct buf *mail, char *name, size_t size)
{
	int fd = memfd_create("mail", MFD_CLOEXEC);
	struct reason why = { "" };
	enum engine_result result;

	assert_int_equal(0, file_write(fd, mail->data, mail->len, &why));
	result = engine_scan_file(fd, name, size);
	close(fd);
	return result;
}

static struct findings *
inspect(const struct buf *mail)
{
	struct arena *a = arena_new(ARENA);
	struct findings *f = findings_new();
	struct message_limits limits = { 1000, 30, 2000, 1 << 20, 400 << 20,
		100 << 20, 250, 50000000, NULL, 1 << 24 };
	struct envelope *e = envelope_new(1);
	struct inspection i = {
		.message = message_read(a, mail->data, mail->len, &limits),
		.envelope = e,
		.places = places,
		.findings = f,
	};

	inspect_message(&i);
	envelope_free(&e);
	arena_free(&a);
	return f;
}

/* What the whole mail is called, some part or the skeleton is called. */
static bool
compare(const char *file, const struct buf *mail)
{
	char name[256];
	enum engine_result result = scan_whole(mail, name, sizeof name);
	struct findings *f = inspect(mail);
	bool equal = result != ENGINE_FOUND && result != ENGINE_ENCRYPTED &&
		     result != ENGINE_LIMIT;

	if (result == ENGINE_FOUND || result == ENGINE_HEURISTIC)
		for (size_t n = 0; n < f->facts_count; n++)
			equal |= strcmp(f->facts[n].evidence, name) == 0;
	if (result == ENGINE_ENCRYPTED)
		equal = findings_has(f, FACT_UNINSPECTABLE_ENCRYPTED) != NULL;
	if (result == ENGINE_LIMIT)
		equal = findings_has(f, FACT_SCAN_LIMIT) != NULL;
	if (!equal)
		print_error("%s: the whole mail is %d \"%s\", its parts not\n",
		    file, result, name);
	findings_free(&f);
	return equal;
}

static void
add_base64(struct buf *mail, const unsigned char *bytes, size_t len)
{
	char line[BASE64_ENCODE_RAW_LENGTH(57)];

	for (size_t at = 0; at < len; at += 57) {
		size_t part = len - at < 57 ? len - at : 57;

		base64_encode_raw(line, part, bytes + at);
		buf_add(mail, line, BASE64_ENCODE_RAW_LENGTH(part));
		buf_string(mail, "\r\n");
	}
}

static void
wrap(struct buf *mail, const char *name, const char *bytes, size_t len)
{
	buf_printf(mail,
	    "From: a@example.com\r\nTo: b@example.com\r\n"
	    "Subject: file\r\nMIME-Version: 1.0\r\n"
	    "Content-Type: multipart/mixed; boundary=b1\r\n\r\n"
	    "--b1\r\nContent-Type: text/plain\r\n\r\nSee.\r\n"
	    "--b1\r\nContent-Type: application/octet-stream\r\n"
	    "Content-Disposition: attachment; filename=\"%s\"\r\n"
	    "Content-Transfer-Encoding: base64\r\n\r\n",
	    name);
	add_base64(mail, (const unsigned char *)bytes, len);
	buf_string(mail, "--b1--\r\n");
}

/* Compares every regular file of the folder; those with bytes wrapped. */
static int
compare_folder(const char *path, const char *ending, bool wrapped)
{
	DIR *d = opendir(path);
	const struct dirent *entry;
	int unequal = 0;

	while (d != NULL && (entry = readdir(d)) != NULL) {
		struct reason why = { "" };
		struct buf mail;
		char *bytes;
		size_t len;

		if (entry->d_name[0] == '.' ||
		    strstr(entry->d_name, ending) == NULL)
			continue;
		assert_int_equal(0, file_get(dirfd(d), entry->d_name, FILE_MOST,
					&bytes, &len, &why));
		buf_init(&mail, MAIL_MOST);
		if (wrapped)
			wrap(&mail, entry->d_name, bytes, len);
		else
			buf_add(&mail, bytes, len);
		unequal += !compare(entry->d_name, &mail);
		buf_free(&mail);
		free(bytes);
	}
	if (d != NULL)
		closedir(d);
	return unequal;
}

static void
golden_mails_are_equal(void **state)
{
	char path[4096];

	(void)state;
	snprintf(path, sizeof path, "%s/tests/messages", getenv("top_srcdir"));
	assert_int_equal(0, compare_folder(path, ".eml", false));
}

static void
test_files_are_equal(void **state)
{
	(void)state;
	assert_int_equal(0,
	    compare_folder("/usr/share/clamav-testfiles", "clam", true));
}

static void
mail_signatures_are_seen(void **state)
{
	static const char text[] = "From: a@example.com\r\nSubject: Whole\r\n"
				   "To: b@example.com\r\n\r\nfind me\r\n";
	struct buf mail;
	struct findings *f;

	(void)state;
	buf_init(&mail, MAIL_MOST);
	buf_string(&mail, text);
	assert_true(compare("whole", &mail));
	f = inspect(&mail);
	assert_non_null(findings_has(f, FACT_VIRUS));
	findings_free(&f);
	buf_free(&mail);
}

/* EICAR in base64, behind two fields that say how to read it. Readers take one
 * or the other; we do, and libclamav's own reading counts as well. */
static bool
two_encodings_find(const char *first, const char *second)
{
	static const char eicar[] = "X5O!P%@AP[4\\PZX54(P^)7CC)7}"
				    "$EICAR-STANDARD"
				    "-ANTIVIRUS-TEST-FILE!$H+H*";
	struct buf mail;
	struct findings *f;
	bool found;

	buf_init(&mail, MAIL_MOST);
	buf_printf(&mail,
	    "From: a@example.com\r\nTo: b@example.com\r\nSubject: file\r\n"
	    "MIME-Version: 1.0\r\nContent-Type: application/x-unknown\r\n"
	    "Content-Transfer-Encoding: %s\r\n"
	    "Content-Transfer-Encoding: %s\r\n\r\n",
	    first, second);
	add_base64(&mail, (const unsigned char *)eicar, sizeof eicar - 1);
	f = inspect(&mail);
	found = findings_has(f, FACT_VIRUS) != NULL;
	findings_free(&f);
	buf_free(&mail);
	return found;
}

static void
another_reading_counts(void **state)
{
	(void)state;
	assert_true(two_encodings_find("base64", "7bit"));
	assert_true(two_encodings_find("7bit", "base64"));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(golden_mails_are_equal),
		cmocka_unit_test(test_files_are_equal),
		cmocka_unit_test(mail_signatures_are_seen),
		cmocka_unit_test(another_reading_counts),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
