/* SPDX-License-Identifier: ISC */
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "milter/base/clock.h"
#include "milter/base/log.h"
#include "milter/record/journal.h"
#include "milter/run/expiry.h"
#include "milter/run/front.h"
#include "milter/run/servers.h"
#include "milter/run/signatures.h"
#include "milter/run/supervisor.h"
#include "milter/run/supervisor_events.h"
#include "milter/base/banned.h"

enum {
	SOON_MS = 50,
	LATER_MS = 1000,
	FRONT_RETRY_MS = 1000,
	STOP_MS = 40000, /* more than the front needs to drain */
	HOUR_MS = 3600000,
	DAY_MS = 24 * HOUR_MS,
	FIRST_KEYS_MS = 60000 /* when starting is over */
};

struct supervisor {
	const char *file;
	struct site *site;
	struct site *first; /* its settings are the journal's to the end */
	struct servers servers;
	struct supervisor_events events;
	pid_t front;
	int front_control;
	int64_t front_after; /* clock_ms() */
	int64_t next_check, next_seal, next_heartbeat, next_sample, next_keys;
	uint8_t signatures[HASH_BYTES];
	int status;
};

static volatile sig_atomic_t stop_asked, reload_asked;

static void
on_signal(int number)
{
	if (number == SIGHUP)
		reload_asked = 1;
	else if (number != SIGCHLD)
		stop_asked = 1;
}

/* Signals are let in only while waiting, so that none is lost. */
static void
catch_signals(void)
{
	static const int numbers[] = { SIGHUP, SIGTERM, SIGINT, SIGCHLD };
	struct sigaction action = { .sa_handler = on_signal };
	sigset_t mask;

	sigemptyset(&mask);
	for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++) {
		sigaddset(&mask, numbers[i]);
		sigaction(numbers[i], &action, NULL);
	}
	sigprocmask(SIG_BLOCK, &mask, NULL);
	signal(SIGPIPE, SIG_IGN);
}

static void
release_signals(void)
{
	sigset_t none;

	signal(SIGHUP, SIG_IGN);
	signal(SIGTERM, SIG_DFL);
	signal(SIGINT, SIG_DFL);
	signal(SIGCHLD, SIG_DFL);
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
}

static void
start_front(struct supervisor *s)
{
	int pair[2];

	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) == -1)
		return;
	s->front = fork();
	if (s->front == 0) {
		close(pair[0]);
		servers_forked(&s->servers);
		release_signals();
		exit(front_main(s->file, pair[1]));
	}
	close(pair[1]);
	s->front_control = pair[0];
	if (s->front == -1) {
		log_error("cannot start the front: %s", strerror(errno));
		close(pair[0]);
		s->front = 0;
		s->front_after = clock_ms() + FRONT_RETRY_MS;
	}
}

static void
front_died(struct supervisor *s, int status)
{
	s->front = 0;
	close(s->front_control);
	s->front_after = clock_ms() + FRONT_RETRY_MS;
	if (stop_asked)
		return;
	supervisor_event_child(&s->events, "front", status);
	if (WIFEXITED(status) && WEXITSTATUS(status) == 78) {
		s->status = 78;
		stop_asked = 1;
	}
}

static void
tell(void *context, const struct server_news *news)
{
	struct supervisor *s = context;

	supervisor_event_news(&s->events, s->site->conf, news);
}

static void
bury(struct supervisor *s)
{
	int status;
	pid_t pid;

	while ((pid = waitpid(-1, &status, WNOHANG)) > 0) {
		if (pid == s->front)
			front_died(s, status);
		else
			servers_buried(&s->servers, pid, tell, s);
	}
}

static void
reload(struct supervisor *s)
{
	struct reason why;
	struct site *next = site_load(s->file, &why);

	reload_asked = 0;
	supervisor_event_reload(&s->events, s->site, next, &why);
	if (next == NULL)
		return;
	site_done(&s->site);
	s->site = next;
	s->servers.conf = next->conf;
	if (s->front != 0 && write(s->front_control, "r", 1) != 1)
		log_error("the front does not listen");
	for (int i = 0; i < SERVERS; i++)
		servers_renew(&s->servers, (enum server_name)i);
}

static void
check_signatures(struct supervisor *s)
{
	uint8_t state[HASH_BYTES];

	signatures_state(s->site->conf, state);
	if (hash_equal(state, s->signatures))
		return;
	memcpy(s->signatures, state, sizeof state);
	log_info("the signatures have changed: loading them beside the old");
	servers_renew(&s->servers, SERVER_SCAN);
}

/* Is it time? Then the next time is set. */
static bool
is_due(int64_t *next, int64_t interval_ms)
{
	if (clock_ms() < *next)
		return false;
	*next = clock_ms() + interval_ms;
	return true;
}

/* gpg is slow and its keys are many: so a child looks, and bury() takes its
 * end for that of nobody. */
static void
check_keys(struct supervisor *s)
{
	pid_t pid = fork();

	if (pid == -1)
		log_error("keys are not checked: %s", strerror(errno));
	if (pid != 0)
		return;
	servers_forked(&s->servers);
	release_signals();
	exit(expiry_round(s->site->conf));
}

static void
tick(struct supervisor *s)
{
	const struct conf *conf = s->site->conf;

	if (is_due(&s->next_check, conf->signature_check * 1000))
		check_signatures(s);
	if (is_due(&s->next_heartbeat, conf->heartbeat * 1000))
		supervisor_event_heartbeat(&s->events);
	if (is_due(&s->next_sample, HOUR_MS))
		supervisor_event_sample(&s->events);
	if (is_due(&s->next_keys, DAY_MS))
		check_keys(s);
	if (is_due(&s->next_seal, conf->journal_seal * 1000))
		supervisor_event_seal(&s->events);
}

static void
pause_ms(int ms)
{
	struct timespec t = { ms / 1000, (ms % 1000) * 1000000L };
	sigset_t none;

	sigemptyset(&none);
	ppoll(NULL, 0, &t, &none);
}

/* The front finishes what it has; then nobody needs the servers. */
static void
stop(struct supervisor *s)
{
	int64_t end = clock_ms() + STOP_MS;

	if (s->front != 0 && write(s->front_control, "s", 1) != 1)
		kill(s->front, SIGTERM);
	while (s->front != 0 && clock_ms() < end) {
		bury(s);
		servers_step(&s->servers, tell, s);
		if (s->front != 0)
			pause_ms(SOON_MS);
	}
	if (s->front != 0) {
		kill(s->front, SIGKILL);
		waitpid(s->front, NULL, 0);
	}
	servers_end(&s->servers);
	supervisor_event_seal(&s->events);
	supervisor_event_stop(&s->events);
}

static void
loop(struct supervisor *s)
{
	while (!stop_asked) {
		bool soon;

		bury(s);
		if (reload_asked)
			reload(s);
		if (s->front == 0 && !stop_asked &&
		    clock_ms() >= s->front_after)
			start_front(s);
		soon = servers_step(&s->servers, tell, s);
		tick(s);
		if (!stop_asked && !reload_asked)
			pause_ms(soon || s->front == 0 ? SOON_MS : LATER_MS);
	}
}

int
supervisor_run(const char *file, struct site *site)
{
	static struct supervisor s;
	struct reason why;

	s.file = file;
	s.site = site;
	s.first = site_use(site);
	s.servers.conf = site->conf;
	s.servers.file = file;
	for (int i = 0; i < SERVERS; i++)
		s.servers.list[i].now.control = s.servers.list[i].next.control =
		    s.servers.list[i].last.control = -1;
	if (supervisor_folders(site->conf, &why) == -1 ||
	    supervisor_events_open(&s.events, site, &why) == -1) {
		log_error("%s", why.text);
		return 78;
	}
	signatures_state(site->conf, s.signatures);
	s.next_check = clock_ms() + site->conf->signature_check * 1000;
	s.next_seal = clock_ms() + site->conf->journal_seal * 1000;
	s.next_sample = clock_ms() + HOUR_MS;
	s.next_keys = clock_ms() + FIRST_KEYS_MS;
	catch_signals();
	loop(&s);
	stop(&s);
	supervisor_events_close(&s.events);
	site_done(&s.first);
	site_done(&s.site);
	return s.status;
}
