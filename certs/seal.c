/* SPDX-License-Identifier: ISC */
#include <gpgme.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "certs/certificate.h"
#include "certs/entity.h"
#include "certs/openpgp.h"
#include "certs/seal.h"
#include "certs/serve.h"
#include "certs/smime.h"
#include "certs/store.h"
#include "milter/base/clock.h"
#include "milter/base/file.h"
#include "milter/base/text.h"
#include "milter/base/banned.h"

/* Of this child, made once before its cage closes. */
static struct {
	struct store *store;
	struct openpgp *openpgp;
	int64_t milliseconds; /* for one request */
} child;

/* One request: what could be used for whom. */
struct sealing {
	struct seal_request request;
	int message;
	X509 *certs[SEAL_RECIPIENTS];
	gpgme_key_t keys[SEAL_RECIPIENTS + 1]; /* NULL behind the last */
	size_t certs_count, keys_count;
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

	if (store == NULL)
		return -1;
	store_close(&store);
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
	child.milliseconds = conf->seal_time * 1000;
	child.store = store_open(conf, why);
	if (child.store == NULL)
		return -1;
	child.openpgp = openpgp_new(temp, why);
	return child.openpgp != NULL ? 0 : -1;
}

static void
look_up_certificates(struct sealing *s)
{
	for (size_t i = 0; i < s->request.count; i++) {
		struct reason why = { "" };

		s->certs[i] =
		    store_certificate(child.store, s->request.rcpts[i], &why);
		if (s->certs[i] != NULL)
			s->certs_count++;
		text_printable(s->no_cert[i], sizeof s->no_cert[i], why.text,
		    strlen(why.text));
	}
}

/* Once each, though two recipients may share a key. */
static void
look_up_keys(struct sealing *s)
{
	for (size_t i = 0; i < s->request.count; i++) {
		struct reason why = { "" };

		s->keys[i] = openpgp_key(child.openpgp, child.store,
		    s->request.rcpts[i], &why);
		if (s->keys[i] != NULL)
			s->keys_count++;
		text_printable(s->no_key[i], sizeof s->no_key[i], why.text,
		    strlen(why.text));
	}
}

static void
add_id(struct seal_answer *a, const char *id)
{
	size_t len = strlen(a->keys), need = strlen(id) + 1;

	if (len + need + sizeof " ..." <= sizeof a->keys)
		snprintf(a->keys + len, sizeof a->keys - len, "%s%s",
		    len > 0 ? " " : "", id);
	else if (len < 4 || strcmp(a->keys + len - 4, " ...") != 0)
		snprintf(a->keys + len, sizeof a->keys - len, " ...");
}

static int
with_smime(struct sealing *s, int inner, struct seal_answer *a,
    struct reason *why)
{
	char id[CERTIFICATE_ID];

	a->method = SEAL_SMIME;
	for (size_t i = 0; i < s->request.count; i++) {
		certificate_id(s->certs[i], id);
		add_id(a, id);
	}
	snprintf(a->algorithm, sizeof a->algorithm, "%s", smime_algorithm);
	return smime_seal(s->certs, s->request.count, inner, a->fd, why);
}

static int
with_openpgp(struct sealing *s, int inner, struct seal_answer *a,
    struct reason *why)
{
	char algorithm[OPENPGP_ALGORITHM];

	a->method = SEAL_OPENPGP;
	for (size_t i = 0; i < s->request.count; i++)
		add_id(a, s->keys[i]->subkeys->fpr);
	if (openpgp_seal(child.openpgp, s->keys, inner, a->fd, algorithm,
		why) == -1)
		return -1;
	snprintf(a->algorithm, sizeof a->algorithm, "%s", algorithm);
	return 0;
}

static int
seal_with(struct sealing *s,
    int (*method)(struct sealing *s, int inner, struct seal_answer *a,
	struct reason *why),
    struct seal_answer *a, struct reason *why)
{
	int inner = entity_inner(s->message, why), answer = -1;

	a->fd = entity_memfd("sealed", why);
	if (inner != -1 && a->fd != -1 &&
	    entity_outer(s->message, a->fd, why) == 0 &&
	    method(s, inner, a, why) == 0)
		answer = entity_close(a->fd, why);
	if (inner != -1)
		close(inner);
	a->sealed = answer == 0;
	return answer;
}

/* Nothing of an attempt that failed goes anywhere. */
static void
answer_temporary(struct seal_answer *a, const struct reason *why)
{
	if (a->fd != -1)
		close(a->fd);
	a->fd = -1;
	a->sealed = false;
	a->temporary = true;
	for (size_t i = 0; i < a->count; i++)
		snprintf(a->reasons[i], sizeof a->reasons[i], "%.200s",
		    why->text);
}

static void
answer_refused(const struct sealing *s, struct seal_answer *a)
{
	for (size_t i = 0; i < a->count; i++) {
		const char *other = s->certs[i] != NULL ? "S/MIME" : "OpenPGP";

		if (s->certs[i] == NULL && s->keys[i] == NULL)
			snprintf(a->reasons[i], sizeof a->reasons[i],
			    "S/MIME: %s; OpenPGP: %s", s->no_cert[i],
			    s->no_key[i]);
		else if (s->certs[i] == NULL || s->keys[i] == NULL)
			snprintf(a->reasons[i], sizeof a->reasons[i],
			    "only %s is possible, and not for the others: "
			    "send separately",
			    other);
	}
}

static void
answer(struct sealing *s, struct seal_answer *a)
{
	struct reason why = { "" };
	int failed;

	a->count = s->request.count;
	look_up_certificates(s);
	if (s->certs_count == a->count)
		failed = seal_with(s, with_smime, a, &why);
	else {
		look_up_keys(s);
		if (s->keys_count < a->count) {
			answer_refused(s, a);
			return;
		}
		failed = seal_with(s, with_openpgp, a, &why);
	}
	if (failed == -1)
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
