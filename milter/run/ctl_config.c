/* SPDX-License-Identifier: ISC */
#include <stdio.h>

#include "milter/base/command.h"
#include "milter/run/ctl.h"
#include "milter/run/site.h"
#include "milter/base/banned.h"

int
ctl_config_check(const struct conf *conf, int argc, char **argv)
{
	const char *file = argc > 1 ? argv[1] : ctl_file;
	struct reason why;
	struct site *site;

	(void)conf;
	if (argc > 2) {
		fputs("usage: sekimorictl config check [FILE]\n", stderr);
		return COMMAND_USAGE;
	}
	site = site_load(file, &why);
	if (site == NULL) {
		fprintf(stderr, "%s\n", why.text);
		return COMMAND_FAILED;
	}
	printf("%s: ok; policy %s: ok, %zu rules\n",
	    file != NULL ? file : "(defaults)", site->conf->policy_file,
	    policy_rules(site->policy));
	site_done(&site);
	return COMMAND_OK;
}

int
ctl_config_show(const struct conf *conf, int argc, char **argv)
{
	(void)argv;
	if (argc > 1) {
		fputs("usage: sekimorictl config show\n", stderr);
		return COMMAND_USAGE;
	}
	conf_show(conf, stdout);
	return COMMAND_OK;
}
