/* SPDX-License-Identifier: ISC */
#ifndef SKM_POLICY_ENVELOPE_H
#define SKM_POLICY_ENVELOPE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "milter/base/conf.h"
#include "milter/base/ident.h"
#include "milter/base/network.h"
#include "milter/base/reason.h"
#include "milter/base/wire.h"

/*
 * What the MTA says about a message: who sends it, from where, to whom.
 *
 * Strings are printable UTF-8 without angle brackets, bounded where they are
 * made; addresses keep the local part's case and have a lower-case domain in
 * A-label form.
 */
enum direction {
	DIRECTION_INBOUND, /* from outside; also from outside to outside */
	DIRECTION_OUTBOUND, /* from inside to outside */
	DIRECTION_INTERNAL /* from inside to inside */
};

enum { ENVELOPE_TEXT = 512, ENVELOPE_ADDRESS = 1024 };

struct recipient {
	char *address;
	char *domain; /* points into address, "" if there is none */
	char *given; /* byte for byte as the MTA gave it: smfi_delrcpt() must
		       * be told the same, Postfix compares exactly */
	char *args; /* ESMTP arguments: "NOTIFY=... ORCPT=...", or "" */
	enum direction direction;
};

struct envelope {
	char id[IDENT_SIZE]; /* our name for the message */
	char *queue_id; /* the MTA's, "" before it is known */
	char *client_ip; /* "192.0.2.1", "2001:db8::1", "" = local */
	char *client_name;
	char *helo;
	char *sender; /* "" = null reverse-path */
	char *sender_domain; /* points into sender, or "" */
	char *sender_args; /* "BODY=8BITMIME SMTPUTF8 SIZE=..." */
	char *auth_user; /* {auth_authen}, or "" */
	char *auth_type;
	char *tls_version, *tls_cipher, *tls_bits, *tls_verify;
	char *daemon; /* {daemon_name} */
	bool inside; /* the client sends for this organisation */
	bool waited; /* it was held by a rule that says hold, long enough */
	uint64_t size; /* bytes of the message */
	struct recipient *rcpts;
	size_t rcpts_count, rcpts_room, rcpts_limit;
};

/* An empty envelope for at most limit recipients; envelope_free() frees. */
struct envelope *envelope_new(size_t limit);
void envelope_free(struct envelope **e);

/* Forgets sender, recipients, queue id and size (next message of the
 * connection) and keeps what is the connection's. */
void envelope_reset(struct envelope *e);

/* Copies text into one of the text fields, printable and bounded. */
void envelope_text(char **field, const char *text);

/* Sets the sender from "<a@b>" or "a@b" and its ESMTP arguments. -1 when the
 * address is over ENVELOPE_ADDRESS bytes. */
int envelope_sender(struct envelope *e, const char *path, const char *args,
    struct reason *why);

/* Adds a recipient. -1 when the limit is reached or the address too long. */
int envelope_rcpt(struct envelope *e, const char *path, const char *args,
    struct reason *why);

/*
 * Who is inside: the organisation's domains and networks of the settings, read
 * once.
 */
struct places;

/* Reads own_domains and own_networks; NULL and why when an item is neither. */
struct places *places_new(const struct conf *conf, struct reason *why);

/* Frees *p and sets it to NULL; *p may be NULL. */
void places_free(struct places **p);

/* The own domains as folded (lower case, A-labels; a leading dot kept: the
 * domain and all below). They belong to p. */
char *const *places_domains(const struct places *p, size_t *count);

/* Is the domain (lower case, A-labels) one of own_domains? */
bool places_own_domain(const struct places *p, const char *domain);

/* Is the address (text) in one of own_networks? */
bool places_own_network(const struct places *p, const char *ip);

/* Sets e->inside (own network, local, authenticated, or it waited) and each recipient's
 * direction. */
void envelope_directions(struct envelope *e, const struct places *p);

/* "inbound", "outbound", "internal". */
const char *direction_name(enum direction direction);

/* One packet with the whole envelope for lookup and scan (which need to know
 * who is inside): of the recipients the first 64, fewer when their addresses
 * are long, without their arguments. */
void envelope_put(struct wire_out *out, const struct envelope *e);
struct envelope *envelope_get(struct wire_in *in, struct reason *why);

#endif
