/* SPDX-License-Identifier: ISC */
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "certs/seal.h"
#include "milter/base/text.h"
#include "milter/base/banned.h"

struct seal_answer *
seal_answer_new(void)
{
	struct seal_answer *answer = calloc(1, sizeof *answer);

	if (answer == NULL)
		abort();
	for (size_t i = 0; i < SEAL_COPIES; i++)
		answer->copies[i].fd = -1;
	return answer;
}

void
seal_answer_free(struct seal_answer **answer)
{
	if (*answer == NULL)
		return;
	for (size_t i = 0; i < SEAL_COPIES; i++)
		if ((*answer)->copies[i].fd != -1)
			close((*answer)->copies[i].fd);
	free(*answer);
	*answer = NULL;
}

void
seal_request_clear(struct seal_request *r)
{
	for (size_t i = 0; i < r->count; i++)
		free(r->rcpts[i]);
	r->count = 0;
	free(r->sender);
	free(r->user);
	r->sender = r->user = NULL;
}

/* A packet of the kind that must come now, ready to be read. */
static int
expect(int fd, enum seal_packet kind, struct wire_in *in,
    unsigned char bytes[WIRE_MAX], int *passed, int64_t deadline,
    struct reason *why)
{
	struct wire_head head;

	if (wire_recv(fd, &head, bytes, passed, deadline, why) == -1)
		return -1;
	*in = (struct wire_in){ bytes, head.length, 0, 0 };
	if (head.kind == kind)
		return 0;
	if (passed != NULL && *passed != -1)
		close(*passed);
	return reason_set(why, "packet %d instead of %d", head.kind, kind);
}

static int
send_out(int fd, enum seal_packet kind, const struct wire_out *out, int pass,
    int64_t deadline, struct reason *why)
{
	if (out->bad)
		return reason_set(why, "an address is too long");
	return wire_send(fd, (uint16_t)kind, out->bytes, out->len, pass,
	    deadline, why);
}

static int
send_request(int fd, int message, const struct seal_request *r,
    int64_t deadline, struct reason *why)
{
	struct wire_out out = { .len = 0 };

	wire_put_number(&out, r->count);
	wire_put_string(&out, r->sender);
	wire_put_string(&out, r->user);
	wire_put_number(&out, (uint64_t)r->class);
	if (send_out(fd, PACKET_SEAL, &out, message, deadline, why) == -1)
		return -1;
	for (size_t i = 0; i < r->count; i++) {
		out.len = 0;
		wire_put_string(&out, r->rcpts[i]);
		if (send_out(fd, PACKET_SEAL_TO, &out, -1, deadline, why) == -1)
			return -1;
	}
	return 0;
}

/* Nobody may change it while the MTA is being told what it holds. */
static int
check_fd(const struct seal_copy *copy, struct reason *why)
{
	const int needed = F_SEAL_WRITE | F_SEAL_SHRINK | F_SEAL_GROW;
	int fd = copy->fd;
	struct stat st;

	if (!seal_copy_complete(copy))
		return reason_set(why,
		    "sealed by the %s, but %s message came with it",
		    seal_by_name(copy->by), fd == -1 ? "no" : "a");
	if (fd == -1)
		return 0;
	if ((fcntl(fd, F_GET_SEALS) & needed) != needed)
		return reason_set(why, "the sealed message is not closed");
	if (fstat(fd, &st) == -1 || st.st_size == 0)
		return reason_set(why, "the sealed message is empty");
	return 0;
}

static void
get_text(struct wire_in *in, char *to, size_t size)
{
	char raw[SEAL_KEYS];

	wire_get_string(in, raw, sizeof raw);
	text_printable(to, size, raw, strlen(raw));
}

/* Whose copy it is. */
static int
take_recipients(struct wire_in *in, size_t asked, struct seal_copy *copy,
    struct reason *why)
{
	uint64_t count = wire_get_number(in);

	if (count == 0 || count > asked)
		return reason_set(why, "a copy for %llu of %zu recipients",
		    (unsigned long long)count, asked);
	for (copy->count = 0; copy->count < count; copy->count++) {
		uint64_t n = wire_get_number(in);

		if (n >= asked)
			return reason_set(why, "a copy for an unknown one");
		copy->rcpts[copy->count] = (uint16_t)n;
	}
	return wire_end(in, why);
}

static int
take_copy(int fd, size_t asked, struct seal_copy *copy, int64_t deadline,
    struct reason *why)
{
	unsigned char bytes[WIRE_MAX];
	struct wire_in in;
	uint64_t method, by;

	if (expect(fd, PACKET_SEALED_COPY, &in, bytes, &copy->fd, deadline,
		why) == -1)
		return -1;
	method = wire_get_number(&in);
	by = wire_get_number(&in);
	get_text(&in, copy->used.content, sizeof copy->used.content);
	get_text(&in, copy->used.keys, sizeof copy->used.keys);
	get_text(&in, copy->used.signature, sizeof copy->used.signature);
	get_text(&in, copy->used.signer, sizeof copy->used.signer);
	copy->used.monitored = wire_get_number(&in) != 0;
	get_text(&in, copy->keys, sizeof copy->keys);
	if (take_recipients(&in, asked, copy, why) == -1)
		return -1;
	if (method >= SEAL_METHODS || by > SEAL_BY_SENDER_UNVERIFIED)
		return reason_set(why, "sealed by an unknown method");
	copy->method = (enum seal_method)method;
	copy->by = (enum seal_by)by;
	return check_fd(copy, why);
}

/* Everyone's copy is there, and nobody has two. */
static int
check_shares(const struct seal_answer *a, struct reason *why)
{
	bool has[SEAL_RECIPIENTS] = { false };
	size_t have = 0;

	for (size_t i = 0; i < a->copies_count; i++)
		for (size_t j = 0; j < a->copies[i].count; j++) {
			if (has[a->copies[i].rcpts[j]])
				return reason_set(why, "a copy too many");
			has[a->copies[i].rcpts[j]] = true;
			have++;
		}
	if (have == a->count)
		return 0;
	return reason_set(why, "sealed for %zu of %zu recipients", have,
	    a->count);
}

static int
take_sealed(int fd, struct wire_in *in, size_t asked, struct seal_answer *a,
    int64_t deadline, struct reason *why)
{
	uint64_t copies = wire_get_number(in);

	a->count = asked;
	if (wire_end(in, why) == -1)
		return -1;
	if (copies == 0 || copies > SEAL_COPIES)
		return reason_set(why, "%llu copies",
		    (unsigned long long)copies);
	while (a->copies_count < copies) {
		if (take_copy(fd, asked, &a->copies[a->copies_count], deadline,
			why) == -1)
			return -1;
		a->copies_count++;
	}
	return check_shares(a, why);
}

static int
take_refused(int fd, struct wire_in *in, size_t asked, struct seal_answer *a,
    int64_t deadline, struct reason *why)
{
	unsigned char bytes[WIRE_MAX];
	struct wire_in next;

	a->temporary = wire_get_number(in) != 0;
	a->count = (size_t)wire_get_number(in);
	if (wire_end(in, why) == -1)
		return -1;
	if (a->count != asked)
		return reason_set(why, "a refusal for %zu of %zu recipients",
		    a->count, asked);
	for (size_t i = 0; i < a->count; i++) {
		if (expect(fd, PACKET_REFUSED_WHY, &next, bytes, NULL, deadline,
			why) == -1)
			return -1;
		get_text(&next, a->reasons[i], sizeof a->reasons[i]);
		if (wire_end(&next, why) == -1)
			return -1;
	}
	return 0;
}

static int
recv_answer(int fd, size_t asked, struct seal_answer *a, int64_t deadline,
    struct reason *why)
{
	unsigned char bytes[WIRE_MAX];
	struct wire_head head;
	struct wire_in in;

	if (wire_recv(fd, &head, bytes, NULL, deadline, why) == -1)
		return -1;
	in = (struct wire_in){ bytes, head.length, 0, 0 };
	if (head.kind == PACKET_SEALED)
		return take_sealed(fd, &in, asked, a, deadline, why);
	if (head.kind == PACKET_REFUSED)
		return take_refused(fd, &in, asked, a, deadline, why);
	return reason_set(why, "packet %d is no answer", head.kind);
}

int
seal_ask(const char *path, int message, const struct seal_request *request,
    int64_t deadline, struct seal_answer **answer, struct reason *why)
{
	struct seal_answer *a;
	int fd = wire_connect(path, deadline, why);

	if (fd == -1)
		return -1;
	a = seal_answer_new();
	if (send_request(fd, message, request, deadline, why) == -1 ||
	    recv_answer(fd, request->count, a, deadline, why) == -1)
		seal_answer_free(&a);
	close(fd);
	*answer = a;
	return a != NULL ? 0 : -1;
}

static char *
get_copy(struct wire_in *in)
{
	char text[SEAL_ADDRESS], *copy;

	wire_get_string(in, text, sizeof text);
	copy = strdup(text);
	if (copy == NULL)
		abort();
	return copy;
}

static int
recv_recipient(int fd, struct seal_request *r, int64_t deadline,
    struct reason *why)
{
	unsigned char bytes[WIRE_MAX];
	struct wire_in in;

	if (expect(fd, PACKET_SEAL_TO, &in, bytes, NULL, deadline, why) == -1)
		return -1;
	r->rcpts[r->count++] = get_copy(&in);
	return wire_end(&in, why);
}

int
seal_recv_request(int connection, struct seal_request *r, int *message,
    int64_t deadline, struct reason *why)
{
	unsigned char bytes[WIRE_MAX];
	struct wire_in in;
	uint64_t count;
	int failed;

	memset(r, 0, sizeof *r);
	*message = -1;
	if (expect(connection, PACKET_SEAL, &in, bytes, message, deadline,
		why) == -1)
		return -1;
	count = wire_get_number(&in);
	r->sender = get_copy(&in);
	r->user = get_copy(&in);
	r->class = (int)(wire_get_number(&in) & 0xff);
	failed = wire_end(&in, why);
	if (failed == 0 &&
	    (count == 0 || count > SEAL_RECIPIENTS || *message == -1))
		failed = reason_set(why,
		    "a request without message or for "
		    "%llu recipients",
		    (unsigned long long)count);
	while (failed == 0 && r->count < count)
		failed = recv_recipient(connection, r, deadline, why);
	if (failed == 0)
		return 0;
	seal_request_clear(r);
	if (*message != -1)
		close(*message);
	*message = -1;
	return -1;
}

static int
send_copy(int fd, const struct seal_copy *copy, int64_t deadline,
    struct reason *why)
{
	struct wire_out out = { .len = 0 };

	wire_put_number(&out, copy->method);
	wire_put_number(&out, copy->by);
	wire_put_string(&out, copy->used.content);
	wire_put_string(&out, copy->used.keys);
	wire_put_string(&out, copy->used.signature);
	wire_put_string(&out, copy->used.signer);
	wire_put_number(&out, copy->used.monitored);
	wire_put_string(&out, copy->keys);
	wire_put_number(&out, copy->count);
	for (size_t i = 0; i < copy->count; i++)
		wire_put_number(&out, copy->rcpts[i]);
	return send_out(fd, PACKET_SEALED_COPY, &out, copy->fd, deadline, why);
}

static int
send_sealed(int fd, const struct seal_answer *a, int64_t deadline,
    struct reason *why)
{
	struct wire_out out = { .len = 0 };

	wire_put_number(&out, a->copies_count);
	if (send_out(fd, PACKET_SEALED, &out, -1, deadline, why) == -1)
		return -1;
	for (size_t i = 0; i < a->copies_count; i++)
		if (send_copy(fd, &a->copies[i], deadline, why) == -1)
			return -1;
	return 0;
}

int
seal_send_answer(int connection, const struct seal_answer *a, int64_t deadline,
    struct reason *why)
{
	struct wire_out out = { .len = 0 };

	if (a->copies_count > 0)
		return send_sealed(connection, a, deadline, why);
	wire_put_number(&out, a->temporary);
	wire_put_number(&out, a->count);
	if (send_out(connection, PACKET_REFUSED, &out, -1, deadline, why) == -1)
		return -1;
	for (size_t i = 0; i < a->count; i++) {
		out.len = 0;
		wire_put_string(&out, a->reasons[i]);
		if (send_out(connection, PACKET_REFUSED_WHY, &out, -1, deadline,
			why) == -1)
			return -1;
	}
	return 0;
}
