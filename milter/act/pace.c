/* SPDX-License-Identifier: ISC */
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "milter/act/pace.h"
#include "milter/base/hash.h"
#include "milter/base/banned.h"

enum { PLACES = 1024, HOUR = 3600 };

struct pace {
	pthread_mutex_t mutex;
	struct {
		int64_t hour, times;
	} places[PLACES];
};

struct pace *
pace_new(void)
{
	struct pace *p = calloc(1, sizeof *p);

	if (p != NULL)
		pthread_mutex_init(&p->mutex, NULL);
	return p;
}

void
pace_free(struct pace **p)
{
	if (*p != NULL)
		pthread_mutex_destroy(&(*p)->mutex);
	free(*p);
	*p = NULL;
}

static size_t
place_of(const char *address)
{
	uint8_t digest[HASH_BYTES];

	hash_bytes(address, strlen(address), digest);
	return (digest[0] | (size_t)digest[1] << 8) % PLACES;
}

bool
pace_allows(struct pace *p, const char *address, int64_t now, int64_t hourly)
{
	size_t at = place_of(address);
	int64_t hour = now / HOUR;
	bool allowed;

	pthread_mutex_lock(&p->mutex);
	if (p->places[at].hour != hour)
		p->places[at].times = 0;
	p->places[at].hour = hour;
	allowed = p->places[at].times < hourly;
	p->places[at].times += allowed;
	pthread_mutex_unlock(&p->mutex);
	return allowed;
}
