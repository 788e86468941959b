/* SPDX-License-Identifier: ISC */
#include <errno.h>
#include <netdb.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

#include "milter/run/awake.h"
#include "milter/run/gate.h"
#include "milter/base/banned.h"

enum {
	PAUSE_MS = 20,
	CALM = 5 /* of these pauses while nothing is judged */
};

/* Where libmilter listens. */
static struct {
	struct sockaddr_storage at;
	socklen_t len;
} place;

/* PORT or PORT@HOST, behind "inet:" or "inet6:". */
static int
find_inet(const char *name, int family, struct reason *why)
{
	const struct addrinfo wanted = {
		.ai_family = family,
		.ai_socktype = SOCK_STREAM,
		.ai_flags = AI_NUMERICSERV,
	};
	const char *host = strchr(name, '@');
	struct addrinfo *found = NULL;
	char port[16];
	int error;

	snprintf(port, sizeof port, "%.*s", (int)strcspn(name, "@"), name);
	error =
	    getaddrinfo(host == NULL ? NULL : host + 1, port, &wanted, &found);
	if (error != 0)
		return reason_set(why, "milter_socket \"%s\": %s", name,
		    gai_strerror(error));
	memcpy(&place.at, found->ai_addr, found->ai_addrlen);
	place.len = found->ai_addrlen;
	freeaddrinfo(found);
	return 0;
}

/* libmilter takes a name without a colon, or with any other word before it,
 * as a path. */
static int
find(const char *name, struct reason *why)
{
	struct sockaddr_un un = { .sun_family = AF_UNIX };
	const char *path = strchr(name, ':');

	if (strncmp(name, "inet:", 5) == 0)
		return find_inet(name + 5, AF_INET, why);
	if (strncmp(name, "inet6:", 6) == 0)
		return find_inet(name + 6, AF_INET6, why);
	/* It fits: libmilter took it before. */
	snprintf(un.sun_path, sizeof un.sun_path, "%.107s",
	    path != NULL ? path + 1 : name);
	memcpy(&place.at, &un, sizeof un);
	place.len = sizeof un;
	return 0;
}

/* Opens a connection and closes it; false when no one listens any more. */
static bool
knock(void)
{
	int fd = socket(place.at.ss_family,
	    SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	bool refused;

	if (fd == -1)
		return true;
	refused = connect(fd, (struct sockaddr *)&place.at, place.len) == -1 &&
		  (errno == ECONNREFUSED || errno == ENOENT);
	close(fd);
	return !refused;
}

/* While messages are judged, which is when sessions keep their workers, a
 * connection comes often: of 32 kept sessions up to five were forgotten at
 * once, and each takes up one. */
static void *
keep_awake(void *unused)
{
	const struct timespec pause = { 0, PAUSE_MS * 1000000 };
	bool heard = true;

	(void)unused;
	for (unsigned n = 0; heard; n++) {
		if (n % CALM == 0 || atomic_load(&gate.busy) > 0)
			heard = knock();
		nanosleep(&pause, NULL);
	}
	return NULL;
}

int
awake_start(const char *milter_socket, struct reason *why)
{
	pthread_t thread;

	if (find(milter_socket, why) == -1)
		return -1;
	errno = pthread_create(&thread, NULL, keep_awake, NULL);
	return errno == 0 ? 0 : reason_errno(why, "a thread");
}
