/* SPDX-License-Identifier: ISC */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>
#include <cmocka.h>

#include "milter/base/clock.h"
#include "milter/base/count.h"
#include "milter/base/wire.h"

enum { ROOM = WIRE_MAX - (int)sizeof(struct wire_head) };

static int pair[2];

static int
set_up(void **unused)
{
	(void)unused;
	return socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair);
}

static int
tear_down(void **unused)
{
	(void)unused;
	close(pair[0]);
	if (pair[1] != -1)
		close(pair[1]);
	return 0;
}

static size_t
open_files(void)
{
	DIR *d = opendir("/proc/self/fd");
	size_t count = 0;

	assert_non_null(d);
	while (readdir(d) != NULL)
		count++;
	closedir(d);
	return count;
}

static int64_t
soon(void)
{
	return clock_ms() + 10000;
}

static void
packets_come_as_they_went(void **unused)
{
	static const size_t sizes[] = { 0, 1, 100, ROOM };
	static unsigned char sent[WIRE_MAX], got[WIRE_MAX];
	struct reason why = { "" };
	struct wire_head head;

	(void)unused;
	for (size_t i = 0; i < sizeof sent; i++)
		sent[i] = (unsigned char)(i * 7);
	for (size_t i = 0; i < COUNT(sizes); i++) {
		assert_int_equal(wire_send(pair[0], 9, sent, sizes[i], -1,
				     soon(), &why),
		    0);
		assert_int_equal(wire_recv(pair[1], &head, got, NULL, soon(),
				     &why),
		    0);
		assert_int_equal(head.kind, 9);
		assert_int_equal(head.length, sizes[i]);
		assert_memory_equal(got, sent, sizes[i]);
	}
	assert_int_equal(wire_send(pair[0], 9, sent, ROOM + 1, -1, soon(),
			     &why),
	    -1);
}

static void
descriptors_are_passed(void **unused)
{
	unsigned char got[WIRE_MAX];
	struct reason why = { "" };
	struct wire_head head;
	struct stat a, b;
	int passed = -2;

	(void)unused;
	wire_send(pair[0], 1, "x", 1, pair[0], soon(), &why);
	assert_int_equal(wire_recv(pair[1], &head, got, &passed, soon(), &why),
	    0);
	assert_true(fstat(passed, &a) == 0 && fstat(pair[0], &b) == 0);
	assert_int_equal(a.st_ino, b.st_ino);
	assert_int_equal(fcntl(passed, F_GETFD) & FD_CLOEXEC, FD_CLOEXEC);
	close(passed);
	wire_send(pair[0], 1, "x", 1, -1, soon(), &why);
	assert_int_equal(wire_recv(pair[1], &head, got, &passed, soon(), &why),
	    0);
	assert_int_equal(passed, -1);
}

/* Sends bytes with count descriptors, past wire_send(). */
static void
send_raw(const void *bytes, size_t len, size_t count)
{
	char control[CMSG_SPACE(64 * sizeof(int))] = { 0 };
	struct iovec part = { (void *)(uintptr_t)bytes, len };
	struct msghdr m = { .msg_iov = &part, .msg_iovlen = 1 };
	int fds[64];

	for (size_t i = 0; i < count; i++)
		fds[i] = pair[0];
	if (count > 0) {
		m.msg_control = control;
		m.msg_controllen = CMSG_SPACE(count * sizeof(int));
		struct cmsghdr *c = CMSG_FIRSTHDR(&m);
		c->cmsg_level = SOL_SOCKET;
		c->cmsg_type = SCM_RIGHTS;
		c->cmsg_len = CMSG_LEN(count * sizeof(int));
		memcpy(CMSG_DATA(c), fds, count * sizeof(int));
	}
	assert_int_equal(sendmsg(pair[0], &m, 0), len);
}

static const struct {
	uint16_t version;
	uint32_t says;
	size_t len; /* of the whole packet */
	size_t descriptors;
	int asks; /* for a descriptor */
	const char *why;
} malformed[] = {
	{ WIRE_VERSION, 0, 1, 0, 0, "sent a packet of only 1 bytes" },
	{ WIRE_VERSION, 0, 7, 0, 0, "sent a packet of only 7 bytes" },
	{ WIRE_VERSION, 0, 7, 1, 1, "sent a packet of only 7 bytes" },
	{ WIRE_VERSION + 1, 0, 8, 0, 0, "speaks version 2, not 1" },
	{ 0, 4, 12, 1, 1, "speaks version 0, not 1" },
	{ WIRE_VERSION, 5, 12, 0, 0, "sent 4 bytes and said there were 5" },
	{ WIRE_VERSION, 3, 12, 1, 1, "sent 4 bytes and said there were 3" },
	{ WIRE_VERSION, UINT32_MAX, 12, 0, 0,
	    "sent 4 bytes and said there were 4294967295" },
	{ WIRE_VERSION, ROOM + 1, WIRE_MAX + 1, 0, 0,
	    "sent a packet of over 16384 bytes" },
	{ WIRE_VERSION, 60000, 60008, 1, 1,
	    "sent a packet of over 16384 bytes" },
	{ WIRE_VERSION, 4, 12, 1, 0,
	    "sent a descriptor that was not asked for" },
	{ WIRE_VERSION, 4, 12, 2, 1,
	    "sent a descriptor that was not asked for" },
	{ WIRE_VERSION, 4, 12, 60, 1,
	    "sent a descriptor that was not asked for" },
	{ WIRE_VERSION, 4, 12, 60, 0,
	    "sent a descriptor that was not asked for" },
};

static void
malformed_packets_are_refused(void **unused)
{
	static unsigned char bytes[65536], got[WIRE_MAX];

	(void)unused;
	for (size_t i = 0; i < COUNT(malformed); i++) {
		struct wire_head head = { 1, malformed[i].version,
			malformed[i].says };
		struct reason why = { "" };
		size_t before = open_files();
		int passed = -2;

		memcpy(bytes, &head, sizeof head);
		send_raw(bytes, malformed[i].len, malformed[i].descriptors);
		assert_int_equal(wire_recv(pair[1], &head, got,
				     malformed[i].asks ? &passed : NULL, soon(),
				     &why),
		    -1);
		assert_string_equal(why.text, malformed[i].why);
		if (malformed[i].asks)
			assert_int_equal(passed, -1);
		assert_int_equal(open_files(), before);
	}
}

static void
silence_ends_at_the_deadline(void **unused)
{
	unsigned char got[WIRE_MAX];
	struct reason why = { "" };
	struct wire_head head;

	(void)unused;
	assert_int_equal(wire_recv(pair[1], &head, got, NULL, clock_ms() + 20,
			     &why),
	    -1);
	assert_string_equal(why.text, "did not answer in time");
	/* Nobody reads: the socket fills, and sending ends too. */
	int failed = 0;
	for (int i = 0; i < 10000 && !failed; i++)
		failed =
		    wire_send(pair[0], 1, got, ROOM, -1, clock_ms() + 20, &why);
	assert_int_equal(failed, -1);
	assert_string_equal(why.text, "did not answer in time");
}

static void
a_closed_end_is_told(void **unused)
{
	unsigned char got[WIRE_MAX];
	struct reason why = { "" };
	struct wire_head head;

	(void)unused;
	close(pair[1]);
	pair[1] = -1;
	assert_int_equal(wire_recv(pair[0], &head, got, NULL, soon(), &why),
	    -1);
	assert_string_equal(why.text, "closed the connection");
	assert_int_equal(wire_send(pair[0], 1, "", 0, -1, soon(), &why), -1);
	assert_string_equal(why.text, "closed the connection");
}

static void
servers_are_reached(void **unused)
{
	char folder[] = "/tmp/wire.XXXXXX", path[64];
	struct reason why = { "" };
	struct stat st;
	int clients[300], count = 0;

	(void)unused;
	assert_non_null(mkdtemp(folder));
	snprintf(path, sizeof path, "%s/s", folder);
	assert_int_equal(wire_connect(path, soon(), &why), -1);
	/* The second takes the place of what the first left. */
	int server = wire_listen(path, &why);
	close(server);
	server = wire_listen(path, &why);
	assert_true(server != -1 && stat(path, &st) == 0);
	assert_int_equal(st.st_mode & 07777, 0660);
	while (count < 300) {
		int fd = wire_connect(path, clock_ms() + 30, &why);

		if (fd == -1)
			break;
		clients[count++] = fd;
	}
	assert_true(count > 100 && count < 300);
	assert_non_null(strstr(why.text, "had no place in time"));
	int one = accept(server, NULL, NULL);
	int again = wire_connect(path, soon(), &why);
	assert_true(one != -1 && again != -1);
	close(one);
	close(again);
	while (count > 0)
		close(clients[--count]);
	close(server);
	unlink(path);
	rmdir(folder);
}

static void
long_paths_are_refused(void **unused)
{
	struct reason why = { "" };
	char path[200];

	(void)unused;
	memset(path, 'x', sizeof path);
	path[sizeof path - 1] = '\0';
	assert_int_equal(wire_listen(path, &why), -1);
	assert_int_equal(wire_connect(path, soon(), &why), -1);
	assert_int_equal(wire_listen("", &why), -1);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
#define WITH_PAIR(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)
		WITH_PAIR(packets_come_as_they_went),
		WITH_PAIR(descriptors_are_passed),
		WITH_PAIR(malformed_packets_are_refused),
		WITH_PAIR(silence_ends_at_the_deadline),
		WITH_PAIR(a_closed_end_is_told),
		cmocka_unit_test(servers_are_reached),
		cmocka_unit_test(long_paths_are_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
