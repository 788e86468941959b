/* SPDX-License-Identifier: ISC */
#include <errno.h>
#include <netdb.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "milter/act/smtp_line.h"
#include "milter/base/clock.h"
#include "milter/base/banned.h"

enum { HOST = 256, CONNECT_MS = 10000 };

/* Waits until the socket is ready; -1 when that takes too long. */
static int
ready(const struct smtp_line *l, short events, struct reason *why)
{
	struct pollfd p = { .fd = l->fd, .events = events };
	int64_t left = l->deadline - clock_ms();
	int n;

	do
		n = left > 0 ? poll(&p, 1, (int)left) : 0;
	while (n == -1 && errno == EINTR);
	if (n == 0)
		return reason_set(why, "no answer in time");
	return n == -1 ? reason_errno(why, "poll") : 0;
}

/* "HOST:PORT" in two; brackets around an IPv6 address are taken off. */
static int
split(const char *listener, char host[HOST], const char **port,
    struct reason *why)
{
	const char *colon = strrchr(listener, ':'), *end = colon;

	if (colon == NULL || colon == listener || colon - listener >= HOST)
		return reason_set(why, "\"%s\" is not HOST:PORT", listener);
	if (*listener == '[' && colon[-1] == ']') {
		listener++;
		end--;
	}
	snprintf(host, HOST, "%.*s", (int)(end - listener), listener);
	*port = colon + 1;
	return 0;
}

static int
finish(struct smtp_line *l, struct reason *why)
{
	int error = 0;
	socklen_t len = sizeof error;

	if (ready(l, POLLOUT, why) == -1)
		return -1;
	if (getsockopt(l->fd, SOL_SOCKET, SO_ERROR, &error, &len) == -1 ||
	    error != 0) {
		errno = error != 0 ? error : errno;
		return reason_errno(why, "connect");
	}
	return 0;
}

static int
connect_to(struct smtp_line *l, const struct addrinfo *to, struct reason *why)
{
	l->fd = socket(to->ai_family,
	    SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (l->fd == -1)
		return reason_errno(why, "cannot make a socket");
	if (connect(l->fd, to->ai_addr, to->ai_addrlen) == 0)
		return 0;
	if (errno == EINPROGRESS && finish(l, why) == 0)
		return 0;
	if (errno != EINPROGRESS)
		reason_errno(why, "connect");
	close(l->fd);
	l->fd = -1;
	return -1;
}

/* Each address of the host, until one answers. */
static int
connect_any(struct smtp_line *l, const char *host, const char *port,
    struct reason *why)
{
	const struct addrinfo wanted = { .ai_family = AF_UNSPEC,
		.ai_socktype = SOCK_STREAM };
	struct addrinfo *found = NULL;
	int error = getaddrinfo(host, port, &wanted, &found), failed = -1;

	if (error != 0)
		return reason_set(why, "%s", gai_strerror(error));
	for (const struct addrinfo *a = found; a != NULL && failed == -1;
	     a = a->ai_next)
		failed = connect_to(l, a, why);
	freeaddrinfo(found);
	return failed;
}

int
smtp_line_connect(struct smtp_line *l, const char *listener, int64_t seconds,
    struct reason *why)
{
	int64_t end = clock_ms() + seconds * 1000;
	char host[HOST];
	const char *port = "";

	memset(l, 0, sizeof *l);
	l->fd = -1;
	l->deadline = clock_ms() + CONNECT_MS;
	if (l->deadline > end)
		l->deadline = end;
	if (split(listener, host, &port, why) == -1 ||
	    connect_any(l, host, port, why) == -1)
		return reason_prefix(why, "%s", listener);
	l->deadline = end;
	return 0;
}

static int
flush(struct smtp_line *l, struct reason *why)
{
	size_t at = 0;

	while (at < l->out_len) {
		ssize_t n =
		    send(l->fd, l->out + at, l->out_len - at, MSG_NOSIGNAL);

		if (n > 0)
			at += (size_t)n;
		else if (n == -1 && errno == EAGAIN) {
			if (ready(l, POLLOUT, why) == -1)
				return -1;
		} else if (n == -1 && errno != EINTR)
			return reason_errno(why, "send");
	}
	l->out_len = 0;
	return 0;
}

int
smtp_line_write(struct smtp_line *l, const char *bytes, size_t len,
    struct reason *why)
{
	while (len > 0) {
		size_t n = sizeof l->out - l->out_len;

		if (n > len)
			n = len;
		memcpy(l->out + l->out_len, bytes, n);
		l->out_len += n;
		bytes += n;
		len -= n;
		if (l->out_len == sizeof l->out && flush(l, why) == -1)
			return -1;
	}
	return 0;
}

static int
fill(struct smtp_line *l, struct reason *why)
{
	ssize_t n;

	do {
		if (ready(l, POLLIN, why) == -1)
			return -1;
		n = recv(l->fd, l->in, sizeof l->in, 0);
	} while (n == -1 && (errno == EINTR || errno == EAGAIN));
	if (n == -1)
		return reason_errno(why, "receive");
	if (n == 0)
		return reason_set(why, "the connection was closed");
	l->in_at = 0;
	l->in_len = (size_t)n;
	return 0;
}

/* A line without its end. */
static int
read_line(struct smtp_line *l, char line[SMTP_LINE_MAX], struct reason *why)
{
	size_t len = 0;

	for (;;) {
		char c;

		if (l->in_at == l->in_len && fill(l, why) == -1)
			return -1;
		c = l->in[l->in_at++];
		if (c == '\n')
			break;
		if (c == '\0' || len + 1 == SMTP_LINE_MAX)
			return reason_set(why, "a line that is no reply");
		line[len++] = c;
	}
	if (len > 0 && line[len - 1] == '\r')
		len--;
	line[len] = '\0';
	return 0;
}

int
smtp_line_reply(struct smtp_line *l, int *more, char text[SMTP_LINE_MAX],
    struct reason *why)
{
	char line[SMTP_LINE_MAX];
	int code;

	if (flush(l, why) == -1 || read_line(l, line, why) == -1)
		return -1;
	if (strspn(line, "0123456789") != 3 ||
	    (line[3] != '\0' && line[3] != ' ' && line[3] != '-'))
		return reason_set(why, "\"%.40s\" is no reply", line);
	code = (line[0] - '0') * 100 + (line[1] - '0') * 10 + line[2] - '0';
	*more = line[3] == '-';
	l->lines = *more ? l->lines + 1 : 0;
	if (l->lines > SMTP_LINE_LINES)
		return reason_set(why, "a reply without an end");
	snprintf(text, SMTP_LINE_MAX, "%s", line[3] == '\0' ? "" : line + 4);
	return code;
}

void
smtp_line_close(struct smtp_line *l)
{
	if (l->fd == -1)
		return;
	(void)send(l->fd, "QUIT\r\n", 6, MSG_NOSIGNAL | MSG_DONTWAIT);
	close(l->fd);
	l->fd = -1;
}
