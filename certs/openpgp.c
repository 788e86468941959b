/* SPDX-License-Identifier: ISC */
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "certs/base64.h"
#include "certs/entity.h"
#include "certs/measure.h"
#include "certs/openpgp.h"
#include "certs/openpgp_key.h"
#include "certs/packets.h"
#include "certs/shelf.h"
#include "milter/base/count.h"
#include "milter/base/file.h"
#include "milter/base/hash.h"
#include "milter/base/banned.h"

enum { KEPT = 64, ADDRESS = 256 };

/* A key that was read, while its file is the same. */
struct kept {
	char address[ADDRESS];
	char stamp[SHELF_STAMP];
	gpgme_key_t key;
};

struct openpgp {
	gpgme_ctx_t ctx;
	struct kept kept[KEPT];
	size_t next; /* the oldest, replaced next */
	int cipher, protection; /* as gpg states them */
};

static int
failed(struct reason *why, const char *what, gpgme_error_t error)
{
	char text[160];

	gpgme_strerror_r(error, text, sizeof text);
	return reason_set(why, "OpenPGP: %s: %s", what, text);
}

/* What was really used is measured, not wished: preferences of a key override
 * our own (domain.md, 2.6). */
static gpgme_error_t
status(void *hook, const char *keyword, const char *args)
{
	struct openpgp *o = hook;

	if (strcmp(keyword, "BEGIN_ENCRYPTION") == 0 &&
	    sscanf(args, "%d %d", &o->protection, &o->cipher) != 2)
		o->cipher = 0;
	return 0;
}

/* Nothing of the machine's own gpg comes in: no trust, no agent, no network. */
static int
make_home(const char *folder, char *home, size_t size, struct reason *why)
{
	static const char settings[] = "no-autostart\n"
				       "no-auto-check-trustdb\n"
				       "trust-model always\n"
				       "lock-never\n"
				       "import-options "
				       "self-sigs-only,import-minimal\n"
				       "no-emit-version\n"
				       "no-auto-key-locate\n"
				       "cipher-algo AES256\n"
				       "disable-cipher-algo 3DES\n";
	char path[4096];
	FILE *f;
	int n = snprintf(home, size, "%s/gnupg", folder);

	if (n < 0 || (size_t)n >= size || mkdir(home, 0700) == -1)
		return reason_errno(why, "gpg's home in %s", folder);
	snprintf(path, sizeof path, "%s/gpg.conf", home);
	f = fopen(path, "w");
	if (f == NULL)
		return reason_errno(why, "%s", path);
	if (fputs(settings, f) == EOF || fclose(f) == EOF)
		return reason_errno(why, "%s", path);
	return 0;
}

static int
start(struct openpgp *o, const char *folder, struct reason *why)
{
	char home[2048];
	gpgme_error_t error;

	if (make_home(folder, home, sizeof home, why) == -1)
		return -1;
	gpgme_check_version(NULL);
	error = gpgme_new(&o->ctx);
	if (error == 0)
		error = gpgme_ctx_set_engine_info(o->ctx,
		    GPGME_PROTOCOL_OpenPGP, NULL, home);
	if (error == 0)
		error = gpgme_set_ctx_flag(o->ctx, "full-status", "1");
	if (error != 0)
		return failed(why, "gpg", error);
	gpgme_set_status_cb(o->ctx, status, o);
	return 0;
}

struct openpgp *
openpgp_new(const char *folder, struct reason *why)
{
	struct openpgp *o = calloc(1, sizeof *o);

	if (o == NULL)
		reason_set(why, "no memory for OpenPGP");
	else if (start(o, folder, why) == -1)
		openpgp_free(&o);
	return o;
}

void
openpgp_free(struct openpgp **o)
{
	if (*o == NULL)
		return;
	for (size_t i = 0; i < KEPT; i++)
		if ((*o)->kept[i].key != NULL)
			gpgme_key_unref((*o)->kept[i].key);
	if ((*o)->ctx != NULL)
		gpgme_release((*o)->ctx);
	free(*o);
	*o = NULL;
}

gpgme_ctx_t
openpgp_context(struct openpgp *o)
{
	return o->ctx;
}

/* The fingerprint of the one key in the bytes. */
static int
import(struct openpgp *o, const char *armoured, size_t len, char *id,
    size_t size, struct reason *why)
{
	gpgme_data_t data;
	gpgme_import_result_t result;
	gpgme_error_t error = gpgme_data_new_from_mem(&data, armoured, len, 0);

	if (error != 0)
		return failed(why, "key", error);
	error = gpgme_op_import(o->ctx, data);
	gpgme_data_release(data);
	if (error != 0)
		return failed(why, "key cannot be read", error);
	result = gpgme_op_import_result(o->ctx);
	if (result == NULL || result->secret_read > 0)
		return reason_set(why, "OpenPGP: the file holds a secret key");
	if (result->considered != 1 || result->imports == NULL ||
	    result->imports->result != 0)
		return reason_set(why,
		    "OpenPGP: the file must hold one public key");
	snprintf(id, size, "%s", result->imports->fpr);
	return 0;
}

gpgme_key_t
openpgp_any(struct openpgp *o, const char *armoured, size_t len,
    struct reason *why)
{
	char id[128];
	gpgme_key_t key;
	gpgme_error_t error;

	if (import(o, armoured, len, id, sizeof id, why) == -1)
		return NULL;
	error = gpgme_get_key(o->ctx, id, &key, 0);
	if (error == 0)
		return key;
	failed(why, "key", error);
	return NULL;
}

gpgme_key_t
openpgp_read(struct openpgp *o, const char *armoured, size_t len,
    const char *address, struct reason *why)
{
	gpgme_key_t key = openpgp_any(o, armoured, len, why);

	if (key == NULL || openpgp_key_check(key, address, why) == 0)
		return key;
	gpgme_key_unref(key);
	return NULL;
}

static void
keep(struct openpgp *o, const char *address, const char *stamp, gpgme_key_t key)
{
	struct kept *k = &o->kept[o->next];

	o->next = (o->next + 1) % KEPT;
	if (k->key != NULL)
		gpgme_key_unref(k->key);
	snprintf(k->address, sizeof k->address, "%s", address);
	snprintf(k->stamp, sizeof k->stamp, "%s", stamp);
	gpgme_key_ref(key);
	k->key = key;
}

static gpgme_key_t
find(struct openpgp *o, const char *address, const char *stamp)
{
	for (size_t i = 0; i < KEPT; i++)
		if (o->kept[i].key != NULL &&
		    strcmp(o->kept[i].address, address) == 0 &&
		    strcmp(o->kept[i].stamp, stamp) == 0)
			return o->kept[i].key;
	return NULL;
}

/* A kept key may have expired since: it is checked each time. */
static gpgme_key_t
check_again(gpgme_key_t key, const char *address, struct reason *why)
{
	if (openpgp_key_check(key, address, why) == -1)
		return NULL;
	gpgme_key_ref(key);
	return key;
}

static gpgme_key_t
read_kept(struct openpgp *o, const struct shelf_key *file, const char *address,
    struct reason *why)
{
	gpgme_key_t key = find(o, address, file->stamp);

	if (key != NULL)
		return check_again(key, address, why);
	if (file->bytes == NULL) {
		reason_set(why, "OpenPGP key cannot be read");
		return NULL;
	}
	key = openpgp_read(o, file->bytes, file->len, address, why);
	if (key != NULL)
		keep(o, address, file->stamp, key);
	return key;
}

/* Seconds since 1970 until which the key lasts; for ever is the longest. */
static unsigned long
lasts(gpgme_key_t key)
{
	long until = key->subkeys->expires;

	return until <= 0 ? ULONG_MAX : (unsigned long)until;
}

/* As store_certificate(): what can be used first, then the best of it. */
static gpgme_key_t
choose(struct openpgp *o, struct store *store, const struct shelf_key *files,
    size_t count, const char *address, struct reason *why)
{
	gpgme_key_t best = NULL;
	enum shelf_trust trust = SHELF_HARVESTED;

	for (size_t i = 0; i < count; i++) {
		gpgme_key_t key = read_kept(o, &files[i], address, why);

		if (key == NULL)
			continue;
		if (shelf_is_aside(store_folder(store), "revoked",
			key->subkeys->fpr)) {
			reason_set(why, "OpenPGP key was revoked here");
			gpgme_key_unref(key);
		} else if (best == NULL || files[i].trust > trust ||
			   (files[i].trust == trust &&
			       lasts(key) > lasts(best))) {
			if (best != NULL)
				gpgme_key_unref(best);
			best = key;
			trust = files[i].trust;
		} else
			gpgme_key_unref(key);
	}
	return best;
}

gpgme_key_t
openpgp_key(struct openpgp *o, struct store *store, const char *address,
    struct reason *why)
{
	struct shelf_key files[SHELF_KEYS];
	size_t count;
	gpgme_key_t key;

	if (shelf_keys(store_folder(store), "openpgp", address, files, &count,
		why) == -1)
		return NULL;
	if (count == 0) {
		reason_set(why, "no key");
		return NULL;
	}
	key = choose(o, store, files, count, address, why);
	if (key == NULL && count > 1)
		reason_prefix(why, "none of %zu keys", count);
	shelf_free(files, count);
	return key;
}

static int
run_gpg(struct openpgp *o, gpgme_key_t *keys, int inner, int packets,
    struct reason *why)
{
	gpgme_data_t in = NULL, out = NULL;
	gpgme_encrypt_result_t result;
	gpgme_error_t error = gpgme_data_new_from_fd(&in, inner);

	if (error == 0)
		error = gpgme_data_new_from_fd(&out, packets);
	o->cipher = o->protection = 0;
	if (error == 0)
		error = gpgme_op_encrypt(o->ctx, keys,
		    GPGME_ENCRYPT_ALWAYS_TRUST | GPGME_ENCRYPT_NO_COMPRESS, in,
		    out);
	gpgme_data_release(in);
	gpgme_data_release(out);
	if (error != 0)
		return failed(why, "encryption", error);
	result = gpgme_op_encrypt_result(o->ctx);
	if (result == NULL || result->invalid_recipients != NULL)
		return reason_set(why, "OpenPGP: gpg left a recipient out");
	if (o->protection == 0 || packets_cipher(o->cipher) == NULL)
		return reason_set(why,
		    "OpenPGP: gpg used cipher %d, protection %d", o->cipher,
		    o->protection);
	return 0;
}

/* RFC 3156, 4: two parts, the first says version 1. */
static int
write_out(const struct entity_map *packets, int out, struct reason *why)
{
	uint8_t random[HASH_BYTES];
	char boundary[HASH_HEX], text[1024];
	int n;

	hash_random(random, sizeof random);
	hash_hex(random, boundary);
	boundary[40] = '\0';
	n = snprintf(text, sizeof text,
	    "MIME-Version: 1.0\r\n"
	    "Content-Type: multipart/encrypted;\r\n"
	    "\tprotocol=\"application/pgp-encrypted\";\r\n"
	    "\tboundary=\"%s\"\r\n"
	    "\r\n"
	    "--%s\r\n"
	    "Content-Type: application/pgp-encrypted\r\n"
	    "\r\n"
	    "Version: 1\r\n"
	    "\r\n"
	    "--%s\r\n"
	    "Content-Type: application/octet-stream; name=\"encrypted.asc\"\r\n"
	    "Content-Disposition: inline; filename=\"encrypted.asc\"\r\n"
	    "\r\n",
	    boundary, boundary, boundary);
	if (file_write(out, text, (size_t)n, why) == -1 ||
	    base64_armour(out, packets->bytes, packets->size, why) == -1)
		return -1;
	n = snprintf(text, sizeof text, "\r\n--%s--\r\n", boundary);
	return file_write(out, text, (size_t)n, why);
}

static size_t
count_of(gpgme_key_t *keys)
{
	size_t n = 0;

	while (keys[n] != NULL)
		n++;
	return n;
}

/* RSA in OpenPGP is always by PKCS#1 v1.5, and the digest of ECDH is the
 * key's own (RFC 4880, 13.1; RFC 6637, 8). */
static void
measure(struct seal_used *used, const struct openpgp *o, uint32_t algorithms)
{
	enum { RSA = 1, RSA_ENCRYPTS = 2, ECDH = 18 };
	const uint32_t rsa = 1 << RSA | 1 << RSA_ENCRYPTS;

	snprintf(used->content, sizeof used->content, "%s",
	    packets_cipher(o->cipher));
	if (algorithms & rsa)
		measure_key(used, "RSAES-PKCS1-v1_5", NULL);
	if (algorithms & 1 << ECDH)
		measure_key(used, "ECDH", NULL);
	if (algorithms & ~(rsa | 1 << ECDH))
		measure_key(used, "other", NULL);
}

int
openpgp_seal(struct openpgp *o, gpgme_key_t *keys, int inner, int out,
    struct seal_used *used, struct reason *why)
{
	struct entity_map map = { NULL, 0 };
	uint32_t algorithms;
	int packets = entity_memfd("packets", why), answer = -1;

	if (packets == -1)
		return -1;
	if (run_gpg(o, keys, inner, packets, why) == 0 &&
	    entity_map(&map, packets, why) == 0 &&
	    packets_check(map.bytes, map.size, count_of(keys), &algorithms,
		why) == 0)
		answer = write_out(&map, out, why);
	if (answer == 0)
		measure(used, o, algorithms);
	entity_unmap(&map);
	close(packets);
	return answer;
}
