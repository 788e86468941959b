/* SPDX-License-Identifier: ISC */
#include <string.h>

#include "policy/policy.h"
#include "milter/base/banned.h"

static const struct {
	const char *name, *en, *ja;
} verdicts[VERDICT_COUNT] = {
#define VERDICT(id, name, en, ja) { name, en, ja },
#include "policy/verdicts.def"
#undef VERDICT
};

const char *
verdict_name(enum verdict_kind kind)
{
	return verdicts[kind].name;
}

const char *
verdict_text(enum verdict_kind kind, bool japanese)
{
	return japanese ? verdicts[kind].ja : verdicts[kind].en;
}

enum verdict_kind
verdict_named(const char *name)
{
	for (int i = 0; i < VERDICT_COUNT; i++)
		if (strcmp(verdicts[i].name, name) == 0)
			return (enum verdict_kind)i;
	return VERDICT_COUNT;
}
