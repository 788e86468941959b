/* SPDX-License-Identifier: ISC */
#include <fcntl.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "milter/base/arena.h"
#include "milter/base/clock.h"
#include "milter/base/wire.h"
#include "milter/inspect/engine.h"
#include "milter/inspect/inspect.h"
#include "milter/mail/password.h"
#include "milter/run/ask.h"
#include "milter/run/serve.h"
#include "milter/base/banned.h"

/*
 * The scan server: the only program that parses mail. Facts leave it, nothing
 * else does.
 */
enum { ANSWER_MS = 10000 };

/* Set before the children are made, never written after. */
static const struct conf *settings;
static struct places *places;
static struct message_limits limits;

static int
load(const struct conf *conf, char *ready, size_t size, struct reason *why)
{
	const struct engine_info *info;

	settings = conf;
	places = places_new(conf, why);
	if (places == NULL || inspect_prepare(conf, why) == -1)
		return -1;
	limits = (struct message_limits){
		.parts = (int)conf->scan_parts,
		.depth = (int)conf->scan_depth,
		.headers = (int)conf->scan_headers,
		.header_bytes = (size_t)conf->scan_header_bytes,
		.decoded = (size_t)conf->scan_decoded,
		.member = (size_t)conf->scan_member,
		.ratio = (size_t)conf->scan_ratio,
		.hashes = (uint64_t)conf->scan_hashes,
		.pixels = (size_t)conf->scan_pictures,
	};
	info = engine_info();
	snprintf(ready, size, "%llu %lld %d %s",
	    (unsigned long long)info->signatures, (long long)info->db_time,
	    info->reduced, info->version);
	return 0;
}

static int
prepare(const struct conf *conf, const char *temp, struct reason *why)
{
	(void)conf;
	return engine_temp(temp, why);
}

/* The message must not change while it is read: only a sealed memfd will do. */
static int
map_message(int fd, const unsigned char **bytes, size_t *size,
    struct reason *why)
{
	const int seals = F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE;
	struct stat st;
	void *map;

	if (fd == -1 || (fcntl(fd, F_GET_SEALS) & seals) != seals ||
	    fstat(fd, &st) == -1)
		return reason_set(why, "no sealed message came along");
	*size = (size_t)st.st_size;
	*bytes = (const unsigned char *)"";
	if (st.st_size == 0)
		return 0;
	map = mmap(NULL, *size, PROT_READ, MAP_PRIVATE, fd, 0);
	if (map == MAP_FAILED)
		return reason_errno(why, "message");
	*bytes = map;
	return 0;
}

/* What is asked about one message. */
struct order {
	struct arena *arena;
	struct envelope *envelope;
	int message; /* memfd, -1 until it came */
	struct conf_list passwords; /* the site's, then those of companions */
};

static int
inspect(int connection, const struct order *o, struct reason *why)
{
	struct inspection i = { .envelope = o->envelope, .places = places };
	struct message_limits bounds = limits;
	int64_t begin = clock_ms();
	const unsigned char *bytes;
	size_t size = 0;
	int result;

	if (map_message(o->message, &bytes, &size, why) == -1)
		return -1;
	bounds.passwords = &o->passwords;
	i.findings = findings_new();
	i.message = message_read(o->arena, bytes, size, &bounds);
	inspect_message(&i);
	i.findings->milliseconds = clock_ms() - begin;
	result =
	    findings_send(connection, i.findings, clock_ms() + ANSWER_MS, why);
	findings_free(&i.findings);
	if (size != 0)
		munmap((void *)(uintptr_t)bytes, size);
	return result;
}

/* Another mail of the sender, in which the password may stand. */
static int
take_companion(struct order *o, int fd, struct reason *why)
{
	struct conf_list *list = &o->passwords;
	const unsigned char *bytes;
	struct passwords words;
	size_t size = 0;
	char **items;

	if (map_message(fd, &bytes, &size, why) == -1)
		return -1;
	passwords_of(message_read(o->arena, bytes, size, &limits), &words);
	items = arena_get(o->arena,
	    (list->count + words.count) * sizeof *list->items);
	for (size_t i = 0; i < list->count; i++)
		items[i] = list->items[i];
	for (size_t i = 0; i < words.count; i++)
		items[list->count + i] = arena_string(o->arena, words.list[i]);
	*list = (struct conf_list){ items, list->count + words.count };
	if (size != 0)
		munmap((void *)(uintptr_t)bytes, size);
	return 0;
}

/* One packet: 1 when the message came, 0 for a companion, -1. */
static int
take_packet(int connection, struct order *o, struct reason *why)
{
	static unsigned char bytes[WIRE_MAX];
	struct wire_in in = { .bytes = bytes };
	struct wire_head head;
	int fd = -1, result = -1;

	if (wire_recv(connection, &head, bytes, &fd, clock_ms() + ANSWER_MS,
		why) == -1)
		return -1;
	in.len = head.length;
	if (head.kind == PACKET_COMPANION) {
		result = take_companion(o, fd, why);
		close(fd);
		return result;
	}
	o->message = fd;
	if (head.kind == PACKET_SCAN)
		o->envelope = envelope_get(&in, why);
	return o->envelope != NULL && wire_end(&in, why) == 0 ? 1 : -1;
}

static int
serve(int connection, struct reason *why)
{
	struct order o = { .message = -1,
		.passwords = settings->scan_passwords };
	int came = 0;

	o.arena = arena_new((size_t)settings->scan_memory);
	for (int i = 0; came == 0 && i <= ASK_COMPANIONS; i++)
		came = take_packet(connection, &o, why);
	/* A client that went away costs no child. */
	if (came == 1)
		came = inspect(connection, &o, why);
	else
		came = 0;
	envelope_free(&o.envelope);
	if (o.message != -1)
		close(o.message);
	arena_free(&o.arena);
	return came;
}

static void
fill(struct server *s, const struct conf *conf)
{
	s->user = conf->scan_user;
	s->children = conf->scan_children;
	s->messages = conf->scan_messages;
	s->seconds = conf->scan_time;
	s->memory = (uint64_t)conf->scan_memory;
	s->temp = (uint64_t)conf->scan_temp;
}

int
main(int argc, char **argv)
{
	struct server scan = {
		.name = "scan",
		.profile = SANDBOX_SCAN,
		.load = load,
		.prepare = prepare,
		.serve = serve,
	};

	return serve_main(&scan, fill, argc, argv);
}
