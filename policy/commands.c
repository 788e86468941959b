/* SPDX-License-Identifier: ISC */
#include <jansson.h>
#include <stdio.h>

#include "milter/base/command.h"
#include "policy/commands.h"
#include "policy/policy.h"
#include "milter/base/banned.h"

static void
print_json(const char *path, const struct policy *p, const struct reason *why)
{
	json_t *o = json_pack("{s:s, s:b}", "file", path, "ok", p != NULL);

	if (p == NULL) {
		json_object_set_new(o, "error", json_string(why->text));
	} else {
		json_object_set_new(o, "name", json_string(policy_name(p)));
		json_object_set_new(o, "hash", json_string(policy_hash(p)));
		json_object_set_new(o, "rules",
		    json_integer((json_int_t)policy_rules(p)));
	}
	command_print_json(o);
}

static int
check(const char *path, bool json)
{
	struct reason why;
	struct policy *p = policy_load(path, &why);
	int status = p == NULL ? COMMAND_FAILED : COMMAND_OK;

	if (json)
		print_json(path, p, &why);
	else if (p == NULL)
		fprintf(stderr, "%s\n", why.text);
	else
		printf("%s: ok, policy \"%s\", %zu rules\n", path,
		    policy_name(p), policy_rules(p));
	policy_free(&p);
	return status;
}

int
command_policy_check(const struct conf *conf, int argc, char **argv)
{
	bool json = command_flag(&argc, argv, "--json");
	const char *unknown = command_unknown(argc, argv);

	if (unknown != NULL || argc > 2) {
		fprintf(stderr, "policy check: \"%s\" is too much\n",
		    unknown != NULL ? unknown : argv[2]);
		return COMMAND_USAGE;
	}
	return check(argc == 2 ? argv[1] : conf->policy_file, json);
}
