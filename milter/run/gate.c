/* SPDX-License-Identifier: ISC */
#include <pthread.h>

#include "milter/run/gate.h"
#include "milter/base/banned.h"

struct gate gate;

/* Guards the step between reading gate.site and counting its new user. */
static pthread_mutex_t switching = PTHREAD_MUTEX_INITIALIZER;

struct site *
gate_use_site(void)
{
	struct site *site;

	pthread_mutex_lock(&switching);
	site = site_use(atomic_load(&gate.site));
	pthread_mutex_unlock(&switching);
	return site;
}

void
gate_switch_site(struct site *next)
{
	struct site *last;

	pthread_mutex_lock(&switching);
	last = atomic_exchange(&gate.site, next);
	pthread_mutex_unlock(&switching);
	site_done(&last);
}
