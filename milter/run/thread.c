/* SPDX-License-Identifier: ISC */
#include <string.h>
#include <strings.h>

#include "milter/base/clock.h"
#include "milter/base/count.h"
#include "milter/run/thread.h"
#include "milter/base/banned.h"

enum { ID_MOST = 998 }; /* RFC 5322 2.1.1: a line */

/* The next <...> of a field, or NULL; *rest is then behind it. */
static const char *
next_id(const char **rest, size_t *len)
{
	const char *from = strchr(*rest, '<'), *to;

	if (from == NULL || (to = strchr(from, '>')) == NULL)
		return NULL;
	*rest = to + 1;
	*len = (size_t)(to - from) - 1;
	return from + 1;
}

static void
mask(const struct quarantine *q, const char *id, size_t len, char hex[HASH_HEX])
{
	char text[ID_MOST + 1];

	if (len > ID_MOST)
		len = ID_MOST;
	memcpy(text, id, len);
	text[len] = '\0';
	token_mask(q, "thread", text, hex);
}

/* Of so many only the last are looked at: those before them were when they
 * were answered. */
static void
take_answered(struct thread *t, const struct quarantine *q, const char *value)
{
	size_t len, count = 0;

	for (const char *rest = value; next_id(&rest, &len) != NULL;)
		count++;
	for (const char *rest = value, *id; (id = next_id(&rest, &len)) != NULL;
	     count--)
		if (count <= THREAD_ANSWERED)
			mask(q, id, len,
			    t->answered[t->count++ % THREAD_ANSWERED]);
}

void
thread_field(struct thread *t, const struct quarantine *q, const char *name,
    const char *value)
{
	size_t len;
	const char *id;

	if (strcasecmp(name, "Message-ID") == 0 && t->own[0] == '\0') {
		id = next_id(&value, &len);
		if (id != NULL)
			mask(q, id, len, t->own);
	} else if (strcasecmp(name, "In-Reply-To") == 0 ||
		   strcasecmp(name, "References") == 0) {
		take_answered(t, q, value);
	}
}

/* Encrypted by its sender for a person, not a file with a password. */
static bool
came_encrypted(const struct findings *f)
{
	for (size_t i = 0; i < f->facts_count; i++)
		if (f->facts[i].fact == FACT_UNINSPECTABLE_ENCRYPTED &&
		    (strcasestr(f->facts[i].evidence, "pgp") != NULL ||
			strcasestr(f->facts[i].evidence, "S/MIME") != NULL))
			return true;
	return false;
}

/* The class of confidentiality that the message has by itself. */
static int
class_of(const struct findings *f)
{
	static const enum fact second[] = { FACT_LABEL_C2, FACT_LABEL_ENCRYPT,
		FACT_LABEL_QUOTED, FACT_PERSONAL_NUMBER, FACT_PERSONAL_CARD,
		FACT_PERSONAL_TABLE };

	if (findings_has(f, FACT_LABEL_C3) != NULL)
		return 3;
	for (size_t i = 0; i < COUNT(second); i++)
		if (findings_has(f, second[i]) != NULL)
			return 2;
	return came_encrypted(f) ? 2 : 0;
}

static bool
goes_out(const struct envelope *e)
{
	for (size_t i = 0; i < e->rcpts_count; i++)
		if (e->rcpts[i].direction == DIRECTION_OUTBOUND)
			return true;
	return false;
}

/* The highest class of the mails that are answered, 0, or -1. */
static int
look_up(const struct thread *t, struct store *s, struct reason *why)
{
	size_t count = t->count < THREAD_ANSWERED ? t->count : THREAD_ANSWERED;
	int highest = 0;

	for (size_t i = 0; i < count; i++) {
		int class =
		    store_thread_find(s, t->answered[i], clock_now(), why);

		if (class == -1)
			return -1;
		highest = class > highest ? class : highest;
	}
	return highest;
}

static int
remember(const struct thread *t, struct store *s, int class, int64_t seconds,
    struct reason *why)
{
	int64_t now = clock_now();

	if (class < 2 || t->own[0] == '\0')
		return 0;
	return store_thread_put(s, t->own, class, now, now + seconds * 1000000,
	    why);
}

/* An answer that comes in is not held up for this: the one to it names what
 * was before it as well. */
static void
state_unasked(const struct envelope *e, int class, struct findings *f,
    const struct reason *why)
{
	if (class == 0 && !goes_out(e))
		return;
	findings_fact(f, FACT_SCAN_UNFINISHED, -1, 0, "%s", why->text);
	f->finished = false;
}

void
thread_judge(const struct thread *t, struct quarantine *q,
    const struct envelope *e, int64_t seconds, struct findings *f)
{
	int class = class_of(f), before;
	struct store *s;
	struct reason why;

	if (seconds == 0 || (class == 0 && t->count == 0))
		return;
	s = quarantine_store(q, &why);
	before = s == NULL ? -1 : look_up(t, s, &why);
	if (before > 0 && goes_out(e))
		findings_fact(f, FACT_THREAD_PROTECTED, -1, 0, "%d", before);
	if (before == -1 || remember(t, s, before > class ? before : class,
				seconds, &why) == -1)
		state_unasked(e, class, f, &why);
	if (s != NULL)
		quarantine_store_done(q);
}
