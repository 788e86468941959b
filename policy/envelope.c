/* SPDX-License-Identifier: ISC */
#include <stdlib.h>
#include <string.h>

#include "policy/address.h"
#include "policy/envelope.h"
#include "policy/keep.h"
#include "milter/base/banned.h"

static const char *const directions[] = {
	[DIRECTION_INBOUND] = "inbound",
	[DIRECTION_OUTBOUND] = "outbound",
	[DIRECTION_INTERNAL] = "internal",
};

const char *
direction_name(enum direction direction)
{
	return directions[direction];
}

/* The text fields, for all that is done to each of them alike. */
static const size_t texts[] = {
#define TEXT(field) offsetof(struct envelope, field)
	TEXT(queue_id), TEXT(client_ip), TEXT(client_name), TEXT(helo),
	TEXT(sender), TEXT(sender_args), TEXT(auth_user), TEXT(auth_type),
	TEXT(tls_version), TEXT(tls_cipher), TEXT(tls_bits), TEXT(tls_verify),
	TEXT(daemon)
#undef TEXT
};

enum { TEXTS = sizeof texts / sizeof *texts };

static char **
text_field(struct envelope *e, size_t i)
{
	return (char **)((char *)e + texts[i]);
}

struct envelope *
envelope_new(size_t limit)
{
	struct envelope *e = keep_room(sizeof *e);

	for (size_t i = 0; i < TEXTS; i++)
		envelope_text(text_field(e, i), "");
	e->sender_domain = e->sender;
	e->rcpts_limit = limit;
	return e;
}

static void
forget_recipients(struct envelope *e)
{
	for (size_t i = 0; i < e->rcpts_count; i++) {
		free(e->rcpts[i].address);
		free(e->rcpts[i].given);
		free(e->rcpts[i].args);
	}
	free(e->rcpts);
	e->rcpts = NULL;
	e->rcpts_count = 0;
}

void
envelope_free(struct envelope **e)
{
	if (*e == NULL)
		return;
	forget_recipients(*e);
	for (size_t i = 0; i < TEXTS; i++)
		free(*text_field(*e, i));
	free(*e);
	*e = NULL;
}

void
envelope_reset(struct envelope *e)
{
	forget_recipients(e);
	envelope_text(&e->sender, "");
	envelope_text(&e->sender_args, "");
	envelope_text(&e->queue_id, "");
	e->sender_domain = e->sender;
	e->id[0] = '\0';
	e->size = 0;
	e->inside = e->waited = false;
}

void
envelope_text(char **field, const char *text)
{
	free(*field);
	*field = keep_printable(text, ENVELOPE_TEXT);
}

int
envelope_sender(struct envelope *e, const char *path, const char *args,
    struct reason *why)
{
	char address[ENVELOPE_ADDRESS];
	size_t domain;

	if (address_read(path, address, &domain, why) != 0)
		return -1;
	free(e->sender);
	e->sender = keep_printable(address, sizeof address);
	e->sender_domain = e->sender + domain;
	envelope_text(&e->sender_args, args);
	return 0;
}

int
envelope_rcpt(struct envelope *e, const char *path, const char *args,
    struct reason *why)
{
	char address[ENVELOPE_ADDRESS];
	struct recipient *r;
	size_t domain;

	if (e->rcpts_count == e->rcpts_limit)
		return reason_set(why,
		    "more than %zu recipients (message_recipients)",
		    e->rcpts_limit);
	if (address_read(path, address, &domain, why) != 0)
		return -1;
	e->rcpts = keep_more(e->rcpts, e->rcpts_count, sizeof *e->rcpts);
	r = &e->rcpts[e->rcpts_count++];
	r->address = keep_printable(address, sizeof address);
	r->domain = r->address + domain;
	r->given = memcpy(keep_room(strlen(path) + 1), path, strlen(path));
	r->args = keep_printable(args, ENVELOPE_TEXT);
	r->direction = DIRECTION_INBOUND;
	return 0;
}

/* A recipient without a domain is a mailbox of the MTA itself. */
static enum direction
direction_of(const struct places *p, bool inside, const char *domain)
{
	if (!inside)
		return DIRECTION_INBOUND;
	return *domain == '\0' || places_own_domain(p, domain)
		   ? DIRECTION_INTERNAL
		   : DIRECTION_OUTBOUND;
}

void
envelope_directions(struct envelope *e, const struct places *p)
{
	e->inside = e->waited || *e->client_ip == '\0' ||
		    *e->auth_user != '\0' ||
		    places_own_network(p, e->client_ip);
	for (size_t i = 0; i < e->rcpts_count; i++)
		e->rcpts[i].direction =
		    direction_of(p, e->inside, e->rcpts[i].domain);
}

/* The servers need to know who writes and who is inside, not every name: all
 * recipients of a large list would not fit a packet. */
enum { SENT_RECIPIENTS = 64, SENT_BYTES = 7000, SENT_EXTRA = 32 };

static size_t
recipients_that_fit(const struct envelope *e)
{
	size_t bytes = 0, n = 0;

	while (n < e->rcpts_count && n < SENT_RECIPIENTS) {
		bytes += strlen(e->rcpts[n].address) + SENT_EXTRA;
		if (bytes > SENT_BYTES)
			break;
		n++;
	}
	return n;
}

void
envelope_put(struct wire_out *out, const struct envelope *e)
{
	struct envelope copy = *e;
	size_t count = recipients_that_fit(e);

	wire_put_string(out, e->id);
	for (size_t i = 0; i < TEXTS; i++)
		wire_put_string(out, *text_field(&copy, i));
	wire_put_number(out, e->inside);
	wire_put_number(out, e->size);
	wire_put_number(out, count);
	for (size_t i = 0; i < count; i++) {
		wire_put_string(out, e->rcpts[i].address);
		wire_put_number(out, e->rcpts[i].direction);
	}
}

static int
get_recipient(struct envelope *e, struct wire_in *in, struct reason *why)
{
	char address[ENVELOPE_ADDRESS];
	uint64_t direction;

	wire_get_string(in, address, sizeof address);
	direction = wire_get_number(in);
	if (in->bad || direction > DIRECTION_INTERNAL)
		return reason_set(why, "malformed recipient");
	if (envelope_rcpt(e, address, "", why) != 0)
		return -1;
	e->rcpts[e->rcpts_count - 1].direction = (enum direction)direction;
	return 0;
}

static void
get_text(struct wire_in *in, char **field)
{
	char text[ENVELOPE_ADDRESS];

	wire_get_string(in, text, sizeof text);
	free(*field);
	*field = keep_printable(text, sizeof text);
}

static int
get_fields(struct envelope *e, struct wire_in *in, struct reason *why)
{
	uint64_t inside, count;

	wire_get_string(in, e->id, sizeof e->id);
	for (size_t i = 0; i < TEXTS; i++)
		get_text(in, text_field(e, i));
	e->sender_domain = e->sender + address_domain(e->sender);
	inside = wire_get_number(in);
	e->size = wire_get_number(in);
	count = wire_get_number(in);
	if (in->bad || inside > 1 || count > SENT_RECIPIENTS)
		return reason_set(why, "malformed envelope");
	e->inside = inside != 0;
	for (uint64_t i = 0; i < count; i++)
		if (get_recipient(e, in, why) != 0)
			return -1;
	return wire_end(in, why);
}

struct envelope *
envelope_get(struct wire_in *in, struct reason *why)
{
	struct envelope *e = envelope_new(SENT_RECIPIENTS);

	if (get_fields(e, in, why) != 0)
		envelope_free(&e);
	return e;
}
