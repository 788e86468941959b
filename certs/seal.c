/* SPDX-License-Identifier: ISC */
#include <gpgme.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "certs/algorithms.h"
#include "certs/already.h"
#include "certs/capability.h"
#include "certs/certificate.h"
#include "certs/entity.h"
#include "certs/named.h"
#include "certs/openpgp.h"
#include "certs/seal.h"
#include "certs/serve.h"
#include "certs/share.h"
#include "certs/signer.h"
#include "certs/smime.h"
#include "certs/store.h"
#include "milter/base/clock.h"
#include "milter/base/file.h"
#include "milter/base/text.h"
#include "milter/base/banned.h"

enum { COPIES_BYTES = 512 * 1024 * 1024 };

/* Of this child, made once before its cage closes. */
static struct {
	struct store *store;
	struct openpgp *openpgp;
	enum profile profile;
	int protect; /* the class from which headers are protected; 0: none */
	int64_t milliseconds; /* for one request */
	const struct conf *conf;
} child;

/* One request: what could be used for whom. */
struct sealing {
	struct seal_request request;
	int message;
	struct signer *signer; /* or NULL: nobody signs */
	int inner; /* what is sealed, or -1: not made yet */
	int signed_; /* the same, signed */
	struct seal_used signature;
	X509 *certs[SEAL_RECIPIENTS];
	struct way ways[SEAL_RECIPIENTS];
	gpgme_key_t keys[SEAL_RECIPIENTS];
	char no_cert[SEAL_RECIPIENTS][SEAL_TEXT / 2];
	char no_key[SEAL_RECIPIENTS][SEAL_TEXT / 2];
};

int
seal_load(const struct conf *conf, char *ready, size_t size, struct reason *why)
{
	struct store *store = store_open(conf, why);
	const char *version = gpgme_check_version(NULL);
	gpgme_error_t error =
	    gpgme_engine_check_version(GPGME_PROTOCOL_OpenPGP);
	enum profile profile;

	if (store == NULL)
		return -1;
	store_close(&store);
	if (profile_named(conf->smime_profile, &profile, why) == -1)
		return -1;
	if (version == NULL || error != 0)
		return reason_set(why,
		    "gpg does not run: apt-get install gnupg");
	snprintf(ready, size, "%s, GPGME %s",
	    OpenSSL_version(OPENSSL_VERSION_STRING), version);
	return 0;
}

int
seal_prepare(const struct conf *conf, const char *temp, struct reason *why)
{
	/* A second time it is prepared anew. */
	store_close(&child.store);
	openpgp_free(&child.openpgp);
	child.milliseconds = conf->seal_time * 1000;
	child.conf = conf;
	child.protect = (int)conf->protect_headers;
	if (profile_named(conf->smime_profile, &child.profile, why) == -1)
		return -1;
	child.store = store_open(conf, why);
	if (child.store == NULL)
		return -1;
	child.openpgp = openpgp_new(temp, why);
	return child.openpgp != NULL ? 0 : -1;
}

/* By which algorithms; -1: by none that the floor allows. */
static int
choose_way(struct sealing *s, size_t i, struct reason *why)
{
	struct shown shown = { .oaep = false };
	EVP_PKEY *key = X509_get0_pubkey(s->certs[i]);
	char *text;
	size_t len;

	capability_of(s->certs[i], &shown);
	text = store_capabilities(child.store, s->request.rcpts[i], &len);
	if (text != NULL)
		capability_words(text, len, &shown);
	free(text);
	return profile_choose(child.profile, &shown,
	    EVP_PKEY_is_a(key, "RSA") ? EVP_PKEY_get_bits(key) : 0,
	    algorithm_day(time(NULL)), &s->ways[i], why);
}

static void
look_up_certificate(struct sealing *s, size_t i)
{
	struct reason why = { "" };

	s->certs[i] = store_certificate(child.store, s->request.rcpts[i], &why);
	text_printable(s->no_cert[i], sizeof s->no_cert[i], why.text,
	    strlen(why.text));
}

/* A certificate that we cannot write to is none. */
static void
look_up_way(struct sealing *s, size_t i)
{
	struct reason why = { "" };

	if (s->certs[i] == NULL || choose_way(s, i, &why) == 0)
		return;
	X509_free(s->certs[i]);
	s->certs[i] = NULL;
	text_printable(s->no_cert[i], sizeof s->no_cert[i], why.text,
	    strlen(why.text));
}

static void
look_up_key(struct sealing *s, size_t i)
{
	struct reason why = { "" };

	s->keys[i] =
	    openpgp_key(child.openpgp, child.store, s->request.rcpts[i], &why);
	text_printable(s->no_key[i], sizeof s->no_key[i], why.text,
	    strlen(why.text));
}

/* Keys are looked up only when certificates do not do for everyone: reading
 * one costs a run of gpg. */
static int
look_up(struct sealing *s, struct share shares[SEAL_RECIPIENTS],
    struct reason *why)
{
	struct named *named = named_open(s->message, why);
	bool all = true;

	if (named == NULL)
		return -1;
	for (size_t i = 0; i < s->request.count; i++) {
		look_up_certificate(s, i);
		look_up_way(s, i);
		shares[i].certificate = s->certs[i] != NULL;
		shares[i].content = s->ways[i].content;
		shares[i].named = named_has(named, s->request.rcpts[i]);
		all &= shares[i].certificate;
	}
	for (size_t i = 0; !all && i < s->request.count; i++) {
		look_up_key(s, i);
		shares[i].key = s->keys[i] != NULL;
	}
	named_close(&named);
	return 0;
}

static void
add_id(struct seal_copy *c, const char *id)
{
	size_t len = strlen(c->keys), need = strlen(id) + 1;

	if (len + need + sizeof " ..." <= sizeof c->keys)
		snprintf(c->keys + len, sizeof c->keys - len, "%s%s",
		    len > 0 ? " " : "", id);
	else if (len < 4 || strcmp(c->keys + len - 4, " ...") != 0)
		snprintf(c->keys + len, sizeof c->keys - len, " ...");
}

/* Signed once, for all the copies. */
static int
sign(struct sealing *s, struct reason *why)
{
	if (s->signer == NULL || s->signed_ != -1)
		return 0;
	s->signed_ = signer_sign(s->signer, child.profile != PROFILE_INTEROP,
	    s->inner, &s->signature, why);
	return s->signed_ == -1 ? -1 : 0;
}

static int
with_smime(struct sealing *s, struct seal_copy *c, struct reason *why)
{
	struct smime_to to[SEAL_RECIPIENTS];
	char id[CERTIFICATE_ID];

	for (size_t i = 0; i < c->count; i++) {
		to[i].cert = s->certs[c->rcpts[i]];
		to[i].way = s->ways[c->rcpts[i]];
		certificate_id(to[i].cert, id);
		add_id(c, id);
	}
	if (sign(s, why) == -1)
		return -1;
	c->used = s->signature;
	return smime_seal(to, c->count, s->signer ? s->signed_ : s->inner,
	    c->fd, &c->used, why);
}

static int
with_openpgp(struct sealing *s, struct seal_copy *c, struct reason *why)
{
	gpgme_key_t keys[SEAL_RECIPIENTS + 1];

	for (size_t i = 0; i < c->count; i++) {
		keys[i] = s->keys[c->rcpts[i]];
		add_id(c, keys[i]->subkeys->fpr);
	}
	keys[c->count] = NULL;
	return openpgp_seal(child.openpgp, keys, s->inner, c->fd, &c->used,
	    why);
}

static bool
is_protected(const struct sealing *s)
{
	return child.protect > 0 && s->request.class >= child.protect;
}

static int
seal_copy(struct sealing *s, const struct share_copy *share,
    struct seal_copy *c, struct reason *why)
{
	static int (*const methods[SEAL_METHODS])(struct sealing * s,
	    struct seal_copy * c,
	    struct reason * why) = { with_smime, with_openpgp };

	c->method = share->method;
	c->count = share->count;
	memcpy(c->rcpts, share->rcpts, share->count * sizeof *share->rcpts);
	c->fd = entity_memfd("sealed", why);
	if (c->fd == -1 || lseek(s->inner, 0, SEEK_SET) == -1 ||
	    entity_outer(s->message, c->fd, is_protected(s), why) == -1 ||
	    methods[c->method](s, c, why) == -1)
		return -1;
	return entity_close(c->fd, why);
}

static int
seal_copies(struct sealing *s, const struct share_copy *shares, size_t count,
    struct seal_answer *a, struct reason *why)
{
	int failed = -1;

	if (signer_open(child.store, s->request.sender, s->request.user,
		&s->signer, why) == -1)
		return -1;
	s->inner = entity_inner(s->message, is_protected(s), why);
	if (s->inner == -1)
		return -1;
	do
		failed = seal_copy(s, &shares[a->copies_count],
		    &a->copies[a->copies_count], why);
	while (++a->copies_count < count && failed == 0);
	return failed;
}

/* Nothing of an attempt that failed goes anywhere. */
static void
answer_temporary(struct seal_answer *a, const struct reason *why)
{
	for (size_t i = 0; i < a->copies_count; i++) {
		close(a->copies[i].fd);
		a->copies[i].fd = -1;
	}
	a->copies_count = 0;
	a->temporary = true;
	for (size_t i = 0; i < a->count; i++)
		snprintf(a->reasons[i], sizeof a->reasons[i], "%.200s",
		    why->text);
}

static void
answer_refused(const struct sealing *s, struct seal_answer *a)
{
	for (size_t i = 0; i < a->count; i++)
		if (s->certs[i] == NULL && s->keys[i] == NULL)
			snprintf(a->reasons[i], sizeof a->reasons[i],
			    "S/MIME: %s; OpenPGP: %s", s->no_cert[i],
			    s->no_key[i]);
}

static void
answer_too_many(struct seal_answer *a)
{
	for (size_t i = 0; i < a->count; i++)
		snprintf(a->reasons[i], sizeof a->reasons[i],
		    "more than %d copies are needed (Bcc): send to fewer",
		    SEAL_COPIES);
}

static bool
everyone_can(const struct share *shares, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (!shares[i].certificate && !shares[i].key)
			return false;
	return true;
}

/* The copies of one message are in memory at once. */
static bool
too_large(int message, size_t copies)
{
	struct stat st;

	return fstat(message, &st) == -1 ||
	       (copies > 1 && (uint64_t)st.st_size * copies > COPIES_BYTES);
}

/* Can recipient i open, with the certificate that is known here, what the
 * sender has encrypted? *no is why not, for the sender. */
static bool
opens_smime(struct sealing *s, const struct already *already, size_t i,
    const char **no)
{
	look_up_certificate(s, i);
	*no = s->no_cert[i];
	return s->certs[i] != NULL &&
	       already_for_certificate(already, s->certs[i]);
}

static bool
opens_openpgp(struct sealing *s, const struct already *already, size_t i,
    const char **no)
{
	look_up_key(s, i);
	*no = s->no_key[i];
	if (s->keys[i] == NULL)
		return false;
	for (gpgme_subkey_t k = s->keys[i]->subkeys; k != NULL; k = k->next)
		if (k->can_encrypt && already_for_key(already, k->fpr))
			return true;
	return false;
}

static bool
opens(struct sealing *s, const struct already *already, size_t i,
    char why[SEAL_TEXT])
{
	static bool (*const methods[SEAL_METHODS])(struct sealing * s,
	    const struct already *already, size_t i,
	    const char **no) = { opens_smime, opens_openpgp };
	const char *no;

	if (methods[already_method(already)](s, already, i, &no))
		return true;
	snprintf(why, SEAL_TEXT,
	    "the sender encrypted it, but not for the %s known here%s%.100s",
	    already_method(already) == SEAL_SMIME ? "certificate" : "key",
	    no[0] != '\0' ? ": " : "", no);
	return false;
}

static void
answer_as_it_is(struct sealing *s, const struct already *already, bool known,
    struct seal_answer *a)
{
	struct seal_copy *c = &a->copies[a->copies_count++];
	char id[CERTIFICATE_ID];

	c->by = known ? SEAL_BY_SENDER : SEAL_BY_SENDER_UNVERIFIED;
	c->method = already_method(already);
	snprintf(c->used.content, sizeof c->used.content, "%s",
	    already_algorithm(already));
	for (size_t i = 0; i < a->count; i++) {
		c->rcpts[c->count++] = (uint16_t)i;
		if (s->certs[i] != NULL) {
			certificate_id(s->certs[i], id);
			add_id(c, id);
		}
		if (s->keys[i] != NULL)
			add_id(c, s->keys[i]->subkeys->fpr);
	}
}

/* What the sender has encrypted already is never encrypted again but by the
 * operator's wish: who cannot open it could not open it then either. */
static bool
answer_already(struct sealing *s, struct seal_answer *a)
{
	struct already *already =
	    child.conf->already_encrypted == ALREADY_IGNORE
		? NULL
		: already_read(s->message);
	bool known = true;

	if (already == NULL)
		return false;
	for (size_t i = 0; i < a->count; i++)
		known &= opens(s, already, i, a->reasons[i]);
	if (known || child.conf->already_encrypted == ALREADY_ACCEPT_ANY)
		answer_as_it_is(s, already, known, a);
	already_free(&already);
	return true;
}

static void
answer(struct sealing *s, struct seal_answer *a)
{
	struct share shares[SEAL_RECIPIENTS] = { { .named = false } };
	static struct share_copy copies[SEAL_COPIES];
	struct reason why = { "" };
	size_t count;

	a->count = s->request.count;
	if (answer_already(s, a))
		return;
	if (look_up(s, shares, &why) == -1) {
		answer_temporary(a, &why);
		return;
	}
	count = share_out(shares, a->count, copies);
	if (!everyone_can(shares, a->count))
		answer_refused(s, a);
	else if (count == 0 || too_large(s->message, count))
		answer_too_many(a);
	else if (seal_copies(s, copies, count, a, &why) == -1)
		answer_temporary(a, &why);
}

static void
clear(struct sealing *s)
{
	for (size_t i = 0; i < s->request.count; i++) {
		X509_free(s->certs[i]);
		if (s->keys[i] != NULL)
			gpgme_key_unref(s->keys[i]);
	}
	signer_close(&s->signer);
	if (s->inner != -1)
		close(s->inner);
	if (s->signed_ != -1)
		close(s->signed_);
	seal_request_clear(&s->request);
	close(s->message);
	free(s);
}

int
seal_serve(int connection, struct reason *why)
{
	int64_t deadline = clock_ms() + child.milliseconds;
	struct sealing *s = calloc(1, sizeof *s);
	struct seal_answer *a;
	int failed;

	if (s == NULL)
		return reason_set(why, "no memory for a request");
	s->inner = s->signed_ = -1;
	if (seal_recv_request(connection, &s->request, &s->message, deadline,
		why) == -1) {
		free(s);
		return -1;
	}
	a = seal_answer_new();
	answer(s, a);
	failed = seal_send_answer(connection, a, deadline, why);
	seal_answer_free(&a);
	clear(s);
	return failed;
}
