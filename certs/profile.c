/* SPDX-License-Identifier: ISC */
#include <string.h>

#include "certs/algorithms.h"
#include "certs/profile.h"
#include "milter/base/banned.h"

static const struct {
	const char *name, *mode; /* mode: its name in certs/algorithms.def */
	int bits;
} contents[CONTENTS] = {
	[CONTENT_AES_256_GCM] = { "AES-256-GCM", "AES-GCM", 256 },
	[CONTENT_AES_256_CBC] = { "AES-256-CBC", "AES-CBC", 256 },
	[CONTENT_CAMELLIA_256_CBC] = { "CAMELLIA-256-CBC", "CAMELLIA-CBC",
	    256 },
	[CONTENT_AES_128_CBC] = { "AES-128-CBC", "AES-CBC", 128 },
};

int
profile_named(const char *name, enum profile *profile, struct reason *why)
{
	static const char *const names[PROFILES] = { "interop", "cryptrec",
		"aead" };

	for (*profile = 0; *profile < PROFILES; ++*profile)
		if (strcmp(name, names[*profile]) == 0)
			return 0;
	return reason_set(why,
	    "smime_profile: \"%s\" is none of interop, cryptrec, aead", name);
}

const char *
profile_content(enum content content)
{
	return contents[content].name;
}

static bool
may_be_written(enum content content, int day)
{
	return algorithm_allowed(ALGORITHM_ENCRYPT, contents[content].mode,
		   contents[content].bits, day) != ALGORITHM_DENY;
}

/* The best that was shown; else what every reader of today opens. CONTENTS:
 * nothing may be written. */
static enum content
choose_content(const struct shown *shown, int day)
{
	for (enum content c = 0; c < CONTENTS; c++)
		if (shown->content[c] && may_be_written(c, day))
			return c;
	return may_be_written(CONTENT_AES_256_CBC, day) ? CONTENT_AES_256_CBC
							: CONTENTS;
}

static bool
may_have_key(const char *transport, int rsa_bits, int day)
{
	return algorithm_allowed(ALGORITHM_ENCRYPT, transport, rsa_bits, day) !=
	       ALGORITHM_DENY;
}

int
profile_choose(enum profile profile, const struct shown *shown, int rsa_bits,
    int day, struct way *way, struct reason *why)
{
	way->content = choose_content(shown, day);
	way->oaep = shown->oaep || profile != PROFILE_INTEROP ||
		    !may_have_key("RSAES-PKCS1-v1_5", rsa_bits, day);
	if (way->content == CONTENTS)
		return reason_set(why, "no cipher is allowed any more");
	if (profile == PROFILE_AEAD && way->content != CONTENT_AES_256_GCM)
		return reason_set(why,
		    "recipient has not shown to read AES-256-GCM");
	if (rsa_bits != 0 && way->oaep &&
	    !may_have_key("RSAES-OAEP", rsa_bits, day))
		return reason_set(why, "key is too weak: RSA of %d bits",
		    rsa_bits);
	return 0;
}
