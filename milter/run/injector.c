/* SPDX-License-Identifier: ISC */
#include <errno.h>
#include <pthread.h>
#include <stdbool.h>
#include <time.h>

#include "milter/act/hold.h"
#include "milter/act/inject.h"
#include "milter/base/log.h"
#include "milter/run/gate.h"
#include "milter/run/injector.h"
#include "milter/base/banned.h"

enum { PAUSE = 5, SWEEP = 3600 }; /* seconds */

static struct {
	pthread_mutex_t mutex;
	pthread_cond_t woken;
	pthread_t thread;
	bool started, stopping, waiting;
	time_t swept, looked;
} desk = { .mutex = PTHREAD_MUTEX_INITIALIZER,
	.woken = PTHREAD_COND_INITIALIZER };

static bool
is_stopping(void)
{
	bool stopping;

	pthread_mutex_lock(&desk.mutex);
	stopping = desk.stopping;
	pthread_mutex_unlock(&desk.mutex);
	return stopping;
}

/* A message that cannot be sent does not stop the others. */
static int
send_one(void *context, const char *id, struct reason *why)
{
	const struct inject *in = context;

	if (is_stopping())
		return -1;
	if (inject_message(in, id, why) == -1)
		log_warning("spool: %s: %s", id, why->text);
	return 0;
}

static void
send_all(void)
{
	struct site *site = gate_use_site();
	struct inject in = { .conf = site->conf,
		.q = gate.quarantine,
		.spool = gate.spool,
		.journal = gate.journal };
	const struct hold h = { site->conf, gate.quarantine, gate.journal };
	struct reason why = { "" };

	/* Not at each message: it looks at all that wait. */
	if (desk.looked + PAUSE <= time(NULL)) {
		hold_send_due(&h);
		desk.looked = time(NULL);
	}
	if (spool_each(gate.spool, send_one, &in, &why) == -1 && !is_stopping())
		log_warning("spool: %s", why.text);
	if (desk.swept + SWEEP < time(NULL)) {
		spool_sweep(gate.spool);
		desk.swept = time(NULL);
	}
	site_done(&site);
}

/* Until a message was committed, or some seconds went by; false: stop. */
static bool
wait_for_work(void)
{
	struct timespec until;
	bool go_on;

	clock_gettime(CLOCK_REALTIME, &until);
	until.tv_sec += PAUSE;
	pthread_mutex_lock(&desk.mutex);
	while (!desk.stopping && !desk.waiting &&
	       pthread_cond_timedwait(&desk.woken, &desk.mutex, &until) !=
		   ETIMEDOUT)
		;
	desk.waiting = false;
	go_on = !desk.stopping;
	pthread_mutex_unlock(&desk.mutex);
	return go_on;
}

static void *
work(void *unused)
{
	(void)unused;
	do
		send_all();
	while (wait_for_work());
	return NULL;
}

int
injector_start(struct reason *why)
{
	errno = pthread_create(&desk.thread, NULL, work, NULL);
	if (errno != 0)
		return reason_errno(why, "a thread");
	desk.started = true;
	return 0;
}

void
injector_wake(void)
{
	pthread_mutex_lock(&desk.mutex);
	desk.waiting = true;
	pthread_cond_signal(&desk.woken);
	pthread_mutex_unlock(&desk.mutex);
}

void
injector_stop(void)
{
	if (!desk.started)
		return;
	pthread_mutex_lock(&desk.mutex);
	desk.stopping = true;
	pthread_cond_signal(&desk.woken);
	pthread_mutex_unlock(&desk.mutex);
	pthread_join(desk.thread, NULL);
}
