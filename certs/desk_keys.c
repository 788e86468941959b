/* SPDX-License-Identifier: ISC */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "certs/desk.h"
#include "milter/base/command.h"
#include "milter/base/text.h"
#include "milter/base/banned.h"

/* `certs pending`, `approve`, `revoke` and `expiring`: the life of a key. */
enum { ADDRESS = 256, DAYS = 60, DAY_S = 86400 };

static const char *
field(const json_t *note, const char *name)
{
	const char *value = json_string_value(json_object_get(note, name));

	return value != NULL ? value : "";
}

static const char *
kind_of(const json_t *note)
{
	return strcmp(field(note, "kind"), "openpgp") == 0 ? "openpgp"
							   : "smime";
}

static void
show_pending(void *context, const char *id)
{
	struct desk *d = context;
	struct desk_key k = { .kind = "" };
	struct shelf_key file = { .id = "" };
	struct reason why;

	if (shelf_from_aside(store_folder(d->store), "pending", id, &file.bytes,
		&file.len, &file.note, &why) == -1)
		return;
	k.address = field(file.note, "address");
	(void)desk_read(d, kind_of(file.note), &file, &k);
	desk_tell(d, &k, "pending", "waits for approval", file.note);
	shelf_free(&file, 1);
}

int
desk_pending(struct desk *d, int argc, char **argv, struct reason *why)
{
	(void)argv;
	if (argc != 1) {
		reason_set(why, "expected: certs pending [--json]");
		return COMMAND_USAGE;
	}
	return shelf_each(store_folder(d->store), "pending", show_pending, d,
		   why) == -1
		   ? COMMAND_FAILED
		   : COMMAND_OK;
}

static int
approve(struct desk *d, const char *id, struct reason *why)
{
	int folder = store_folder(d->store), failed;
	struct shelf_key file = { .id = "" };
	struct desk_key k = { .kind = "" };
	json_t *note = NULL;

	if (shelf_from_aside(folder, "pending", id, &file.bytes, &file.len,
		&file.note, why) == -1)
		return -1;
	k.address = field(file.note, "address");
	/* It may have expired, or been revoked, while it waited. */
	failed = desk_read(d, kind_of(file.note), &file, &k) == -1
		     ? reason_set(why, "it cannot be read")
		     : desk_check(d, &file, &k, why);
	if (failed == 0) {
		note = desk_note(d, &k, field(file.note, "source"),
		    SHELF_VERIFIED);
		failed = shelf_put(folder, k.kind, k.address, k.id, file.bytes,
		    file.len, note, why);
	}
	if (failed == 0)
		failed = shelf_remove(folder, "pending", NULL, id, why);
	if (failed == 0)
		desk_tell(d, &k, "approved", "", note);
	json_decref(note);
	shelf_free(&file, 1);
	return failed;
}

int
desk_approve(struct desk *d, int argc, char **argv, struct reason *why)
{
	d->reason = command_option(&argc, argv, "--reason");
	if (argc != 2 || d->reason == NULL || d->reason[0] == '\0') {
		reason_set(why, "expected: certs approve ID --reason TEXT");
		return COMMAND_USAGE;
	}
	return approve(d, argv[1], why) == -1 ? COMMAND_FAILED : COMMAND_OK;
}

/* What is looked for while revoking. */
struct revoking {
	struct desk *d;
	const char *kind;
	const char *id; /* NULL: all keys of the address */
	size_t done;
	struct reason *why;
	int failed;
};

/* Put aside first: from then on it counts as revoked, whatever follows. */
static int
revoke_file(struct revoking *r, const char *address,
    const struct shelf_key *file, const struct desk_key *k)
{
	int folder = store_folder(r->d->store);
	json_t *note =
	    desk_note(r->d, k, field(file->note, "source"), file->trust);
	int failed = shelf_aside(folder, "revoked", k->id, file->bytes,
	    file->len, note, r->why);

	if (failed == 0)
		failed =
		    shelf_remove(folder, r->kind, address, file->id, r->why);
	if (failed == 0) {
		r->done++;
		desk_tell(r->d, k, "revoked", "", note);
	}
	json_decref(note);
	return failed;
}

static void
revoke_at(void *context, const char *address)
{
	struct revoking *r = context;
	struct shelf_key files[SHELF_KEYS];
	size_t count;

	if (shelf_keys(store_folder(r->d->store), r->kind, address, files,
		&count, r->why) == -1) {
		r->failed = -1;
		return;
	}
	for (size_t i = 0; i < count; i++) {
		struct desk_key k = { .address = address };

		/* Most names tell already; to read each would be slow. */
		if (r->id != NULL && files[i].id[0] != '\0' &&
		    strcmp(r->id, files[i].id) != 0)
			continue;
		if (desk_read(r->d, r->kind, &files[i], &k) == -1 ||
		    (r->id != NULL && strcmp(r->id, k.id) != 0))
			continue;
		if (revoke_file(r, address, &files[i], &k) == -1)
			r->failed = -1;
	}
	shelf_free(files, count);
}

static int
revoke_pending(struct revoking *r)
{
	int folder = store_folder(r->d->store), failed;
	struct shelf_key file = { .id = "" };
	struct desk_key k = { .kind = "" };

	if (r->id == NULL || !shelf_is_aside(folder, "pending", r->id))
		return 0;
	if (shelf_from_aside(folder, "pending", r->id, &file.bytes, &file.len,
		&file.note, r->why) == -1)
		return -1;
	k.address = field(file.note, "address");
	r->kind = "pending";
	failed = desk_read(r->d, kind_of(file.note), &file, &k);
	snprintf(file.id, sizeof file.id, "%s", r->id);
	if (failed == 0)
		failed = revoke_file(r, NULL, &file, &k);
	shelf_free(&file, 1);
	return failed;
}

static int
revoke(struct revoking *r, const char *what)
{
	static const char *const kinds[] = { "smime", "openpgp" };

	if (strchr(what, '@') == NULL)
		r->id = what;
	for (size_t i = 0; i < 2; i++) {
		r->kind = kinds[i];
		if (r->id == NULL)
			revoke_at(r, what);
		else if (shelf_each(store_folder(r->d->store), kinds[i],
			     revoke_at, r, r->why) == -1)
			return -1;
	}
	if (r->failed == -1 || revoke_pending(r) == -1)
		return -1;
	if (r->done > 0)
		return 0;
	return reason_set(r->why, "there is no such key");
}

int
desk_revoke(struct desk *d, int argc, char **argv, struct reason *why)
{
	struct revoking r = { .d = d, .why = why };

	d->reason = command_option(&argc, argv, "--reason");
	if (argc != 2 || d->reason == NULL || d->reason[0] == '\0') {
		reason_set(why,
		    "expected: certs revoke ADDRESS|ID --reason TEXT");
		return COMMAND_USAGE;
	}
	return revoke(&r, argv[1]) == -1 ? COMMAND_FAILED : COMMAND_OK;
}

struct ending {
	struct desk *d;
	long long before; /* seconds since 1970 */
	size_t count;
};

static void
tell_ending(struct ending *e, const struct desk_key *k)
{
	if (k->id[0] == '\0' || k->ends <= 0 || k->ends > e->before)
		return;
	e->count++;
	desk_tell(e->d, k, NULL, "", NULL);
}

/* Only the key that mail would be encrypted with: an old one beside its
 * successor may end in peace. */
static void
look_smime(void *context, const char *address)
{
	struct ending *e = context;
	struct desk_key k = { .address = address };
	struct reason ignored;
	X509 *cert = store_certificate(e->d->store, address, &ignored);

	if (cert != NULL)
		desk_certificate(&k, cert);
	X509_free(cert);
	tell_ending(e, &k);
}

static void
look_openpgp(void *context, const char *address)
{
	struct ending *e = context;
	struct desk_key k = { .address = address };
	struct reason ignored;
	gpgme_key_t key =
	    openpgp_key(e->d->openpgp, e->d->store, address, &ignored);

	if (key == NULL)
		return;
	desk_openpgp(&k, key);
	gpgme_key_unref(key);
	tell_ending(e, &k);
}

int
desk_expiring(struct desk *d, int argc, char **argv, struct reason *why)
{
	const char *days = command_option(&argc, argv, "--days");
	char *end = NULL;
	long n = days == NULL ? DAYS : strtol(days, &end, 10);
	struct ending e = { .d = d, .before = time(NULL) + n * DAY_S };

	if (argc != 1 || n < 1 || n > 36500 ||
	    (end != NULL && (*end != '\0' || end == days))) {
		reason_set(why, "expected: certs expiring [--days N] [--json]");
		return COMMAND_USAGE;
	}
	if (shelf_each(store_folder(d->store), "smime", look_smime, &e, why) ==
		-1 ||
	    shelf_each(store_folder(d->store), "openpgp", look_openpgp, &e,
		why) == -1)
		return COMMAND_FAILED;
	return e.count > 0 ? COMMAND_FAILED : COMMAND_OK;
}
