/* SPDX-License-Identifier: ISC */
#include <string.h>

#include "milter/mail/charset.h"
#include "milter/mail/lnk.h"
#include "milter/mail/mapi.h"
#include "milter/mail/names.h"
#include "milter/mail/unpack.h"
#include "milter/base/banned.h"

/* LinkFlags (MS-SHLLINK 2.1.1). */
enum {
	HAS_ITEMS = 0x01,
	HAS_INFO = 0x02,
	HAS_NAME = 0x04,
	HAS_RELATIVE = 0x08,
	HAS_FOLDER = 0x10,
	HAS_ARGUMENTS = 0x20,
	HAS_ICON = 0x40,
	IS_UNICODE = 0x80
};

enum {
	HEADER = 76,
	INFO_LOCAL = 1,
	INFO_NETWORK = 2,
	ENVIRONMENT = 0xa0000001u - 0xa0000000u,
	ICON_ENVIRONMENT = 0xa0000007u - 0xa0000000u,
	ANSI_BYTES = 260,
	UNICODE_BYTES = 520,
	KNOWN_BLOCKS = 0x0c, /* and none of them is as large as: */
	BLOCK_MOST = 65536,
	PATH_BYTES = 65536, /* more than Windows takes */
	ITEMS = 64 /* folders of one path */
};

bool
lnk_is(struct span s)
{
	static const unsigned char head[] = { HEADER, 0, 0, 0, 0x01, 0x14, 0x02,
		0, 0, 0, 0, 0, 0xc0, 0, 0, 0, 0, 0, 0, 0x46 };

	return span_begins(s, (struct span){ head, sizeof head });
}

static uint32_t
number_at(struct span s, size_t at, size_t bytes)
{
	struct span there = span_from(s, at);

	return mapi_number(&there, bytes);
}

/* Up to the NUL, in the code page of whoever made it: Japanese as a rule. */
static const char *
narrow(struct arena *a, struct span s)
{
	s.len = s.len < PATH_BYTES ? s.len : PATH_BYTES;
	return charset_decode(a, "", (struct span){ s.at, span_find(s, 0) },
	    NULL);
}

static const char *
wide(struct arena *a, struct span s)
{
	size_t len = 0;

	s.len = s.len < PATH_BYTES ? s.len : PATH_BYTES;
	while (len + 1 < s.len && (s.at[len] != 0 || s.at[len + 1] != 0))
		len += 2;
	return charset_decode(a, "utf-16le", (struct span){ s.at, len }, NULL);
}

/* The long name of a file or folder stands in an extension whose offset is in
 * the item's last two bytes, and whose layout grew with its version. */
static const char *
long_name(struct arena *a, struct span item)
{
	enum { SIGNATURE = 4, FIXED = 18 };
	struct span e = span_from(item, number_at(item, item.len - 2, 2));
	uint32_t version = number_at(e, 2, 2);
	size_t at = FIXED + (version >= 7 ? 18 : 0) + (version >= 3 ? 2 : 0) +
		    (version >= 9 ? 4 : 0) + (version >= 8 ? 4 : 0);

	if (number_at(e, SIGNATURE, 4) != 0xbeef0004)
		return "";
	return wide(a, span_from(e, at));
}

/* What one item adds to the path; item begins with its size (2.2.2). The
 * kinds are Windows' own, as others have described them. */
static const char *
item_name(struct arena *a, struct span item)
{
	enum { KIND = 2, FILE_NAME = 14 };
	unsigned kind = item.len > 4 ? item.at[KIND] : 0;
	const char *name = "";

	if (kind == 0x2f || kind == 0x23 || kind == 0x25)
		return narrow(a, span_from(item, 3)); /* a drive: "C:\" */
	if ((kind & 0x70) == 0x30) {
		name = long_name(a, item);
		if (*name == '\0')
			name = kind & 4 ? wide(a, span_from(item, FILE_NAME))
					: narrow(a, span_from(item, FILE_NAME));
	} else if ((kind & 0x70) == 0x40) {
		name = narrow(a, span_from(item, 5)); /* a share */
	} else if (kind == 0x61) {
		struct span url = span_from(item, 6 + number_at(item, 4, 2));

		name = item.at[3] & 0x80 ? wide(a, url) : narrow(a, url);
	}
	return name;
}

static const char *
join(struct arena *a, const char *path, const char *name)
{
	size_t len = strlen(path);

	if (*path == '\0' || *name == '\0')
		return *path == '\0' ? name : path;
	/* A share is the whole path so far. */
	if (strncmp(name, "\\\\", 2) == 0)
		return name;
	return arena_printf(a, "%s%s%s", path,
	    path[len - 1] == '\\' ? "" : "\\", name);
}

/* LinkTargetIDList (2.2): items to one of no size. */
static bool
items(struct arena *a, struct span *s, struct lnk *l)
{
	bool there = s->len >= 2;
	size_t len = mapi_number(s, 2);
	struct span list = { s->at, len };

	if (!there || len > s->len)
		return false;
	*s = span_from(*s, len);
	for (int i = 0; i < ITEMS && list.len >= 2; i++) {
		size_t size = number_at(list, 0, 2);

		if (size < 3 || size > list.len)
			break;
		l->target = join(a, l->target,
		    item_name(a, (struct span){ list.at, size }));
		list = span_from(list, size);
	}
	return true;
}

/* The string that an offset in info leads to. */
static const char *
told(struct arena *a, struct span info, size_t at, bool unicode)
{
	uint32_t offset = number_at(info, at, 4);

	if (offset == 0)
		return "";
	return unicode ? wide(a, span_from(info, offset))
		       : narrow(a, span_from(info, offset));
}

/* LinkInfo (2.3): a local path, or a share (2.3.2) and what is on it. */
static bool
info(struct arena *a, struct span *s, struct lnk *l)
{
	enum { HEAD_UNICODE = 0x24, SHARE_UNICODE = 0x14 };
	size_t len = number_at(*s, 0, 4);
	struct span i = { s->at, len }, share;
	uint32_t head = number_at(*s, 4, 4), flags = number_at(*s, 8, 4);
	bool unicode = head >= HEAD_UNICODE;
	const char *base = "", *suffix;

	if (len < 0x1c || len > s->len)
		return false;
	*s = span_from(*s, len);
	suffix = unicode ? told(a, i, 0x20, true) : "";
	if (*suffix == '\0')
		suffix = told(a, i, 0x18, false);
	if (flags & INFO_LOCAL && unicode)
		base = told(a, i, 0x1c, true);
	if (flags & INFO_LOCAL && *base == '\0')
		base = told(a, i, 0x10, false);
	if (flags & INFO_NETWORK) {
		share = span_from(i, number_at(i, 0x14, 4));
		unicode = number_at(share, 8, 4) > SHARE_UNICODE;
		base = told(a, share, unicode ? 0x14 : 8, unicode);
	}
	l->place = join(a, base, suffix);
	return true;
}

/* StringData (2.4): a count of characters, and those. */
static bool
string(struct arena *a, struct span *s, bool unicode, const char **out)
{
	bool there = s->len >= 2;
	size_t len = mapi_number(s, 2) * (unicode ? 2u : 1u);

	if (!there || len > s->len)
		return false;
	if (out != NULL)
		*out = charset_decode(a, unicode ? "utf-16le" : "",
		    (struct span){ s->at, len }, NULL);
	*s = span_from(*s, len);
	return true;
}

static bool
strings(struct arena *a, struct span *s, uint32_t flags, struct lnk *l)
{
	const struct {
		uint32_t flag;
		const char **out;
	} every[] = {
		{ HAS_NAME, NULL },
		{ HAS_RELATIVE, &l->relative },
		{ HAS_FOLDER, &l->folder },
		{ HAS_ARGUMENTS, &l->arguments },
		{ HAS_ICON, &l->icon },
	};

	for (size_t i = 0; i < sizeof every / sizeof every[0]; i++)
		if (flags & every[i].flag &&
		    !string(a, s, flags & IS_UNICODE, every[i].out))
			return false;
	return true;
}

/* A path with %variables%, in both of its forms (2.5.4, 2.5.5). */
static const char *
variables(struct arena *a, struct span block)
{
	struct span ansi = { block.at, ANSI_BYTES };
	struct span unicode = { NULL, UNICODE_BYTES };
	const char *text;

	if (block.len < ANSI_BYTES + UNICODE_BYTES)
		return "";
	unicode.at = block.at + ANSI_BYTES;
	text = wide(a, unicode);
	return *text != '\0' ? text : narrow(a, ansi);
}

/* ExtraData (2.5): blocks to one of no size. */
static bool
blocks(struct arena *a, struct span *s, struct lnk *l)
{
	while (s->len >= 4) {
		size_t len = number_at(*s, 0, 4);
		uint32_t kind = number_at(*s, 4, 4) - 0xa0000000u;
		struct span block;
		const char *path;

		if (len < 4) {
			*s = span_from(*s, 4);
			return true;
		}
		if (len < 8 || len > s->len)
			return false;
		block = (struct span){ s->at + 8, len - 8 };
		path = variables(a, block);
		if ((kind > KNOWN_BLOCKS || len > BLOCK_MOST) &&
		    l->block.len == 0)
			l->block = block;
		if (kind == ENVIRONMENT)
			l->environment = path;
		else if (kind == ICON_ENVIRONMENT && *path != '\0')
			l->icon = path;
		*s = span_from(*s, len);
	}
	/* Some write no last block. */
	return s->len == 0;
}

void
lnk_parse(struct arena *a, struct span bytes, struct lnk *l)
{
	uint32_t flags = number_at(bytes, 20, 4);
	struct span s = span_from(bytes, HEADER);

	*l = (struct lnk){ .target = "",
		.place = "",
		.environment = "",
		.relative = "",
		.folder = "",
		.arguments = "",
		.icon = "",
		.icon_index = (int32_t)number_at(bytes, 56, 4) };
	l->whole = bytes.len >= HEADER &&
		   (!(flags & HAS_ITEMS) || items(a, &s, l)) &&
		   (!(flags & HAS_INFO) || info(a, &s, l)) &&
		   strings(a, &s, flags, l) && blocks(a, &s, l);
	if (l->whole)
		l->appended = s;
}

static void
add_hidden(struct reading *r, struct node *n, const char *name, struct span s)
{
	struct node *child;

	s.len = reading_take(r, n, s.len);
	if (s.len == 0)
		return;
	child = unpack_member(r, n, NULL, s);
	if (child != NULL)
		names_add(r, child, name, "lnk");
}

void
lnk_read(struct reading *r, struct node *n, struct span bytes)
{
	struct lnk l;

	lnk_parse(r->message->arena, bytes, &l);
	if (!l.whole)
		reading_mark(r, n, MARK_UNDECODED, n->whole.at,
		    "shortcut (LNK) that is broken");
	add_hidden(r, n, "block", l.block);
	add_hidden(r, n, "appended", l.appended);
}
