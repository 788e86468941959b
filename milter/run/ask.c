/* SPDX-License-Identifier: ISC */
#include <unistd.h>

#include "milter/base/wire.h"
#include "milter/run/ask.h"
#include "milter/base/banned.h"

int
ask(const char *socket, uint16_t kind, int message, const struct envelope *e,
    int64_t deadline, struct reason *why)
{
	struct wire_out out = { .len = 0 };
	int fd = wire_connect(socket, deadline, why);

	if (fd == -1)
		return -1;
	envelope_put(&out, e);
	if (out.bad)
		reason_set(why, "envelope over %d bytes", WIRE_MAX);
	if (out.bad || wire_send(fd, kind, out.bytes, out.len, message,
			   deadline, why) == -1) {
		close(fd);
		return -1;
	}
	return fd;
}

void
ask_collect(int connection, struct findings *f, enum fact silence,
    int64_t deadline, struct reason *why)
{
	if (connection != -1) {
		int result = findings_recv(connection, f, deadline, why);

		close(connection);
		if (result == 0)
			return;
	}
	f->finished = false;
	findings_fact(f, silence, -1, 0, "%s", why->text);
}
