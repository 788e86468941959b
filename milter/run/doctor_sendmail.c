/* SPDX-License-Identifier: ISC */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "milter/run/doctor.h"
#include "milter/base/banned.h"

enum { LINE = 4096, NAME = 128, LISTENERS = 64 };

/* What of sendmail.cf matters here. */
struct cf {
	char filters[LINE]; /* O InputMailFilters */
	char us[NAME], flags[NAME]; /* our X line */
	char macros[LINE]; /* O Milter.macros.envfrom */
	char listeners[LISTENERS][LINE];
	size_t listeners_count;
	long size; /* O MaxMessageSize */
};

/* The value behind "Key=" in a list with commas. */
static bool
value_of(const char *list, const char *key, char *out, size_t size)
{
	size_t len = strlen(key);

	while (list != NULL && *list != '\0') {
		list += strspn(list, " \t,");
		if (strncasecmp(list, key, len) == 0 && list[len] == '=') {
			list += len + 1;
			snprintf(out, size, "%.*s", (int)strcspn(list, ",\r\n"),
			    list);
			return true;
		}
		list = strchr(list, ',');
	}
	return false;
}

/* "Xname, S=unix:/run/a, F=T, T=...". */
static void
read_filter(const struct doctor *d, struct cf *cf, const char *line)
{
	char socket[LINE];

	if (!value_of(line, "S", socket, sizeof socket) ||
	    !doctor_is_us(d, socket, NULL))
		return;
	snprintf(cf->us, sizeof cf->us, "%.*s", (int)strcspn(line + 1, " \t,"),
	    line + 1);
	if (!value_of(line, "F", cf->flags, sizeof cf->flags))
		cf->flags[0] = '\0';
}

static const char *
option(const char *line, const char *name)
{
	size_t len = strlen(name);

	if (strncmp(line, "O ", 2) != 0 ||
	    strncasecmp(line + 2, name, len) != 0 || line[len + 2] != '=')
		return NULL;
	return line + len + 3;
}

static void
read_line(const struct doctor *d, struct cf *cf, char *line)
{
	const char *value;

	line[strcspn(line, "\r\n")] = '\0';
	if (line[0] == 'X')
		read_filter(d, cf, line);
	else if ((value = option(line, "InputMailFilters")) != NULL)
		snprintf(cf->filters, sizeof cf->filters, "%s", value);
	else if ((value = option(line, "Milter.macros.envfrom")) != NULL)
		snprintf(cf->macros, sizeof cf->macros, "%s", value);
	else if ((value = option(line, "MaxMessageSize")) != NULL)
		cf->size = strtol(value, NULL, 10);
	else if ((value = option(line, "DaemonPortOptions")) != NULL &&
		 cf->listeners_count < LISTENERS)
		snprintf(cf->listeners[cf->listeners_count++], LINE, "%s",
		    value);
}

/* Is the name in a list with commas or semicolons? */
static bool
lists(const char *list, const char *name)
{
	size_t len = strlen(name);

	while (*list != '\0') {
		size_t word;

		list += strspn(list, " \t,;");
		word = strcspn(list, " \t,;");
		if (word == len && strncasecmp(list, name, len) == 0)
			return true;
		list += word;
	}
	return false;
}

static void
check_filter(struct doctor *d, const struct cf *cf, const char *file)
{
	if (cf->us[0] == '\0')
		outcomes_say(&d->outcomes, OUTCOME_FAILED, "filter",
		    "%s: no filter has S=%s", file, d->conf->milter_socket);
	else if (!lists(cf->filters, cf->us))
		outcomes_say(&d->outcomes, OUTCOME_FAILED, "filter",
		    "InputMailFilters=%s does not list %s: no mail is "
		    "inspected",
		    cf->filters, cf->us);
	else if (strchr(cf->flags, 'T') == NULL)
		outcomes_say(&d->outcomes,
		    strchr(cf->flags, 'R') == NULL ? OUTCOME_FAILED
						   : OUTCOME_WARNING,
		    "filter", "%s: F=%s: %s", cf->us, cf->flags,
		    strchr(cf->flags, 'R') == NULL
			? "mail passes uninspected while the filter is down"
			: "mail is refused while the filter is down");
	else
		outcomes_say(&d->outcomes, OUTCOME_OK, "filter",
		    "%s is asked, and mail deferred when it is down", cf->us);
}

static void
check_listeners(struct doctor *d, const struct cf *cf)
{
	const char *want = strrchr(d->conf->release_listener, ':');
	char own[LINE], name[NAME], port[NAME];
	bool release = false;

	for (size_t i = 0; i < cf->listeners_count; i++) {
		const char *listener = cf->listeners[i];

		if (!value_of(listener, "Name", name, sizeof name))
			snprintf(name, sizeof name, "a listener");
		if (value_of(listener, "InputMailFilters", own, sizeof own) &&
		    !lists(own, cf->us))
			outcomes_say(&d->outcomes, OUTCOME_FAILED, "listener",
			    "%s: InputMailFilters=%s: what comes in here "
			    "passes the filter by",
			    name, own);
		release |= value_of(listener, "Port", port, sizeof port) &&
			   want != NULL && strcmp(port, want + 1) == 0;
	}
	if (!release)
		outcomes_say(&d->outcomes, OUTCOME_WARNING, "release",
		    "nothing listens on release_listener %s: released mail "
		    "and copies have nowhere to go",
		    d->conf->release_listener);
}

static void
check_rest(struct doctor *d, const struct cf *cf)
{
	if (cf->macros[0] != '\0' && strstr(cf->macros, "auth_authen") == NULL)
		outcomes_say(&d->outcomes, OUTCOME_FAILED, "macros",
		    "Milter.macros.envfrom lacks {auth_authen}: what officials "
		    "send from outside after a login is not protected");
	if (cf->size != 0 && cf->size < d->conf->message_size / 5 * 7)
		outcomes_say(&d->outcomes, OUTCOME_WARNING, "size",
		    "MaxMessageSize=%ld is less than 1.4 times message_size "
		    "%lld: a large mail is refused when it was encrypted",
		    cf->size, (long long)d->conf->message_size);
	outcomes_say(&d->outcomes,
	    d->conf->fence ? OUTCOME_FAILED : OUTCOME_WARNING, "fence",
	    "Sendmail has no second fence: where the filter is passed by, "
	    "mail leaves in clear%s",
	    d->conf->fence ? " (and fence is on)" : "");
}

void
doctor_sendmail(struct doctor *d, const char *file)
{
	FILE *f = fopen(file, "r");
	struct cf *cf = calloc(1, sizeof *cf);
	char line[LINE];

	if (f == NULL || cf == NULL) {
		outcomes_say(&d->outcomes, OUTCOME_FAILED, "sendmail",
		    "%s cannot be read", file);
		if (f != NULL)
			fclose(f);
		free(cf);
		return;
	}
	while (fgets(line, sizeof line, f) != NULL)
		read_line(d, cf, line);
	fclose(f);
	check_filter(d, cf, file);
	check_listeners(d, cf);
	check_rest(d, cf);
	free(cf);
}
