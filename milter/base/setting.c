/* SPDX-License-Identifier: ISC */
#include <errno.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "milter/base/conf.h"
#include "milter/base/count.h"
#include "milter/base/setting.h"
#include "milter/base/text.h"
#include "milter/base/banned.h"

struct setting_shown
setting_shown(const char *value)
{
	struct setting_shown s;

	text_printable(s.text, sizeof s.text, value, strlen(value));
	return s;
}

static int
single(const struct setting *k, size_t count, struct reason *why)
{
	if (count == 1)
		return 0;
	return reason_set(why,
	    "%s takes one value, not %zu (put one with blanks into quotes)",
	    k->name, count);
}

static int
set_text(const struct setting *k, void *to, char *const *items, size_t count,
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
set_path(const struct setting *k, void *to, char *const *items, size_t count,
    struct reason *why)
{
	if (single(k, count, why) != 0)
		return -1;
	if (items[0][0] != '/')
		return reason_set(why,
		    "%s must be an absolute path, not \"%s\"", k->name,
		    setting_shown(items[0]).text);
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

bool
setting_time(const char *s, int64_t *seconds)
{
	return number(s, times, seconds) == 0;
}

static int
set_number(const struct setting *k, int64_t *to, const char *item,
    const struct unit *units, struct reason *why)
{
	int64_t value;

	if (number(item, units, &value) != 0)
		return reason_set(why, "%s: \"%s\" is not a %s", k->name,
		    setting_shown(item).text,
		    units == times   ? "time (such as 30s, 5m, 2h, 1d)"
		    : units == sizes ? "size (such as 64K, 50M, 1G)"
				     : "number");
	if (value < k->least || value > k->most)
		return reason_set(why,
		    "%s must be %" PRId64 " to %" PRId64 ", not \"%s\"",
		    k->name, k->least, k->most, setting_shown(item).text);
	*to = value;
	return 0;
}

static int
set_count(const struct setting *k, void *to, char *const *items, size_t count,
    struct reason *why)
{
	if (single(k, count, why) != 0)
		return -1;
	return set_number(k, to, items[0], no_units, why);
}

static int
set_seconds(const struct setting *k, void *to, char *const *items, size_t count,
    struct reason *why)
{
	if (single(k, count, why) != 0)
		return -1;
	return set_number(k, to, items[0], times, why);
}

static int
set_size(const struct setting *k, void *to, char *const *items, size_t count,
    struct reason *why)
{
	if (single(k, count, why) != 0)
		return -1;
	return set_number(k, to, items[0], sizes, why);
}

static int
set_flag(const struct setting *k, void *to, char *const *items, size_t count,
    struct reason *why)
{
	static const char *const on[] = { "on", "yes", "true" };
	static const char *const off[] = { "off", "no", "false" };

	if (single(k, count, why) != 0)
		return -1;
	bool yes = text_in(items[0], on, COUNT(on));
	if (!yes && !text_in(items[0], off, COUNT(off)))
		return reason_set(why, "%s must be on or off, not \"%s\"",
		    k->name, setting_shown(items[0]).text);
	*(bool *)to = yes;
	return 0;
}

static const char *const already_words[] = { [ALREADY_ACCEPT_KNOWN] =
						 "accept-known",
	[ALREADY_ACCEPT_ANY] = "accept-any",
	[ALREADY_IGNORE] = "ignore" };

static int
set_already(const struct setting *k, void *to, char *const *items, size_t count,
    struct reason *why)
{
	if (single(k, count, why) != 0)
		return -1;
	for (size_t i = 0; i < COUNT(already_words); i++)
		if (strcasecmp(items[0], already_words[i]) == 0) {
			*(conf_already *)to = (conf_already)i;
			return 0;
		}
	return reason_set(why,
	    "%s must be accept-known, accept-any or ignore, not \"%s\"",
	    k->name, setting_shown(items[0]).text);
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

/* Adds the words of one item. No domain, network or address has a blank in
 * it, so "a b" in quotes means the same two as a b without: taken as one word
 * it would match nothing, and nobody would know. */
static int
add_words(struct conf_list *list, const char *item)
{
	static const char blanks[] = " \t\r\n";

	for (;;) {
		size_t len = strcspn(item += strspn(item, blanks), blanks);
		char **more;

		if (len == 0)
			return 0;
		more = realloc(list->items,
		    (list->count + 1) * sizeof *list->items);
		if (more == NULL)
			return -1;
		list->items = more;
		list->items[list->count] = strndup(item, len);
		if (list->items[list->count] == NULL)
			return -1;
		list->count++;
		item += len;
	}
}

static int
set_list(const struct setting *k, void *to, char *const *items, size_t count,
    struct reason *why)
{
	struct conf_list list = { NULL, 0 };

	for (size_t i = 0; i < count; i++)
		if (add_words(&list, items[i]) == -1) {
			free_list(&list);
			return reason_set(why, "%s: no memory", k->name);
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
show_already(const void *from, FILE *out)
{
	fputs(already_words[*(const conf_already *)from], out);
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

const struct setting_type setting_text = { set_text, show_text, free_text };
const struct setting_type setting_path = { set_path, show_text, free_text };
const struct setting_type setting_count = { set_count, show_count, NULL };
const struct setting_type setting_seconds = { set_seconds, show_seconds, NULL };
const struct setting_type setting_size = { set_size, show_size, NULL };
const struct setting_type setting_flag = { set_flag, show_flag, NULL };
const struct setting_type setting_already = { set_already, show_already, NULL };
const struct setting_type setting_list = { set_list, show_list, free_list };
