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

int
line_write(json_t *event, struct buf *out, char hash[HASH_HEX],
    struct reason *why)
{
	char *text = json_dumps(event, FORM);
	int result = -1;

	if (text == NULL)
		return reason_set(why, "an event cannot be written as JSON");
	hash_text(text, hash);
	free(text);
	json_object_set_new(event, "hash", json_string(hash));
	text = json_dumps(event, FORM);
	if (text == NULL || strlen(text) >= LINE_LIMIT)
		reason_set(why, "an event is longer than %d bytes", LINE_LIMIT);
	else if (buf_add(out, text, strlen(text)) == -1)
		reason_set(why, "no room for an event of %zu bytes",
		    strlen(text));
	else
		result = buf_string(out, "\n");
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
