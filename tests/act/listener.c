/* SPDX-License-Identifier: ISC */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <netinet/in.h>
#include <unistd.h>
#include <cmocka.h>

#include "tests/act/listener.h"

struct listener listener;

static bool
pass_once(void)
{
	char id[IDENT_SIZE] = "", nonce[IDENT_SIZE] = "";
	struct reason why;

	if (strncmp(listener.data, "X-Sekimori-Release", 18) != 0) {
		listener.mails++; /* a report */
		return true;
	}
	assert_int_equal(2,
	    sscanf(listener.data, "X-Sekimori-Release: %26[^.].%26[^.].", id,
		nonce));
	if (token_passed(listener.q, id, nonce))
		return false;
	/* Counted first: who sees the token sees that it was taken. */
	listener.mails++;
	assert_int_equal(0, token_pass(listener.q, id, nonce, &why));
	return true;
}

/* The data without dot-stuffing, up to the single dot; false: cut off. */
static bool
read_data(FILE *f)
{
	char line[4096];
	size_t at = 0;

	while (fgets(line, sizeof line, f) != NULL) {
		const char *p = line;

		if (strcmp(line, ".\r\n") == 0) {
			listener.data[at] = '\0';
			return true;
		}
		if (*p == '.' &&
		    (at < 2 || memcmp(listener.data + at - 2, "\r\n", 2) == 0))
			p++;
		at += (size_t)snprintf(listener.data + at,
		    sizeof listener.data - at, "%s", p);
	}
	return false;
}

static void
say_line(FILE *f, const char *line)
{
	dprintf(fileno(f), "%s\r\n", line);
}

static const char *
answer_data(FILE *f)
{
	say_line(f, "354 go on");
	if (!read_data(f) || listener.script == CLOSE_UNTAKEN)
		return NULL;
	if (listener.script == REFUSE_FIRST) {
		listener.script = TAKE;
		return "554 5.7.0 not this one";
	}
	if (listener.script == REFUSE_DATA)
		return "554 5.7.0 not this one";
	if (!pass_once())
		return "550 5.7.1 already released";
	if (listener.script == PASS_AND_DEFER ||
	    listener.script == PASS_AND_REFUSE) {
		listener.mails--;
		return listener.script == PASS_AND_DEFER ? "451 4.3.0 no room"
							 : "554 5.7.0 no";
	}
	return listener.script == CLOSE_TAKEN ? NULL : "250 2.0.0 taken";
}

static const char *
answer_rcpt(const char *line)
{
	size_t len = strlen(listener.to);

	snprintf(listener.to + len, sizeof listener.to - len, "%s", line);
	if (listener.script == REFUSE_SECOND && len > 0)
		return "550 5.1.1 no such user";
	return "250 2.1.5 ok";
}

static const char *
answer(FILE *f, const char *line)
{
	if (strncmp(line, "DATA", 4) == 0)
		return answer_data(f);
	if (strncmp(line, "RCPT", 4) == 0)
		return answer_rcpt(line);
	if (strncmp(line, "MAIL", 4) != 0)
		return strncmp(line, "EHLO", 4) == 0 ? "250-test\r\n250 DSN"
						     : "250 ok";
	listener.to[0] = '\0';
	snprintf(listener.from, sizeof listener.from, "%s", line);
	return listener.script == TEMPORARY_MAIL ? "451 4.3.0 later" : "250 ok";
}

static void
converse(FILE *f)
{
	char line[1024];
	const char *say = "220 test";

	while (say != NULL) {
		say_line(f, say);
		if (fgets(line, sizeof line, f) == NULL)
			break;
		say = answer(f, line);
	}
}

static void *
listen_on(void *unused)
{
	int fd;

	(void)unused;
	while ((fd = accept(listener.fd, NULL, NULL)) != -1) {
		FILE *f = fdopen(fd, "r");

		converse(f);
		fclose(f);
	}
	return NULL;
}

void
listener_start(struct quarantine *q)
{
	struct sockaddr_in to = { .sin_family = AF_INET,
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	socklen_t len = sizeof to;

	listener.q = q;
	listener.fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	assert_int_equal(0,
	    bind(listener.fd, (struct sockaddr *)&to, sizeof to));
	assert_int_equal(0, listen(listener.fd, 64));
	getsockname(listener.fd, (struct sockaddr *)&to, &len);
	snprintf(listener.at, sizeof listener.at, "127.0.0.1:%d",
	    ntohs(to.sin_port));
	pthread_create(&listener.thread, NULL, listen_on, NULL);
}

void
listener_stop(void)
{
	shutdown(listener.fd, SHUT_RDWR);
	pthread_join(listener.thread, NULL);
	close(listener.fd);
}
