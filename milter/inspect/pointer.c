/* SPDX-License-Identifier: ISC */
#include <string.h>
#include <strings.h>

#include "milter/base/count.h"
#include "milter/inspect/inspect.h"
#include "milter/inspect/lines.h"
#include "milter/inspect/target.h"
#include "milter/mail/xml.h"
#include "milter/base/banned.h"

/*
 * Small texts that start or fetch something elsewhere: Internet shortcuts,
 * libraries, saved searches, remote desktops, web queries. A share that one
 * leads to is opened without the warning that a download gets, and is handed
 * the user's password by looking at it.
 */
static const struct {
	const char *section, *key;
	bool starts;
	const char *what;
} keys[] = {
#define KEY(section, key, starts, what) { section, key, starts, what },
#include "milter/inspect/pointers.def"
};

static const struct {
	const char *name, *what;
} roots[] = {
#define ROOT(name, what) { name, what },
#include "milter/inspect/pointers.def"
};

/* One file being looked at: each fact is stated once of it. */
struct look {
	const struct inspection *i;
	const struct part *part;
	bool link, remote;
};

static void
state_link(struct look *l, const char *what, const char *value)
{
	if (!l->link)
		inspect_fact(l->i, FACT_SHORTCUT_LINK, l->part, "%s: %s", what,
		    value);
	l->link = true;
}

static void
state_remote(struct look *l, const char *what, const char *value)
{
	if (!l->remote)
		inspect_fact(l->i, FACT_SHORTCUT_REMOTE, l->part, "%s: %s",
		    what, value);
	l->remote = true;
}

/* Windows takes a share in slashes too. */
static bool
is_share(const char *value)
{
	return target_is_share(value) || strncmp(value, "//", 2) == 0;
}

/* The text behind the words and blanks that a line begins with, or NULL. */
static const char *
behind(const char *line, const char *words)
{
	size_t len = strlen(words);

	if (strncasecmp(line, words, len) != 0)
		return NULL;
	return line + len + strspn(line + len, " \t");
}

/* A web address is what an Internet shortcut honestly has; what is no such
 * address but starts by itself is remote only if it is a share. */
static void
read_value(struct look *l, const char *section, const char *key,
    const char *value)
{
	for (size_t n = 0; n < COUNT(keys); n++) {
		if (strcasecmp(keys[n].section, section) != 0 ||
		    (strcmp(keys[n].key, "*") != 0 &&
			strcasecmp(keys[n].key, key) != 0))
			continue;
		if (keys[n].starts)
			state_link(l, keys[n].what, value);
		if (is_share(value))
			state_remote(l, keys[n].what, value);
	}
}

static void
read_sections(struct look *l, char *text)
{
	const char *section = "";
	char *line;

	while ((line = lines_next(&text)) != NULL) {
		size_t key = strcspn(line, "=");
		const char *value;

		if (line[0] == '[') {
			line[strcspn(line, "]")] = '\0';
			section = line + 1;
		}
		if (line[0] == '[' || line[key] == '\0')
			continue;
		value = line + key + 1;
		value += strspn(value, " \t\"'");
		line[key] = '\0';
		while (key > 0 && strchr(" \t", line[key - 1]) != NULL)
			line[--key] = '\0';
		read_value(l, section, line, value);
	}
}

/* "full address:s:host": a session on the attacker's computer, with the drives
 * of this one (the attack of October 2024). */
static void
read_desktop(struct look *l, char *text)
{
	static const char *const told[] = { "drivestoredirect:s:",
		"remoteapplicationprogram:s:", "gatewayhostname:s:" };
	struct arena *a = l->i->message->arena;
	const char *address = NULL, *more = "", *value, *line;

	while ((line = lines_next(&text)) != NULL) {
		value = behind(line, "full address:s:");
		if (value == NULL)
			value = behind(line, "alternate full address:s:");
		if (value != NULL && address == NULL)
			address = value;
		for (size_t n = 0; n < COUNT(told); n++)
			if ((value = behind(line, told[n])) != NULL &&
			    *value != '\0' && strlen(more) < 200)
				more = arena_printf(a, "%s, %.*s %.60s", more,
				    (int)strcspn(told[n], ":"), told[n], value);
	}
	if (address == NULL)
		return;
	value = arena_printf(a, "%.200s%s", address, more);
	state_link(l, "remote desktop (rdp)", value);
	state_remote(l, "remote desktop (rdp)", value);
}

/* "WEB", a version, and where the table comes from; "XLODBC" likewise. */
static void
read_query(struct look *l, char *text)
{
	const char *kind = lines_next(&text), *version = lines_next(&text);
	const char *from = version == NULL ? NULL : lines_next(&text);

	if (from == NULL || strcmp(version, "1") != 0)
		return;
	if (strcasecmp(kind, "WEB") == 0) {
		state_link(l, "web query (iqy)", from);
		if (is_share(from) || target_is_web(from))
			state_remote(l, "web query (iqy)", from);
	} else if (strcasecmp(kind, "XLODBC") == 0) {
		state_link(l, "database query", from);
	}
}

static void
read_text(struct look *l)
{
	struct arena *a = l->i->message->arena;
	char *text = lines_text(a, l->part);

	if (text == NULL)
		return;
	if (strcasestr(text, "full address:s:") != NULL)
		read_desktop(l, arena_string(a, text));
	if (strncasecmp(text, "WEB", 3) == 0 ||
	    strncasecmp(text, "XLODBC", 6) == 0)
		read_query(l, arena_string(a, text));
	if (strchr(text, '[') != NULL)
		read_sections(l, text);
}

/* What an XML says, while it is read. */
struct reader {
	struct look *look;
	const char *what; /* NULL until the root is known */
	bool enough;
	char text[4096]; /* of the element that is open, as far as it fits */
	size_t len;
	const char *starts; /* the command of a settings shortcut */
	const char *place;
};

static void
judge_value(struct reader *r, const char *value)
{
	value += strspn(value, " \t\r\n");
	if (r->place == NULL && (is_share(value) || target_is_web(value)))
		r->place = arena_string(r->look->i->message->arena, value);
}

/* Names with a prefix are those of the schema, as xsi:schemaLocation. */
static void
begin(void *context, const xmlChar *local, const xmlChar *prefix,
    const xmlChar *uri, int namespaces, const xmlChar **list_ns, int count,
    int defaulted, const xmlChar **list)
{
	struct reader *r = context;

	(void)prefix, (void)uri, (void)namespaces, (void)list_ns;
	(void)defaulted;
	for (size_t n = 0; r->what == NULL && n < COUNT(roots); n++)
		if (strcasecmp(roots[n].name, (const char *)local) == 0)
			r->what = roots[n].what;
	r->enough |= r->what == NULL;
	r->len = 0;
	for (int i = 0; i < count && !r->enough; i++, list += 5)
		if (list[1] == NULL)
			judge_value(r, arena_copy(r->look->i->message->arena,
					   (const char *)list[3],
					   (size_t)(list[4] - list[3])));
}

static void
characters(void *context, const xmlChar *bytes, int len)
{
	struct reader *r = context;
	size_t room = sizeof r->text - 1 - r->len;

	if ((size_t)len < room)
		room = (size_t)len;
	memcpy(r->text + r->len, bytes, room);
	r->len += room;
}

static void
end(void *context, const xmlChar *local, const xmlChar *prefix,
    const xmlChar *uri)
{
	struct reader *r = context;

	(void)prefix, (void)uri;
	if (r->enough)
		return;
	r->text[r->len] = '\0';
	judge_value(r, r->text);
	if (strcasecmp((const char *)local, "DeepLink") == 0)
		r->starts = arena_string(r->look->i->message->arena, r->text);
	r->len = 0;
}

static void
read_xml(struct look *l)
{
	xmlSAXHandler handler = { .startElementNs = begin,
		.endElementNs = end,
		.characters = characters,
		.cdataBlock = characters };
	struct reader r = { .look = l };

	xml_read(&handler, &r, &r.enough, l->part->bytes, l->part->size);
	if (r.what == NULL)
		return;
	state_link(l, r.what,
	    r.starts != NULL  ? r.starts
	    : r.place != NULL ? r.place
			      : "no place");
	if (r.place != NULL)
		state_remote(l, r.what, r.place);
}

/* Behind a byte order mark, blanks and the NUL bytes of UTF-16. */
static bool
begins_xml(const struct part *p)
{
	static const unsigned char skip[] = "\xef\xbb\xbf\xff\xfe \t\r\n";
	size_t at = 0;

	while (at < p->size && at < 64 &&
	       memchr(skip, p->bytes[at], sizeof skip) != NULL)
		at++;
	return at < p->size && p->bytes[at] == '<';
}

static void
run(struct inspection *i)
{
	for (const struct part *p = i->message->root; p != NULL; p = p->next) {
		struct look l = { .i = i, .part = p };

		if (!message_is_file(p) || p->origin == ORIGIN_MACRO)
			continue;
		if (begins_xml(p))
			read_xml(&l);
		else
			read_text(&l);
	}
}

const struct inspector inspect_pointer = {
	.looks_for = "small files that lead elsewhere",
	.run = run,
};
