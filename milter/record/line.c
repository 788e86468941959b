/* SPDX-License-Identifier: ISC */
#include <stdlib.h>
#include <string.h>

#include "milter/record/line.h"
#include "milter/base/banned.h"

enum { FORM = JSON_COMPACT | JSON_SORT_KEYS };

static void
hash_text(const char *text, char hex[HASH_HEX])
{
	uint8_t digest[HASH_BYTES];

	hash_bytes(text, strlen(text), digest);
	hash_hex(digest, hex);
}

/* Behind the string that begins at p. */
static const char *
behind_string(const char *p)
{
	for (p++; *p != '"'; p++)
		p += *p == '\\';
	return p + 1;
}

/*
 * Where the field "hash" belongs among the sorted ones: dumping a second time
 * cost a seventh of what the front does for a mail. There always is a later
 * field ("prev"), and jansson gives nothing but well-formed text.
 */
static const char *
place_of_hash(const char *text)
{
	const char *p = text + 1;
	int depth = 1;

	while (depth > 1 || *p != '"' || strncmp(p + 1, "hash\"", 5) < 0) {
		/* A value cannot be taken for a name: it is skipped with it. */
		if (*p == '"' && depth == 1)
			p = behind_string(p) + 1;
		if (*p == '"') {
			p = behind_string(p);
			continue;
		}
		depth += *p == '{' || *p == '[';
		depth -= *p == '}' || *p == ']';
		p++;
	}
	return p;
}

/* The text with its hash put in, and the end of the line. */
static int
add_line(struct buf *out, const char *text, const char *hash)
{
	const char *rest = place_of_hash(text);

	if (buf_add(out, text, (size_t)(rest - text)) == -1 ||
	    buf_printf(out, "\"hash\":\"%s\",", hash) == -1 ||
	    buf_string(out, rest) == -1)
		return -1;
	return buf_string(out, "\n");
}

int
line_write(json_t *event, struct buf *out, char hash[HASH_HEX],
    struct reason *why)
{
	enum { HASH_FIELD = HASH_HEX + 10 };
	size_t before = out->len;
	int result = -1;
	char *text;

	json_object_del(event, "hash");
	text = json_dumps(event, FORM);
	if (text == NULL)
		return reason_set(why, "an event cannot be written as JSON");
	hash_text(text, hash);
	if (strlen(text) + HASH_FIELD >= LINE_LIMIT)
		reason_set(why, "an event is longer than %d bytes", LINE_LIMIT);
	else if (add_line(out, text, hash) == -1)
		reason_set(why, "no room for an event of %zu bytes",
		    strlen(text));
	else
		result = json_object_set_new(event, "hash", json_string(hash));
	if (result == -1)
		out->len = before;
	free(text);
	return result;
}

/* A 64-digit hash of the event, copied to hex. */
static bool
get_hash(const json_t *event, const char *key, char hex[HASH_HEX])
{
	const char *s = json_string_value(json_object_get(event, key));
	uint8_t digest[HASH_BYTES];

	if (s == NULL || !hash_unhex(s, digest))
		return false;
	memcpy(hex, s, HASH_HEX);
	return true;
}

json_t *
line_read(const char *bytes, size_t len, struct line *line, struct reason *why)
{
	json_error_t error;
	json_t *event = json_loadb(bytes, len,
	    JSON_REJECT_DUPLICATES | JSON_ALLOW_NUL, &error);
	json_t *seq = json_object_get(event, "seq");

	if (event == NULL) {
		reason_set(why, "it is no JSON: %s", error.text);
		return NULL;
	}
	if (json_is_integer(seq) && json_integer_value(seq) > 0 &&
	    get_hash(event, "prev", line->prev) &&
	    get_hash(event, "hash", line->hash)) {
		line->seq = (uint64_t)json_integer_value(seq);
		return event;
	}
	reason_set(why, "it has no seq, prev and hash as an event has");
	json_decref(event);
	return NULL;
}

/* Does the event, written again, give the same bytes? */
static bool
same_form(const char *bytes, size_t len, json_t *event)
{
	char *text = json_dumps(event, FORM);
	bool same = text != NULL && strlen(text) == len &&
		    memcmp(text, bytes, len) == 0;

	free(text);
	return same;
}

int
line_check(const char *bytes, size_t len, json_t *event,
    const struct line *line, struct reason *why)
{
	char hash[HASH_HEX];
	json_t *bare;
	char *text;

	if (!same_form(bytes, len, event))
		return reason_set(why, "it is not in the form it was written");
	bare = json_copy(event);
	json_object_del(bare, "hash");
	text = json_dumps(bare, FORM);
	json_decref(bare);
	if (text == NULL)
		return reason_set(why, "out of memory");
	hash_text(text, hash);
	free(text);
	if (strcmp(hash, line->hash) != 0)
		return reason_set(why, "its hash is not that of its content");
	return 0;
}
