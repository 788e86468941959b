/* SPDX-License-Identifier: ISC */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "milter/base/clock.h"
#include "milter/base/log.h"
#include "milter/run/serve_child.h"
#include "milter/base/banned.h"

static volatile sig_atomic_t draining;

static void
drain(int signal_number)
{
	(void)signal_number;
	draining = 1;
}

/* One connection wakes one child, not all that wait: with poll() every message
 * cost each idle child two switches. */
static int
watch(int listener, struct reason *why)
{
	struct epoll_event e = { .events = EPOLLIN | EPOLLEXCLUSIVE };
	int ready = epoll_create1(EPOLL_CLOEXEC);

	if (ready == -1 || epoll_ctl(ready, EPOLL_CTL_ADD, listener, &e) == -1)
		return reason_errno(why, "waiting for connections");
	return ready;
}

/*
 * Waits for a connection. The signal is let in only while waiting, so that one
 * that comes between the test and the wait is not lost. -1: time to end.
 */
static int
next_connection(int ready, int listener)
{
	struct epoll_event e;
	sigset_t open_mask;

	sigemptyset(&open_mask);
	for (;;) {
		int n =
		    epoll_pwait(ready, &e, 1, draining ? 0 : -1, &open_mask);
		int connection;

		if (n == 0 || (n == -1 && errno != EINTR))
			return -1;
		if (n == -1)
			continue;
		connection = accept4(listener, NULL, NULL, SOCK_CLOEXEC);
		if (connection != -1)
			return connection;
		if (errno != EAGAIN && errno != EINTR && errno != ECONNABORTED)
			return -1;
	}
}

static int
prepare(const struct server *server, const struct conf *conf,
    const struct serve_slot *slot, struct reason *why)
{
	const char *const writable[] = { slot->temp, NULL };
	struct sandbox cage = {
		.profile = server->profile,
		.writable = writable,
		.readable = server->readable,
		.memory = server->memory,
		.file_size = server->temp,
	};

	if (mkdir(slot->temp, 0700) == -1 && errno != EEXIST)
		return reason_errno(why, "%s", slot->temp);
	if (server->prepare != NULL &&
	    server->prepare(conf, slot->temp, why) == -1)
		return -1;
	return sandbox_enter(&cage, why);
}

_Noreturn void
serve_child(const struct server *server, const struct conf *conf,
    struct serve_slot *slot, int listener)
{
	struct sigaction on_term = { .sa_handler = drain };
	struct reason why;
	int64_t left = server->messages;
	int connection, ready = watch(listener, &why);

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	sigaction(SIGTERM, &on_term, NULL);
	signal(SIGCHLD, SIG_DFL); /* the parent's would interrupt gpg's */
	if (ready == -1 || prepare(server, conf, slot, &why) == -1) {
		log_error("%s child: %s", server->name, why.text);
		_exit(1);
	}
	while (left-- > 0 &&
	       (connection = next_connection(ready, listener)) != -1) {
		int result;

		atomic_store(&slot->serving, clock_ms());
		result = server->serve(connection, &why);
		atomic_store(&slot->serving, 0);
		close(connection);
		if (result == -1)
			break;
	}
	_exit(0);
}
