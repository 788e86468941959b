/* SPDX-License-Identifier: ISC */
#include <string.h>

#include "milter/base/count.h"
#include "milter/base/text.h"
#include "milter/inspect/filename.h"
#include "milter/inspect/filetype.h"
#include "milter/inspect/inspect.h"
#include "milter/inspect/markup.h"
#include "milter/mail/smuggle.h"
#include "milter/base/banned.h"

enum { RECIPIENTS = 16, SHORTEST = 6, ADDRESS_MOST = 200 };

struct page {
	const struct inspection *i;
	const struct part *part;
	const char *action; /* of the open form, or "" */
	bool svg;
};

static bool
is_outside(const char *url)
{
	return strncmp(url, "http:", 5) == 0 ||
	       strncmp(url, "https:", 6) == 0 || strncmp(url, "//", 2) == 0;
}

static bool
starts_one(const char *s, const char *const *list, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (strncmp(s, list[i], strlen(list[i])) == 0)
			return true;
	return false;
}

/* What is made by the page itself, a share whose server learns who asks, or a
 * program that Windows starts for it. */
static bool
is_odd(const char *url)
{
	static const char *const odd[] = { "blob:", "file:", "\\\\", "ms-",
		"search-ms:", "search:", "javascript:", "vbscript:", "mhtml:",
		"data:text/html", "data:application/xhtml", "data:text/xml",
		"data:application/xml", "data:text/javascript",
		"data:application/javascript", "data:application/x-",
		"data:application/octet", "data:application/zip" };

	return starts_one(url, odd, COUNT(odd));
}

/* The beginning of an address as browsers take it, which drop blanks and line
 * ends out of it. */
static const char *
address(const struct page *p, const char *value)
{
	char *out = arena_get(p->i->message->arena, ADDRESS_MOST + 1);
	size_t len = 0;

	for (; *value != '\0' && len < ADDRESS_MOST; value++)
		if ((unsigned char)*value > ' ')
			out[len++] = *value;
	out[len] = '\0';
	return out;
}

static void
look_at_input(const struct page *p, const struct markup *m)
{
	if (strcmp(markup_value(m, "type"), "password") == 0)
		inspect_fact(p->i, FACT_HTML_PASSWORD, p->part, "sent to %s",
		    *p->action != '\0' ? p->action : "where a script says");
}

static void
look_at_form(struct page *p, const struct markup *m)
{
	p->action = markup_value(m, "action");
	if (is_outside(p->action) &&
	    strcmp(markup_value(m, "method"), "post") == 0)
		inspect_fact(p->i, FACT_HTML_FORM, p->part, "%s", p->action);
}

static void
look_at_meta(const struct page *p, const struct markup *m)
{
	const char *content = markup_value(m, "content"), *url;

	if (strcmp(markup_value(m, "http-equiv"), "refresh") != 0)
		return;
	url = strstr(content, "url");
	if (url == NULL)
		return;
	url += 3;
	url += strspn(url, " \t\r\n='\"");
	url = address(p, url);
	if (is_outside(url) || is_odd(url))
		inspect_fact(p->i, FACT_HTML_REFRESH, p->part, "%s", url);
}

/* A script that makes bytes into a file and saves it. */
static bool
builds_file(const char *s)
{
	bool saves = strstr(s, "mssaveblob") != NULL ||
		     strstr(s, "mssaveoropenblob") != NULL ||
		     (strstr(s, "createobjecturl") != NULL &&
			 (strstr(s, "download") != NULL ||
			     strstr(s, "location") != NULL));

	return saves &&
	       (strstr(s, "atob") != NULL || strstr(s, "uint8array") != NULL ||
		   strstr(s, "fromcharcode") != NULL ||
		   strstr(s, "charcodeat") != NULL);
}

/* A window that a script opens on a click is most pages' own. */
static const struct {
	const char *words;
	bool odd_only;
} goes[] = {
	{ "location.href", false },
	{ "location.replace(", false },
	{ "location.assign(", false },
	{ "window.location", false },
	{ "document.location", false },
	{ "top.location", false },
	{ "self.location", false },
	{ "location=", false },
	{ "location =", false },
	{ "window.open(", true },
};

/* The address that a script goes to at once, or NULL. */
static const char *
leads_to(const char *s)
{
	for (size_t i = 0; i < COUNT(goes); i++) {
		const char *at = s;

		while ((at = strstr(at, goes[i].words)) != NULL) {
			at += strlen(goes[i].words);
			at += strspn(at, " \t\r\n=(\"'`");
			if (is_odd(at) ||
			    (!goes[i].odd_only &&
				(is_outside(at) ||
				    strncmp(at, "atob(", 5) == 0)))
				return at;
		}
	}
	return NULL;
}

/* What a tag loads without a click. Pictures count only where asking for one
 * tells more than that the page was opened. */
static const struct {
	const char *tag, *attribute;
	bool picture;
} loads[] = {
	{ "script", "src", false },
	{ "iframe", "src", false },
	{ "frame", "src", false },
	{ "object", "data", false },
	{ "embed", "src", false },
	{ "img", "src", true },
};

static void
look_at_load(const struct page *p, const struct markup *m)
{
	for (size_t n = 0; n < COUNT(loads); n++) {
		const char *url;

		if (strcmp(m->name, loads[n].tag) != 0)
			continue;
		url = address(p, markup_value(m, loads[n].attribute));
		if (is_odd(url) || (!loads[n].picture && is_outside(url)))
			inspect_fact(p->i, FACT_HTML_LOADS, p->part, "<%s>: %s",
			    m->name, url);
	}
}

/* A script that fetches a page and puts it in its own place. */
static bool
fetches_page(const char *s)
{
	bool fetches =
	    strstr(s, "xmlhttprequest") != NULL || strstr(s, "fetch(") != NULL;

	return fetches && (strstr(s, "document.write(") != NULL ||
			      strstr(s, "eval(") != NULL);
}

static void
look_at_script(struct page *p, const struct markup *m)
{
	const char *to = leads_to(m->inside);

	if (p->svg)
		inspect_fact(p->i, FACT_SVG_SCRIPT, p->part, "script");
	if (builds_file(m->inside))
		inspect_fact(p->i, FACT_HTML_SMUGGLING, p->part,
		    "a script saves bytes as a file");
	if (to != NULL)
		inspect_fact(p->i, FACT_HTML_REFRESH, p->part, "script: %.*s",
		    (int)strcspn(to, "\"'`;\r\n"), to);
	if (fetches_page(m->inside))
		inspect_fact(p->i, FACT_HTML_LOADS, p->part,
		    "a script fetches a page and shows it");
	if (strstr(m->inside, "type=\"password\"") != NULL ||
	    strstr(m->inside, "type='password'") != NULL ||
	    strstr(m->inside, "type=\\\"password") != NULL)
		inspect_fact(p->i, FACT_HTML_PASSWORD, p->part,
		    "written by a script");
}

static void
look_in_svg(const struct page *p, const struct markup *m)
{
	static const char *const foreign[] = { "iframe", "embed", "object",
		"form", "input", "meta" };

	if (markup_handles(m))
		inspect_fact(p->i, FACT_SVG_SCRIPT, p->part,
		    "<%s> runs a script on an event", m->name);
	else if (strstr(m->attributes, "javascript:") != NULL)
		inspect_fact(p->i, FACT_SVG_SCRIPT, p->part,
		    "<%s> leads to a script", m->name);
	else if (text_in(m->name, foreign, COUNT(foreign)))
		inspect_fact(p->i, FACT_SVG_SCRIPT, p->part,
		    "<%s> in a picture", m->name);
}

static void
look_at_tag(struct page *p, const struct markup *m)
{
	if (p->svg)
		look_in_svg(p, m);
	look_at_load(p, m);
	if (strcmp(m->name, "script") == 0)
		look_at_script(p, m);
	else if (strcmp(m->name, "input") == 0)
		look_at_input(p, m);
	else if (strcmp(m->name, "form") == 0)
		look_at_form(p, m);
	else if (strcmp(m->name, "/form") == 0)
		p->action = "";
	else if (strcmp(m->name, "meta") == 0)
		look_at_meta(p, m);
}

static void
look_at_decoded(const struct page *p)
{
	for (const struct part *c = p->part->child; c != NULL; c = c->sibling) {
		const char *kind = smuggle_kind(
		    (struct span){ c->bytes, c->bytes == NULL ? 0 : c->size });

		if (c->origin == ORIGIN_DECODED && kind != NULL)
			inspect_fact(p->i, FACT_HTML_SMUGGLING, p->part,
			    "%s of %zu bytes is spelled out in it", kind,
			    c->size);
	}
}

static char *
base64_of(struct arena *a, const char *s)
{
	static const char digits[] = "abcdefghijklmnopqrstuvwxyz"
				     "abcdefghijklmnopqrstuvwxyz0123456789+/";
	size_t whole = strlen(s) / 3, at = 0;
	char *out = arena_get(a, whole * 4 + 1);

	for (size_t i = 0; i < whole * 3; i += 3) {
		unsigned n = (unsigned)(unsigned char)s[i] << 16 |
			     (unsigned)(unsigned char)s[i + 1] << 8 |
			     (unsigned char)s[i + 2];

		for (unsigned shift = 24; shift > 0; shift -= 6)
			out[at++] = digits[n >> (shift - 6) & 63];
	}
	return out;
}

static char *
hex_of(struct arena *a, const char *s)
{
	char *out = arena_get(a, strlen(s) * 2 + 1);

	for (size_t i = 0; s[i] != '\0'; i++) {
		out[2 * i] = "0123456789abcdef"[(unsigned char)s[i] >> 4];
		out[2 * i + 1] = "0123456789abcdef"[s[i] & 15];
	}
	return out;
}

/* The page is in lower case, and so is what is looked for: base64 without its
 * case is still no chance hit in so many characters. */
static void
look_for_recipient(const struct page *p, const char *text)
{
	const struct envelope *e = p->i->envelope;
	struct arena *a = p->i->message->arena;

	for (size_t n = 0; n < e->rcpts_count && n < RECIPIENTS; n++) {
		char *lower = arena_string(a, e->rcpts[n].address);
		const char *how = NULL;

		text_lower(lower);
		if (strlen(lower) < SHORTEST)
			continue;
		if (strstr(text, lower) != NULL)
			how = "plain";
		else if (strstr(text, base64_of(a, e->rcpts[n].address)) !=
			 NULL)
			how = "base64";
		else if (strstr(text, hex_of(a, lower)) != NULL)
			how = "hex";
		if (how != NULL)
			inspect_fact(p->i, FACT_HTML_RECIPIENT, p->part,
			    "%s (%s)", e->rcpts[n].address, how);
	}
}

static bool
is_named(const struct page *p, const char *ending)
{
	struct arena *a = p->i->message->arena;

	for (const struct file_name *n = p->part->names; n != NULL; n = n->next)
		if (strcmp(filename_read(a, n->name).ending, ending) == 0)
			return true;
	return false;
}

static bool
is_svg(const struct page *p, const char *type)
{
	return strcmp(p->part->type, "image/svg+xml") == 0 ||
	       is_named(p, "svg") ||
	       (type != NULL && strcmp(type, "image/svg+xml") == 0);
}

static bool
is_page(const struct page *p, const char *type)
{
	static const char *const endings[] = { "html", "htm", "xhtml", "shtml",
		"xht" };

	for (size_t i = 0; i < COUNT(endings); i++)
		if (is_named(p, endings[i]))
			return true;
	return strcmp(p->part->type, "text/html") == 0 ||
	       strcmp(p->part->type, "application/xhtml+xml") == 0 ||
	       (type != NULL && strcmp(type, "text/html") == 0 &&
		   !is_named(p, "txt") && !is_named(p, "eml"));
}

static void
look_at(const struct inspection *i, const struct part *part)
{
	struct page p = { .i = i, .part = part, .action = "" };
	const char *type = i->filetypes[part->index].type;
	struct markup m = { .arena = i->message->arena };
	char *text;

	p.svg = is_svg(&p, type);
	if (!p.svg && !is_page(&p, type))
		return;
	m.at = text = markup_text(i->message->arena, part);
	while (markup_next(&m))
		look_at_tag(&p, &m);
	look_at_decoded(&p);
	look_for_recipient(&p, text);
}

/* A page that is a file opens in a browser; what a mail shows runs nothing. */
static void
run(struct inspection *i)
{
	for (const struct part *p = i->message->root; p != NULL; p = p->next)
		if (message_is_file(p))
			look_at(i, p);
}

const struct inspector inspect_html = {
	.looks_for = "attached pages that build files or ask for passwords",
	.run = run,
};
