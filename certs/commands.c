/* SPDX-License-Identifier: ISC */
#include <fcntl.h>
#include <jansson.h>
#include <openssl/pem.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "certs/certificate.h"
#include "certs/commands.h"
#include "certs/openpgp.h"
#include "certs/store.h"
#include "milter/base/command.h"
#include "milter/base/count.h"
#include "milter/base/file.h"
#include "milter/base/text.h"
#include "milter/base/banned.h"

enum { FILE_MAX = 1 << 20 };

/* What the verbs share. */
struct desk {
	struct store *store;
	struct openpgp *openpgp;
	bool json;
	size_t usable;
};

static void
tell(struct desk *d, const char *address, const char *kind, const char *id,
    const char *until, const char *problem)
{
	char shown[512];

	text_printable(shown, sizeof shown, address, strlen(address));
	if (problem[0] == '\0')
		d->usable++;
	if (d->json)
		command_print_json(
		    json_pack("{s:s, s:s, s:b, s:s, s:s, s:s}", "address",
			shown, "kind", kind, "usable", problem[0] == '\0', "id",
			id, "until", until, "problem", problem));
	else if (problem[0] == '\0')
		printf("%-40s %-8s until %-10s %s\n", shown, kind, until, id);
	else
		printf("%-40s %-8s not usable: %s\n", shown, kind, problem);
}

static void
tell_certificate(struct desk *d, const char *address, X509 *cert)
{
	char id[CERTIFICATE_ID], until[16];

	certificate_id(cert, id);
	certificate_until(cert, until);
	tell(d, address, "smime", id, until, "");
}

static void
tell_key(struct desk *d, const char *address, gpgme_key_t key)
{
	time_t when = (time_t)key->subkeys->expires;
	char until[16] = "always";
	struct tm tm;

	if (when > 0 && gmtime_r(&when, &tm) != NULL)
		(void)strftime(until, sizeof until, "%Y-%m-%d", &tm);
	tell(d, address, "openpgp", key->subkeys->fpr, until, "");
}

static void
look_smime(void *context, const char *address)
{
	struct desk *d = context;
	struct reason why;
	X509 *cert = store_certificate(d->store, address, &why);

	if (cert != NULL)
		tell_certificate(d, address, cert);
	else
		tell(d, address, "smime", "", "", why.text);
	X509_free(cert);
}

static void
look_openpgp(void *context, const char *address)
{
	struct desk *d = context;
	struct reason why;
	gpgme_key_t key = openpgp_key(d->openpgp, d->store, address, &why);

	if (key == NULL) {
		tell(d, address, "openpgp", "", "", why.text);
		return;
	}
	tell_key(d, address, key);
	gpgme_key_unref(key);
}

static int
list(struct desk *d, int argc, char **argv, struct reason *why)
{
	(void)argv;
	if (argc != 1) {
		reason_set(why, "expected: certs list [--json]");
		return COMMAND_USAGE;
	}
	if (store_each(d->store, "smime", look_smime, d, why) == -1 ||
	    store_each(d->store, "openpgp", look_openpgp, d, why) == -1)
		return COMMAND_FAILED;
	return COMMAND_OK;
}

static int
check(struct desk *d, int argc, char **argv, struct reason *why)
{
	if (argc != 2) {
		reason_set(why, "expected: certs check ADDRESS [--json]");
		return COMMAND_USAGE;
	}
	look_smime(d, argv[1]);
	look_openpgp(d, argv[1]);
	why->text[0] = '\0';
	return d->usable > 0 ? COMMAND_OK : COMMAND_FAILED;
}

static int
import_certificate(struct desk *d, const char *bytes, size_t len,
    const char *wanted, struct reason *why)
{
	BIO *bio = BIO_new_mem_buf(bytes, (int)len);
	X509 *cert = PEM_read_bio_X509(bio, NULL, NULL, NULL);
	char *own = cert == NULL ? NULL : certificate_address(cert);
	const char *address = wanted != NULL ? wanted : own;
	int failed = -1;

	BIO_free(bio);
	X509_free(cert);
	cert = NULL;
	if (address == NULL)
		reason_set(why, "no certificate with a mail address in it");
	else
		cert = store_check(d->store, bytes, len, address, why);
	if (cert != NULL &&
	    store_put(d->store, "smime", address, bytes, len, why) == 0) {
		tell_certificate(d, address, cert);
		failed = 0;
	}
	X509_free(cert);
	free(own);
	return failed;
}

static const char *
key_address(gpgme_key_t key)
{
	for (gpgme_user_id_t u = key->uids; u != NULL; u = u->next)
		if (!u->revoked && !u->invalid && u->email[0] != '\0')
			return u->email;
	return NULL;
}

static int
import_key(struct desk *d, const char *bytes, size_t len, const char *wanted,
    struct reason *why)
{
	gpgme_key_t key = openpgp_read(d->openpgp, bytes, len, wanted, why);
	const char *address;
	int failed = -1;

	if (key == NULL)
		return -1;
	address = wanted != NULL ? wanted : key_address(key);
	if (address == NULL)
		reason_set(why, "no mail address in the key; use --address");
	else if (store_put(d->store, "openpgp", address, bytes, len, why) ==
		 0) {
		tell_key(d, address, key);
		failed = 0;
	}
	gpgme_key_unref(key);
	return failed;
}

static int
import_bytes(struct desk *d, const char *bytes, size_t len, const char *wanted,
    struct reason *why)
{
	if (strstr(bytes, "PRIVATE KEY") != NULL)
		return reason_set(why, "it holds a private key; take it out");
	if (strstr(bytes, "-----BEGIN CERTIFICATE-----") != NULL)
		return import_certificate(d, bytes, len, wanted, why);
	if (strstr(bytes, "-----BEGIN PGP PUBLIC KEY BLOCK-----") != NULL)
		return import_key(d, bytes, len, wanted, why);
	return reason_set(why, "expected a PEM certificate (-----BEGIN "
			       "CERTIFICATE-----) or an armoured OpenPGP key");
}

static int
import(struct desk *d, int argc, char **argv, struct reason *why)
{
	const char *wanted = command_option(&argc, argv, "--address");
	char *bytes;
	size_t len;
	int failed;

	if (argc != 2) {
		reason_set(why,
		    "expected: certs import FILE [--address ADDRESS]");
		return COMMAND_USAGE;
	}
	if (file_get(AT_FDCWD, argv[1], FILE_MAX, &bytes, &len, why) == -1)
		return COMMAND_FAILED;
	failed = import_bytes(d, bytes, len, wanted, why);
	if (failed)
		reason_prefix(why, "%s", argv[1]);
	free(bytes);
	return failed ? COMMAND_FAILED : COMMAND_OK;
}

static const struct {
	const char *verb;
	int (*run)(struct desk *d, int argc, char **argv, struct reason *why);
} verbs[] = { { "list", list }, { "check", check }, { "import", import } };

static int
run(struct desk *d, int argc, char **argv, struct reason *why)
{
	for (size_t i = 0; argc > 0 && i < COUNT(verbs); i++)
		if (strcmp(argv[0], verbs[i].verb) == 0)
			return verbs[i].run(d, argc, argv, why);
	reason_set(why, "expected list, check or import");
	return COMMAND_USAGE;
}

int
certs_main(const struct conf *conf, const char *temp, int argc, char **argv)
{
	struct desk d = { .json = command_flag(&argc, argv, "--json") };
	struct reason why = { "" };
	int answer = COMMAND_FAILED;

	d.store = store_open(conf, &why);
	if (d.store != NULL)
		d.openpgp = openpgp_new(temp, &why);
	if (d.openpgp != NULL)
		answer = run(&d, argc, argv, &why);
	if (answer != COMMAND_OK && why.text[0] != '\0')
		fprintf(stderr, "certs: %s\n", why.text);
	openpgp_free(&d.openpgp);
	store_close(&d.store);
	return answer;
}
