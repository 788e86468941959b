/* SPDX-License-Identifier: ISC */
#ifndef SKM_ACT_EVENTS_H
#define SKM_ACT_EVENTS_H

#include <jansson.h>

#include "milter/act/carry.h"

/*
 * The events of one message, collected so that they are recorded as one unit:
 * all of them or none.
 */
struct events {
	json_t **list;
	size_t count, room;
	int bad; /* one could not be made */
	struct reason *why;
};

/* Adds an event of that type with these fields (stolen). */
void events_add(struct events *all, enum event_type type, json_t *fields);

/* {"msg":, "queue_id":}: what every event of a message begins with. */
json_t *events_fields(const struct envelope *e);

/* A string for JSON; what is not UTF-8 is shown as "?". */
json_t *events_text(const char *text);

/* Sets env_to (the first 100) and env_to_count; rcpts NULL: everybody. */
void events_recipients(json_t *fields, const struct envelope *e,
    const size_t *rcpts, size_t count);

/* events_mail.c: mail.received, mail.parsed, mail.auth, mail.crypto of a
 * signature, av.result, mail.label: what the message is. */
void events_mail(struct events *all, const struct carry *c);

/* events_fate.c: quarantine.create, mail.crypto and the verdicts: what becomes
 * of it. */
void events_fate(struct events *all, const struct carry *c);

#endif
