/* SPDX-License-Identifier: ISC */
#include <openssl/x509.h>
#include <stdio.h>
#include <string.h>

#include "certs/commands.h"
#include "certs/desk.h"
#include "milter/base/command.h"
#include "milter/base/count.h"
#include "milter/base/banned.h"

/* Every key of the address, also those that another one outdoes. */
static void
list_address(struct desk *d, const char *kind, const char *address)
{
	struct shelf_key files[SHELF_KEYS];
	struct desk_key k = { .address = address, .kind = kind };
	struct reason why = { "" };
	size_t count;

	if (shelf_keys(store_folder(d->store), kind, address, files, &count,
		&why) == -1) {
		desk_tell(d, &k, NULL, why.text, NULL);
		return;
	}
	for (size_t i = 0; i < count; i++) {
		why.text[0] = '\0';
		memset(&k, 0, sizeof k);
		k.address = address;
		if (desk_read(d, kind, &files[i], &k) == -1)
			reason_set(&why, "%s cannot be read",
			    strcmp(kind, "smime") == 0 ? "certificate"
						       : "OpenPGP key");
		else
			(void)desk_check(d, &files[i], &k, &why);
		desk_tell(d, &k, NULL, why.text, files[i].note);
	}
	shelf_free(files, count);
}

static void
list_smime(void *context, const char *address)
{
	list_address(context, "smime", address);
}

static void
list_openpgp(void *context, const char *address)
{
	list_address(context, "openpgp", address);
}

static int
list(struct desk *d, int argc, char **argv, struct reason *why)
{
	int folder = store_folder(d->store);

	(void)argv;
	if (argc != 1) {
		reason_set(why, "expected: certs list [--json]");
		return COMMAND_USAGE;
	}
	if (shelf_each(folder, "smime", list_smime, d, why) == -1 ||
	    shelf_each(folder, "openpgp", list_openpgp, d, why) == -1)
		return COMMAND_FAILED;
	return COMMAND_OK;
}

/* The one that mail would be encrypted with, or why there is none. */
static void
look_smime(struct desk *d, const char *address)
{
	struct desk_key k = { .address = address, .kind = "smime" };
	struct reason why = { "" };
	X509 *cert = store_certificate(d->store, address, &why);

	if (cert != NULL) {
		desk_certificate(&k, cert);
		why.text[0] = '\0';
	}
	desk_tell(d, &k, NULL, why.text, NULL);
	X509_free(cert);
}

static void
look_openpgp(struct desk *d, const char *address)
{
	struct desk_key k = { .address = address, .kind = "openpgp" };
	struct reason why = { "" };
	gpgme_key_t key = openpgp_key(d->openpgp, d->store, address, &why);

	if (key != NULL) {
		desk_openpgp(&k, key);
		gpgme_key_unref(key);
		why.text[0] = '\0';
	}
	desk_tell(d, &k, NULL, why.text, NULL);
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

static const struct {
	const char *verb;
	int (*run)(struct desk *d, int argc, char **argv, struct reason *why);
} verbs[] = { { "list", list }, { "check", check }, { "import", desk_import },
	{ "pending", desk_pending }, { "approve", desk_approve },
	{ "revoke", desk_revoke }, { "expiring", desk_expiring } };

static int
run(struct desk *d, int argc, char **argv, struct reason *why)
{
	for (size_t i = 0; argc > 0 && i < COUNT(verbs); i++)
		if (strcmp(argv[0], verbs[i].verb) == 0)
			return verbs[i].run(d, argc, argv, why);
	reason_set(why, "expected list, check, import, "
			"pending, approve, revoke or expiring");
	return COMMAND_USAGE;
}

int
certs_main(const struct conf *conf, const char *temp, int argc, char **argv)
{
	struct desk d = { .json = command_flag(&argc, argv, "--json") };
	struct reason why = { "" };
	int answer = COMMAND_FAILED;

	d.actor = command_option(&argc, argv, "--by");
	if (d.actor == NULL)
		d.actor = "unknown";
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
