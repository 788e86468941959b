/* SPDX-License-Identifier: ISC */
#include <jansson.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "milter/base/command.h"
#include "milter/base/count.h"
#include "milter/record/journal.h"
#include "milter/run/ctl.h"
#include "milter/run/local.h"
#include "milter/base/banned.h"

/*
 * The daily proof that the gate works: harmless test mail through the real
 * servers, and a look at what else must hold.
 */
struct selftest {
	struct local_gate gate;
	const struct conf *conf;
	json_t *lines; /* --json: array; else NULL */
	int failed, warned;
};

enum outcome { PASSED, WARNING, FAILED };

static void say(struct selftest *t, enum outcome outcome, const char *subject,
    const char *format, ...) __attribute__((format(printf, 4, 5)));

static void
say(struct selftest *t, enum outcome outcome, const char *subject,
    const char *format, ...)
{
	static const char *const words[] = { "ok", "WARNING", "FAILED" };
	char text[1024];
	va_list ap;

	va_start(ap, format);
	vsnprintf(text, sizeof text, format, ap);
	va_end(ap);
	t->failed += outcome == FAILED;
	t->warned += outcome == WARNING;
	if (t->lines != NULL)
		json_array_append_new(t->lines,
		    json_pack("{s:s,s:s,s:s}", "test", subject, "result",
			words[outcome], "text", text));
	else
		printf("%-8s %-12s %s\n", words[outcome], subject, text);
}

/* The standard test files, put together here so that no scanner finds them
 * in this program. */
static const struct {
	const char *subject;
	const char *halves[2];
	enum fact fact; /* FACT_COUNT: none of severity high may be found */
} mails[] = {
	{ "clean mail", { "Good morning,", " all is well.\r\n" }, FACT_COUNT },
	{ "EICAR",
	    { "X5O!P%@AP[4\\PZX54(P^)7CC)7}$EICAR-STANDARD-",
		"ANTIVIRUS-TEST-FILE!$H+H*" },
	    FACT_VIRUS },
};

static int
make_mail(size_t n, struct reason *why)
{
	char text[1024];
	int len = snprintf(text, sizeof text,
	    "From: Self-test <selftest@example.org>\r\n"
	    "To: postmaster@localhost\r\n"
	    "Subject: self-test\r\n"
	    "Date: Thu, 01 Jan 2026 00:00:00 +0900\r\n"
	    "Message-ID: <selftest@example.org>\r\n"
	    "MIME-Version: 1.0\r\n"
	    "Content-Type: %s\r\n\r\n%s%s",
	    mails[n].fact == FACT_COUNT ? "text/plain"
					: "application/octet-stream",
	    mails[n].halves[0], mails[n].halves[1]);

	return local_message(text, (size_t)len, why);
}

static const char *
first_high(const struct findings *f)
{
	for (size_t i = 0; i < f->facts_count; i++)
		if (fact_row(f->facts[i].fact)->severity == SEVERITY_high)
			return fact_row(f->facts[i].fact)->name;
	return NULL;
}

static void
judge(struct selftest *t, size_t n, const struct findings *f)
{
	const struct found *found = NULL;
	const char *high = first_high(f);

	if (mails[n].fact != FACT_COUNT)
		found = findings_has(f, mails[n].fact);
	if (!f->finished)
		say(t, FAILED, mails[n].subject, "inspection did not finish");
	else if (mails[n].fact == FACT_COUNT && high != NULL)
		say(t, FAILED, mails[n].subject, "states %s", high);
	else if (mails[n].fact == FACT_COUNT)
		say(t, PASSED, mails[n].subject, "nothing found, %lld ms",
		    (long long)f->milliseconds);
	else if (found == NULL)
		say(t, FAILED, mails[n].subject, "was not found");
	else
		say(t, PASSED, mails[n].subject, "found as %s",
		    found->evidence);
}

static void
test_mails(struct selftest *t)
{
	struct envelope *e = envelope_new(1);
	struct reason why;

	if (e == NULL ||
	    envelope_rcpt(e, "<postmaster@localhost>", "", &why) == -1)
		return say(t, FAILED, "mail", "out of memory");
	for (size_t i = 0; i < COUNT(mails); i++) {
		int fd = make_mail(i, &why);
		struct findings *f;

		if (fd == -1) {
			say(t, FAILED, mails[i].subject, "%s", why.text);
			continue;
		}
		f = local_inspect(&t->gate, fd, e);
		judge(t, i, f);
		findings_free(&f);
		close(fd);
	}
	envelope_free(&e);
}

static void
test_signatures(struct selftest *t)
{
	unsigned long long signatures = 0;
	long long db_time = 0;
	int reduced = 1, at = 0;

	if (sscanf(t->gate.scan.line, "%llu %lld %d %n", &signatures, &db_time,
		&reduced, &at) != 3)
		say(t, FAILED, "signatures", "the scan server said nothing");
	else if (reduced)
		say(t, WARNING, "signatures",
		    "ONLY SEKIMORI'S OWN %llu TEST "
		    "SIGNATURES ARE LOADED, NO VIRUS IS KNOWN: there are none "
		    "in %s (install clamav-freshclam)",
		    signatures, t->conf->signature_dir);
	else
		say(t, PASSED, "signatures", "%llu, %s", signatures,
		    t->gate.scan.line + at);
}

static void
test_journal(struct selftest *t)
{
	struct journal_report report;
	struct reason why;

	if (access(t->conf->journal_dir, R_OK | X_OK) == -1)
		say(t, WARNING, "journal",
		    "%s cannot be read: sekimorid has "
		    "not run here, or you are not its user",
		    t->conf->journal_dir);
	else if (journal_verify(t->conf, NULL, &report, &why) == -1)
		say(t, FAILED, "journal", "%s", why.text);
	else if (report.faults_count > 0)
		say(t, FAILED, "journal", "%zu faults; the first: %s",
		    report.faults_count, report.faults[0].text);
	else
		say(t, PASSED, "journal", "%llu lines, %llu seals",
		    (unsigned long long)report.lines,
		    (unsigned long long)report.seals);
}

static void
test_servers(struct selftest *t)
{
	struct reason why;

	if (!SKM_SANDBOX)
		say(t, WARNING, "sandbox",
		    "THIS BUILD HAS NO SANDBOX: it is "
		    "for tests only, never for mail");
	else
		say(t, PASSED, "sandbox", "closed before the first byte");
	if (local_open(&t->gate, ctl_file, 1, false, &why) == -1) {
		say(t, FAILED, "scan", "%s", why.text);
		return;
	}
	say(t, PASSED, "policy", "%s, %zu rules", t->conf->policy_file,
	    policy_rules(t->gate.site->policy));
	test_signatures(t);
	test_mails(t);
	local_close(&t->gate);
}

int
ctl_selftest(const struct conf *conf, int argc, char **argv)
{
	struct selftest t = { .conf = conf };

	if (command_flag(&argc, argv, "--json"))
		t.lines = json_array();
	if (argc > 1) {
		fputs("usage: sekimorictl selftest [--json]\n", stderr);
		return COMMAND_USAGE;
	}
	test_servers(&t);
	test_journal(&t);
	if (t.lines != NULL)
		command_print_json(t.lines);
	else
		printf("%d failed, %d warnings\n", t.failed, t.warned);
	return t.failed > 0 ? COMMAND_FAILED : COMMAND_OK;
}
