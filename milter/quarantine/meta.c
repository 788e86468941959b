/* SPDX-License-Identifier: ISC */
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "milter/base/buf.h"
#include "milter/base/clock.h"
#include "milter/quarantine/meta.h"
#include "milter/base/banned.h"

static int
by_text(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

int
meta_addresses(struct buf *b, char *const *rcpts, size_t count)
{
	char **sorted = calloc(count + 1, sizeof *sorted);
	int result = sorted == NULL ? -1 : 0;

	if (sorted != NULL && count > 0) {
		memcpy(sorted, rcpts, count * sizeof *sorted);
		qsort(sorted, count, sizeof *sorted, by_text);
	}
	for (size_t i = 0; result == 0 && i < count; i++)
		result = buf_add(b, sorted[i], strlen(sorted[i]) + 1);
	free(sorted);
	return result;
}

const char *
meta_text(const json_t *meta, const char *key)
{
	const char *s = json_string_value(json_object_get(meta, key));

	return s != NULL ? s : "";
}

char **
meta_texts(const json_t *list)
{
	size_t count = json_array_size(list);
	char **all = calloc(count + 1, sizeof *all);

	for (size_t i = 0; all != NULL && i < count; i++) {
		const char *s = json_string_value(json_array_get(list, i));

		all[i] = (char *)(uintptr_t)(s != NULL ? s : "");
	}
	return all;
}

static const char *
or_empty(const char *s)
{
	return s == NULL ? "" : s;
}

int
meta_same(const struct meta_source *m, const uint8_t sha256[HASH_BYTES],
    char hex[HASH_HEX], struct reason *why)
{
	char **rcpts = calloc(m->rcpts_count + 1, sizeof *rcpts);
	const char *sender = or_empty(m->e->sender);
	uint8_t digest[HASH_BYTES];
	struct buf b;
	int result = -1;

	buf_init(&b, 64 * 1024 * 1024);
	for (size_t i = 0; rcpts != NULL && i < m->rcpts_count; i++)
		rcpts[i] = m->e->rcpts[m->rcpts[i]].address;
	if (rcpts != NULL && buf_add(&b, sender, strlen(sender) + 1) == 0 &&
	    meta_addresses(&b, rcpts, m->rcpts_count) == 0)
		result = buf_add(&b, sha256, HASH_BYTES);
	if (result == -1)
		reason_set(why, "no memory for %zu recipients", m->rcpts_count);
	else {
		hash_bytes(b.data, b.len, digest);
		hash_hex(digest, hex);
	}
	buf_free(&b);
	free(rcpts);
	return result;
}

/* Who to whom. */
static void
add_envelope(json_t *meta, const struct meta_source *m)
{
	const struct envelope *e = m->e;
	json_t *rcpts = json_array(), *args = json_array();

	for (size_t i = 0; i < m->rcpts_count; i++) {
		const struct recipient *r = &e->rcpts[m->rcpts[i]];

		json_array_append_new(rcpts, json_string(r->address));
		json_array_append_new(args, json_string(or_empty(r->args)));
	}
	json_object_update_new(meta,
	    json_pack("{s:s, s:s, s:s, s:s, s:s, s:s, s:s, s:o, s:o}", "msg",
		e->id, "queue_id", or_empty(e->queue_id), "sender",
		or_empty(e->sender), "sender_args", or_empty(e->sender_args),
		"client_ip", or_empty(e->client_ip), "helo", or_empty(e->helo),
		"auth_user", or_empty(e->auth_user), "rcpts", rcpts,
		"rcpt_args", args));
	if (m->rcpts_count > 0)
		json_object_set_new(meta, "direction",
		    json_string(
			direction_name(e->rcpts[m->rcpts[0]].direction)));
}

/* What was found and decided. */
static void
add_verdict(json_t *meta, const struct meta_source *m)
{
	const struct verdict *v = m->v;
	const struct findings *f = m->f;

	json_object_update_new(meta,
	    json_pack("{s:s, s:i, s:s, s:s, s:s, s:s, s:s, s:s, s:o, s:o, s:o}",
		"verdict", verdict_name(v->kind), "score", v->score, "rule",
		or_empty(v->rule), "basis", or_empty(v->basis), "class",
		or_empty(v->class), "subject", or_empty(f->subject), "from",
		or_empty(f->from), "message_id", or_empty(f->message_id),
		"facts", findings_facts_json(f), "parts",
		findings_parts_json(f), "urls", findings_urls_json(f)));
	if (v->kind == VERDICT_HOLD)
		json_object_set_new(meta, "until",
		    json_integer(clock_now() + v->seconds * 1000000));
	if (f->campaign[0] != '\0')
		json_object_set_new(meta, "campaign", json_string(f->campaign));
}

/* Every field that must be there, is: a text that is no UTF-8 leaves its whole
 * group out. */
static bool
is_whole(const json_t *meta)
{
	return json_object_get(meta, "rcpts") != NULL &&
	       json_object_get(meta, "facts") != NULL &&
	       json_object_get(meta, "sha256") != NULL;
}

json_t *
meta_new(const struct meta_source *m, const char *id, struct reason *why)
{
	char now[CLOCK_TEXT], same[HASH_HEX], hex[HASH_HEX];
	uint8_t sha256[HASH_BYTES];
	struct stat st;
	json_t *meta;

	if (fstat(m->message, &st) == -1) {
		reason_errno(why, "the message");
		return NULL;
	}
	if (hash_fd(m->message, sha256, why) == -1 ||
	    meta_same(m, sha256, same, why) == -1)
		return NULL;
	clock_text(clock_now(), now);
	hash_hex(sha256, hex);
	meta = json_pack("{s:i, s:s, s:s, s:I, s:s, s:s, s:i}", "v", 1, "id",
	    id, "created", now, "size", (json_int_t)st.st_size, "sha256", hex,
	    "dedupe", same, "seen_count", 1);
	add_envelope(meta, m);
	add_verdict(meta, m);
	if (is_whole(meta))
		return meta;
	json_decref(meta);
	reason_set(why, "envelope or findings are not UTF-8 text");
	return NULL;
}
