/* SPDX-License-Identifier: ISC */
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "certs/openpgp_import.h"
#include "certs/shelf.h"
#include "milter/base/text.h"
#include "milter/base/banned.h"

enum { PRINT = 128, ADDRESS = 256 };

struct taking {
	struct openpgp *o;
	gpgme_ctx_t ctx;
	gpgme_ctx_t filter; /* the same home; its flag cannot be unset */
	void (*each)(void *context, const struct openpgp_part *part);
	void *context;
};

struct prints {
	char list[OPENPGP_KEYS][PRINT];
	size_t count;
};

static int
import(gpgme_ctx_t ctx, const char *bytes, size_t len, struct reason *why)
{
	gpgme_import_result_t result;
	gpgme_data_t data;
	gpgme_error_t error = gpgme_data_new_from_mem(&data, bytes, len, 0);

	if (error == 0) {
		error = gpgme_op_import(ctx, data);
		gpgme_data_release(data);
	}
	result = error == 0 ? gpgme_op_import_result(ctx) : NULL;
	if (result == NULL)
		return reason_set(why, "OpenPGP: key cannot be read");
	if (result->secret_read > 0)
		return reason_set(why,
		    "it holds a private key; take it out of the file");
	return 0;
}

static int
take_prints(gpgme_ctx_t ctx, struct prints *p, struct reason *why)
{
	gpgme_import_result_t result = gpgme_op_import_result(ctx);

	p->count = 0;
	for (gpgme_import_status_t s = result->imports; s != NULL;
	     s = s->next) {
		if (s->result != 0 || s->fpr == NULL ||
		    (p->count > 0 &&
			strcmp(p->list[p->count - 1], s->fpr) == 0))
			continue;
		if (p->count == OPENPGP_KEYS)
			return reason_set(why, "more than %d OpenPGP keys",
			    OPENPGP_KEYS);
		snprintf(p->list[p->count++], PRINT, "%s", s->fpr);
	}
	if (p->count > 0)
		return 0;
	return reason_set(why, "OpenPGP: no public key that can be read");
}

static char *export(gpgme_ctx_t ctx, const char *print, size_t *len)
{
	gpgme_data_t data;
	char *bytes = NULL, *copy = NULL;

	if (gpgme_data_new(&data) != 0)
		return NULL;
	gpgme_set_armor(ctx, 1);
	if (gpgme_op_export(ctx, print, GPGME_EXPORT_MODE_MINIMAL, data) == 0)
		bytes = gpgme_data_release_and_get_mem(data, len);
	else
		gpgme_data_release(data);
	gpgme_set_armor(ctx, 0);
	if (bytes != NULL && *len > 0 && *len <= SHELF_FILE)
		copy = strndup(bytes, *len);
	gpgme_free(bytes);
	return copy;
}

static void
forget(gpgme_ctx_t ctx, const char *print)
{
	gpgme_key_t key;

	if (gpgme_get_key(ctx, print, &key, 0) != 0)
		return;
	(void)gpgme_op_delete_ext(ctx, key, GPGME_DELETE_FORCE);
	gpgme_key_unref(key);
}

/* The address becomes part of a filter expression of gpg. */
static bool
is_plain(const char *address)
{
	static const char plain[] =
	    "abcdefghijklmnopqrstuvwxyz0123456789@.-_+=";

	return strspn(address, plain) == strlen(address);
}

/* The key again, with this one user id. */
static char *
only_address(struct taking *t, const char *whole, size_t whole_len,
    const char *print, const char *address, size_t *len)
{
	char filter[ADDRESS + 32];
	struct reason ignored;
	char *bytes = NULL;

	snprintf(filter, sizeof filter, "keep-uid=mbox = %.*s", ADDRESS - 1,
	    address);
	forget(t->ctx, print);
	if (gpgme_set_ctx_flag(t->filter, "import-filter", filter) == 0 &&
	    import(t->filter, whole, whole_len, &ignored) == 0)
		bytes = export(t->ctx, print, len);
	forget(t->ctx, print);
	return bytes;
}

static void
take_address(struct taking *t, const char *whole, size_t len, const char *print,
    const char *address)
{
	struct openpgp_part part = { .address = address };
	struct reason why = { "" };
	char *bytes = NULL;

	if (address[0] == '\0')
		reason_set(&why, "no mail address in the key");
	else if (!is_plain(address))
		reason_set(&why, "no key can be kept for this address");
	else {
		bytes = only_address(t, whole, len, print, address, &part.len);
		if (bytes == NULL)
			reason_set(&why, "OpenPGP key is for another address, "
					 "or too large");
	}
	if (bytes != NULL)
		part.key = openpgp_read(t->o, bytes, part.len, address, &why);
	part.bytes = bytes;
	if (part.key == NULL)
		part.problem = why.text;
	t->each(t->context, &part);
	if (part.key != NULL)
		gpgme_key_unref(part.key);
	free(bytes);
}

/* The addresses of a key, in lower case, each once; "" when it has none. *more:
 * there are others. */
static size_t
addresses_of(gpgme_key_t key, char list[OPENPGP_ADDRESSES][ADDRESS], bool *more)
{
	size_t count = 0;

	*more = false;
	for (gpgme_user_id_t u = key->uids; u != NULL; u = u->next) {
		bool there = false;

		if (u->revoked || u->invalid || u->email[0] == '\0' ||
		    strlen(u->email) >= ADDRESS)
			continue;
		*more = count == OPENPGP_ADDRESSES;
		if (*more)
			break;
		snprintf(list[count], ADDRESS, "%s", u->email);
		text_lower(list[count]);
		for (size_t i = 0; i < count; i++)
			there |= strcmp(list[i], list[count]) == 0;
		count += !there;
	}
	if (count == 0)
		list[count++][0] = '\0';
	return count;
}

static void
take_key(struct taking *t, const char *print, const char *wanted)
{
	char list[OPENPGP_ADDRESSES][ADDRESS];
	size_t len, count = 1;
	gpgme_key_t key;
	char *whole;
	bool more = false;

	if (gpgme_get_key(t->ctx, print, &key, 0) != 0)
		return;
	whole = export(t->ctx, print, &len);
	if (wanted != NULL) {
		snprintf(list[0], ADDRESS, "%s", wanted);
		text_lower(list[0]);
	} else
		count = addresses_of(key, list, &more);
	gpgme_key_unref(key);
	for (size_t i = 0; i < count; i++)
		if (whole != NULL)
			take_address(t, whole, len, print, list[i]);
		else
			t->each(t->context,
			    &(struct openpgp_part){ .address = list[i],
				.problem = "OpenPGP key is too large" });
	free(whole);
	if (more)
		t->each(t->context,
		    &(struct openpgp_part){ .address = "",
			.problem = "OpenPGP key with too many addresses" });
}

static int
open_filter(struct taking *t, struct reason *why)
{
	gpgme_engine_info_t info = gpgme_ctx_get_engine_info(t->ctx);

	while (info != NULL && info->protocol != GPGME_PROTOCOL_OpenPGP)
		info = info->next;
	if (info == NULL || gpgme_new(&t->filter) != 0)
		return reason_set(why, "no memory for OpenPGP");
	if (gpgme_ctx_set_engine_info(t->filter, GPGME_PROTOCOL_OpenPGP,
		info->file_name, info->home_dir) == 0)
		return 0;
	gpgme_release(t->filter);
	return reason_set(why, "OpenPGP: gpg cannot be set up");
}

int
openpgp_take_apart(struct openpgp *o, const char *bytes, size_t len,
    const char *wanted,
    void (*each)(void *context, const struct openpgp_part *part), void *context,
    struct reason *why)
{
	struct taking t = { .o = o,
		.ctx = openpgp_context(o),
		.each = each,
		.context = context };
	struct prints *prints = calloc(1, sizeof *prints);
	int failed = -1;

	if (prints == NULL)
		return reason_set(why, "no memory for OpenPGP keys");
	if (open_filter(&t, why) == 0) {
		if (import(t.ctx, bytes, len, why) == 0)
			failed = take_prints(t.ctx, prints, why);
		for (size_t i = 0; failed == 0 && i < prints->count; i++)
			take_key(&t, prints->list[i], wanted);
		gpgme_release(t.filter);
	}
	free(prints);
	return failed;
}
