/* SPDX-License-Identifier: ISC */
#include <gpgme.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>
#include <unistd.h>

#include "certs/shelf.h"
#include "certs/verify_openpgp.h"
#include "milter/base/file.h"
#include "milter/base/text.h"
#include "milter/base/banned.h"

enum { SIGNATURE_MOST = 65536, RSA_LEAST = 2048, PATH = 2048 };

struct verify_openpgp {
	gpgme_ctx_t ctx;
	char home[PATH];
	gpgme_key_t key; /* the author's, in the keyring now */
};

static int
failed(struct reason *why, const char *what, gpgme_error_t error)
{
	char text[160];

	gpgme_strerror_r(error, text, sizeof text);
	return reason_set(why, "%s: %s", what, text);
}

struct verify_openpgp *
verify_openpgp_new(const char *folder, struct reason *why)
{
	struct verify_openpgp *o = calloc(1, sizeof *o);
	gpgme_error_t error;

	if (o == NULL) {
		reason_set(why, "no memory for OpenPGP");
		return NULL;
	}
	snprintf(o->home, sizeof o->home, "%s/gnupg", folder);
	error = gpgme_new(&o->ctx);
	if (error == 0)
		error = gpgme_ctx_set_engine_info(o->ctx,
		    GPGME_PROTOCOL_OpenPGP, NULL, o->home);
	if (error == 0)
		return o;
	failed(why, "gpg", error);
	free(o);
	return NULL;
}

/* Nothing of the machine's own gpg comes in, and nothing of the mail before. */
static int
make_home(const struct verify_openpgp *o, struct reason *why)
{
	static const char settings[] = "no-autostart\n"
				       "no-auto-check-trustdb\n"
				       "trust-model always\n"
				       "lock-never\n"
				       "no-auto-key-locate\n"
				       "disable-dirmngr\n";
	char path[PATH + 16];
	FILE *f;

	if (mkdir(o->home, 0700) == -1)
		return reason_errno(why, "gpg's home");
	snprintf(path, sizeof path, "%s/gpg.conf", o->home);
	f = fopen(path, "w");
	if (f == NULL)
		return reason_errno(why, "gpg's settings");
	if (fputs(settings, f) == EOF || fclose(f) == EOF)
		return reason_errno(why, "gpg's settings");
	return 0;
}

static bool
has_address(gpgme_key_t key, const char *address)
{
	for (gpgme_user_id_t u = key->uids; u != NULL; u = u->next)
		if (!u->revoked && !u->invalid &&
		    strcasecmp(u->email, address) == 0)
			return true;
	return false;
}

static int
import(struct verify_openpgp *o, const char *armoured, size_t len,
    struct reason *why)
{
	gpgme_import_result_t result;
	gpgme_data_t data;
	gpgme_error_t error = gpgme_data_new_from_mem(&data, armoured, len, 0);

	if (error != 0)
		return failed(why, "the author's key", error);
	error = gpgme_op_import(o->ctx, data);
	gpgme_data_release(data);
	if (error != 0)
		return failed(why, "the author's key", error);
	result = gpgme_op_import_result(o->ctx);
	if (result == NULL || result->considered != 1 ||
	    result->imports == NULL)
		return reason_set(why, "the author's key is not one key");
	error = gpgme_get_key(o->ctx, result->imports->fpr, &o->key, 0);
	return error == 0 ? 0 : failed(why, "the author's key", error);
}

/* One signature and nothing else, for there is more that gpg would read: text
 * around it, several signatures, signed messages. */
static bool
is_one_signature(struct span s)
{
	static const char begin[] = "-----BEGIN PGP SIGNATURE-----";
	const size_t len = sizeof begin - 1;

	s = span_trim(s);
	return s.len < SIGNATURE_MOST && s.len > len &&
	       memcmp(s.at, begin, len) == 0 &&
	       memmem(s.at + len, s.len - len, "-----BEGIN", 10) == NULL;
}

static const struct _gpgme_subkey *
subkey_of(gpgme_key_t key, const char *fingerprint)
{
	for (gpgme_subkey_t s = key->subkeys; s != NULL; s = s->next)
		if (s->fpr != NULL && fingerprint != NULL &&
		    strcmp(s->fpr, fingerprint) == 0)
			return s;
	return NULL;
}

static bool
is_weak(const struct _gpgme_subkey *s)
{
	bool by_length = s->pubkey_algo == GPGME_PK_RSA ||
			 s->pubkey_algo == GPGME_PK_RSA_S ||
			 s->pubkey_algo == GPGME_PK_DSA;

	return by_length && s->length < RSA_LEAST;
}

static bool
is_weak_digest(gpgme_hash_algo_t digest)
{
	return digest != GPGME_MD_SHA224 && digest != GPGME_MD_SHA256 &&
	       digest != GPGME_MD_SHA384 && digest != GPGME_MD_SHA512;
}

/* Salt, which some programs write into every signature, says nothing; what a
 * notation or policy says instead, no reader shows and no one has checked. */
static void
check_notations(gpgme_signature_t s, struct verified *v)
{
	for (gpgme_sig_notation_t n = s->notations; n != NULL; n = n->next)
		if (n->name == NULL || n->critical ||
		    strncmp(n->name, "salt@notations.", 15) != 0)
			verified_is(v, VERIFIED_UNCLEAR,
			    "the signature says more than that it signs: %s",
			    n->name == NULL ? "a policy" : n->name);
}

static void
state_of(gpgme_signature_t s, const char *from, struct verified *v)
{
	switch (gpgme_err_code(s->status)) {
	case GPG_ERR_NO_ERROR:
		break;
	case GPG_ERR_SIG_EXPIRED:
	case GPG_ERR_KEY_EXPIRED:
	case GPG_ERR_CERT_REVOKED:
		verified_is(v, VERIFIED_EXPIRED, "%s",
		    gpgme_strerror(s->status));
		break;
	case GPG_ERR_BAD_SIGNATURE:
		verified_is(v, VERIFIED_BAD, "%s", gpgme_strerror(s->status));
		break;
	case GPG_ERR_NO_PUBKEY:
		verified_is(v, VERIFIED_UNCHECKED,
		    "signed by %.40s, which is not the key of %s", s->fpr,
		    from);
		break;
	default:
		verified_is(v, VERIFIED_UNCHECKED, "%s",
		    gpgme_strerror(s->status));
	}
	if (s->wrong_key_usage)
		verified_is(v, VERIFIED_UNCLEAR, "the key is not for signing");
}

static void
judge(const struct verify_openpgp *o, const struct signed_mail *m,
    gpgme_signature_t s, struct verified *v)
{
	const struct _gpgme_subkey *by = subkey_of(o->key, s->fpr);

	state_of(s, m->from, v);
	check_notations(s, v);
	if (by == NULL)
		verified_is(v, VERIFIED_UNCHECKED, "the signer has no key");
	else if (is_weak(by))
		verified_is(v, VERIFIED_WEAK, "the key is weak");
	if (is_weak_digest(s->hash_algo))
		verified_is(v, VERIFIED_WEAK, "signed with %s",
		    gpgme_hash_algo_name(s->hash_algo));
	if (has_address(o->key, m->from))
		text_printable(v->signer, sizeof v->signer, m->from,
		    strlen(m->from));
	else
		verified_is(v, VERIFIED_OTHER,
		    "the key is not for the author, %s", m->from);
	if (by != NULL)
		snprintf(v->how, sizeof v->how, "%s of %u bits, %s, key %s",
		    gpgme_pubkey_algo_name(by->pubkey_algo), by->length,
		    gpgme_hash_algo_name(s->hash_algo), by->fpr);
}

static int
run_gpg(struct verify_openpgp *o, const struct signed_mail *m,
    struct reason *why)
{
	gpgme_data_t signature = NULL, content = NULL;
	gpgme_error_t error = gpgme_data_new_from_mem(&signature,
	    (const char *)m->signature.at, m->signature.len, 0);

	if (error == 0)
		error = gpgme_data_new_from_mem(&content,
		    (const char *)m->content.at, m->content.len, 0);
	if (error == 0)
		error = gpgme_op_verify(o->ctx, signature, content, NULL);
	gpgme_data_release(signature);
	gpgme_data_release(content);
	return error == 0 ? 0 : failed(why, "gpg", error);
}

static void
verify_with(struct verify_openpgp *o, const char *armoured, size_t len,
    const struct signed_mail *m, struct verified *v)
{
	struct reason why = { "" };
	gpgme_verify_result_t result;

	if (make_home(o, &why) == -1 || import(o, armoured, len, &why) == -1 ||
	    run_gpg(o, m, &why) == -1) {
		verified_is(v, VERIFIED_UNCHECKED, "%s", why.text);
		return;
	}
	result = gpgme_op_verify_result(o->ctx);
	if (result == NULL || result->signatures == NULL ||
	    result->signatures->next != NULL)
		verified_is(v, VERIFIED_UNCLEAR, "it is not one signature");
	else
		judge(o, m, result->signatures, v);
}

/* What the signature is worth by this one of the author's keys. */
static void
try_key(struct verify_openpgp *o, const struct signed_mail *m,
    struct store *store, const struct shelf_key *key, struct verified *v)
{
	if (key->bytes == NULL) {
		verified_is(v, VERIFIED_UNCHECKED,
		    "the key of %s cannot be "
		    "read",
		    m->from);
		return;
	}
	verify_with(o, key->bytes, key->len, m, v);
	if (o->key != NULL) {
		if (shelf_is_aside(store_folder(store), "revoked",
			o->key->subkeys->fpr))
			verified_is(v, VERIFIED_EXPIRED,
			    "the key was revoked here");
		gpgme_key_unref(o->key);
	}
	o->key = NULL;
	file_empty(o->home);
	rmdir(o->home);
}

void
verify_openpgp(struct verify_openpgp *o, const struct signed_mail *m,
    struct store *store, struct verified *v)
{
	struct shelf_key keys[SHELF_KEYS];
	struct verified tried = *v;
	struct reason why = { "no key" };
	size_t count = 0;

	if (!is_one_signature(m->signature)) {
		verified_is(v, VERIFIED_UNCLEAR, "it is not one signature");
		return;
	}
	if (shelf_keys(store_folder(store), "openpgp", m->from, keys, &count,
		&why) == -1 ||
	    count == 0) {
		verified_is(v, VERIFIED_UNCHECKED, "%s for %s", why.text,
		    m->from);
		return;
	}
	for (size_t i = 0; i < count; i++) {
		tried = *v;
		try_key(o, m, store, &keys[i], &tried);
		/* It was made with another one of them. */
		if (tried.state != VERIFIED_UNCHECKED)
			break;
	}
	*v = tried;
	shelf_free(keys, count);
}
