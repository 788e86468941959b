/* SPDX-License-Identifier: ISC */
#include <fcntl.h>
#include <unistd.h>

#include "certs/verify.h"
#include "milter/base/clock.h"
#include "milter/base/wire.h"
#include "milter/run/serve.h"
#include "policy/findings.h"
#include "milter/base/banned.h"

/*
 * The verify server: signatures of inbound mail. Neither scan, whose virus
 * scanner cannot be linked with OpenSSL, nor seal, which has private keys, is
 * the place to read what strangers signed.
 */
enum { READABLE = 8, PACKET_MS = 5000 };

/* What gpg needs to run; certs_dir is put behind it. */
static const char *readable[READABLE + 1] = { "/usr", "/lib", "/lib64", "/bin",
	"/etc/ld.so.cache", "/etc/gnupg", "/dev/urandom" };

static const enum fact facts[] = {
	[VERIFIED_GOOD] = FACT_SIGNATURE_GOOD,
	[VERIFIED_OTHER] = FACT_SIGNATURE_OTHER,
	[VERIFIED_UNKNOWN] = FACT_SIGNATURE_UNKNOWN,
	[VERIFIED_EXPIRED] = FACT_SIGNATURE_EXPIRED,
	[VERIFIED_WEAK] = FACT_SIGNATURE_WEAK,
	[VERIFIED_UNCHECKED] = FACT_SIGNATURE_UNCHECKED,
	[VERIFIED_UNCLEAR] = FACT_SIGNATURE_UNCLEAR,
	[VERIFIED_BAD] = FACT_SIGNATURE_BAD,
};

/* The first word is the property of Authentication-Results (RFC 7281). */
static void
state(struct findings *f, const struct verified *v)
{
	const char *sep = v->why[0] != '\0' && v->how[0] != '\0' ? "; " : "";

	if (v->signer[0] != '\0')
		findings_fact(f, facts[v->state], -1, 0,
		    "body.%s-identifier=%s %s%s%s", v->method, v->signer,
		    v->why, sep, v->how);
	else
		findings_fact(f, facts[v->state], -1, 0,
		    "body.%s-part=%d %s%s%s", v->method, v->part, v->why, sep,
		    v->how);
}

/* The message must not change while it is read: only a sealed memfd will do. */
static int
answer(int connection, int message, struct reason *why)
{
	const int seals = F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE;
	int64_t begin = clock_ms();
	struct findings *f;
	struct verified v;
	int result;

	if (message == -1 || (fcntl(message, F_GET_SEALS) & seals) != seals)
		return reason_set(why, "no sealed message came along");
	f = findings_new();
	verify_message(message, &v);
	state(f, &v);
	f->milliseconds = clock_ms() - begin;
	f->finished = true;
	result = findings_send(connection, f, clock_ms() + PACKET_MS, why);
	findings_free(&f);
	return result;
}

static int
serve(int connection, struct reason *why)
{
	static unsigned char bytes[WIRE_MAX];
	struct wire_head head;
	int message = -1, result;

	if (wire_recv(connection, &head, bytes, &message,
		clock_ms() + PACKET_MS, why) == -1)
		return -1;
	if (head.kind == PACKET_VERIFY && head.length == 0)
		result = answer(connection, message, why);
	else
		result = reason_set(why, "packet of kind %u, expected %d",
		    head.kind, PACKET_VERIFY);
	if (message != -1)
		close(message);
	return result;
}

static void
fill(struct server *s, const struct conf *conf)
{
	s->user = conf->verify_user;
	s->children = conf->verify_children;
	s->messages = conf->scan_messages;
	/* The budget of one message, and a little for the answer. */
	s->seconds = conf->verify_time + 2;
	/* What verify_prepare() allows a message, twice: OpenSSL's copies. */
	s->memory = (uint64_t)conf->message_size * 8 + (256 << 20);
	s->temp = 16 << 20;
	readable[READABLE - 1] = conf->certs_dir;
	s->readable = readable;
}

int
main(int argc, char **argv)
{
	struct server verify = {
		.name = "verify",
		.profile = SANDBOX_VERIFY,
		.load = verify_load,
		.prepare = verify_prepare,
		.serve = serve,
	};

	return serve_main(&verify, fill, argc, argv);
}
