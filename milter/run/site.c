/* SPDX-License-Identifier: ISC */
#include <fcntl.h>
#include <pthread.h>
#include <stdlib.h>
#include <unistd.h>

#include "milter/base/hash.h"
#include "milter/run/site.h"
#include "milter/base/banned.h"

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;

static void
hash_file(const char *file, char hex[HASH_HEX])
{
	uint8_t digest[HASH_BYTES] = { 0 };
	struct reason ignored;
	int fd = open(file, O_RDONLY | O_CLOEXEC);

	if (fd != -1) {
		hash_fd(fd, digest, &ignored);
		close(fd);
	}
	hash_hex(digest, hex);
}

struct site *
site_load(const char *file, struct reason *why)
{
	struct site *site = calloc(1, sizeof *site);

	if (site == NULL) {
		reason_set(why, "out of memory");
		return NULL;
	}
	site->users = 1;
	site->conf = conf_load(file, why);
	if (site->conf != NULL)
		site->policy = policy_load(site->conf->policy_file, why);
	if (site->policy != NULL)
		site->places = places_new(site->conf, why);
	if (site->places == NULL)
		site_done(&site);
	else
		hash_file(file, site->conf_hash);
	return site;
}

struct site *
site_use(struct site *site)
{
	pthread_mutex_lock(&lock);
	site->users++;
	pthread_mutex_unlock(&lock);
	return site;
}

void
site_done(struct site **site)
{
	struct site *s = *site;
	int left;

	*site = NULL;
	if (s == NULL)
		return;
	pthread_mutex_lock(&lock);
	left = --s->users;
	pthread_mutex_unlock(&lock);
	if (left > 0)
		return;
	places_free(&s->places);
	policy_free(&s->policy);
	conf_free(&s->conf);
	free(s);
}
