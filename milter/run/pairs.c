/* SPDX-License-Identifier: ISC */
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "milter/base/clock.h"
#include "milter/run/pairs.h"
#include "policy/envelope.h"
#include "milter/base/banned.h"

enum { KEPT = 256, LETTER = 256 * 1024 };

struct kept {
	char sender[ENVELOPE_ADDRESS];
	int message; /* -1: a free place */
	int64_t until; /* clock_ms() */
};

struct pairs {
	pthread_mutex_t mutex;
	struct kept places[KEPT];
	size_t next; /* the oldest, which is replaced first */
};

struct pairs *
pairs_new(void)
{
	struct pairs *p = calloc(1, sizeof *p);

	if (p == NULL)
		return NULL;
	pthread_mutex_init(&p->mutex, NULL);
	for (size_t i = 0; i < KEPT; i++)
		p->places[i].message = -1;
	return p;
}

static void
forget(struct kept *k)
{
	if (k->message != -1)
		close(k->message);
	k->message = -1;
}

void
pairs_free(struct pairs **p)
{
	if (*p == NULL)
		return;
	for (size_t i = 0; i < KEPT; i++)
		forget(&(*p)->places[i]);
	pthread_mutex_destroy(&(*p)->mutex);
	free(*p);
	*p = NULL;
}

void
pairs_keep(struct pairs *p, const char *sender, int message, int64_t seconds)
{
	struct stat st;
	struct kept *k;

	if (sender[0] == '\0' || strlen(sender) >= sizeof k->sender ||
	    seconds == 0 || fstat(message, &st) == -1 || st.st_size > LETTER)
		return;
	pthread_mutex_lock(&p->mutex);
	k = &p->places[p->next++ % KEPT];
	forget(k);
	snprintf(k->sender, sizeof k->sender, "%s", sender);
	k->message = fcntl(message, F_DUPFD_CLOEXEC, 3);
	k->until = clock_ms() + seconds * 1000;
	pthread_mutex_unlock(&p->mutex);
}

size_t
pairs_find(struct pairs *p, const char *sender, int *messages, size_t most)
{
	int64_t now = clock_ms();
	size_t count = 0;

	pthread_mutex_lock(&p->mutex);
	for (size_t i = 1; i <= KEPT && count < most; i++) {
		struct kept *k = &p->places[(p->next + KEPT - i) % KEPT];

		if (k->message != -1 && k->until < now)
			forget(k);
		if (k->message == -1 || strcmp(k->sender, sender) != 0)
			continue;
		messages[count] = fcntl(k->message, F_DUPFD_CLOEXEC, 3);
		count += messages[count] != -1;
	}
	pthread_mutex_unlock(&p->mutex);
	return count;
}
