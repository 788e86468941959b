/* SPDX-License-Identifier: ISC */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "milter/act/carry.h"
#include "milter/base/banned.h"

const char *
carry_direction(const struct envelope *e)
{
	if (e->rcpts_count == 0)
		return direction_name(DIRECTION_INBOUND);
	for (size_t i = 0; i < e->rcpts_count; i++)
		if (e->rcpts[i].direction == DIRECTION_OUTBOUND)
			return direction_name(DIRECTION_OUTBOUND);
	return direction_name(e->rcpts[0].direction);
}

void
carry_facts(const struct findings *f, const char *sep, char *out, size_t size)
{
	bool seen[FACT_COUNT] = { false };
	size_t len = 0;

	out[0] = '\0';
	for (size_t i = 0; i < f->facts_count; i++) {
		enum fact fact = f->facts[i].fact;
		const char *name = fact_row(fact)->name;
		size_t need = strlen(name) + strlen(sep);

		if (seen[fact] || len + need >= size)
			continue;
		seen[fact] = true;
		len += (size_t)snprintf(out + len, size - len, "%s%s",
		    len > 0 ? sep : "", name);
	}
}

void
carry_authserv(const struct conf *conf, char *out, size_t size)
{
	const char *id = conf->authserv_id;

	if (id[0] == '\0')
		id = conf->node;
	if (id[0] != '\0') {
		snprintf(out, size, "%s", id);
		return;
	}
	if (gethostname(out, size) == -1)
		snprintf(out, size, "localhost");
	out[size - 1] = '\0';
}
