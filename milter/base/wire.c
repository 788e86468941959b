/* SPDX-License-Identifier: ISC */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

#include "milter/base/clock.h"
#include "milter/base/wire.h"
#include "milter/base/banned.h"

enum {
	BACKLOG = 128,
	RETRY_MS = 10,
	/* More than one packet carries, so that too many are seen, not cut. */
	PASSED_MOST = 8
};

union control {
	struct cmsghdr head;
	char bytes[CMSG_SPACE(PASSED_MOST * sizeof(int))];
};

static int
address(struct sockaddr_un *to, const char *path, struct reason *why)
{
	size_t len = strlen(path);

	*to = (struct sockaddr_un){ .sun_family = AF_UNIX };
	if (len == 0 || len >= sizeof to->sun_path)
		return reason_set(why,
		    "the socket path \"%.200s\" must have 1 to %zu bytes", path,
		    sizeof to->sun_path - 1);
	memcpy(to->sun_path, path, len);
	return 0;
}

int
wire_listen(const char *path, struct reason *why)
{
	struct sockaddr_un at;

	if (address(&at, path, why) != 0)
		return -1;
	int fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);
	if (fd == -1)
		return reason_errno(why, "cannot make the socket %s", path);
	/* The one before us may have died and left its name behind. */
	if (unlink(path) == -1 && errno != ENOENT) {
		reason_errno(why, "cannot replace %s", path);
		goto err;
	}
	/* Nobody can connect before listen(), so the mode is set in time. */
	if (bind(fd, (struct sockaddr *)&at, sizeof at) == -1 ||
	    chmod(path, 0660) == -1 || listen(fd, BACKLOG) == -1) {
		reason_errno(why, "cannot listen on %s", path);
		goto err;
	}
	return fd;
err:
	close(fd);
	return -1;
}

int
wire_connect(const char *path, int64_t deadline, struct reason *why)
{
	const struct timespec pause = { 0, RETRY_MS * 1000000 };
	struct sockaddr_un to;

	if (address(&to, path, why) != 0)
		return -1;
	int fd =
	    socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (fd == -1)
		return reason_errno(why, "cannot make a socket");
	/* A full queue cannot be waited for with poll(): unix(7), EAGAIN. */
	while (connect(fd, (struct sockaddr *)&to, sizeof to) == -1) {
		if (errno != EAGAIN && errno != EINTR) {
			reason_errno(why, "cannot connect to %s", path);
			goto err;
		}
		if (clock_ms() >= deadline) {
			reason_set(why, "%s had no place in time", path);
			goto err;
		}
		nanosleep(&pause, NULL);
	}
	return fd;
err:
	close(fd);
	return -1;
}

/* Waits until fd is ready for events; 0, or -1 when the deadline is over. */
static int
await(int fd, short events, int64_t deadline, struct reason *why)
{
	struct pollfd p = { .fd = fd, .events = events };

	for (;;) {
		int64_t left = deadline - clock_ms();

		if (left < 0)
			left = 0;
		if (left > 3600000)
			left = 3600000;
		int n = poll(&p, 1, (int)left);
		if (n > 0)
			return 0;
		if (n == -1 && errno != EINTR)
			return reason_errno(why, "cannot wait for a packet");
		if (n == 0 && clock_ms() >= deadline)
			return reason_set(why, "did not answer in time");
	}
}

static void
attach(struct msghdr *message, union control *control, int pass)
{
	*control = (union control){ 0 };
	message->msg_control = control->bytes;
	message->msg_controllen = CMSG_SPACE(sizeof pass);
	struct cmsghdr *c = CMSG_FIRSTHDR(message);
	c->cmsg_level = SOL_SOCKET;
	c->cmsg_type = SCM_RIGHTS;
	c->cmsg_len = CMSG_LEN(sizeof pass);
	memcpy(CMSG_DATA(c), &pass, sizeof pass);
}

int
wire_send(int fd, uint16_t kind, const void *bytes, size_t length, int pass,
    int64_t deadline, struct reason *why)
{
	struct wire_head head = { kind, WIRE_VERSION, (uint32_t)length };
	struct iovec parts[2] = {
		{ &head, sizeof head },
		{ (void *)(uintptr_t)bytes, length },
	};
	struct msghdr message = { .msg_iov = parts, .msg_iovlen = 2 };
	union control control;

	if (length > WIRE_MAX - sizeof head)
		return reason_set(why,
		    "a packet of %zu bytes is larger than %zu", length,
		    WIRE_MAX - sizeof head);
	if (pass != -1)
		attach(&message, &control, pass);
	for (;;) {
		if (sendmsg(fd, &message, MSG_NOSIGNAL | MSG_DONTWAIT) != -1)
			return 0;
		if (errno == EPIPE || errno == ECONNRESET)
			return reason_set(why, "closed the connection");
		if (errno != EAGAIN && errno != EINTR)
			return reason_errno(why, "cannot send a packet");
		if (await(fd, POLLOUT, deadline, why) != 0)
			return -1;
	}
}

/* The one descriptor of a received message, or -1. All but one that was asked
 * for are closed; too_many tells that there were others. */
static int
take_passed(struct msghdr *message, int asked, int *too_many)
{
	int kept = -1;

	*too_many = (message->msg_flags & MSG_CTRUNC) != 0;
	for (struct cmsghdr *c = CMSG_FIRSTHDR(message); c != NULL;
	     c = CMSG_NXTHDR(message, c)) {
		if (c->cmsg_level != SOL_SOCKET || c->cmsg_type != SCM_RIGHTS)
			continue;
		size_t count = (c->cmsg_len - CMSG_LEN(0)) / sizeof(int);
		for (size_t i = 0; i < count; i++) {
			int one;

			memcpy(&one, CMSG_DATA(c) + i * sizeof one, sizeof one);
			if (asked && kept == -1) {
				kept = one;
				continue;
			}
			close(one);
			*too_many = 1;
		}
	}
	return kept;
}

/* Judges what came: its size, its head, its flags. */
static int
judge(const struct wire_head *head, ssize_t n, int flags, struct reason *why)
{
	if (flags & MSG_TRUNC)
		return reason_set(why, "sent a packet of over %d bytes",
		    WIRE_MAX);
	if ((size_t)n < sizeof *head)
		return reason_set(why, "sent a packet of only %zd bytes", n);
	if (head->version != WIRE_VERSION)
		return reason_set(why, "speaks version %d, not %d",
		    head->version, WIRE_VERSION);
	if (head->length != (size_t)n - sizeof *head)
		return reason_set(why, "sent %zu bytes and said there were %u",
		    (size_t)n - sizeof *head, (unsigned)head->length);
	return 0;
}

/* One packet, as soon as there is one. Its length, 0 at the end, or -1. */
static ssize_t
receive(int fd, struct msghdr *message, int64_t deadline, struct reason *why)
{
	size_t room = message->msg_controllen;

	for (;;) {
		message->msg_controllen = room;
		ssize_t n = recvmsg(fd, message,
		    MSG_CMSG_CLOEXEC | MSG_TRUNC | MSG_DONTWAIT);
		if (n != -1)
			return n;
		if (errno == ECONNRESET)
			return 0;
		if (errno != EAGAIN && errno != EINTR)
			return reason_errno(why, "cannot receive a packet");
		if (await(fd, POLLIN, deadline, why) != 0)
			return -1;
	}
}

int
wire_recv(int fd, struct wire_head *head, void *bytes, int *passed,
    int64_t deadline, struct reason *why)
{
	union control control;
	struct iovec parts[2] = {
		{ head, sizeof *head },
		{ bytes, WIRE_MAX - sizeof *head },
	};
	struct msghdr message = {
		.msg_iov = parts,
		.msg_iovlen = 2,
		.msg_control = control.bytes,
		.msg_controllen = sizeof control.bytes,
	};
	int too_many;

	if (passed != NULL)
		*passed = -1;
	*head = (struct wire_head){ 0 };
	ssize_t n = receive(fd, &message, deadline, why);
	if (n == -1)
		return -1;
	int kept = take_passed(&message, passed != NULL, &too_many);
	/* A SEQPACKET end cannot be told from an empty packet: both refuse. */
	if (n == 0)
		reason_set(why, "closed the connection");
	else if (too_many)
		reason_set(why, "sent a descriptor that was not asked for");
	else if (judge(head, n, message.msg_flags, why) == 0) {
		if (passed != NULL)
			*passed = kept;
		return 0;
	}
	if (kept != -1)
		close(kept);
	return -1;
}

void
wire_put_bytes(struct wire_out *out, const void *bytes, size_t len)
{
	/* What wire_send() can carry, so that "it fits" means it goes out. */
	const size_t most = WIRE_MAX - sizeof(struct wire_head);

	if (out->bad || len > most - out->len) {
		out->bad = 1;
		return;
	}
	if (len > 0)
		memcpy(out->bytes + out->len, bytes, len);
	out->len += len;
}

void
wire_put_number(struct wire_out *out, uint64_t n)
{
	wire_put_bytes(out, &n, sizeof n);
}

void
wire_put_string(struct wire_out *out, const char *s)
{
	size_t len = s == NULL ? 0 : strlen(s);

	if (len > WIRE_MAX) {
		out->bad = 1;
		return;
	}
	uint32_t length = (uint32_t)len;
	wire_put_bytes(out, &length, sizeof length);
	wire_put_bytes(out, s, len);
}

void
wire_get_bytes(struct wire_in *in, void *to, size_t len)
{
	if (in->bad || len > in->len - in->at) {
		in->bad = 1;
		memset(to, 0, len);
		return;
	}
	if (len > 0)
		memcpy(to, in->bytes + in->at, len);
	in->at += len;
}

uint64_t
wire_get_number(struct wire_in *in)
{
	uint64_t n;

	wire_get_bytes(in, &n, sizeof n);
	return n;
}

void
wire_get_string(struct wire_in *in, char *to, size_t size)
{
	uint32_t len;

	wire_get_bytes(in, &len, sizeof len);
	/* A NUL inside would hide what stands behind it from whoever reads. */
	if (in->bad || len >= size || len > in->len - in->at ||
	    memchr(in->bytes + in->at, '\0', len) != NULL) {
		in->bad = 1;
		to[0] = '\0';
		return;
	}
	wire_get_bytes(in, to, len);
	to[len] = '\0';
}

int
wire_end(const struct wire_in *in, struct reason *why)
{
	if (in->bad)
		return reason_set(why, "sent a packet that lacks a field");
	if (in->at != in->len)
		return reason_set(why, "sent a packet with %zu bytes too many",
		    in->len - in->at);
	return 0;
}
