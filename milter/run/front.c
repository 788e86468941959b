/* SPDX-License-Identifier: ISC */
#include <errno.h>
#include <grp.h>
#include <libmilter/mfapi.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "milter/base/clock.h"
#include "milter/base/log.h"
#include "milter/run/awake.h"
#include "milter/run/front.h"
#include "milter/run/gate.h"
#include "milter/run/injector.h"
#include "milter/run/sandbox.h"
#include "milter/run/second.h"
#include "milter/run/session.h"
#include "milter/base/banned.h"

enum { DRAIN_MS = 30000, FDS_A_MESSAGE = 6 };

static struct {
	const char *file;
	int control;
} front;

/* The supervisor has read the same files a moment ago; if they changed since
 * and are bad now, the old site stays. */
static void
read_again(void)
{
	struct reason why;
	struct site *next = site_load(front.file, &why);

	if (next == NULL) {
		log_error("settings not taken up: %s", why.text);
		return;
	}
	gate_switch_site(next);
	log_info("settings and policy read again");
}

/* What has begun is finished; what begins now is deferred. */
static void
drain(void)
{
	int64_t end = clock_ms() + DRAIN_MS;
	struct timespec pause = { 0, 10000000 };

	atomic_store(&gate.draining, true);
	while (atomic_load(&gate.busy) > 0 && clock_ms() < end)
		nanosleep(&pause, NULL);
	smfi_stop();
}

static void *
listen_to_supervisor(void *unused)
{
	char word;
	ssize_t n;

	(void)unused;
	for (;;) {
		n = read(front.control, &word, 1);
		if (n == -1 && errno == EINTR)
			continue;
		if (n == 1 && word == 'r') {
			read_again();
			continue;
		}
		drain();
		return NULL;
	}
}

/* Many connections, a few descriptors for each message that is being judged:
 * at the limit libmilter's accept loop would spin. */
static void
raise_descriptors(const struct conf *conf)
{
	struct rlimit l;

	if (getrlimit(RLIMIT_NOFILE, &l) == -1)
		return;
	l.rlim_cur = (rlim_t)conf->milter_connections * FDS_A_MESSAGE + 64;
	if (geteuid() == 0 && l.rlim_max < l.rlim_cur)
		l.rlim_max = l.rlim_cur;
	if (l.rlim_cur > l.rlim_max)
		l.rlim_cur = l.rlim_max;
	setrlimit(RLIMIT_NOFILE, &l);
	if (l.rlim_cur < (rlim_t)conf->milter_connections + 64)
		log_warning("only %llu descriptors for milter_connections %lld",
		    (unsigned long long)l.rlim_cur,
		    (long long)conf->milter_connections);
}

/* The MTA's group may connect and the filter itself, no one else. */
static void
open_socket_to_mta(const struct conf *conf)
{
	const char *path = strchr(conf->milter_socket, ':');
	const struct group *group = getgrnam(conf->milter_group);
	unsigned uid = (unsigned)-1, gid;
	struct reason why;

	if (strncmp(conf->milter_socket, "inet", 4) == 0)
		return;
	path = path != NULL ? path + 1 : conf->milter_socket;
	if (group == NULL)
		log_warning("there is no group %s (milter_group): only root "
			    "and %s can connect to %s",
		    conf->milter_group, conf->user, path);
	if (geteuid() == 0 &&
	    (sandbox_ids(conf->user, &uid, &gid, &why) == -1 ||
		chown(path, uid, group != NULL ? group->gr_gid : gid) == -1))
		log_warning("%s: cannot give it to %s and %s", path, conf->user,
		    conf->milter_group);
	chmod(path, 0660);
}

static int
set_up_milter(const struct conf *conf, struct reason *why)
{
	umask(0117);
	if (smfi_setconn(conf->milter_socket) == MI_FAILURE)
		return reason_set(why,
		    "milter_socket \"%s\" is not "
		    "unix:PATH or inet:PORT@HOST",
		    conf->milter_socket);
	smfi_settimeout((int)conf->milter_timeout);
	if (session_register(why) == -1)
		return -1;
	if (smfi_opensocket(true) == MI_FAILURE)
		return reason_errno(why, "milter_socket %s",
		    conf->milter_socket);
	open_socket_to_mta(conf);
	umask(0077);
	return 0;
}

/* What the quarantine found after a crash is an event each. */
static int
record_swept(struct reason *why)
{
	const struct actor actor = {
		.kind = "system",
		.id = "sekimorid",
		.role = "",
	};
	json_t *swept = quarantine_swept(gate.quarantine), *fields;
	int result = 0;
	size_t i;

	json_array_foreach(swept, i, fields)
	{
		json_incref(fields);
		if (journal_event(gate.journal, EVENT_QUARANTINE_RECOVER,
			&actor, fields, why) == -1)
			result = -1;
	}
	json_decref(swept);
	return result;
}

/* What is remembered from mail to mail. */
static int
set_up_memory(const struct conf *conf, struct reason *why)
{
	gate.pairs = pairs_new();
	gate.pace = pace_new();
	if (gate.pairs == NULL || gate.pace == NULL)
		return reason_set(why, "no memory");
	if (conf->campaign_table == 0)
		return 0;
	gate.campaigns = campaigns_new((size_t)conf->campaign_table);
	if (gate.campaigns == NULL)
		return reason_set(why, "no memory for campaign_table");
	return 0;
}

static int
set_up(struct reason *why)
{
	struct site *site = site_load(front.file, why);
	const struct conf *conf;

	if (site == NULL)
		return -1;
	conf = site->conf;
	atomic_store(&gate.site, site);
	snprintf(gate.scan_socket, sizeof gate.scan_socket, "%s/scan",
	    conf->run_dir);
	snprintf(gate.lookup_socket, sizeof gate.lookup_socket, "%s/lookup",
	    conf->run_dir);
	snprintf(gate.verify_socket, sizeof gate.verify_socket, "%s/verify",
	    conf->run_dir);
	snprintf(gate.seal_socket, sizeof gate.seal_socket, "%s/seal",
	    conf->run_dir);
	raise_descriptors(conf);
	/* The socket is made as root, so that its group can be the MTA's. */
	if (set_up_milter(conf, why) == -1 ||
	    sandbox_user(conf->user, why) == -1)
		return -1;
	gate.journal = journal_open(conf, why);
	if (gate.journal != NULL)
		gate.quarantine = quarantine_open(conf, true, why);
	if (gate.quarantine == NULL || record_swept(why) == -1)
		return -1;
	gate.spool = spool_open(conf, why);
	if (gate.spool == NULL)
		return reason_prefix(why, "spool");
	if (set_up_memory(conf, why) == -1 || second_start(why) == -1 ||
	    injector_start(why) == -1)
		return -1;
	return awake_start(conf->milter_socket, why);
}

int
front_main(const char *file, int control)
{
	struct reason why;
	pthread_t thread;
	int status;

	front.file = file;
	front.control = control;
	prctl(PR_SET_PDEATHSIG, SIGTERM);
	if (set_up(&why) == -1) {
		log_error("%s", why.text);
		return 78; /* EX_CONFIG: trying again would not help */
	}
	if (pthread_create(&thread, NULL, listen_to_supervisor, NULL) != 0)
		return 71;
	status = smfi_main() == MI_FAILURE ? 1 : 0;
	second_stop();
	injector_stop();
	campaigns_free(&gate.campaigns);
	pairs_free(&gate.pairs);
	pace_free(&gate.pace);
	spool_close(&gate.spool);
	quarantine_close(&gate.quarantine);
	journal_close(&gate.journal);
	return status;
}
