/* SPDX-License-Identifier: ISC */
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "milter/base/hash.h"
#include "milter/run/attached.h"
#include "milter/run/campaign.h"
#include "milter/base/banned.h"

enum {
	WAYS = 8, /* places that an attachment may have */
	SKETCH_WORDS = 8,
	SKETCH_BITS = SKETCH_WORDS * 64,
	NEAR = 4, /* sizes differ by less than a quarter */
	CROWD = 10 /* times campaign_recipients, where one mail is enough */
};

/* How many different things were seen: exact for a few, about for hundreds. */
struct sketch {
	uint64_t bits[SKETCH_WORDS];
};

/* What is counted, of one mail or of all. */
struct tally {
	struct sketch mails, recipients, senders, contents;
};

struct place {
	uint8_t key[HASH_BYTES];
	uint64_t size; /* bytes, of the first; 0: a free place */
	int64_t seen; /* last, clock_ms() */
	/* The window moves in two steps: the half that runs, from since on,
	 * and the one before. */
	int64_t since;
	struct tally now, before;
	enum { UNTOLD, TOLD_MANY, TOLD_SUSPICIOUS } told; /* campaign.begun */
	bool suspicious; /* it was, and it lasts */
};

struct campaigns {
	pthread_mutex_t mutex;
	uint8_t secret[HASH_BYTES];
	size_t sets; /* of WAYS places */
	struct place places[];
};

/* One attachment of one mail under one of its keys. */
struct trace {
	uint8_t key[HASH_BYTES];
	uint64_t size;
	struct tally tally;
};

/* The campaign of one mail that is looked for. */
struct search {
	struct campaigns *campaigns;
	const struct conf *conf;
	int64_t now; /* clock_ms() */
	struct tally whole; /* of the mail, without its contents */
	struct place *best;
	uint8_t key[HASH_BYTES]; /* of best, which may make room yet */
	struct campaign *found; /* what best is */
};

struct campaigns *
campaigns_new(size_t places)
{
	size_t sets = (places + WAYS - 1) / WAYS;
	struct campaigns *c =
	    calloc(1, sizeof *c + sets * WAYS * sizeof *c->places);

	if (c == NULL)
		return NULL;
	pthread_mutex_init(&c->mutex, NULL);
	hash_random(c->secret, sizeof c->secret);
	c->sets = sets;
	return c;
}

void
campaigns_free(struct campaigns **c)
{
	if (*c == NULL)
		return;
	pthread_mutex_destroy(&(*c)->mutex);
	free(*c);
	*c = NULL;
}

static uint64_t
number_of(const struct campaigns *c, const void *bytes, size_t len)
{
	uint8_t digest[HASH_BYTES];
	uint64_t n;

	hash_mac(c->secret, sizeof c->secret, bytes, len, digest);
	memcpy(&n, digest, sizeof n);
	return n;
}

static void
sketch_add(struct sketch *s, uint64_t number)
{
	s->bits[number / 64 % SKETCH_WORDS] |= 1ULL << (number % 64);
}

static int
sketch_bits(const struct sketch *a, const struct sketch *b)
{
	int set = 0;

	for (size_t i = 0; i < SKETCH_WORDS; i++)
		set += __builtin_popcountll(a->bits[i] | b->bits[i]);
	return set;
}

/* How many different things set so many bits, as is to be expected: when i of
 * them are set, the next is met after SKETCH_BITS / (SKETCH_BITS - i) more. */
static unsigned
sketch_count(const struct sketch *a, const struct sketch *b)
{
	double tries = 0.5;
	int set = sketch_bits(a, b);

	for (int i = 0; i < set; i++)
		tries += (double)SKETCH_BITS / (SKETCH_BITS - i);
	return (unsigned)tries;
}

static void
tally_join(struct tally *to, const struct tally *from)
{
	for (size_t i = 0; i < SKETCH_WORDS; i++) {
		to->mails.bits[i] |= from->mails.bits[i];
		to->recipients.bits[i] |= from->recipients.bits[i];
		to->senders.bits[i] |= from->senders.bits[i];
		to->contents.bits[i] |= from->contents.bits[i];
	}
}

/* The same mail tried again is the same: Message-ID, sender, recipients.
 * Senders are told apart by their domains, as a list writes a new address for
 * each of its readers. */
static void
tally_envelope(const struct campaigns *c, const struct envelope *e,
    const struct findings *f, struct tally *t)
{
	uint64_t mail[3] = {
		number_of(c, f->message_id, strlen(f->message_id)),
		number_of(c, e->sender, strlen(e->sender)),
		0,
	};

	for (size_t i = 0; i < e->rcpts_count; i++) {
		const char *to = e->rcpts[i].address;
		uint64_t number = number_of(c, to, strlen(to));

		sketch_add(&t->recipients, number);
		mail[2] += number;
	}
	sketch_add(&t->senders,
	    number_of(c, e->sender_domain, strlen(e->sender_domain)));
	sketch_add(&t->mails, number_of(c, mail, sizeof mail));
}

static bool
is_near(uint64_t a, uint64_t b)
{
	return (a > b ? a - b : b - a) <= b / NEAR;
}

/* How much would be lost with a place: nothing, when its time is over. */
static int
worth(const struct place *p, int64_t now, int64_t window)
{
	if (p->size == 0 || now - p->seen > window)
		return 0;
	return sketch_bits(&p->now.mails, &p->before.mails);
}

static struct place *
place_of(struct campaigns *c, const struct trace *t, int64_t now,
    int64_t window)
{
	struct place *set =
	    &c->places[number_of(c, t->key, sizeof t->key) % c->sets * WAYS];
	struct place *least = set;

	for (struct place *p = set; p < set + WAYS; p++) {
		int a, b;

		if (p->size != 0 && is_near(t->size, p->size) &&
		    memcmp(p->key, t->key, sizeof p->key) == 0)
			return p;
		a = worth(p, now, window);
		b = worth(least, now, window);
		if (a < b || (a == b && p->seen < least->seen))
			least = p;
	}
	memset(least, 0, sizeof *least);
	memcpy(least->key, t->key, sizeof least->key);
	least->size = t->size;
	least->since = now;
	return least;
}

static void
turn(struct place *p, int64_t now, int64_t window)
{
	int64_t half = window / 2;

	if (now - p->since < half)
		return;
	p->before = p->now;
	if (now - p->since >= 2 * half)
		memset(&p->before, 0, sizeof p->before);
	memset(&p->now, 0, sizeof p->now);
	p->since = now;
}

/* Many people get it, in as many mails or in a few to a crowd; or many send
 * it. One that was told lasts until less than half of that is seen. */
static bool
is_many(const struct place *p, const struct conf *conf,
    const struct campaign *seen)
{
	unsigned few = p->told != UNTOLD ? 2 : 1;
	unsigned recipients = (unsigned)conf->campaign_recipients / few;
	unsigned senders = (unsigned)conf->campaign_senders / few;

	return seen->senders >= senders ||
	       (seen->recipients >= recipients &&
		   (seen->mails >= recipients ||
		       seen->recipients >= CROWD * recipients));
}

static void
describe(const struct place *p, const struct conf *conf, struct campaign *seen)
{
	unsigned few = p->suspicious ? 2 : 1;
	uint8_t digest[HASH_BYTES];
	char hex[HASH_HEX];

	seen->mails = sketch_count(&p->now.mails, &p->before.mails);
	seen->recipients =
	    sketch_count(&p->now.recipients, &p->before.recipients);
	seen->senders = sketch_count(&p->now.senders, &p->before.senders);
	seen->contents = sketch_count(&p->now.contents, &p->before.contents);
	seen->suspicious =
	    seen->senders >= (unsigned)conf->campaign_senders / few ||
	    seen->contents >= (unsigned)conf->campaign_recipients / few;
	hash_bytes(p->key, sizeof p->key, digest);
	hash_hex(digest, hex);
	snprintf(seen->id, sizeof seen->id, "c%.12s", hex);
}

/* Counts one trace; NULL, or the place of the campaign it belongs to. */
static struct place *
count(const struct search *s, const struct trace *t, struct campaign *seen)
{
	int64_t window = s->conf->campaign_window * 1000;
	struct place *p = place_of(s->campaigns, t, s->now, window);

	turn(p, s->now, window);
	p->seen = s->now;
	tally_join(&p->now, &t->tally);
	describe(p, s->conf, seen);
	if (!is_many(p, s->conf, seen)) {
		p->told = UNTOLD;
		p->suspicious = false;
		return NULL;
	}
	p->suspicious = seen->suspicious;
	return p;
}

/* Counts one attachment, by its bytes or by its name. */
static void
note(struct search *s, const struct attached *a, bool by_name)
{
	struct trace t = { .size = a->part->size, .tally = s->whole };
	struct campaign seen = { .what = a->part->name };
	char text[ATTACHED_PATTERN + 8];
	struct place *p;

	memcpy(t.key, a->part->sha256, sizeof t.key);
	sketch_add(&t.tally.contents,
	    number_of(s->campaigns, t.key, sizeof t.key));
	if (by_name) {
		snprintf(text, sizeof text, "name:%s", a->pattern);
		hash_bytes(text, strlen(text), t.key);
		snprintf(seen.pattern, sizeof seen.pattern, "%s", a->pattern);
	}
	p = count(s, &t, &seen);
	if (p == NULL ||
	    (s->best != NULL && (s->found->suspicious || !seen.suspicious)))
		return;
	s->best = p;
	memcpy(s->key, p->key, sizeof s->key);
	seen.begins = p->told < (seen.suspicious ? TOLD_SUSPICIOUS : TOLD_MANY);
	*s->found = seen;
}

/* The ten pages that one mail has are not ten contents under one name. */
static bool
is_first(const struct attached *list, size_t i)
{
	if (list[i].pattern[0] == '\0')
		return false;
	for (size_t k = 0; k < i; k++)
		if (strcmp(list[k].pattern, list[i].pattern) == 0)
			return false;
	return true;
}

bool
campaign_note(struct campaigns *c, const struct conf *conf,
    const struct envelope *e, const struct findings *f, int64_t now,
    struct campaign *found)
{
	struct search s = { .campaigns = c,
		.conf = conf,
		.now = now,
		.found = found };
	struct attached list[ATTACHED_MOST];
	size_t count = attached_take(f, list);

	if (count == 0)
		return false;
	tally_envelope(c, e, f, &s.whole);
	pthread_mutex_lock(&c->mutex);
	for (size_t i = 0; i < count; i++) {
		note(&s, &list[i], false);
		if (is_first(list, i))
			note(&s, &list[i], true);
	}
	if (s.best != NULL && found->begins &&
	    memcmp(s.best->key, s.key, sizeof s.key) == 0)
		s.best->told = found->suspicious ? TOLD_SUSPICIOUS : TOLD_MANY;
	pthread_mutex_unlock(&c->mutex);
	return s.best != NULL;
}
