/* SPDX-License-Identifier: ISC */

/*
 * A milter client that behaves as an MTA does: for measuring filters.
 *
 *	miltload [-c CONNECTIONS] [-n MESSAGES] [-k KEPT] [-r RATE] SOCKET MAIL...
 *	miltload -i IDLE | -h HALF SOCKET    hold connections until killed
 *
 * Each connection is a thread. It sends KEPT messages (default: all of its
 * share) over one connection, as Postfix does with a reused SMTP session. With
 * RATE, so many messages are due each second, and a message's time counts from
 * when it was due: a filter that stands still makes all of them wait. It
 * prints one JSON line: messages, seconds, p50, p99 and max in milliseconds,
 * and how often each reply came.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

enum { CHUNK = 65535, MOST_MAILS = 20000, MOST_THREADS = 4096 };

/* Steps of the protocol: command, and the bits with which a filter says that
 * it does not want it, or does not reply to it. */
enum step { CONNECT, HELO, MAIL, RCPT, DATA, HEADER, EOH, BODY, STEPS };
static const struct {
	char command;
	uint32_t unwanted, no_reply;
} steps[STEPS] = {
	{ 'C', 0x1, 0x1000 },
	{ 'H', 0x2, 0x2000 },
	{ 'M', 0x4, 0x4000 },
	{ 'R', 0x8, 0x8000 },
	{ 'T', 0x200, 0x10000 },
	{ 'L', 0x20, 0x80 },
	{ 'N', 0x40, 0x40000 },
	{ 'B', 0x10, 0x80000 },
};
enum { OFFERED = 0x1fffff, SKIP = 0x400, LEADING_SPACE = 0x100000 };

struct mail {
	char *bytes;
	size_t size;
};

struct client {
	int fd;
	uint32_t protocol;
	unsigned char *out; /* packets not sent yet */
	size_t len, room;
	int stopped; /* a final reply came before the end */
};

static struct mail mails[MOST_MAILS];
static size_t mails_count;
static const char *socket_path;
static int kept, rate;
static double begun;
static size_t total;
static _Atomic size_t next_message;
static double *latency;
static _Atomic size_t replies[256], errors;

static double
now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static int
dial(void)
{
	struct sockaddr_un un = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	snprintf(un.sun_path, sizeof un.sun_path, "%s", socket_path);
	if (fd == -1 || connect(fd, (struct sockaddr *)&un, sizeof un) == -1) {
		perror(socket_path);
		exit(1);
	}
	return fd;
}

static int
flush(struct client *c)
{
	size_t at = 0;

	while (at < c->len) {
		ssize_t n = write(c->fd, c->out + at, c->len - at);

		if (n == -1 && errno != EINTR)
			return -1;
		at += n > 0 ? (size_t)n : 0;
	}
	c->len = 0;
	return 0;
}

static void
add(struct client *c, const void *bytes, size_t len)
{
	if (c->len + len > c->room) {
		c->room = (c->len + len) * 2;
		c->out = realloc(c->out, c->room);
		if (c->out == NULL)
			abort();
	}
	memcpy(c->out + c->len, bytes, len);
	c->len += len;
}

static void
packet(struct client *c, char command, const void *bytes, size_t len)
{
	uint32_t size = htonl((uint32_t)len + 1);

	add(c, &size, 4);
	add(c, &command, 1);
	add(c, bytes, len);
}

static int
take(int fd, void *bytes, size_t len)
{
	size_t at = 0;

	while (at < len) {
		ssize_t n = read(fd, (char *)bytes + at, len - at);

		if (n == 0 || (n == -1 && errno != EINTR))
			return -1;
		at += n > 0 ? (size_t)n : 0;
	}
	return 0;
}

/* The next reply; its data is thrown away but for the first 12 bytes. */
static int
reply(struct client *c, uint32_t data[3])
{
	unsigned char head[5], rest[65536];
	uint32_t len;

	if (flush(c) == -1 || take(c->fd, head, 5) == -1)
		return -1;
	memcpy(&len, head, 4);
	len = ntohl(len) - 1;
	while (len > 0) {
		size_t piece = len > sizeof rest ? sizeof rest : len;

		if (take(c->fd, rest, piece) == -1)
			return -1;
		if (data != NULL && piece >= 12)
			memcpy(data, rest, 12);
		len -= (uint32_t)piece;
	}
	return head[4];
}

static int
negotiate(struct client *c)
{
	uint32_t offer[3] = { htonl(6), htonl(0x1ff), htonl(OFFERED) };
	uint32_t answer[3] = { 0 };

	packet(c, 'O', offer, sizeof offer);
	if (reply(c, answer) != 'O')
		return -1;
	c->protocol = ntohl(answer[2]);
	return 0;
}

/* One step: sent unless unwanted, answered unless the filter keeps quiet. */
static int
step(struct client *c, enum step s, const void *bytes, size_t len)
{
	int r;

	if (c->stopped || (c->protocol & steps[s].unwanted))
		return 0;
	packet(c, steps[s].command, bytes, len);
	if (c->protocol & steps[s].no_reply)
		return c->len > 4 * CHUNK ? flush(c) : 0;
	r = reply(c, NULL);
	if (r == -1)
		return -1;
	if (r != 'c' && !(r == 's' && s == BODY)) {
		c->stopped = 1;
		replies[r]++;
	}
	return r == 's' ? 1 : 0;
}

static int
open_session(struct client *c)
{
	static const char where[] = "client.example.org\0004\0\031192.0.2.10";
	static const char daemon_name[] = "Cj\0mx.example.go.jp\0"
					  "{daemon_name}\0smtpd";

	memset(c, 0, sizeof *c);
	c->fd = dial();
	if (negotiate(c) == -1)
		return -1;
	packet(c, 'D', daemon_name, sizeof daemon_name);
	if (step(c, CONNECT, where, sizeof where) == -1)
		return -1;
	return step(c, HELO, "client.example.org", 19);
}

/* One header field from line (folds included); its length with line end. */
static size_t
send_field(struct client *c, const char *line, const char *end)
{
	char field[65536];
	const char *stop = line, *colon;
	size_t len = 0, value;

	do {
		stop = memchr(stop, '\n', (size_t)(end - stop));
		stop = stop == NULL ? end : stop + 1;
	} while (stop < end && (*stop == ' ' || *stop == '\t'));
	colon = memchr(line, ':', (size_t)(stop - line));
	if (colon == NULL || (size_t)(stop - line) > sizeof field - 2)
		return (size_t)(stop - line);
	memcpy(field, line, (size_t)(colon - line));
	len = (size_t)(colon - line);
	field[len++] = '\0';
	for (const char *p = colon + 1; p < stop; p++)
		if (*p != '\r' && *p != '\0')
			field[len++] = *p;
	while (len > 0 && field[len - 1] == '\n')
		len--;
	field[len++] = '\0';
	value = strlen(field) + 1;
	if (!(c->protocol & LEADING_SPACE) && field[value] == ' ')
		memmove(field + value, field + value + 1, len-- - value - 1);
	if (step(c, HEADER, field, len) == -1)
		return 0;
	return (size_t)(stop - line);
}

static int
send_message(struct client *c, const struct mail *m)
{
	const char *p = m->bytes, *end = m->bytes + m->size;

	while (p < end && *p != '\r' && *p != '\n') {
		size_t n = send_field(c, p, end);

		if (n == 0)
			return -1;
		p += n;
	}
	p += p < end ? (*p == '\r' ? 2 : 1) : 0;
	if (step(c, EOH, NULL, 0) == -1)
		return -1;
	while (p < end) {
		size_t n =
		    (size_t)(end - p) > CHUNK ? CHUNK : (size_t)(end - p);
		int r = step(c, BODY, p, n);

		if (r == -1)
			return -1;
		if (r == 1)
			break;
		p += n;
	}
	return 0;
}

static int
finish(struct client *c)
{
	int r;

	if (c->stopped) {
		packet(c, 'A', NULL, 0);
		return flush(c);
	}
	packet(c, 'E', NULL, 0);
	while ((r = reply(c, NULL)) != -1)
		if (strchr("acdrty", r) != NULL) {
			replies[r]++;
			return 0;
		}
	return -1;
}

/* When the message is to be sent, and not before. */
static double
wait_until_due(size_t number)
{
	struct timespec pause;
	double due, left;

	if (rate == 0)
		return now();
	due = begun + (double)number / rate;
	left = due - now();
	pause.tv_sec = (time_t)left;
	pause.tv_nsec = (long)((left - (double)pause.tv_sec) * 1e9);
	if (left > 0)
		nanosleep(&pause, NULL);
	return due;
}

static int
one_message(struct client *c, const struct mail *m, size_t number)
{
	static const char from[] = "<sender@example.org>";
	static const char to[] = "<rcpt@example.go.jp>";
	char macros[64] = "M";
	int len = snprintf(macros, sizeof macros, "Mi%cB%zu", 0, number) + 1;
	double begin = wait_until_due(number);

	c->stopped = 0;
	packet(c, 'D', macros, (size_t)len);
	if (step(c, MAIL, from, sizeof from) == -1 ||
	    step(c, RCPT, to, sizeof to) == -1 ||
	    step(c, DATA, NULL, 0) == -1 || send_message(c, m) == -1 ||
	    finish(c) == -1)
		return -1;
	latency[number] = now() - begin;
	return 0;
}

static void
close_session(struct client *c)
{
	packet(c, 'Q', NULL, 0);
	flush(c);
	close(c->fd);
	free(c->out);
}

static void *
work(void *unused)
{
	struct client c = { .fd = -1 };
	int left = 0;
	size_t number;

	(void)unused;
	while ((number = next_message++) < total) {
		if (left == 0) {
			if (c.fd != -1)
				close_session(&c);
			if (open_session(&c) == -1) {
				errors++;
				return NULL;
			}
			left = kept;
		}
		if (one_message(&c, &mails[number % mails_count], number) ==
		    -1) {
			errors++;
			close(c.fd);
			c.fd = -1;
			left = 0;
			continue;
		}
		left--;
	}
	if (c.fd != -1)
		close_session(&c);
	return NULL;
}

static int
by_value(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

static void
print_result(double seconds)
{
	const char *comma = "";

	qsort(latency, total, sizeof *latency, by_value);
	printf("{\"messages\":%zu,\"errors\":%zu,\"seconds\":%.4f,"
	       "\"p50\":%.3f,\"p99\":%.3f,\"max\":%.3f,\"replies\":{",
	    total, (size_t)errors, seconds, latency[total / 2] * 1e3,
	    latency[total * 99 / 100] * 1e3, latency[total - 1] * 1e3);
	for (int i = 0; i < 256; i++)
		if (replies[i] != 0) {
			printf("%s\"%c\":%zu", comma, i, (size_t)replies[i]);
			comma = ",";
		}
	puts("}}");
}

static void
read_mail(const char *path)
{
	struct stat st;
	int fd = open(path, O_RDONLY | O_CLOEXEC);

	if (fd == -1 || fstat(fd, &st) == -1 || mails_count == MOST_MAILS) {
		perror(path);
		exit(1);
	}
	mails[mails_count].size = (size_t)st.st_size;
	mails[mails_count].bytes = malloc((size_t)st.st_size + 1);
	if (mails[mails_count].bytes == NULL ||
	    take(fd, mails[mails_count].bytes, (size_t)st.st_size) == -1)
		exit(1);
	mails_count++;
	close(fd);
}

/* Connections that say nothing (idle) or half a packet, until killed. */
static void
hold(int idle, int half)
{
	for (int i = 0; i < idle + half; i++) {
		struct client c = { .fd = dial() };

		if (i >= idle) {
			if (write(c.fd, "\0\0\0\015O\0\0", 7) != 7)
				exit(1);
		} else if (open_session(&c) == -1 || flush(&c) == -1) {
			exit(1);
		}
	}
	puts("held");
	fflush(stdout);
	pause();
}

static void
run(int connections)
{
	static pthread_t threads[MOST_THREADS];

	begun = now();
	latency = calloc(total, sizeof *latency);
	for (int i = 0; i < connections; i++)
		if (pthread_create(&threads[i], NULL, work, NULL) != 0)
			exit(1);
	for (int i = 0; i < connections; i++)
		pthread_join(threads[i], NULL);
	print_result(now() - begun);
}

int
main(int argc, char **argv)
{
	int connections = 8, idle = 0, half = 0, option;

	total = 1000;
	kept = 1000000;
	while ((option = getopt(argc, argv, "c:n:k:r:i:h:")) != -1) {
		int value = atoi(optarg);

		if (option == 'c')
			connections =
			    value < MOST_THREADS ? value : MOST_THREADS;
		else if (option == 'n')
			total = (size_t)value;
		else if (option == 'k')
			kept = value;
		else if (option == 'r')
			rate = value;
		else if (option == 'i')
			idle = value;
		else if (option == 'h')
			half = value;
		else
			return 2;
	}
	if (optind == argc) {
		fputs("usage: miltload [-cnkr N] SOCKET MAIL...\n", stderr);
		return 2;
	}
	socket_path = argv[optind++];
	for (int i = optind; i < argc; i++)
		read_mail(argv[i]);
	if (idle + half > 0)
		hold(idle, half);
	else if (mails_count > 0 && total > 0)
		run(connections);
	return errors > 0;
}
