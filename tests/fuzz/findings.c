/* SPDX-License-Identifier: ISC */
#include <assert.h>
#include <stdint.h>
#include <sys/socket.h>
#include <unistd.h>

#include "milter/base/clock.h"
#include "policy/findings.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* A packet: one byte for its kind, one for its length in steps of four. */
static size_t
send_one(int fd, const uint8_t *data, size_t size)
{
	size_t len = (size_t)data[1] * 4;
	struct reason why;

	if (len > size - 2)
		len = size - 2;
	wire_send(fd, data[0] % 8, data + 2, len, -1, clock_ms() + 10, &why);
	return len + 2;
}

/* Any packets from a server: findings within their bounds, or a refusal. */
int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct findings *f = findings_new();
	struct reason why;
	int fd[2];

	assert(socketpair(AF_UNIX, SOCK_SEQPACKET, 0, fd) == 0);
	for (int n = 0; n < 100 && size >= 2; n++) {
		size_t used = send_one(fd[0], data, size);

		data += used;
		size -= used;
	}
	close(fd[0]);
	if (findings_recv(fd[1], f, clock_ms() + 100, &why) == 0)
		assert(f->finished);
	for (size_t i = 0; i < f->facts_count; i++)
		assert(f->facts[i].fact < FACT_COUNT &&
		       f->facts[i].part < (int)f->parts_count);
	findings_free(&f);
	close(fd[1]);
	return 0;
}
