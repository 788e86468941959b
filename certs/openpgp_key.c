/* SPDX-License-Identifier: ISC */
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>
#include <time.h>

#include "certs/algorithms.h"
#include "certs/openpgp_key.h"
#include "milter/base/count.h"
#include "milter/base/banned.h"

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
say_expired(gpgme_subkey_t subkey, struct reason *why)
{
	time_t when = (time_t)subkey->expires;
	struct tm tm;
	char day[16] = "";

	if (when > 0 && gmtime_r(&when, &tm) != NULL)
		(void)strftime(day, sizeof day, "%Y-%m-%d", &tm);
	return reason_set(why, "OpenPGP key expired %s", day);
}

/* RSA in OpenPGP is always by PKCS#1 v1.5 (RFC 4880, 13.1). */
static const char *
algorithm_of(gpgme_subkey_t s)
{
	static const struct {
		const char *curve, *name;
	} curves[] = { { "nistp256", "ECDH P-256" },
		{ "nistp384", "ECDH P-384" }, { "nistp521", "ECDH P-521" },
		{ "cv25519", "ECDH X25519" } };

	if (s->pubkey_algo == GPGME_PK_RSA || s->pubkey_algo == GPGME_PK_RSA_E)
		return "RSAES-PKCS1-v1_5";
	if (s->pubkey_algo != GPGME_PK_ECDH && s->pubkey_algo != GPGME_PK_ECC)
		return "";
	for (size_t i = 0; s->curve != NULL && i < COUNT(curves); i++)
		if (strcmp(curves[i].curve, s->curve) == 0)
			return curves[i].name;
	return "";
}

static bool
is_strong(gpgme_subkey_t s)
{
	return algorithm_allowed(ALGORITHM_ENCRYPT, algorithm_of(s),
		   (int)s->length, algorithm_day(time(NULL))) != ALGORITHM_DENY;
}

/* By the date: the key may have been read a while ago. */
static bool
is_expired(gpgme_subkey_t s)
{
	return s->expired ||
	       (s->expires > 0 && (time_t)s->expires <= time(NULL));
}

static bool
is_usable(gpgme_subkey_t s)
{
	return s->can_encrypt && !s->revoked && !is_expired(s) &&
	       !s->disabled && !s->invalid;
}

/* gpg takes the newest usable subkey: so each of them must do. */
static int
check_subkeys(gpgme_key_t key, struct reason *why)
{
	gpgme_subkey_t expired = NULL;
	bool any = false;

	for (gpgme_subkey_t s = key->subkeys; s != NULL; s = s->next) {
		if (s->can_encrypt && is_expired(s))
			expired = s;
		if (!is_usable(s))
			continue;
		if (!is_strong(s))
			return reason_set(why,
			    "OpenPGP key is too weak: %s of %u bits",
			    gpgme_pubkey_algo_name(s->pubkey_algo), s->length);
		any = true;
	}
	if (any)
		return 0;
	if (expired != NULL)
		return say_expired(expired, why);
	return reason_set(why, "OpenPGP key cannot encrypt");
}

int
openpgp_key_check(gpgme_key_t key, const char *address, struct reason *why)
{
	if (key->revoked)
		return reason_set(why, "OpenPGP key was revoked");
	if (key->expired || is_expired(key->subkeys))
		return say_expired(key->subkeys, why);
	if (key->invalid || key->disabled)
		return reason_set(why, "OpenPGP key is not valid");
	if (address != NULL && !has_address(key, address))
		return reason_set(why, "OpenPGP key is for another address");
	return check_subkeys(key, why);
}
