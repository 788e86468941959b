/* SPDX-License-Identifier: ISC */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "milter/base/command.h"
#include "milter/base/count.h"
#include "milter/record/journal.h"
#include "milter/run/ctl.h"
#include "milter/run/keys.h"
#include "milter/run/local.h"
#include "milter/run/outcome.h"
#include "milter/base/banned.h"

/*
 * The daily proof that the gate works: harmless test mail through the real
 * servers, and a look at what else must hold.
 */
struct selftest {
	struct local_gate gate;
	const struct conf *conf;
	struct outcomes outcomes;
};

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
		outcomes_say(&t->outcomes, OUTCOME_FAILED, mails[n].subject,
		    "inspection did not finish");
	else if (mails[n].fact == FACT_COUNT && high != NULL)
		outcomes_say(&t->outcomes, OUTCOME_FAILED, mails[n].subject,
		    "states %s", high);
	else if (mails[n].fact == FACT_COUNT)
		outcomes_say(&t->outcomes, OUTCOME_OK, mails[n].subject,
		    "nothing found, %lld ms", (long long)f->milliseconds);
	else if (found == NULL)
		outcomes_say(&t->outcomes, OUTCOME_FAILED, mails[n].subject,
		    "was not found");
	else
		outcomes_say(&t->outcomes, OUTCOME_OK, mails[n].subject,
		    "found as %s", found->evidence);
}

static void
test_mails(struct selftest *t)
{
	struct envelope *e = envelope_new(1);
	struct reason why;

	if (e == NULL ||
	    envelope_rcpt(e, "<postmaster@localhost>", "", &why) == -1)
		return outcomes_say(&t->outcomes, OUTCOME_FAILED, "mail",
		    "out of memory");
	for (size_t i = 0; i < COUNT(mails); i++) {
		int fd = make_mail(i, &why);
		struct findings *f;

		if (fd == -1) {
			outcomes_say(&t->outcomes, OUTCOME_FAILED,
			    mails[i].subject, "%s", why.text);
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
		outcomes_say(&t->outcomes, OUTCOME_FAILED, "signatures",
		    "the scan server said nothing");
	else if (reduced)
		outcomes_say(&t->outcomes, OUTCOME_WARNING, "signatures",
		    "ONLY SEKIMORI'S OWN %llu TEST "
		    "SIGNATURES ARE LOADED, NO VIRUS IS KNOWN: there are none "
		    "in %s (install clamav-freshclam)",
		    signatures, t->conf->signature_dir);
	else
		outcomes_say(&t->outcomes, OUTCOME_OK, "signatures", "%llu, %s",
		    signatures, t->gate.scan.line + at);
}

static void
test_journal(struct selftest *t)
{
	struct journal_report report;
	struct reason why;

	if (access(t->conf->journal_dir, R_OK | X_OK) == -1)
		outcomes_say(&t->outcomes, OUTCOME_WARNING, "journal",
		    "%s cannot be read: sekimorid has "
		    "not run here, or you are not its user",
		    t->conf->journal_dir);
	else if (journal_verify(t->conf, NULL, &report, &why) == -1)
		outcomes_say(&t->outcomes, OUTCOME_FAILED, "journal", "%s",
		    why.text);
	else if (report.faults_count > 0)
		outcomes_say(&t->outcomes, OUTCOME_FAILED, "journal",
		    "%zu faults; the first: %s", report.faults_count,
		    report.faults[0].text);
	else
		outcomes_say(&t->outcomes, OUTCOME_OK, "journal",
		    "%llu lines, %llu seals", (unsigned long long)report.lines,
		    (unsigned long long)report.seals);
}

struct ending {
	int count;
	char first[128]; /* address and day */
};

static void
count_ending(void *context, const json_t *key)
{
	struct ending *e = context;

	if (e->count++ == 0)
		snprintf(e->first, sizeof e->first, "%.100s %.12s",
		    keys_text(key, "address"), keys_text(key, "until"));
}

static void
test_keys(struct selftest *t)
{
	char verb[] = "expiring", json[] = "--json";
	char *argv[] = { verb, json, NULL };
	struct ending e = { .count = 0 };
	struct reason why = { "they could not be looked at" };
	int status = keys_ask(t->conf, argv, count_ending, &e, &why);

	if (status == -1 || (status != 0 && e.count == 0))
		outcomes_say(&t->outcomes, OUTCOME_WARNING, "keys", "%s",
		    why.text);
	else if (e.count > 0)
		outcomes_say(&t->outcomes, OUTCOME_WARNING, "keys",
		    "%d end within 60 days (certs expiring), one of them: %s",
		    e.count, e.first);
	else
		outcomes_say(&t->outcomes, OUTCOME_OK, "keys",
		    "none in use ends within 60 days");
}

static void
test_servers(struct selftest *t)
{
	struct reason why;

	if (!SKM_SANDBOX)
		outcomes_say(&t->outcomes, OUTCOME_WARNING, "sandbox",
		    "THIS BUILD HAS NO SANDBOX: it is "
		    "for tests only, never for mail");
	else
		outcomes_say(&t->outcomes, OUTCOME_OK, "sandbox",
		    "closed before the first byte");
	if (local_open(&t->gate, ctl_file, 1, false, &why) == -1) {
		outcomes_say(&t->outcomes, OUTCOME_FAILED, "scan", "%s",
		    why.text);
		return;
	}
	outcomes_say(&t->outcomes, OUTCOME_OK, "policy", "%s, %zu rules",
	    t->conf->policy_file, policy_rules(t->gate.site->policy));
	test_signatures(t);
	test_mails(t);
	local_close(&t->gate);
}

int
ctl_selftest(const struct conf *conf, int argc, char **argv)
{
	struct selftest t = { .conf = conf };

	outcomes_begin(&t.outcomes, command_flag(&argc, argv, "--json"));
	if (argc > 1) {
		fputs("usage: sekimorictl selftest [--json]\n", stderr);
		return COMMAND_USAGE;
	}
	test_servers(&t);
	test_journal(&t);
	test_keys(&t);
	return outcomes_end(&t.outcomes);
}
