/* SPDX-License-Identifier: ISC */
#include <string.h>

#include "policy/findings.h"
#include "milter/base/banned.h"

/* What crossed so far: the last packet must tell the same numbers. */
struct crossed {
	size_t facts, parts, urls;
	bool summary, done;
};

/* A part's index is sent as a number above it, 0 being the whole message. */
static uint64_t
part_number(int part)
{
	return part < 0 ? 0 : (uint64_t)part + 1;
}

static void
put_fact(struct wire_out *out, const struct found *fact)
{
	wire_put_number(out, fact->fact);
	wire_put_number(out, part_number(fact->part));
	wire_put_number(out, fact->offset);
	wire_put_string(out, fact->evidence);
}

static void
put_part(struct wire_out *out, const struct seen_part *part)
{
	wire_put_string(out, part->path);
	wire_put_string(out, part->name);
	wire_put_string(out, part->type);
	wire_put_number(out, part->size);
	wire_put_bytes(out, part->sha256, sizeof part->sha256);
	wire_put_number(out, part->inspected);
	wire_put_string(out, part->reason);
	wire_put_number(out, part->begin);
	wire_put_number(out, part->end);
}

static void
put_url(struct wire_out *out, const struct seen_url *url)
{
	wire_put_number(out, part_number(url->part));
	wire_put_string(out, url->url);
	wire_put_string(out, url->host);
}

static void
put_summary(struct wire_out *out, const struct findings *f)
{
	wire_put_string(out, f->engine);
	wire_put_string(out, f->subject);
	wire_put_string(out, f->message_id);
	wire_put_string(out, f->from);
	wire_put_number(out, (uint64_t)f->db_time);
	wire_put_number(out, f->signatures);
	wire_put_number(out, (uint64_t)f->milliseconds);
	wire_put_number(out, f->dropped);
}

static void
put_done(struct wire_out *out, const struct findings *f)
{
	wire_put_number(out, f->facts_count);
	wire_put_number(out, f->parts_count);
	wire_put_number(out, f->urls_count);
}

/* Where packets go, until when. */
struct way {
	int fd;
	int64_t deadline;
	struct reason *why;
};

/* Sends what was put and empties it for the next packet. */
static int
packet(const struct way *way, uint16_t kind, struct wire_out *out)
{
	size_t len = out->len;

	out->len = 0;
	if (out->bad)
		return reason_set(way->why,
		    "finding is over %d bytes on the wire", WIRE_MAX);
	return wire_send(way->fd, kind, out->bytes, len, -1, way->deadline,
	    way->why);
}

static int
send_lists(const struct way *way, struct wire_out *out,
    const struct findings *f)
{
	/* Parts go first: facts and links point to them. */
	for (size_t i = 0; i < f->parts_count; i++) {
		put_part(out, &f->parts[i]);
		if (packet(way, PACKET_PART, out) != 0)
			return -1;
	}
	for (size_t i = 0; i < f->facts_count; i++) {
		put_fact(out, &f->facts[i]);
		if (packet(way, PACKET_FACT, out) != 0)
			return -1;
	}
	for (size_t i = 0; i < f->urls_count; i++) {
		put_url(out, &f->urls[i]);
		if (packet(way, PACKET_URL, out) != 0)
			return -1;
	}
	return 0;
}

int
findings_send(int fd, const struct findings *f, int64_t deadline,
    struct reason *why)
{
	struct way way = { fd, deadline, why };
	struct wire_out out;

	out.len = 0;
	out.bad = 0;
	if (send_lists(&way, &out, f) != 0)
		return -1;
	put_summary(&out, f);
	if (packet(&way, PACKET_SUMMARY, &out) != 0)
		return -1;
	put_done(&out, f);
	return packet(&way, PACKET_DONE, &out);
}

/* Reads a part's number; -1 and bad when there is no such part yet. */
static int
get_part_index(struct wire_in *in, const struct findings *f)
{
	uint64_t n = wire_get_number(in);

	if (n > f->parts_count) {
		in->bad = 1;
		return -1;
	}
	return (int)n - 1;
}

static int
get_fact(struct findings *f, struct wire_in *in, struct crossed *crossed,
    struct reason *why)
{
	char evidence[FINDINGS_EVIDENCE];
	uint64_t fact = wire_get_number(in);
	int part = get_part_index(in, f);
	uint64_t offset = wire_get_number(in);

	wire_get_string(in, evidence, sizeof evidence);
	if (wire_end(in, why) != 0)
		return -1;
	if (fact >= FACT_COUNT)
		return reason_set(why, "sent a fact that does not exist: %llu",
		    (unsigned long long)fact);
	findings_fact(f, (enum fact)fact, part, offset, "%s", evidence);
	if (f->dropped != 0)
		return reason_set(why, "sent more facts than are kept");
	crossed->facts++;
	return 0;
}

static int
get_part(struct findings *f, struct wire_in *in, struct crossed *crossed,
    struct reason *why)
{
	char path[FINDINGS_PATH], name[FINDINGS_NAME], type[FINDINGS_TYPE];
	char text[FINDINGS_EVIDENCE];
	struct seen_part part = { path, name, type, .reason = text };
	uint64_t inspected;

	wire_get_string(in, path, sizeof path);
	wire_get_string(in, name, sizeof name);
	wire_get_string(in, type, sizeof type);
	part.size = wire_get_number(in);
	wire_get_bytes(in, part.sha256, sizeof part.sha256);
	inspected = wire_get_number(in);
	wire_get_string(in, text, sizeof text);
	part.begin = wire_get_number(in);
	part.end = wire_get_number(in);
	if (wire_end(in, why) != 0)
		return -1;
	if (part.begin > part.end)
		return reason_set(why,
		    "sent a part that ends before it begins");
	if (inspected > INSPECTED_NOT)
		return reason_set(why, "sent a part in no known state: %llu",
		    (unsigned long long)inspected);
	part.inspected = (enum inspected)inspected;
	if (findings_part(f, &part) == -1)
		return reason_set(why, "sent more parts than are kept");
	crossed->parts++;
	return 0;
}

static int
get_url(struct findings *f, struct wire_in *in, struct crossed *crossed,
    struct reason *why)
{
	char text[FINDINGS_URL], host[FINDINGS_NAME];
	struct seen_url url = { get_part_index(in, f), text, host };

	wire_get_string(in, text, sizeof text);
	wire_get_string(in, host, sizeof host);
	if (wire_end(in, why) != 0)
		return -1;
	if (findings_url(f, &url) == -1)
		return reason_set(why, "sent more links than are kept");
	crossed->urls++;
	return 0;
}

static void
get_text(struct wire_in *in, char **field)
{
	char text[FINDINGS_EVIDENCE];

	wire_get_string(in, text, sizeof text);
	findings_text(field, text);
}

static int
get_summary(struct findings *f, struct wire_in *in, struct crossed *crossed,
    struct reason *why)
{
	uint64_t db_time, milliseconds, dropped;

	if (crossed->summary)
		return reason_set(why, "sent two summaries");
	crossed->summary = true;
	get_text(in, &f->engine);
	get_text(in, &f->subject);
	get_text(in, &f->message_id);
	get_text(in, &f->from);
	db_time = wire_get_number(in);
	f->signatures = wire_get_number(in);
	milliseconds = wire_get_number(in);
	dropped = wire_get_number(in);
	if (wire_end(in, why) != 0)
		return -1;
	if (db_time > INT64_MAX || milliseconds > INT64_MAX)
		return reason_set(why, "sent a time before 1970");
	f->db_time = (int64_t)db_time;
	f->milliseconds = (int64_t)milliseconds;
	/* Who drops says so; a server that hides it is not believed. */
	if (dropped != 0 && f->kinds[FACT_SCAN_LIMIT] == 0)
		return reason_set(why, "dropped findings without scan.limit");
	f->dropped = dropped;
	return 0;
}

static int
get_done(struct findings *f, struct wire_in *in, struct crossed *crossed,
    struct reason *why)
{
	uint64_t facts = wire_get_number(in);
	uint64_t parts = wire_get_number(in);
	uint64_t urls = wire_get_number(in);

	(void)f;
	if (wire_end(in, why) != 0)
		return -1;
	if (!crossed->summary)
		return reason_set(why, "ended without a summary");
	if (facts != crossed->facts || parts != crossed->parts ||
	    urls != crossed->urls)
		return reason_set(why,
		    "counts do not match: %zu facts, %zu parts, %zu links came",
		    crossed->facts, crossed->parts, crossed->urls);
	crossed->done = true;
	return 0;
}

typedef int
reader(struct findings *, struct wire_in *, struct crossed *, struct reason *);

static reader *const readers[] = {
	[PACKET_FACT] = get_fact,
	[PACKET_PART] = get_part,
	[PACKET_URL] = get_url,
	[PACKET_SUMMARY] = get_summary,
	[PACKET_DONE] = get_done,
};

static int
receive(const struct way *way, struct findings *f, struct crossed *crossed)
{
	unsigned char bytes[WIRE_MAX];
	struct wire_in in = { .bytes = bytes };
	struct wire_head head;

	if (wire_recv(way->fd, &head, bytes, NULL, way->deadline, way->why) !=
	    0)
		return -1;
	if (head.kind < PACKET_FACT || head.kind > PACKET_DONE)
		return reason_set(way->why, "sent a packet of kind %u",
		    (unsigned)head.kind);
	/* Only the end may follow the summary: what it says of limits would
	 * not be true of what came behind it. */
	if (crossed->summary && head.kind != PACKET_DONE)
		return reason_set(way->why, "sent more after its summary");
	in.len = head.length;
	return readers[head.kind](f, &in, crossed, way->why);
}

int
findings_recv(int fd, struct findings *f, int64_t deadline, struct reason *why)
{
	struct way way = { fd, deadline, why };
	struct crossed crossed = { 0 };

	f->finished = false;
	while (!crossed.done)
		if (receive(&way, f, &crossed) != 0)
			return -1;
	f->finished = true;
	return 0;
}
