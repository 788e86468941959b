/* SPDX-License-Identifier: ISC */
#include <fcntl.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "milter/base/conf.h"
#include "milter/base/conffile.h"
#include "milter/base/count.h"
#include "milter/base/file.h"
#include "milter/base/setting.h"
#include "milter/base/banned.h"

struct keyword {
	struct setting setting; /* name and bounds */
	const char *initial;
	size_t offset;
	const struct setting_type *type;
};

/* Which settings a file has given, for "given twice". */
struct loading {
	struct conf *conf;
	int *given; /* line, 0: not yet; one a keyword */
};

static const struct keyword keywords[] = {
#define CONF(type, name, initial, least, most, help) \
	{ { #name, least, most }, initial, offsetof(struct conf, name), \
		&setting_##type },
#include "milter/base/conf.def"
#undef CONF
};

static void *
value_of(const struct conf *conf, const struct keyword *k)
{
	return (char *)(uintptr_t)conf + k->offset;
}

/* Letters to change, add or leave out to make b of a; 3 for "many". */
static size_t
distance(const char *a, const char *b)
{
	size_t row[64], width = strlen(b);

	if (width >= COUNT(row))
		return 3;
	for (size_t j = 0; j <= width; j++)
		row[j] = j;
	for (size_t i = 0; a[i] != '\0'; i++) {
		size_t corner = row[0];

		row[0] = i + 1;
		for (size_t j = 0; j < width; j++) {
			size_t best = corner + (a[i] != b[j]);

			corner = row[j + 1];
			if (best > row[j] + 1)
				best = row[j] + 1;
			row[j + 1] = best < corner + 1 ? best : corner + 1;
		}
	}
	return row[width] < 3 ? row[width] : 3;
}

static int
unknown(const char *name, struct reason *why)
{
	const char *nearest = NULL;
	size_t least = 3;

	for (size_t i = 0; i < COUNT(keywords); i++) {
		size_t d = distance(name, keywords[i].setting.name);

		if (d < least) {
			least = d;
			nearest = keywords[i].setting.name;
		}
	}
	if (nearest != NULL)
		return reason_set(why,
		    "there is no setting \"%s\"; did you mean %s?",
		    setting_shown(name).text, nearest);
	return reason_set(why,
	    "there is no setting \"%s\" (see sekimori.conf(5))",
	    setting_shown(name).text);
}

static int
take_entry(void *to, const struct conffile_entry *e, struct reason *why)
{
	struct loading *l = to;
	size_t i = 0;

	while (i < COUNT(keywords) &&
	       strcmp(keywords[i].setting.name, e->name) != 0)
		i++;
	if (i == COUNT(keywords))
		return unknown(e->name, why);
	const struct keyword *k = &keywords[i];
	if (l->given[i] != 0)
		return reason_set(why, "%s is given twice, first in line %d",
		    k->setting.name, l->given[i]);
	l->given[i] = e->line;
	return k->type->set(&k->setting, value_of(l->conf, k), e->items,
	    e->count, why);
}

/* A default goes through the same setter as a value of the file, so that the
 * table cannot hold one that the file could not. */
static int
set_default(struct conf *conf, const struct keyword *k, struct reason *why)
{
	char copy[1024], *items[16], *rest = copy;
	size_t count = 0;

	if (snprintf(copy, sizeof copy, "%s", k->initial) >= (int)sizeof copy)
		return reason_set(why, "%s: the default is too long",
		    k->setting.name);
	if (k->type != &setting_list)
		return k->type->set(&k->setting, value_of(conf, k), &rest, 1,
		    why);
	for (char *item; (item = strsep(&rest, " ")) != NULL;)
		if (*item != '\0' && count < COUNT(items))
			items[count++] = item;
	return k->type->set(&k->setting, value_of(conf, k), items, count, why);
}

static int
read_file(struct conf *conf, const char *path, struct reason *why)
{
	int given[COUNT(keywords)] = { 0 };
	struct loading l = { conf, given };
	char *text;
	size_t len;

	if (file_get(AT_FDCWD, path, CONFFILE_SIZE, &text, &len, why) != 0)
		return -1;
	conf->file = strdup(path);
	if (conf->file == NULL) {
		free(text);
		return reason_set(why, "%s: no memory", path);
	}
	int failed = conffile_parse(path, text, len, take_entry, &l, why);
	free(text);
	return failed;
}

struct conf *
conf_load(const char *path, struct reason *why)
{
	struct conf *conf = calloc(1, sizeof *conf);

	if (conf == NULL) {
		reason_set(why, "no memory for the settings");
		return NULL;
	}
	for (size_t i = 0; i < COUNT(keywords); i++)
		if (set_default(conf, &keywords[i], why) != 0) {
			conf_free(&conf);
			return NULL;
		}
	if (path != NULL && read_file(conf, path, why) != 0)
		conf_free(&conf);
	return conf;
}

void
conf_show(const struct conf *conf, FILE *out)
{
	for (size_t i = 0; i < COUNT(keywords); i++) {
		fprintf(out, "%s = ", keywords[i].setting.name);
		keywords[i].type->show(value_of(conf, &keywords[i]), out);
		fputs(";\n", out);
	}
}

void
conf_free(struct conf **conf)
{
	if (*conf == NULL)
		return;
	for (size_t i = 0; i < COUNT(keywords); i++)
		if (keywords[i].type->free != NULL)
			keywords[i].type->free(value_of(*conf, &keywords[i]));
	free((*conf)->file);
	free(*conf);
	*conf = NULL;
}
