/* SPDX-License-Identifier: ISC */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "milter/base/file.h"
#include "milter/run/collect.h"
#include "milter/base/banned.h"

/* libmilter's body pieces are at most 64 KB; smaller ones are gathered. */
enum { BUFFER = 32768 };

void
collect_init(struct collect *c, uint64_t limit)
{
	memset(c, 0, sizeof *c);
	c->fd = -1;
	c->limit = limit;
}

static void
keep(struct collect *c, const void *bytes, size_t len)
{
	struct reason why;

	if (c->failed != 0 || len == 0)
		return;
	if (c->fd == -1)
		c->fd =
		    memfd_create("message", MFD_CLOEXEC | MFD_ALLOW_SEALING);
	if (c->fd == -1 || file_write(c->fd, bytes, len, &why) == -1)
		c->failed = errno != 0 ? errno : EIO;
}

static void
flush(struct collect *c)
{
	keep(c, c->buffer, c->buffered);
	c->buffered = 0;
}

static void
add(struct collect *c, const void *bytes, size_t len)
{
	if (c->over || c->size + len > c->limit) {
		c->over = true;
		return;
	}
	c->size += len;
	if (c->buffer == NULL)
		c->buffer = malloc(BUFFER);
	if (c->buffer == NULL) {
		c->failed = ENOMEM;
		return;
	}
	/* What is written past the buffer must not overtake what is in it. */
	if (c->buffered + len > BUFFER || len > BUFFER / 2)
		flush(c);
	if (len > BUFFER / 2) {
		keep(c, bytes, len);
		return;
	}
	memcpy(c->buffer + c->buffered, bytes, len);
	c->buffered += len;
}

void
collect_header(struct collect *c, const char *name, const char *value)
{
	add(c, name, strlen(name));
	add(c, ":", 1);
	while (*value != '\0') {
		size_t line = strcspn(value, "\n");

		add(c, value, line);
		value += line;
		if (*value == '\n') {
			/* A value that has CRLF already is left as it is. */
			if (line == 0 || value[-1] != '\r')
				add(c, "\r", 1);
			add(c, "\n", 1);
			value++;
		}
	}
	add(c, "\r\n", 2);
}

void
collect_end_of_header(struct collect *c)
{
	add(c, "\r\n", 2);
}

void
collect_body(struct collect *c, const void *bytes, size_t len)
{
	add(c, bytes, len);
}

int
collect_seal_fd(int fd, struct reason *why)
{
	if (fcntl(fd, F_ADD_SEALS,
		F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE | F_SEAL_SEAL) == -1)
		return reason_errno(why, "cannot seal the message");
	return 0;
}

int
collect_seal(struct collect *c, struct reason *why)
{
	if (c->fd == -1 && c->failed == 0) {
		c->fd =
		    memfd_create("message", MFD_CLOEXEC | MFD_ALLOW_SEALING);
		if (c->fd == -1)
			c->failed = errno;
	}
	flush(c);
	if (c->failed != 0) {
		errno = c->failed;
		return reason_errno(why, "cannot keep the message");
	}
	return collect_seal_fd(c->fd, why) == -1 ? -1 : c->fd;
}

void
collect_reset(struct collect *c)
{
	uint64_t limit = c->limit;

	if (c->fd != -1)
		close(c->fd);
	free(c->buffer);
	collect_init(c, limit);
}
