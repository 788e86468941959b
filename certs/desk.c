/* SPDX-License-Identifier: ISC */
#include <openssl/pem.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "certs/certificate.h"
#include "certs/desk.h"
#include "milter/base/command.h"
#include "milter/base/text.h"
#include "milter/base/banned.h"

static void
day(char text[16], time_t when)
{
	struct tm tm;

	if (gmtime_r(&when, &tm) == NULL ||
	    strftime(text, 16, "%Y-%m-%d", &tm) == 0)
		snprintf(text, 16, "unknown");
}

static time_t
seconds_of(const ASN1_TIME *time)
{
	struct tm tm;

	return ASN1_TIME_to_tm(time, &tm) == 1 ? timegm(&tm) : 0;
}

void
desk_certificate(struct desk_key *k, X509 *cert)
{
	k->kind = "smime";
	certificate_id(cert, k->id);
	day(k->from, seconds_of(X509_get0_notBefore(cert)));
	certificate_until(cert, k->until);
	k->ends = seconds_of(X509_get0_notAfter(cert));
}

void
desk_openpgp(struct desk_key *k, gpgme_key_t key)
{
	k->kind = "openpgp";
	snprintf(k->id, sizeof k->id, "%s", key->subkeys->fpr);
	day(k->from, (time_t)key->subkeys->timestamp);
	k->ends = key->subkeys->expires;
	if (k->ends > 0)
		day(k->until, (time_t)k->ends);
	else
		snprintf(k->until, sizeof k->until, "always");
}

int
desk_read(struct desk *d, const char *kind, const struct shelf_key *file,
    struct desk_key *k)
{
	struct reason ignored;
	gpgme_key_t key;
	X509 *cert = NULL;
	BIO *bio;

	k->kind = kind;
	snprintf(k->id, sizeof k->id, "%s", file->id);
	if (file->bytes == NULL)
		return -1;
	if (strcmp(kind, "openpgp") == 0) {
		key = openpgp_any(d->openpgp, file->bytes, file->len, &ignored);
		if (key == NULL)
			return -1;
		desk_openpgp(k, key);
		gpgme_key_unref(key);
		return 0;
	}
	bio = BIO_new_mem_buf(file->bytes, (int)file->len);
	cert = PEM_read_bio_X509(bio, NULL, NULL, NULL);
	BIO_free(bio);
	if (cert == NULL)
		return -1;
	desk_certificate(k, cert);
	X509_free(cert);
	return 0;
}

int
desk_check(struct desk *d, const struct shelf_key *file,
    const struct desk_key *k, struct reason *why)
{
	gpgme_key_t key;
	X509 *cert;

	if (shelf_is_aside(store_folder(d->store), "revoked", k->id))
		return reason_set(why, "it was revoked here");
	if (strcmp(k->kind, "openpgp") == 0) {
		key = openpgp_read(d->openpgp, file->bytes, file->len,
		    k->address, why);
		if (key != NULL)
			gpgme_key_unref(key);
		return key != NULL ? 0 : -1;
	}
	cert = store_check(d->store, file->bytes, file->len, k->address, why);
	X509_free(cert);
	return cert != NULL ? 0 : -1;
}

/* Notes and names come from files: nothing of them reaches a terminal as it
 * is. */
static json_t *
shown(const char *value)
{
	char text[512];

	text_printable(text, sizeof text, value, strlen(value));
	return json_string(text);
}

static void
tell_json(struct desk *d, const struct desk_key *k, const char *result,
    const char *problem, const json_t *note)
{
	static const char *const told[] = { "source", "trust", "imported",
		"actor", "reason" };
	json_t *line = json_pack("{s:o, s:s, s:b, s:s, s:s, s:s, s:I, s:o}",
	    "address", shown(k->address), "kind", k->kind, "usable",
	    problem[0] == '\0', "id", k->id, "from", k->from, "until", k->until,
	    "ends", (json_int_t)k->ends, "problem", shown(problem));

	if (result != NULL)
		json_object_set_new(line, "result", json_string(result));
	if (d->file != NULL)
		json_object_set_new(line, "file", shown(d->file));
	for (size_t i = 0; i < sizeof told / sizeof *told; i++) {
		const char *value =
		    json_string_value(json_object_get(note, told[i]));

		if (value != NULL)
			json_object_set_new(line, told[i], shown(value));
	}
	command_print_json(line);
}

void
desk_tell(struct desk *d, const struct desk_key *k, const char *result,
    const char *problem, const json_t *note)
{
	char address[512];

	d->usable += problem[0] == '\0';
	if (d->json) {
		tell_json(d, k, result, problem, note);
		return;
	}
	text_printable(address, sizeof address, k->address, strlen(k->address));
	if (result != NULL)
		printf("%-9s ", result);
	if (problem[0] == '\0')
		printf("%-40s %-8s until %-10s %s\n", address, k->kind,
		    k->until, k->id);
	else
		printf("%-40s %-8s not usable: %s %s\n", address, k->kind,
		    problem, k->id);
}

json_t *
desk_note(const struct desk *d, const struct desk_key *k, const char *source,
    enum shelf_trust trust)
{
	char now[32] = "";
	time_t when = time(NULL);
	struct tm tm;

	if (gmtime_r(&when, &tm) != NULL)
		(void)strftime(now, sizeof now, "%Y-%m-%dT%H:%M:%SZ", &tm);
	return json_pack("{s:s, s:s, s:s, s:s, s:s, s:s, s:s, s:s, s:s, s:s}",
	    "kind", k->kind, "address", k->address, "id", k->id, "source",
	    source, "trust", shelf_trust_word(trust), "from", k->from, "until",
	    k->until, "imported", now, "actor", d->actor, "reason",
	    d->reason != NULL ? d->reason : "");
}
