/* SPDX-License-Identifier: ISC */
#include <idn2.h>
#include <string.h>

#include "milter/base/text.h"
#include "policy/address.h"
#include "milter/base/banned.h"

static int
put(char *out, size_t size, const char *s, size_t len)
{
	if (len >= size)
		return -1;
	memcpy(out, s, len);
	out[len] = '\0';
	return 0;
}

static bool
is_ascii(const char *s)
{
	while (*s > 0)
		s++;
	return *s == '\0';
}

/* libidn2 refuses what is no host name but is used in mail ("_", "[...]"), so
 * only a domain that needs it goes there. */
static int
to_a_labels(char *out, size_t size, const char *domain)
{
	char *labels = NULL;
	int failed;

	if (is_ascii(domain) ||
	    idn2_to_ascii_8z(domain, &labels,
		IDN2_NFC_INPUT | IDN2_NONTRANSITIONAL) != IDN2_OK)
		return put(out, size, domain, strlen(domain));
	failed = put(out, size, labels, strlen(labels));
	idn2_free(labels);
	return failed;
}

int
address_fold(char *out, size_t size, const char *domain)
{
	size_t len;

	if (to_a_labels(out, size, domain) != 0)
		return -1;
	text_lower(out);
	len = strlen(out);
	/* "example.jp." is example.jp: else it would not be one of ours. */
	while (len > 1 && out[len - 1] == '.')
		out[--len] = '\0';
	return 0;
}

size_t
address_domain(const char *address)
{
	const char *at = strrchr(address, '@');
	size_t len = strlen(address);

	/* The @ of "a@b" in quotes parts nothing (RFC 5321 4.1.2). */
	if (at == NULL || address[len - 1] == '"')
		return len;
	return (size_t)(at + 1 - address);
}

/* "@a,@b:" before the address was once the way to go; it is to be ignored
 * (RFC 5321 appendix C). A literal's own colons end nothing. */
static const char *
after_route(const char *path)
{
	const char *s = path;

	if (*s != '@')
		return path;
	for (bool literal = false; *s != '\0'; s++) {
		if (*s == '[' || *s == ']')
			literal = *s == '[';
		if (*s == ':' && !literal)
			return s + 1;
	}
	return path;
}

/* The path without blanks around it and one pair of brackets. */
static const char *
trim(const char *path, size_t *len)
{
	path += strspn(path, " \t");
	*len = strlen(path);
	while (*len > 0 && strchr(" \t\r\n", path[*len - 1]) != NULL)
		--*len;
	if (*len > 0 && path[*len - 1] == '>')
		--*len;
	if (*len > 0 && *path == '<') {
		path++;
		--*len;
	}
	return path;
}

int
address_read(const char *path, char address[ENVELOPE_ADDRESS], size_t *domain,
    struct reason *why)
{
	char plain[ENVELOPE_ADDRESS], raw[ENVELOPE_ADDRESS];
	const char *start;
	size_t len;

	start = trim(path, &len);
	if (put(raw, sizeof raw, start, len) != 0 ||
	    !text_printable(plain, sizeof plain, after_route(raw),
		strlen(after_route(raw))))
		return reason_set(why, "address is over %d bytes",
		    ENVELOPE_ADDRESS - 1);
	*domain = address_domain(plain);
	if (put(address, ENVELOPE_ADDRESS, plain, *domain) != 0 ||
	    address_fold(address + *domain, ENVELOPE_ADDRESS - *domain,
		plain + *domain) != 0)
		return reason_set(why, "address is over %d bytes",
		    ENVELOPE_ADDRESS - 1);
	return 0;
}

bool
address_below(const char *domain, const char *pattern)
{
	size_t len = strlen(domain), tail;

	if (*pattern != '.' || strcmp(domain, pattern + 1) == 0)
		return strcmp(domain, pattern + (*pattern == '.')) == 0;
	tail = strlen(pattern);
	return len > tail && strcmp(domain + len - tail, pattern) == 0;
}
