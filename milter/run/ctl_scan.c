/* SPDX-License-Identifier: ISC */
#include <jansson.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "milter/base/clock.h"
#include "milter/base/command.h"
#include "milter/base/text.h"
#include "milter/run/ctl.h"
#include "milter/run/local.h"
#include "milter/run/mails.h"
#include "milter/base/banned.h"

enum { MOST_THREADS = 64, MOST_RCPTS = 100 };

struct scan {
	struct local_gate gate;
	struct mails mails;
	pthread_mutex_t lock; /* output and counts */
	bool json, progress, offline;
	const char *direction, *client_ip, *helo, *from;
	const char *rcpts[MOST_RCPTS];
	size_t rcpts_count;
	size_t done, failed;
};

/* What --direction says stands over what the addresses say. */
static void
force_direction(const struct scan *s, struct envelope *e)
{
	enum direction d = DIRECTION_INBOUND;

	if (s->direction == NULL && s->client_ip != NULL) {
		envelope_directions(e, s->gate.site->places);
		return;
	}
	if (s->direction != NULL && strcmp(s->direction, "outbound") == 0)
		d = DIRECTION_OUTBOUND;
	e->inside = d == DIRECTION_OUTBOUND;
	for (size_t i = 0; i < e->rcpts_count; i++)
		e->rcpts[i].direction = d;
}

static struct envelope *
make_envelope(const struct scan *s, struct reason *why)
{
	struct envelope *e = envelope_new(MOST_RCPTS);
	static const char *const nobody = "<postmaster@localhost>";
	size_t i = 0;

	if (e == NULL)
		return reason_set(why, "out of memory"), NULL;
	ident_new(e->id);
	envelope_text(&e->client_ip, s->client_ip ? s->client_ip : "");
	envelope_text(&e->helo, s->helo ? s->helo : "");
	if (envelope_sender(e, s->from ? s->from : "<>", "", why) == -1)
		goto bad;
	do {
		const char *to = s->rcpts_count ? s->rcpts[i] : nobody;

		if (envelope_rcpt(e, to, "", why) == -1)
			goto bad;
	} while (++i < s->rcpts_count);
	force_direction(s, e);
	return e;
bad:
	envelope_free(&e);
	return NULL;
}

/* The strongest verdict of all recipients. */
static void
decide(const struct scan *s, const struct findings *f, const struct envelope *e,
    struct verdict *strongest)
{
	struct verdict v;

	policy_decide(s->gate.site->policy, f, e, 0, strongest);
	for (size_t i = 1; i < e->rcpts_count; i++) {
		policy_decide(s->gate.site->policy, f, e, i, &v);
		if (v.kind > strongest->kind)
			*strongest = v;
	}
}

static void
print_text(const char *name, const struct findings *f, const struct verdict *v)
{
	printf("%s: %s (%s)\n", name, verdict_name(v->kind), v->rule);
	for (size_t i = 0; i < f->facts_count; i++) {
		const struct found *found = &f->facts[i];
		const struct fact_row *row = fact_row(found->fact);

		printf("    %-22s %-6s %s%s%s\n", row->name,
		    severity_name(row->severity), row->en,
		    found->evidence[0] ? ": " : "", found->evidence);
	}
}

static void
print_json(const char *name, const struct findings *f, const struct verdict *v)
{
	char file[8192];
	json_t *line;

	text_printable(file, sizeof file, name, strlen(name));
	line = json_pack("{s:s,s:s,s:s,s:i,s:o,s:o,s:o,s:I}", "file", file,
	    "verdict", verdict_name(v->kind), "rule", v->rule, "score",
	    v->score, "facts", findings_facts_json(f), "parts",
	    findings_parts_json(f), "urls", findings_urls_json(f),
	    "milliseconds", (json_int_t)f->milliseconds);
	command_print_json(line);
}

static void
print_progress(struct scan *s)
{
	if (s->progress)
		fprintf(stderr, "\r%zu messages", s->done);
}

static void
say_failed(struct scan *s, const char *name, const char *why)
{
	pthread_mutex_lock(&s->lock);
	s->failed++;
	fprintf(stderr, "%ssekimorictl: %s: %s\n", s->progress ? "\r" : "",
	    name, why);
	pthread_mutex_unlock(&s->lock);
}

static void
scan_mail(struct scan *s, const struct mail *mail)
{
	struct verdict v;
	struct reason why;
	struct envelope *e = make_envelope(s, &why);
	struct findings *f;

	if (e == NULL) {
		say_failed(s, mail->name, why.text);
		return;
	}
	f = local_inspect(&s->gate, mail->fd, e);
	decide(s, f, e, &v);
	pthread_mutex_lock(&s->lock);
	s->done++;
	if (!f->finished)
		s->failed++;
	if (s->json)
		print_json(mail->name, f, &v);
	else
		print_text(mail->name, f, &v);
	print_progress(s);
	pthread_mutex_unlock(&s->lock);
	findings_free(&f);
	envelope_free(&e);
}

static void *
work(void *context)
{
	struct scan *s = context;
	struct reason why;
	struct mail mail;
	int got;

	while ((got = mails_next(&s->mails, &mail, &why)) != 0) {
		if (got == -1) {
			say_failed(s, mail.name, why.text);
			continue;
		}
		scan_mail(s, &mail);
		close(mail.fd);
	}
	return NULL;
}

static void
run_threads(struct scan *s)
{
	pthread_t threads[MOST_THREADS];
	long cores = sysconf(_SC_NPROCESSORS_ONLN);
	int started = 0;

	while (started < cores && started < MOST_THREADS &&
	       pthread_create(&threads[started], NULL, work, s) == 0)
		started++;
	if (started == 0)
		work(s);
	for (int i = 0; i < started; i++)
		pthread_join(threads[i], NULL);
}

static int
read_options(struct scan *s, int *argc, char **argv, struct reason *why)
{
	const char *rcpt, *unknown;

	s->json = command_flag(argc, argv, "--json");
	s->offline = command_flag(argc, argv, "--offline");
	s->direction = command_option(argc, argv, "--direction");
	s->client_ip = command_option(argc, argv, "--client-ip");
	s->helo = command_option(argc, argv, "--helo");
	s->from = command_option(argc, argv, "--from");
	while ((rcpt = command_option(argc, argv, "--rcpt")) != NULL) {
		if (s->rcpts_count == MOST_RCPTS)
			return reason_set(why, "over %d --rcpt", MOST_RCPTS);
		s->rcpts[s->rcpts_count++] = rcpt;
	}
	unknown = command_unknown(*argc, argv);
	if (unknown != NULL)
		return reason_set(why, "unknown option %s", unknown);
	if (s->direction != NULL && strcmp(s->direction, "inbound") != 0 &&
	    strcmp(s->direction, "outbound") != 0)
		return reason_set(why,
		    "--direction is inbound or outbound, "
		    "not \"%s\"",
		    s->direction);
	if (*argc < 2)
		return reason_set(why, "no file is named");
	return 0;
}

static int
add_files(struct scan *s, int argc, char **argv)
{
	struct reason why;
	int bad = 0;

	for (int i = 1; i < argc; i++)
		if (mails_add(&s->mails, argv[i], &why) == -1) {
			say_failed(s, argv[i], why.text);
			bad++;
		}
	return bad;
}

int
ctl_scan(const struct conf *conf, int argc, char **argv)
{
	static struct scan s;
	struct reason why;
	bool online;

	pthread_mutex_init(&s.lock, NULL);
	mails_init(&s.mails);
	if (read_options(&s, &argc, argv, &why) == -1) {
		fprintf(stderr, "sekimorictl: scan: %s\n", why.text);
		return COMMAND_USAGE;
	}
	add_files(&s, argc, argv);
	s.progress = isatty(STDERR_FILENO) && !isatty(STDOUT_FILENO);
	online = !s.offline && conf->lookup && s.client_ip != NULL;
	if (local_open(&s.gate, ctl_file, 0, online, &why) == -1) {
		fprintf(stderr, "sekimorictl: %s\n", why.text);
		return COMMAND_FAILED;
	}
	run_threads(&s);
	local_close(&s.gate);
	mails_free(&s.mails);
	if (s.progress)
		fputc('\n', stderr);
	return s.failed > 0 ? COMMAND_FAILED : COMMAND_OK;
}
