/* SPDX-License-Identifier: ISC */
#include "milter/lookup/lookup.h"
#include "milter/run/serve.h"
#include "milter/base/banned.h"

/* The lookup server: DNS, and libraries that parse what comes from there. */
static void
fill(struct server *s, const struct conf *conf)
{
	s->user = conf->lookup_user;
	s->children = conf->lookup_children;
	s->messages = conf->scan_messages;
	/* The budget of one message, and a little for the answer. */
	s->seconds = conf->lookup_time + 2;
	s->memory = 256 << 20;
	s->temp = 1 << 20;
}

int
main(int argc, char **argv)
{
	struct server lookup = {
		.name = "lookup",
		.profile = SANDBOX_LOOKUP,
		.load = lookup_load,
		.prepare = lookup_prepare_child,
		.serve = lookup_serve,
	};

	return serve_main(&lookup, fill, argc, argv);
}
