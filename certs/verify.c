/* SPDX-License-Identifier: ISC */
#include <gpgme.h>
#include <openssl/crypto.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "certs/entity.h"
#include "certs/signed.h"
#include "certs/store.h"
#include "certs/verify.h"
#include "certs/verify_openpgp.h"
#include "certs/verify_smime.h"
#include "milter/base/arena.h"
#include "milter/base/text.h"
#include "milter/base/banned.h"

/* Of this child, made once before its cage closes. */
static struct {
	struct store *store;
	const char *certs_dir;
	size_t memory; /* for what is made of one message */
	struct verify_openpgp *openpgp;
} child;

void
verified_is(struct verified *v, enum verified_state state, const char *why, ...)
{
	char text[VERIFIED_TEXT * 2];
	va_list args;

	if (state <= v->state)
		return;
	v->state = state;
	va_start(args, why);
	vsnprintf(text, sizeof text, why, args);
	va_end(args);
	text_printable(v->why, sizeof v->why, text, strlen(text));
}

int
verify_load(const struct conf *conf, char *ready, size_t size,
    struct reason *why)
{
	const char *version = gpgme_check_version(NULL);
	struct store *store = store_open(conf, why);
	X509_STORE *authorities;

	if (store == NULL)
		return -1;
	store_close(&store);
	authorities = verify_authorities(conf->certs_dir, why);
	if (authorities == NULL)
		return -1;
	X509_STORE_free(authorities);
	if (version == NULL ||
	    gpgme_engine_check_version(GPGME_PROTOCOL_OpenPGP) != 0)
		return reason_set(why,
		    "gpg does not run: apt-get install gnupg");
	snprintf(ready, size, "%s, GPGME %s",
	    OpenSSL_version(OPENSSL_VERSION_STRING), version);
	return 0;
}

int
verify_prepare(const struct conf *conf, const char *temp, struct reason *why)
{
	child.certs_dir = conf->certs_dir;
	/* Its line ends made anew, the signature decoded, its content. */
	child.memory = (size_t)conf->message_size * 4 + (4 << 20);
	child.store = store_open(conf, why);
	if (child.store == NULL)
		return -1;
	child.openpgp = verify_openpgp_new(temp, why);
	return child.openpgp != NULL ? 0 : -1;
}

/* A name that is another address is what people read (domain, X2). */
static void
check_display(const struct signed_mail *m, struct verified *v)
{
	static const char *const ats[] = { "@", "\uff20", "\ufe6b" };

	if (strcasecmp(m->display, m->from) == 0)
		return;
	for (size_t i = 0; i < sizeof ats / sizeof *ats; i++)
		if (strstr(m->display, ats[i]) != NULL)
			verified_is(v, VERIFIED_OTHER,
			    "the name shown for the author is an address: %s",
			    m->display);
}

static void
verify_by(const struct signed_mail *m, struct verified *v, struct span *entity)
{
	struct reason why = { "" };
	X509_STORE *authorities;

	if (m->form == SIGNED_OPENPGP) {
		*entity = m->content;
		verify_openpgp(child.openpgp, m, child.store, v);
		return;
	}
	/* Read anew each time, as the store is: a change counts at once. */
	authorities = verify_authorities(child.certs_dir, &why);
	if (authorities == NULL)
		verified_is(v, VERIFIED_UNCHECKED, "%s", why.text);
	else
		verify_smime(m, child.store, authorities, v, entity);
	X509_STORE_free(authorities);
}

static void
verify_bytes(struct arena *a, struct span bytes, struct verified *v)
{
	struct signed_mail m;
	struct span entity = { NULL, 0 };
	struct reason why = { "" };
	int clear = signed_read(&m, a, bytes, &why);

	v->method = m.form == SIGNED_OPENPGP ? "x-openpgp" : "smime";
	v->part = m.form == SIGNED_SMIME_INSIDE ? 1 : 2;
	if (clear == -1) {
		verified_is(v, VERIFIED_UNCLEAR, "%s", why.text);
		return;
	}
	verify_by(&m, v, &entity);
	check_display(&m, v);
	if (v->state < VERIFIED_UNCHECKED &&
	    signed_agrees(&m, entity, &why) == -1)
		verified_is(v, VERIFIED_UNCLEAR, "%s", why.text);
}

void
verify_message(int message, struct verified *v)
{
	struct entity_map map;
	struct reason why = { "" };
	struct arena *a;

	*v = (struct verified){ .method = "smime", .part = 1 };
	if (entity_map(&map, message, &why) == -1) {
		verified_is(v, VERIFIED_UNCHECKED, "%s", why.text);
		return;
	}
	a = arena_new(child.memory);
	verify_bytes(a, (struct span){ map.bytes, map.size }, v);
	arena_free(&a);
	entity_unmap(&map);
}
