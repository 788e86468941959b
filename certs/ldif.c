/* SPDX-License-Identifier: ISC */
#include <openssl/evp.h>
#include <string.h>
#include <strings.h>

#include "certs/ldif.h"
#include "milter/base/count.h"
#include "milter/base/banned.h"

void
ldif_begin(struct ldif *l, char *text, size_t len)
{
	l->at = text;
	l->end = text + len;
}

/* The next logical line without its end: what is folded is moved together, so
 * that the line never grows. NULL at the end. */
static char *
next_line(struct ldif *l, size_t *len)
{
	char *start = l->at, *to = l->at;

	if (l->at >= l->end)
		return NULL;
	for (;;) {
		char *end = memchr(l->at, '\n', (size_t)(l->end - l->at));
		char *next = end == NULL ? l->end : end + 1;
		size_t n = (size_t)((end == NULL ? l->end : end) - l->at);

		if (n > 0 && l->at[n - 1] == '\r')
			n--;
		memmove(to, l->at, n);
		to += n;
		l->at = next;
		if (next >= l->end || *next != ' ' || to == start)
			break;
		l->at++;
	}
	*len = (size_t)(to - start);
	return start;
}

/* Decodes base64 where it stands; SIZE_MAX: it is none. */
static size_t
decode(char *text, size_t len)
{
	unsigned char *to = (unsigned char *)text;
	unsigned char group[3];
	size_t out = 0, padding = 0;

	while (padding < 2 && padding < len && text[len - 1 - padding] == '=')
		padding++;
	/* OpenSSL takes padding anywhere. */
	if (len % 4 != 0 || memchr(text, '=', len - padding) != NULL)
		return SIZE_MAX;
	for (size_t i = 0; i < len; i += 4) {
		size_t n = i + 4 == len ? 3 - padding : 3;

		if (EVP_DecodeBlock(group, (unsigned char *)text + i, 4) != 3)
			return SIZE_MAX;
		memcpy(to + out, group, n);
		out += n;
	}
	return out;
}

static int
is_certificate(const char *name)
{
	static const char *const names[] = { "userCertificate;binary",
		"userCertificate", "userSMIMECertificate;binary",
		"userSMIMECertificate" };

	for (size_t i = 0; i < COUNT(names); i++)
		if (strcasecmp(name, names[i]) == 0)
			return 1;
	return 0;
}

static void
take(struct ldif_record *r, const char *name, char *value, size_t len)
{
	if (is_certificate(name)) {
		if (r->certificates_count == LDIF_CERTIFICATES)
			r->problem = "too many certificates in one record";
		else
			r->certificates[r->certificates_count++] =
			    (struct ldif_value){ (unsigned char *)value, len };
	} else if (strcasecmp(name, "mail") == 0 && len > 0 &&
		   memchr(value, '\0', len) == NULL) {
		/* Behind each line there was at least its end. */
		value[len] = '\0';
		if (r->mails_count == LDIF_MAILS)
			r->problem = "too many addresses in one record";
		else
			r->mails[r->mails_count++] = value;
	}
}

/* "name: value", "name:: base64", "name:< URL". */
static void
take_line(struct ldif_record *r, char *line, size_t len)
{
	char *colon = memchr(line, ':', len), *value;
	int encoded;

	if (line[0] == '#' || colon == NULL)
		return;
	*colon = '\0';
	if (!is_certificate(line) && strcasecmp(line, "mail") != 0)
		return;
	value = colon + 1;
	encoded = value < line + len && *value == ':';
	if (value < line + len && *value == '<') {
		r->problem = "a value by URL is not fetched";
		return;
	}
	value += encoded;
	while (value < line + len && *value == ' ')
		value++;
	len -= (size_t)(value - line);
	if (encoded)
		len = decode(value, len);
	if (len == SIZE_MAX)
		r->problem = "broken base64";
	else
		take(r, line, value, len);
}

int
ldif_next(struct ldif *l, struct ldif_record *record)
{
	char *line;
	size_t len;

	memset(record, 0, sizeof *record);
	while ((line = next_line(l, &len)) != NULL) {
		if (len > 0)
			take_line(record, line, len);
		else if (record->mails_count > 0 ||
			 record->certificates_count > 0 ||
			 record->problem != NULL)
			return 1;
	}
	return record->mails_count > 0 || record->certificates_count > 0 ||
	       record->problem != NULL;
}
