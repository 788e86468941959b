/* SPDX-License-Identifier: ISC */
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <libxml/HTMLparser.h>
#include <libxml/parserInternals.h>

#include "milter/base/buf.h"
#include "milter/base/count.h"
#include "milter/base/text.h"
#include "milter/mail/html.h"
#include "milter/mail/link.h"
#include "milter/mail/plain.h"
#include "milter/base/banned.h"

/*
 * libxml2 searches the open tags at every closing one that fits none, so both
 * their number and the sum of such searches are bounded: together they are
 * less than a second. Real pages nest some hundred deep when tags are not
 * closed.
 */
enum { NESTING = 4000, SEARCHES = 100000000 };

struct page {
	struct reading *r;
	struct node *n;
	htmlParserCtxtPtr ctxt;
	struct buf text;
	const char *base;
	int depth, searched;
	int hidden; /* the depth at which text became hidden, or 0 */
	const char *href; /* of the open link, or NULL */
	size_t href_start; /* where its text begins */
};

/* What a tag does to the text, sorted by name for bsearch(): a page has some
 * thousand tags. libxml2 gives names in lower case. */
static const struct tag {
	const char *name;
	enum { HIDES, BREAKS, PARTS } effect;
} tags[] = {
	{ "applet", HIDES },
	{ "blockquote", BREAKS },
	{ "br", BREAKS },
	{ "center", BREAKS },
	{ "div", BREAKS },
	{ "form", BREAKS },
	{ "h1", BREAKS },
	{ "h2", BREAKS },
	{ "h3", BREAKS },
	{ "h4", BREAKS },
	{ "h5", BREAKS },
	{ "h6", BREAKS },
	{ "head", HIDES },
	{ "hr", BREAKS },
	{ "li", BREAKS },
	{ "noscript", HIDES },
	{ "object", HIDES },
	{ "ol", BREAKS },
	{ "p", BREAKS },
	{ "pre", BREAKS },
	{ "script", HIDES },
	{ "style", HIDES },
	{ "table", BREAKS },
	{ "td", PARTS },
	{ "template", HIDES },
	{ "textarea", HIDES },
	{ "th", PARTS },
	{ "title", HIDES },
	{ "tr", BREAKS },
	{ "ul", BREAKS },
};

static int
by_name(const void *name, const void *tag)
{
	return strcmp(name, ((const struct tag *)tag)->name);
}

static const struct tag *
find_tag(const char *name)
{
	return bsearch(name, tags, COUNT(tags), sizeof *tags, by_name);
}

static const char *const styles[] = { "display:none", "visibility:hidden",
	"font-size:0;", "font-size:0px", "font-size:0pt", "opacity:0;",
	"mso-hide:all" };

static const char *
attribute(const xmlChar **attributes, const char *name)
{
	for (; attributes && *attributes; attributes += 2)
		if (strcasecmp((const char *)attributes[0], name) == 0)
			return attributes[1] ? (const char *)attributes[1] : "";
	return NULL;
}

/* A style without blanks, in lower case, with ";" at its end, so that the
 * table above can be looked for in it. */
static bool
style_hides(struct arena *a, const char *style)
{
	char *flat = arena_get(a, strlen(style) + 2), *out = flat;

	for (; *style; style++)
		if ((unsigned char)*style > ' ')
			*out++ = *style;
	*out = ';';
	text_lower(flat);
	for (size_t i = 0; i < COUNT(styles); i++)
		if (strstr(flat, styles[i]))
			return true;
	return false;
}

static bool
hides(struct page *p, const struct tag *tag, const xmlChar **attributes)
{
	const char *style = attribute(attributes, "style");

	if ((tag && tag->effect == HIDES) || attribute(attributes, "hidden"))
		return true;
	return style && style_hides(p->r->message->arena, style);
}

static void
add_link(struct page *p, const char *url, const char *shown, enum link_way way)
{
	link_add(p->r, p->n, link_resolve(p->r->message->arena, p->base, url),
	    shown, way);
}

static void
end_link(struct page *p)
{
	const char *text = buf_text(&p->text) + p->href_start;

	if (p->href == NULL)
		return;
	add_link(p, p->href,
	    span_copy(p->r->message->arena, span_trim(span_string(text))),
	    LINK_OPENED);
	p->href = NULL;
}

static void
begin_link(struct page *p, const xmlChar **attributes)
{
	const char *href = attribute(attributes, "href");

	end_link(p);
	if (href == NULL)
		href = attribute(attributes, "xlink:href");
	if (href == NULL)
		return;
	p->href = arena_string(p->r->message->arena, href);
	p->href_start = p->text.len;
}

/* <meta http-equiv="refresh" content="0; url=..."> */
static void
meta(struct page *p, const xmlChar **attributes)
{
	const char *equiv = attribute(attributes, "http-equiv");
	const char *content = attribute(attributes, "content"), *url;

	if (equiv == NULL || content == NULL ||
	    strcasecmp(equiv, "refresh") != 0)
		return;
	url = strcasestr(content, "url");
	if (url == NULL)
		return;
	url += 3;
	url += strspn(url, " \t\r\n='\"");
	add_link(p, arena_copy(p->r->message->arena, url, strcspn(url, "'\"")),
	    "", LINK_OPENED);
}

static void
attribute_link(struct page *p, const xmlChar **attributes, const char *name,
    enum link_way way)
{
	const char *url = attribute(attributes, name);

	if (url)
		add_link(p, url, "", way);
}

static void
base(struct page *p, const xmlChar **attributes)
{
	const char *href = attribute(attributes, "href");

	if (href && *p->base == 0)
		p->base = link_resolve(p->r->message->arena, "", href);
}

static void
visit(struct page *p, const char *tag, const xmlChar **attributes)
{
	if (strcasecmp(tag, "a") == 0)
		begin_link(p, attributes);
	else if (strcasecmp(tag, "area") == 0)
		attribute_link(p, attributes, "href", LINK_OPENED);
	else if (strcasecmp(tag, "form") == 0)
		attribute_link(p, attributes, "action", LINK_FORM);
	else if (strcasecmp(tag, "iframe") == 0 ||
		 strcasecmp(tag, "frame") == 0)
		attribute_link(p, attributes, "src", LINK_OPENED);
	else if (strcasecmp(tag, "base") == 0)
		base(p, attributes);
	else if (strcasecmp(tag, "meta") == 0)
		meta(p, attributes);
	else
		attribute_link(p, attributes, "formaction", LINK_FORM);
}

static void
break_line(struct page *p)
{
	if (p->text.len > 0 && p->text.data[p->text.len - 1] != '\n')
		(void)buf_string(&p->text, "\n");
}

static void
stop(struct page *p, const char *what, int limit)
{
	reading_mark(p->r, p->n, MARK_LIMIT, NULL, "%s of HTML: %d", what,
	    limit);
	xmlStopParser(p->ctxt);
}

/* Each closing tag that fits none comes by here. */
static void
fault(void *user, const char *message, ...)
{
	struct page *p = user;

	(void)message;
	p->searched += p->depth;
	if (p->searched > SEARCHES) {
		p->searched = 0;
		stop(p, "broken tags", SEARCHES);
	}
}

static void
start_tag(void *user, const xmlChar *name, const xmlChar **attributes)
{
	struct page *p = user;
	const char *tag = (const char *)name;
	const struct tag *effect;

	if (++p->depth > NESTING) {
		stop(p, "nesting", NESTING);
		return;
	}
	effect = find_tag(tag);
	if (effect && effect->effect == BREAKS)
		break_line(p);
	else if (effect && effect->effect == PARTS)
		(void)buf_string(&p->text, " ");
	if (p->hidden == 0 && hides(p, effect, attributes))
		p->hidden = p->depth;
	visit(p, tag, attributes);
}

static void
end_tag(void *user, const xmlChar *name)
{
	struct page *p = user;

	if (strcasecmp((const char *)name, "a") == 0)
		end_link(p);
	if (p->hidden == p->depth)
		p->hidden = 0;
	p->depth--;
}

static void
characters(void *user, const xmlChar *text, int len)
{
	struct page *p = user;

	if (p->hidden == 0)
		(void)buf_add(&p->text, text, (size_t)len);
}

static htmlSAXHandler *
handlers(void)
{
	static htmlSAXHandler sax = {
		.startElement = start_tag,
		.endElement = end_tag,
		.characters = characters,
		.error = fault,
		.ignorableWhitespace = characters,
	};

	return &sax;
}

static void
parse(struct page *p, const char *html, size_t len)
{
	p->ctxt = htmlCreateMemoryParserCtxt(html, (int)len);
	if (p->ctxt == NULL) {
		reading_mark(p->r, p->n, MARK_UNDECODED, NULL, "HTML");
		return;
	}
	*p->ctxt->sax = *handlers();
	p->ctxt->userData = p;
	(void)htmlCtxtUseOptions(p->ctxt,
	    HTML_PARSE_RECOVER | HTML_PARSE_NOWARNING | HTML_PARSE_NONET |
		HTML_PARSE_IGNORE_ENC);
	(void)xmlSwitchEncoding(p->ctxt, XML_CHAR_ENCODING_UTF8);
	(void)htmlParseDocument(p->ctxt);
	end_link(p);
	htmlFreeParserCtxt(p->ctxt);
}

void
html_read(struct reading *r, struct node *n, const char *html)
{
	struct page p = { .r = r, .n = n, .base = "" };
	size_t len = strlen(html);

	n->part.text = "";
	if (len == 0)
		return;
	if (len > INT32_MAX / 2) {
		reading_mark(r, n, MARK_LIMIT, NULL, "HTML of %zu bytes", len);
		len = INT32_MAX / 2;
	}
	buf_init(&p.text, 2 * len + 64);
	parse(&p, html, len);
	n->part.text = arena_string(r->message->arena, buf_text(&p.text));
	buf_free(&p.text);
}
