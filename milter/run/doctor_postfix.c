/* SPDX-License-Identifier: ISC */
#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "milter/base/network.h"
#include "milter/run/doctor.h"
#include "milter/base/banned.h"

enum { WORD = 1024 };

/* The item of a milter list that is the filter: "unix:/run/a" or what stands
 * in braces with settings of its own. */
static bool
find_us(const struct doctor *d, const struct postfix *p, const char *list,
    char item[WORD])
{
	char root[WORD], socket[WORD];

	snprintf(root, sizeof root, "%s",
	    postfix_value(p, NULL, "queue_directory"));
	while (postfix_word(&list, item, WORD)) {
		const char *begin = item;

		if (postfix_word(&begin, socket, sizeof socket) &&
		    doctor_is_us(d, socket, root))
			return true;
	}
	return false;
}

/* The value of a setting with a copy of its own, as the next call takes it. */
static void
value_of(const struct postfix *p, const struct postfix_service *s,
    const char *name, char out[WORD])
{
	snprintf(out, WORD, "%s", postfix_value(p, s, name));
}

static void
check_action(struct doctor *d, const struct postfix *p,
    const struct postfix_service *s, const char *item)
{
	const char *own = strstr(item, "default_action");
	char action[WORD];

	value_of(p, s, "milter_default_action", action);
	if (own != NULL) {
		own += strlen("default_action");
		own += strspn(own, " =");
		snprintf(action, sizeof action, "%.*s", (int)strcspn(own, " ,"),
		    own);
	}
	if (strcmp(action, "tempfail") == 0)
		return;
	outcomes_say(&d->outcomes,
	    strcmp(action, "accept") == 0 ? OUTCOME_FAILED : OUTCOME_WARNING,
	    "action", "%s: milter_default_action = %s: %s", s->name, action,
	    strcmp(action, "accept") == 0
		? "mail passes uninspected while the filter is down"
		: "mail is not just deferred while the filter is down");
}

/* In its cage a service sees only what is below the queue's folder. */
static void
check_chroot(struct doctor *d, const struct postfix *p,
    const struct postfix_service *s)
{
	const char *root = postfix_value(p, NULL, "queue_directory");
	const char *path = strchr(d->conf->milter_socket, ':');

	path = path != NULL ? path + 1 : d->conf->milter_socket;
	if (s->chroot && path[0] == '/' &&
	    strncmp(path, root, strlen(root)) != 0)
		outcomes_say(&d->outcomes, OUTCOME_WARNING, "chroot",
		    "%s runs in a chroot and cannot reach %s: all mail is "
		    "deferred",
		    s->name, path);
}

static void
check_listener(struct doctor *d, const struct postfix *p,
    const struct postfix_service *s)
{
	char milters[WORD], item[WORD];

	value_of(p, s, "smtpd_milters", milters);
	if (strstr(postfix_value(p, s, "receive_override_options"),
		"no_milters") != NULL)
		outcomes_say(&d->outcomes, OUTCOME_FAILED, "listener",
		    "%s: receive_override_options = no_milters: what comes in "
		    "here passes the filter by",
		    s->name);
	else if (!find_us(d, p, milters, item))
		outcomes_say(&d->outcomes, OUTCOME_FAILED, "listener",
		    "%s: smtpd_milters does not name %s: what comes in here "
		    "passes the filter by",
		    s->name, d->conf->milter_socket);
	else {
		outcomes_say(&d->outcomes, OUTCOME_OK, "listener",
		    "%s asks the filter", s->name);
		check_action(d, p, s, item);
		check_chroot(d, p, s);
	}
}

/* Is the release listener one of the services? */
static bool
is_release(const struct doctor *d, const struct postfix_service *s)
{
	const char *want = strrchr(d->conf->release_listener, ':');
	const char *port = strrchr(s->name, ':');

	port = port != NULL ? port + 1 : s->name;
	return want != NULL && strcmp(want + 1, port) == 0;
}

static void
check_listeners(struct doctor *d, const struct postfix *p)
{
	bool release = false;

	for (size_t i = 0; i < p->services_count; i++) {
		const struct postfix_service *s = &p->services[i];

		if (strcmp(s->program, "smtpd") != 0)
			continue;
		check_listener(d, p, s);
		release |= is_release(d, s);
	}
	if (!release)
		outcomes_say(&d->outcomes, OUTCOME_WARNING, "release",
		    "no smtpd listens on release_listener %s: released mail "
		    "and copies have nowhere to go",
		    d->conf->release_listener);
}

/* sendmail(1), and whatever hands mail to pickup. */
static void
check_local(struct doctor *d, const struct postfix *p)
{
	char milters[WORD], item[WORD];

	value_of(p, NULL, "non_smtpd_milters", milters);
	if (find_us(d, p, milters, item))
		outcomes_say(&d->outcomes, OUTCOME_OK, "local",
		    "mail of local programs asks the filter");
	else
		outcomes_say(&d->outcomes, OUTCOME_FAILED, "local",
		    "non_smtpd_milters does not name %s: mail of local "
		    "programs (sendmail, mail) passes the filter by",
		    d->conf->milter_socket);
}

/* Is all of the network inside? Its first and last address tell, as what is
 * inside are networks, too. What is no network (a table) cannot be told. */
static bool
is_inside(const struct doctor *d, const char *word)
{
	char text[WORD], first[INET6_ADDRSTRLEN], last[INET6_ADDRSTRLEN];
	struct network n;
	struct in6_addr end;
	struct reason why;
	size_t len = strcspn(word, "]");

	/* "[2001:db8::]/32" */
	if (word[0] == '[' && word[len] == ']')
		snprintf(text, sizeof text, "%.*s%s", (int)len - 1, word + 1,
		    word + len + 1);
	else
		snprintf(text, sizeof text, "%s", word);
	if (network_parse(&n, text, &why) == -1)
		return false;
	end = n.address;
	for (int bit = n.bits; bit < 128; bit++)
		end.s6_addr[bit / 8] |= (uint8_t)(0x80 >> bit % 8);
	return inet_ntop(AF_INET6, &n.address, first, sizeof first) != NULL &&
	       inet_ntop(AF_INET6, &end, last, sizeof last) != NULL &&
	       places_own_network(d->places, first) &&
	       places_own_network(d->places, last);
}

/* Who may relay is inside for Postfix, and must be so for the filter. */
static void
check_networks(struct doctor *d, const struct postfix *p)
{
	const char *list = postfix_value(p, NULL, "mynetworks");
	char copy[8 * WORD], word[WORD];
	int missing = 0;

	snprintf(copy, sizeof copy, "%s", list);
	for (list = copy; postfix_word(&list, word, sizeof word);) {
		if (word[0] == '!' || is_inside(d, word))
			continue;
		missing++;
		outcomes_say(&d->outcomes, OUTCOME_FAILED, "networks",
		    "mynetworks has %s, own_networks has not: what its clients "
		    "send out counts as mail from outside, and is not "
		    "protected",
		    word);
	}
	if (missing == 0)
		outcomes_say(&d->outcomes, OUTCOME_OK, "networks",
		    "all clients that may relay are inside");
}

static void
check_domains(struct doctor *d, const struct postfix *p)
{
	static const char *const names[] = { "mydestination",
		"virtual_alias_domains", "virtual_mailbox_domains",
		"relay_domains" };
	char copy[8 * WORD], word[WORD];

	for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
		const char *list = copy;

		snprintf(copy, sizeof copy, "%s",
		    postfix_value(p, NULL, names[i]));
		while (postfix_word(&list, word, sizeof word))
			if (strchr(word, ':') == NULL &&
			    strchr(word, '/') == NULL &&
			    !places_own_domain(d->places, word))
				outcomes_say(&d->outcomes, OUTCOME_WARNING,
				    "domains",
				    "%s has %s, own_domains has not: mail to "
				    "it counts as outbound",
				    names[i], word);
	}
}

/* Recipients that are added or changed behind the filter. */
static void
check_rewriting(struct doctor *d, const struct postfix *p)
{
	static const struct {
		const char *name, *text;
	} rows[] = {
		{ "always_bcc", "gets a copy of everything" },
		{ "sender_bcc_maps", "adds recipients" },
		{ "recipient_bcc_maps", "adds recipients" },
		{ "virtual_alias_maps", "may lead outside" },
		{ "recipient_canonical_maps", "may lead outside" },
	};

	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		const char *value = postfix_value(p, NULL, rows[i].name);

		if (value[0] != '\0')
			outcomes_say(&d->outcomes, OUTCOME_WARNING, "rewriting",
			    "%s = %s %s behind the filter's back: what a "
			    "colleague gets in clear goes there in clear%s",
			    rows[i].name, value, rows[i].text,
			    d->conf->fence ? " unless the fence stops it" : "");
	}
}

static void
check_smuggling(struct doctor *d, const struct postfix *p)
{
	const char *value = postfix_value(p, NULL, "smtpd_forbid_bare_newline");

	if (strcmp(value, "") == 0 || strcmp(value, "no") == 0)
		outcomes_say(&d->outcomes, OUTCOME_FAILED, "smuggling",
		    "smtpd_forbid_bare_newline = %s: one mail can hide a "
		    "second one, from whomever it likes",
		    value[0] == '\0' ? "(unknown to this Postfix)" : value);
	else
		outcomes_say(&d->outcomes, OUTCOME_OK, "smuggling",
		    "a bare LF ends no line");
}

/* "300s", "5m", "1h". */
static long
seconds(const char *value)
{
	char *unit;
	long n = strtol(value, &unit, 10);

	switch (*unit) {
	case 'm':
		return n * 60;
	case 'h':
		return n * 3600;
	case 'd':
		return n * 86400;
	default:
		return n;
	}
}

static void
check_limits(struct doctor *d, const struct postfix *p)
{
	const struct conf *c = d->conf;
	long most =
	    strtol(postfix_value(p, NULL, "message_size_limit"), NULL, 10);
	long time = seconds(postfix_value(p, NULL, "milter_content_timeout"));
	long need = (long)(c->scan_time + c->lookup_time + c->seal_time);

	/* base64 on base64, and what is around it. */
	if (most != 0 && most < c->message_size / 5 * 7)
		outcomes_say(&d->outcomes, OUTCOME_WARNING, "size",
		    "message_size_limit = %ld is less than 1.4 times "
		    "message_size %lld: a large mail is refused when it was "
		    "encrypted",
		    most, (long long)c->message_size);
	if (time < need)
		outcomes_say(&d->outcomes, OUTCOME_WARNING, "time",
		    "milter_content_timeout = %ld s, but the filter may take "
		    "%ld s: mail is deferred again and again",
		    time, need);
}

static void
check_macros(struct doctor *d, const struct postfix *p)
{
	const char *macros = postfix_value(p, NULL, "milter_mail_macros");

	if (strstr(macros, "auth_authen") == NULL)
		outcomes_say(&d->outcomes, OUTCOME_FAILED, "macros",
		    "milter_mail_macros lacks {auth_authen}: what officials "
		    "send from outside after a login is not protected");
}

static void
check_bounces(struct doctor *d, const struct postfix *p)
{
	long size =
	    strtol(postfix_value(p, NULL, "bounce_size_limit"), NULL, 10);

	if (size > 1000)
		outcomes_say(&d->outcomes, OUTCOME_WARNING, "bounces",
		    "bounce_size_limit = %ld: a bounce has the text of the "
		    "mail, and passes no filter",
		    size);
}

void
doctor_postfix(struct doctor *d, const struct postfix *p)
{
	outcomes_say(&d->outcomes, OUTCOME_OK, "postfix", "%s, %zu services",
	    postfix_value(p, NULL, "mail_version"), p->services_count);
	check_listeners(d, p);
	check_local(d, p);
	check_macros(d, p);
	check_networks(d, p);
	check_domains(d, p);
	check_rewriting(d, p);
	check_smuggling(d, p);
	check_limits(d, p);
	check_bounces(d, p);
	doctor_fence(d, p);
}
