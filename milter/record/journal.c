/* SPDX-License-Identifier: ISC */
#include <errno.h>
#include <pthread.h>
#include <semaphore.h>
#include <stdlib.h>
#include <string.h>

#include "milter/record/chain.h"
#include "milter/record/journal.h"
#include "milter/record/line.h"
#include "milter/record/seal.h"
#include "milter/base/banned.h"

/* Lines of one sync are never more bytes than this and one batch. */
enum { GROUP_BYTES = 4 * 1024 * 1024 };

/* What one journal_append() waits for; on its caller's stack. */
struct batch {
	json_t **events;
	size_t count;
	const struct seal *seal; /* events[0] is a log.seal to be filled */
	struct batch *next;
	sem_t woken; /* it is done, or its thread is to lead */
	bool leads;
	int result;
	struct reason why;
};

struct journal {
	const struct conf *conf;
	struct chain *chain; /* the leader's alone */
	pthread_mutex_t mutex;
	struct batch *first, **last; /* waiting */
	bool led; /* a thread is writing, or was told to */
};

/* Repairs and records what a crash left, before anything relies on it. */
static int
try_lock(struct chain *c, struct reason *why)
{
	if (chain_lock(c, why) == -1)
		return -1;
	chain_unlock(c);
	return 0;
}

struct journal *
journal_open(const struct conf *conf, struct reason *why)
{
	struct journal *j = calloc(1, sizeof *j);
	struct reason unused;

	if (j == NULL) {
		reason_set(why, "no memory");
		return NULL;
	}
	j->conf = conf;
	j->last = &j->first;
	pthread_mutex_init(&j->mutex, NULL);
	j->chain = chain_open(conf, why);
	if (j->chain == NULL || try_lock(j->chain, why) == -1) {
		journal_close(&j);
		return NULL;
	}
	/* Only sealing needs the key, and it says why it cannot. */
	seal_first(conf, &unused);
	return j;
}

void
journal_close(struct journal **j)
{
	if (*j == NULL)
		return;
	chain_close(&(*j)->chain);
	pthread_mutex_destroy(&(*j)->mutex);
	free(*j);
	*j = NULL;
}

/* The lines of one batch: all of them or none. */
static void
compose(struct chain *c, struct batch *b, struct head *head, struct buf *lines)
{
	struct head before = *head;
	size_t len = lines->len;

	b->result = 0;
	if (b->seal != NULL)
		b->result = seal_fields(b->seal, head, b->events[0], &b->why);
	for (size_t i = 0; b->result == 0 && i < b->count; i++)
		b->result =
		    chain_compose(c, b->events[i], head, lines, &b->why);
	if (b->result == -1) {
		*head = before;
		lines->len = len;
	}
}

/* Writes as many batches as fit under one sync; the first always does.
 * Returns the first one that was not taken. */
static struct batch *
commit(struct chain *c, struct batch *first)
{
	struct head head = c->head;
	struct reason why;
	struct batch *end = first;
	struct buf lines;

	/* a batch that is larger is refused, not cut */
	buf_init(&lines, GROUP_BYTES + 4 * (size_t)LINE_LIMIT);
	for (; end != NULL && lines.len < GROUP_BYTES; end = end->next)
		compose(c, end, &head, &lines);
	if (lines.len > 0 && chain_commit(c, &lines, &head, &why) == -1)
		for (struct batch *b = first; b != end; b = b->next)
			if (b->result == 0) {
				b->result = -1;
				b->why = why;
			}
	buf_free(&lines);
	return end;
}

static void
fail_all(struct batch *first, const struct reason *why)
{
	for (struct batch *b = first; b != NULL; b = b->next) {
		b->result = -1;
		b->why = *why;
	}
}

/* Writes all these batches. */
static void
write_all(struct chain *c, struct batch *first)
{
	struct reason why;

	if (chain_lock(c, &why) == -1) {
		fail_all(first, &why);
		return;
	}
	while (first != NULL) {
		if (chain_rotate(c, &why) == -1) {
			fail_all(first, &why);
			break;
		}
		first = commit(c, first);
	}
	chain_unlock(c);
}

/*
 * One thread writes for all that wait, and hands that over to one that came
 * meanwhile. Each is woken on its own and once: what wakes all of them makes
 * most find that they must wait again.
 */
static void
lead(struct journal *j)
{
	struct batch *taken, *next;

	pthread_mutex_lock(&j->mutex);
	taken = j->first;
	j->first = NULL;
	j->last = &j->first;
	pthread_mutex_unlock(&j->mutex);
	write_all(j->chain, taken);
	for (; taken != NULL; taken = next) {
		next = taken->next; /* gone when its thread wakes */
		sem_post(&taken->woken);
	}
	pthread_mutex_lock(&j->mutex);
	next = j->first;
	j->led = next != NULL;
	if (next != NULL)
		next->leads = true;
	pthread_mutex_unlock(&j->mutex);
	if (next != NULL)
		sem_post(&next->woken);
}

static void
wait_for(struct batch *b)
{
	while (sem_wait(&b->woken) == -1 && errno == EINTR)
		continue;
}

/* Queues b and waits until it is done. */
static int
submit(struct journal *j, struct batch *b, struct reason *why)
{
	sem_init(&b->woken, 0, 0);
	pthread_mutex_lock(&j->mutex);
	*j->last = b;
	j->last = &b->next;
	b->leads = !j->led;
	j->led = true;
	pthread_mutex_unlock(&j->mutex);
	if (!b->leads)
		wait_for(b);
	if (b->leads) {
		lead(j);
		wait_for(b);
	}
	sem_destroy(&b->woken);
	for (size_t i = 0; i < b->count; i++)
		json_decref(b->events[i]);
	if (b->result == -1)
		*why = b->why;
	return b->result;
}

int
journal_append(struct journal *j, json_t **events, size_t count,
    struct reason *why)
{
	struct batch b = { .events = events, .count = count };

	return submit(j, &b, why);
}

int
journal_event(struct journal *j, enum event_type type,
    const struct actor *actor, json_t *fields, struct reason *why)
{
	json_t *event = event_new(type, actor, fields, why);

	return event == NULL ? -1 : journal_append(j, &event, 1, why);
}

int
journal_seal(struct journal *j, struct reason *why)
{
	static const struct actor actor = { "timer", "seal", "" };
	struct seal seal;
	struct batch b = { .count = 1, .seal = &seal };
	json_t *event = event_new(EVENT_LOG_SEAL, &actor, json_object(), why);
	int fd, result;

	if (event == NULL)
		return -1;
	fd = seal_begin(j->conf, &seal, why);
	if (fd == -1) {
		json_decref(event);
		return -1;
	}
	b.events = &event;
	result = submit(j, &b, why);
	/* Killed here, the next seal has the same number and key: that is no
	 * fault, a missing number would be. */
	if (seal_end(j->conf, fd, &seal, result == 0, why) == -1)
		result = -1;
	return result;
}
