/* SPDX-License-Identifier: ISC */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "milter/base/command.h"
#include "milter/run/ctl.h"
#include "milter/run/doctor.h"
#include "milter/base/banned.h"

static const char main_cf[] = "/etc/postfix/main.cf";
static const char sendmail_cf[] = "/etc/mail/sendmail.cf";

/* "unix:/run/a" and "/run/a" are one; so are "inet:1@h" and "inet:h:1". */
static void
canonical(const char *socket, char *out, size_t size)
{
	const char *rest, *at;

	if (strncmp(socket, "inet", 4) != 0) {
		rest = strchr(socket, ':');
		snprintf(out, size, "%s", rest != NULL ? rest + 1 : socket);
		return;
	}
	rest = strchr(socket, ':');
	rest = rest != NULL ? rest + 1 : socket;
	at = strchr(rest, '@');
	if (at != NULL)
		snprintf(out, size, "%s:%.*s", at + 1, (int)(at - rest), rest);
	else
		snprintf(out, size, "%s", rest);
}

bool
doctor_is_us(const struct doctor *d, const char *socket, const char *root)
{
	char ours[1024], theirs[1024], below[2048];

	canonical(d->conf->milter_socket, ours, sizeof ours);
	canonical(socket, theirs, sizeof theirs);
	if (strcmp(ours, theirs) == 0)
		return true;
	snprintf(below, sizeof below, "%s/%s", root != NULL ? root : "",
	    theirs + (theirs[0] == '/'));
	return root != NULL && strcmp(ours, below) == 0;
}

static void
look_at_postfix(struct doctor *d, const char *folder)
{
	struct reason why;
	struct postfix *p = postfix_read(folder, &why);

	if (p == NULL)
		outcomes_say(&d->outcomes, OUTCOME_FAILED, "postfix", "%s",
		    why.text);
	else
		doctor_postfix(d, p);
	postfix_free(&p);
}

static void
look(struct doctor *d, const char *postfix, const char *sendmail)
{
	bool asked = postfix != NULL || sendmail != NULL, any = asked;

	if (postfix != NULL)
		look_at_postfix(d, postfix);
	if (sendmail != NULL)
		doctor_sendmail(d, sendmail);
	if (!asked && access(main_cf, F_OK) == 0) {
		look_at_postfix(d, NULL);
		any = true;
	}
	if (!asked && access(sendmail_cf, F_OK) == 0) {
		doctor_sendmail(d, sendmail_cf);
		any = true;
	}
	if (!any)
		outcomes_say(&d->outcomes, OUTCOME_FAILED, "mta",
		    "neither %s nor %s is there: say where with --postfix "
		    "FOLDER or --sendmail FILE",
		    main_cf, sendmail_cf);
}

int
ctl_doctor(const struct conf *conf, int argc, char **argv)
{
	struct doctor d = { .conf = conf };
	const char *postfix = command_option(&argc, argv, "--postfix");
	const char *sendmail = command_option(&argc, argv, "--sendmail");
	bool json = command_flag(&argc, argv, "--json");
	struct reason why;
	int status;

	if (argc > 1) {
		fputs("usage: sekimorictl doctor [--postfix FOLDER] "
		      "[--sendmail FILE] [--json]\n",
		    stderr);
		return COMMAND_USAGE;
	}
	d.places = places_new(conf, &why);
	if (d.places == NULL) {
		fprintf(stderr, "sekimorictl: %s\n", why.text);
		return COMMAND_FAILED;
	}
	outcomes_begin(&d.outcomes, json);
	look(&d, postfix, sendmail);
	status = outcomes_end(&d.outcomes);
	places_free(&d.places);
	return status;
}
