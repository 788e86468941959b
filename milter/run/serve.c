/* SPDX-License-Identifier: ISC */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "milter/base/clock.h"
#include "milter/base/file.h"
#include "milter/base/log.h"
#include "milter/base/wire.h"
#include "milter/run/serve_child.h"
#include "milter/base/banned.h"

enum { CONTROL = 3, TICK_MS = 100, MOST_CHILDREN = 256 };

/* What the parent knows. One a process. */
struct parent {
	const struct server *server;
	const struct conf *conf;
	struct serve_slot *slots; /* shared with the children */
	int count;
	int listener;
	int control; /* -1: none */
	char socket[PATH_MAX];
	char temp[PATH_MAX];
	int64_t not_before; /* clock_ms(): a child that failed at once is not
			     * started again sooner */
};

static volatile sig_atomic_t draining;

static void
drain(int signal_number)
{
	(void)signal_number;
	draining = 1;
}

/* Only there to end the wait: a child that ended leaves a core idle. */
static void
wake(int signal_number)
{
	(void)signal_number;
}

static void
start_child(struct parent *p, struct serve_slot *slot)
{
	sigset_t mask, saved;
	pid_t pid;

	file_empty(slot->temp);
	/* Blocked until the child waits for a connection: see there. */
	sigemptyset(&mask);
	sigaddset(&mask, SIGTERM);
	sigprocmask(SIG_BLOCK, &mask, &saved);
	atomic_store(&slot->serving, 0);
	pid = fork();
	if (pid == 0) {
		if (p->control != -1)
			close(p->control);
		serve_child(p->server, p->conf, slot, p->listener);
	}
	sigprocmask(SIG_SETMASK, &saved, NULL);
	if (pid == -1) {
		log_error("%s: fork: %s", p->server->name, strerror(errno));
		p->not_before = clock_ms() + 1000;
		return;
	}
	slot->pid = pid;
}

static void
start_missing(struct parent *p)
{
	if (draining || clock_ms() < p->not_before)
		return;
	for (int i = 0; i < p->count; i++)
		if (p->slots[i].pid == 0)
			start_child(p, &p->slots[i]);
}

static void
note_death(struct parent *p, const struct serve_slot *slot, int status)
{
	if (WIFSIGNALED(status)) {
		log_warning("%s child %d ended by signal %d%s", p->server->name,
		    slot->pid, WTERMSIG(status),
		    atomic_load(&slot->serving) ? " while serving" : "");
	} else if (WEXITSTATUS(status) != 0) {
		log_warning("%s child %d ended with status %d%s",
		    p->server->name, slot->pid, WEXITSTATUS(status),
		    atomic_load(&slot->serving) ? " while serving" : "");
		/* One that cannot even prepare would fail again at once. */
		if (atomic_load(&slot->serving) == 0)
			p->not_before = clock_ms() + 1000;
	}
}

/* Buries the dead; how many children are left. */
static int
reap(struct parent *p)
{
	int status, left = 0;
	pid_t pid;

	while ((pid = waitpid(-1, &status, WNOHANG)) > 0)
		for (int i = 0; i < p->count; i++)
			if (p->slots[i].pid == pid) {
				note_death(p, &p->slots[i], status);
				p->slots[i].pid = 0;
			}
	for (int i = 0; i < p->count; i++)
		left += p->slots[i].pid != 0;
	return left;
}

static void
end_overdue(struct parent *p)
{
	int64_t limit = p->server->seconds * 1000;

	for (int i = 0; i < p->count; i++) {
		struct serve_slot *slot = &p->slots[i];
		int64_t since = atomic_load(&slot->serving);

		if (slot->pid != 0 && since != 0 && clock_ms() > since + limit)
			kill(slot->pid, SIGKILL);
	}
}

static void
tell_children(struct parent *p, int signal_number)
{
	for (int i = 0; i < p->count; i++)
		if (p->slots[i].pid != 0)
			kill(p->slots[i].pid, signal_number);
}

/* Has whoever started us gone away? */
static int
orphaned(struct parent *p)
{
	struct pollfd control = { .fd = p->control, .events = POLLIN };
	char byte;

	if (poll(&control, 1, TICK_MS) <= 0)
		return 0;
	return p->control != -1 && read(p->control, &byte, 1) == 0;
}

static void
run(struct parent *p)
{
	int told = 0;

	for (;;) {
		int left = reap(p);

		if (draining && !told) {
			tell_children(p, SIGTERM);
			told = 1;
		}
		if (draining && left == 0)
			return;
		start_missing(p);
		end_overdue(p);
		if (orphaned(p)) {
			tell_children(p, SIGKILL);
			return;
		}
	}
}

static int
make_slots(struct parent *p, struct reason *why)
{
	size_t size;

	p->count = (int)p->server->children;
	if (p->count <= 0)
		p->count = (int)sysconf(_SC_NPROCESSORS_ONLN);
	if (p->count > MOST_CHILDREN)
		p->count = MOST_CHILDREN;
	size = (size_t)p->count * sizeof *p->slots;
	p->slots = mmap(NULL, size, PROT_READ | PROT_WRITE,
	    MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (p->slots == MAP_FAILED)
		return reason_errno(why, "shared memory");
	for (int i = 0; i < p->count; i++)
		if (snprintf(p->slots[i].temp, sizeof p->slots[i].temp, "%s/%d",
			p->temp, i) >= (int)sizeof p->slots[i].temp)
			return reason_set(why, "%s: the name is too long",
			    p->temp);
	return 0;
}

/* SOCKET.tmp, private to this server. */
static int
make_temp(struct parent *p, struct reason *why)
{
	unsigned uid, gid;

	snprintf(p->temp, sizeof p->temp, "%.4000s.tmp", p->socket);
	if (mkdir(p->temp, 0700) == -1 && errno != EEXIST)
		return reason_errno(why, "%s", p->temp);
	file_empty(p->temp);
	if (geteuid() != 0)
		return 0;
	if (sandbox_private(p->server->profile, p->temp, p->server->temp,
		why) == -1 ||
	    sandbox_ids(p->server->user, &uid, &gid, why) == -1)
		return -1;
	if (chown(p->temp, uid, gid) == -1)
		return reason_errno(why, "%s", p->temp);
	return 0;
}

/* The socket is made as root: the filter's group may connect to it. */
static int
make_socket(struct parent *p, struct reason *why)
{
	unsigned uid, gid;

	p->listener = wire_listen(p->socket, why);
	if (p->listener == -1)
		return -1;
	fcntl(p->listener, F_SETFL, O_NONBLOCK);
	if (geteuid() != 0)
		return 0;
	if (sandbox_ids(p->conf->user, &uid, &gid, why) == -1)
		return -1;
	if (chown(p->socket, uid, gid) == -1)
		return reason_errno(why, "%s", p->socket);
	return 0;
}

static int
set_up(struct parent *p, char *ready, struct reason *why)
{
	if (make_temp(p, why) == -1 || make_slots(p, why) == -1 ||
	    make_socket(p, why) == -1 ||
	    sandbox_user(p->server->user, why) == -1)
		return -1;
	if (p->server->load != NULL &&
	    p->server->load(p->conf, ready, SERVE_READY, why) == -1)
		return -1;
	return 0;
}

static void
report(struct parent *p, const char *word, const char *text)
{
	if (p->control == -1)
		return;
	if (dprintf(p->control, "%s %s\n", word, text) < 0)
		log_warning("%s: cannot report", p->server->name);
}

static struct conf *
read_arguments(struct parent *p, int argc, char **argv, struct reason *why)
{
	const char *file = NULL;
	int option;

	while ((option = getopt(argc, argv, "c:s:n:")) != -1) {
		if (option == 'c')
			file = optarg;
		else if (option == 's')
			snprintf(p->socket, sizeof p->socket, "%s", optarg);
		else if (option == 'n')
			p->count = atoi(optarg);
		else
			return reason_set(why, "unknown option"), NULL;
	}
	if (p->socket[0] == '\0')
		return reason_set(why, "-s SOCKET is missing"), NULL;
	return conf_load(file, why);
}

static void
wire_signals(struct parent *p)
{
	struct sigaction on_term = { .sa_handler = drain };
	struct sigaction on_child = { .sa_handler = wake };
	struct stat st;

	p->control =
	    fstat(CONTROL, &st) == 0 && S_ISSOCK(st.st_mode) ? CONTROL : -1;
	if (p->control != -1)
		fcntl(p->control, F_SETFD, FD_CLOEXEC);
	sigaction(SIGTERM, &on_term, NULL);
	sigaction(SIGCHLD, &on_child, NULL);
	signal(SIGPIPE, SIG_IGN);
	signal(SIGINT, SIG_IGN);
	signal(SIGHUP, SIG_IGN);
}

int
serve_main(struct server *server,
    void (*fill)(struct server *server, const struct conf *conf), int argc,
    char **argv)
{
	static struct parent p;
	char ready[SERVE_READY] = "";
	struct reason why;
	struct conf *conf;

	p.server = server;
	wire_signals(&p);
	log_open(server->name, p.control == -1 || getenv("SEKIMORI_STDERR"));
	conf = read_arguments(&p, argc, argv, &why);
	if (conf != NULL) {
		fill(server, conf);
		if (p.count > 0)
			server->children = p.count;
		p.conf = conf;
	}
	if (conf == NULL || set_up(&p, ready, &why) == -1) {
		report(&p, "failed", why.text);
		log_error("%s: %s", server->name, why.text);
		return 1;
	}
	start_missing(&p);
	report(&p, "ready", ready);
	run(&p);
	/* Whoever started us removes the socket: it may be a newer one's. */
	file_empty(p.temp);
	rmdir(p.temp);
	return 0;
}
