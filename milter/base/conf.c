/* SPDX-License-Identifier: ISC */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "milter/base/conf.h"
#include "milter/base/conffile.h"
#include "milter/base/count.h"
#include "milter/base/file.h"
#include "milter/base/text.h"
#include "milter/base/banned.h"

struct keyword;

/* Puts a setting's words into the struct at to. */
typedef int set_value(const struct keyword *k, void *to, char *const *items,
    size_t count, struct reason *why);

/* Prints the value at from, as it is written in the file. */
typedef void show_value(const void *from, FILE *out);

/* Gives back what the value at from holds. */
typedef void free_value(void *from);

struct keyword {
	const char *name, *initial;
	size_t offset;
	set_value *set;
	show_value *show;
	free_value *free;
	int64_t least, most;
};

/* Which settings a file has given, for "given twice". */
struct loading {
	struct conf *conf;
	int *given; /* line, 0: not yet; one a keyword */
};

/* A value in a reason: printable and not too long. */
struct shown {
	char text[80];
};

static struct shown
shown(const char *value)
{
	struct shown s;

	text_printable(s.text, sizeof s.text, value, strlen(value));
	return s;
}

static int
single(const struct keyword *k, size_t count, struct reason *why)
{
	if (count == 1)
		return 0;
	return reason_set(why,
	    "%s takes one value, not %zu (put one with blanks into quotes)",
	    k->name, count);
}

static int
set_text(const struct keyword *k, void *to, char *const *items, size_t count,
    struct reason *why)
{
	char **text = to;

	if (single(k, count, why) != 0)
		return -1;
	char *copy = strdup(items[0]);
	if (copy == NULL)
		return reason_set(why, "no memory");
	free(*text);
	*text = copy;
	return 0;
}

static int
set_path(const struct keyword *k, void *to, char *const *items, size_t count,
    struct reason *why)
{
	if (single(k, count, why) != 0)
		return -1;
	if (items[0][0] != '/')
		return reason_set(why,
		    "%s must be an absolute path, not \"%s\"", k->name,
		    shown(items[0]).text);
	return set_text(k, to, items, count, why);
}

struct unit {
	const char *name;
	int64_t factor;
};

static const struct unit no_units[] = { { "", 1 }, { NULL, 0 } };
static const struct unit times[] = { { "", 1 }, { "s", 1 }, { "m", 60 },
	{ "h", 3600 }, { "d", 86400 }, { NULL, 0 } };
static const struct unit sizes[] = { { "", 1 }, { "K", 1 << 10 },
	{ "M", 1 << 20 }, { "G", 1 << 30 }, { NULL, 0 } };

/* Reads digits and a unit. 0, or -1 when it is no such number. */
static int
number(const char *s, const struct unit *units, int64_t *value)
{
	char *end;

	if (*s < '0' || *s > '9')
		return -1;
	errno = 0;
	int64_t n = strtoll(s, &end, 10);
	if (errno != 0)
		return -1;
	for (; units->name != NULL; units++)
		if (strcasecmp(units->name, end) == 0)
			return __builtin_mul_overflow(n, units->factor, value)
				   ? -1
				   : 0;
	return -1;
}

static int
set_number(const struct keyword *k, int64_t *to, const char *item,
    const struct unit *units, struct reason *why)
{
	int64_t value;

	if (number(item, units, &value) != 0)
		return reason_set(why, "%s: \"%s\" is not a %s", k->name,
		    shown(item).text,
		    units == times   ? "time (such as 30s, 5m, 2h, 1d)"
		    : units == sizes ? "size (such as 64K, 50M, 1G)"
				     : "number");
	if (value < k->least || value > k->most)
		return reason_set(why,
		    "%s must be %" PRId64 " to %" PRId64 ", not \"%s\"",
		    k->name, k->least, k->most, shown(item).text);
	*to = value;
	return 0;
}

static int
set_count(const struct keyword *k, void *to, char *const *items, size_t count,
    struct reason *why)
{
	if (single(k, count, why) != 0)
		return -1;
	return set_number(k, to, items[0], no_units, why);
}

static int
set_seconds(const struct keyword *k, void *to, char *const *items, size_t count,
    struct reason *why)
{
	if (single(k, count, why) != 0)
		return -1;
	return set_number(k, to, items[0], times, why);
}

static int
set_size(const struct keyword *k, void *to, char *const *items, size_t count,
    struct reason *why)
{
	if (single(k, count, why) != 0)
		return -1;
	return set_number(k, to, items[0], sizes, why);
}

static int
set_flag(const struct keyword *k, void *to, char *const *items, size_t count,
    struct reason *why)
{
	static const char *const on[] = { "on", "yes", "true" };
	static const char *const off[] = { "off", "no", "false" };

	if (single(k, count, why) != 0)
		return -1;
	bool yes = text_in(items[0], on, COUNT(on));
	if (!yes && !text_in(items[0], off, COUNT(off)))
		return reason_set(why, "%s must be on or off, not \"%s\"",
		    k->name, shown(items[0]).text);
	*(bool *)to = yes;
	return 0;
}

static void
free_list(void *from)
{
	struct conf_list *list = from;

	for (size_t i = 0; i < list->count; i++)
		free(list->items[i]);
	free(list->items);
	*list = (struct conf_list){ 0 };
}

static int
set_list(const struct keyword *k, void *to, char *const *items, size_t count,
    struct reason *why)
{
	struct conf_list list = { calloc(count + 1, sizeof(char *)), 0 };

	if (list.items == NULL)
		return reason_set(why, "%s: no memory", k->name);
	for (size_t i = 0; i < count; i++) {
		list.items[i] = strdup(items[i]);
		if (list.items[i] == NULL) {
			free_list(&list);
			return reason_set(why, "%s: no memory", k->name);
		}
		list.count++;
	}
	free_list(to);
	*(struct conf_list *)to = list;
	return 0;
}

/* A string as JSON has it, which the parser reads back as it was. */
static void
show_string(const char *s, FILE *out)
{
	putc('"', out);
	for (; *s != '\0'; s++) {
		unsigned char c = (unsigned char)*s;

		if (c < 0x20)
			fprintf(out, "\\u%04x", c);
		else
			fprintf(out, "%s%c", strchr("\"\\", c) ? "\\" : "", c);
	}
	putc('"', out);
}

static void
show_text(const void *from, FILE *out)
{
	show_string(*(char *const *)from, out);
}

static void
show_count(const void *from, FILE *out)
{
	fprintf(out, "%" PRId64, *(const int64_t *)from);
}

/* The largest unit that leaves no rest. */
static void
show_number(int64_t value, const struct unit *units, FILE *out)
{
	const struct unit *best = units;

	for (; units->name != NULL; units++)
		if (value != 0 && value % units->factor == 0)
			best = units;
	fprintf(out, "%" PRId64 "%s", value / best->factor, best->name);
}

static void
show_seconds(const void *from, FILE *out)
{
	show_number(*(const int64_t *)from, times, out);
}

static void
show_size(const void *from, FILE *out)
{
	show_number(*(const int64_t *)from, sizes, out);
}

static void
show_flag(const void *from, FILE *out)
{
	fputs(*(const bool *)from ? "on" : "off", out);
}

static void
show_list(const void *from, FILE *out)
{
	const struct conf_list *list = from;

	fputs("[", out);
	for (size_t i = 0; i < list->count; i++) {
		fputs(i == 0 ? " " : ", ", out);
		show_string(list->items[i], out);
	}
	fputs(" ]", out);
}

static void
free_text(void *from)
{
	free(*(char **)from);
}

static void
free_nothing(void *from)
{
	(void)from;
}

#define show_path show_text
#define free_path free_text
#define free_count free_nothing
#define free_seconds free_nothing
#define free_size free_nothing
#define free_flag free_nothing

static const struct keyword keywords[] = {
#define CONF(type, name, initial, least, most, help) \
	{ #name, initial, offsetof(struct conf, name), set_##type, \
		show_##type, free_##type, least, most },
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
		size_t d = distance(name, keywords[i].name);

		if (d < least) {
			least = d;
			nearest = keywords[i].name;
		}
	}
	if (nearest != NULL)
		return reason_set(why,
		    "there is no setting \"%s\"; did you mean %s?",
		    shown(name).text, nearest);
	return reason_set(why,
	    "there is no setting \"%s\" (see sekimori.conf(5))",
	    shown(name).text);
}

static int
take_entry(void *to, const struct conffile_entry *e, struct reason *why)
{
	struct loading *l = to;
	size_t i = 0;

	while (i < COUNT(keywords) && strcmp(keywords[i].name, e->name) != 0)
		i++;
	if (i == COUNT(keywords))
		return unknown(e->name, why);
	const struct keyword *k = &keywords[i];
	if (l->given[i] != 0)
		return reason_set(why, "%s is given twice, first in line %d",
		    k->name, l->given[i]);
	l->given[i] = e->line;
	return k->set(k, value_of(l->conf, k), e->items, e->count, why);
}

/* A default goes through the same setter as a value of the file, so that the
 * table cannot hold one that the file could not. */
static int
set_default(struct conf *conf, const struct keyword *k, struct reason *why)
{
	char copy[256], *items[16], *rest = copy;
	size_t count = 0;

	if (snprintf(copy, sizeof copy, "%s", k->initial) >= (int)sizeof copy)
		return reason_set(why, "%s: the default is too long", k->name);
	if (k->set != set_list)
		return k->set(k, value_of(conf, k), &rest, 1, why);
	for (char *item; (item = strsep(&rest, " ")) != NULL;)
		if (*item != '\0' && count < COUNT(items))
			items[count++] = item;
	return k->set(k, value_of(conf, k), items, count, why);
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
		fprintf(out, "%s = ", keywords[i].name);
		keywords[i].show(value_of(conf, &keywords[i]), out);
		fputs(";\n", out);
	}
}

void
conf_free(struct conf **conf)
{
	if (*conf == NULL)
		return;
	for (size_t i = 0; i < COUNT(keywords); i++)
		keywords[i].free(value_of(*conf, &keywords[i]));
	free(*conf);
	*conf = NULL;
}
