/* SPDX-License-Identifier: ISC */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "milter/mail/link.h"
#include "milter/mail/names.h"
#include "milter/mail/pdf.h"
#include "milter/mail/pdflock.h"
#include "milter/mail/pdftext.h"
#include "milter/mail/unlock.h"
#include "milter/mail/unpack.h"
#include "milter/base/banned.h"

enum {
	MARK_WITHIN = 1024,
	STREAMS = 20000,
	STREAM_LEAST = 12, /* bytes: "1 0objstream" */
	FILES = 500,
	URL_MOST = 2000
};

struct stream {
	unsigned number, generation;
	size_t line; /* where its object's line begins in the text */
	struct span bytes;
};

/* A file specification: which object holds the file of which name. */
struct file {
	unsigned number;
	const char *name;
};

struct pdf {
	struct reading *r;
	struct node *n;
	struct span bytes;
	struct buf text;
	struct stream *streams;
	size_t count, most;
	struct file files[FILES];
	size_t files_count;
	struct pdflock *lock; /* NULL: not encrypted */
	struct span waiting; /* the text, while it waits for a password */
};

bool
pdf_is(struct span s)
{
	return s.len > 5 &&
	       memmem(s.at, s.len < MARK_WITHIN ? s.len : MARK_WITHIN, "%PDF-",
		   5) != NULL;
}

static void
limit(struct pdf *p, const char *name)
{
	reading_mark(p->r, p->n, MARK_LIMIT, p->n->whole.at, "%s: PDF", name);
}

static void
undecoded(struct pdf *p, const char *what)
{
	reading_mark(p->r, p->n, MARK_UNDECODED, p->n->whole.at, "PDF: %s",
	    what);
}

/* Does the line that begins there have these words? */
static bool
line_has(const struct pdf *p, size_t at, const char *words)
{
	const char *line = buf_text(&p->text) + at;

	return memmem(line, strcspn(line, "\n"), words, strlen(words)) != NULL;
}

/* The line that begins there, without its end; in the arena. */
static char *
line_at(struct pdf *p, size_t at)
{
	const char *line = buf_text(&p->text) + at;

	return arena_copy(p->r->message->arena, line, strcspn(line, "\n"));
}

/* "12 0 obj": the two numbers before the word at `at`. */
static bool
numbers_before(struct span s, size_t at, unsigned out[2])
{
	for (int i = 1; i >= 0; i--) {
		size_t end, unit = 1;

		while (at > 0 && isspace(s.at[at - 1]))
			at--;
		end = at;
		out[i] = 0;
		for (; at > 0 && end - at < 9 && isdigit(s.at[at - 1]); at--) {
			out[i] += (unsigned)((s.at[at - 1] - '0') * unit);
			unit *= 10;
		}
		if (at == end)
			return false;
	}
	return true;
}

/* What stands between "stream" and "endstream"; *s moves behind it. */
static struct span
take_stream(struct span *s)
{
	struct span bytes;
	const unsigned char *end;

	if (s->len > 0 && s->at[0] == '\r')
		*s = span_from(*s, 1);
	if (s->len > 0 && s->at[0] == '\n')
		*s = span_from(*s, 1);
	end = s->len == 0 ? NULL : memmem(s->at, s->len, "endstream", 9);
	bytes = (struct span){ s->at, end ? (size_t)(end - s->at) : s->len };
	*s = span_from(*s, bytes.len);
	return bytes;
}

static void
add_stream(struct pdf *p, const unsigned numbers[2], size_t line,
    struct span bytes)
{
	if (p->count == p->most) {
		limit(p, "streams");
		return;
	}
	p->streams[p->count++] =
	    (struct stream){ numbers[0], numbers[1], line, bytes };
}

/* False when the text is full. */
static bool
end_line(struct pdf *p)
{
	if (buf_add(&p->text, "\n", 1) == 0)
		return true;
	limit(p, "scan_member");
	return false;
}

/* Every object in the bytes, whatever the table at the end says. */
static void
read_objects(struct pdf *p)
{
	struct span s = p->bytes;
	const unsigned char *hit;

	while (s.len > 3 && (hit = memmem(s.at, s.len, "obj", 3)) != NULL) {
		unsigned numbers[2];
		size_t line = p->text.len;

		s = span_from(s, (size_t)(hit - s.at) + 3);
		if (!numbers_before(p->bytes, (size_t)(hit - p->bytes.at),
			numbers))
			continue;
		buf_printf(&p->text, "%u %u obj ", numbers[0], numbers[1]);
		if (pdftext_flatten(&s, &p->text, false))
			add_stream(p, numbers, line, take_stream(&s));
		else if (s.len > 0) /* the word may begin the next object */
			s = (struct span){ s.at - 3, s.len + 3 };
		if (!end_line(p))
			return;
	}
}

/* The dictionaries at the end, which are no objects. */
static void
read_trailers(struct pdf *p)
{
	struct span s = p->bytes;
	const unsigned char *hit;

	while (s.len > 7 && (hit = memmem(s.at, s.len, "trailer", 7)) != NULL) {
		s = span_from(s, (size_t)(hit - s.at) + 7);
		buf_string(&p->text, "trailer ");
		(void)pdftext_flatten(&s, &p->text, false);
		end_line(p);
	}
}

/* The object of that number as it stands in the bytes. */
static struct span
find_object(struct pdf *p, unsigned number)
{
	struct span s = p->bytes;
	const unsigned char *hit;

	while (s.len > 3 && (hit = memmem(s.at, s.len, "obj", 3)) != NULL) {
		unsigned numbers[2];

		s = span_from(s, (size_t)(hit - s.at) + 3);
		if (numbers_before(p->bytes, (size_t)(hit - p->bytes.at),
			numbers) &&
		    numbers[0] == number)
			return s;
	}
	return (struct span){ NULL, 0 };
}

/* The first of the two strings that the last /ID lists: that of the trailer. */
static struct span
find_id(struct pdf *p)
{
	struct span s = p->bytes, id = { NULL, 0 };
	const unsigned char *hit;

	while (s.len > 3 && (hit = memmem(s.at, s.len, "/ID", 3)) != NULL) {
		size_t skip;

		s = span_from(s, (size_t)(hit - s.at) + 3);
		for (skip = 0; skip < s.len && isspace(s.at[skip]); skip++)
			continue;
		if (skip < s.len && s.at[skip] == '[')
			id = span_from(s, skip + 1);
	}
	return pdftext_string(p->r->message->arena, id);
}

/* True unless it is encrypted in a way that is not known here. */
static bool
find_lock(struct pdf *p)
{
	struct arena *a = p->r->message->arena;
	const char *value = pdftext_value(buf_text(&p->text), "/Encrypt");
	struct span object = p->bytes, flat;
	struct buf line;
	const unsigned char *at;

	if (value == NULL)
		return true;
	if (isdigit((unsigned char)*value))
		object = find_object(p, (unsigned)strtoul(value, NULL, 10));
	else if ((at = memmem(object.at, object.len, "/Encrypt", 8)) != NULL)
		object = span_from(object, (size_t)(at - object.at) + 8);
	buf_init(&line, 1 << 16);
	flat = object;
	(void)pdftext_flatten(&flat, &line, false);
	p->lock = pdflock_new(a, object, buf_text(&line), find_id(p));
	buf_free(&line);
	return p->lock != NULL;
}

static void
unfilter(struct pdf *p, const struct stream *s, struct buf *out)
{
	struct arena *a = p->r->message->arena;
	struct span bytes = s->bytes;
	const char *line = line_at(p, s->line);

	if (p->lock != NULL)
		bytes = pdflock_decrypt(p->lock, a, s->number, s->generation,
		    bytes);
	switch (pdftext_unfilter(line, bytes, out)) {
	case UNFILTERED_LIMIT:
		limit(p, "scan_member");
		break;
	case UNFILTERED_NOT:
		undecoded(p, "a filter that is not known here");
		break;
	default:
		if (out->len == 0 && bytes.len > 0)
			undecoded(p, "a stream that is broken");
		break;
	}
}

/* Objects that are packed into a stream (ISO 32000-1, 7.5.7). */
static void
read_packed(struct pdf *p, const struct stream *s)
{
	const char *first = pdftext_value(line_at(p, s->line), "/First");
	struct span bytes;
	struct buf out;

	buf_init(&out, p->r->limits->member);
	unfilter(p, s, &out);
	(void)reading_take(p->r, p->n, out.len);
	bytes = (struct span){ (const unsigned char *)buf_text(&out), out.len };
	bytes = span_from(bytes,
	    first == NULL ? 0 : (size_t)strtoul(first, NULL, 10));
	while (bytes.len > 0)
		(void)pdftext_flatten(&bytes, &p->text, true);
	end_line(p);
	buf_free(&out);
}

/* A string of a line, at its parenthesis. */
static const char *
text_of(struct pdf *p, const char *value)
{
	char *text;

	if (value == NULL || *value != '(')
		return NULL;
	text = arena_copy(p->r->message->arena, value + 1,
	    strcspn(value + 1, ")"));
	for (char *c = text; *c != '\0'; c++)
		if (*c == PDFTEXT_BLANK)
			*c = ' ';
	/* what is left of the mark of UTF-16 */
	return strncmp(text, "\xfe\xff", 2) == 0 ? text + 2 : text;
}

static void
note_file(struct pdf *p, const char *line)
{
	const char *ef = pdftext_value(line, "/EF"), *ref, *name;

	if (ef == NULL)
		return;
	if (p->files_count == FILES) {
		limit(p, "files");
		return;
	}
	ref = pdftext_value(ef, "/F");
	if (ref == NULL)
		ref = pdftext_value(ef, "/UF");
	name = text_of(p, pdftext_value(line, "/UF"));
	if (name == NULL)
		name = text_of(p, pdftext_value(line, "/F"));
	if (ref != NULL)
		p->files[p->files_count++] =
		    (struct file){ (unsigned)strtoul(ref, NULL, 10), name };
}

static void
note_link(struct pdf *p, const char *line)
{
	for (const char *at = line; (at = pdftext_value(at, "/URI")) != NULL;) {
		const char *url = text_of(p, at);

		if (url != NULL && strlen(url) < URL_MOST)
			link_add(p->r, p->n, url, "", false);
	}
}

static void
read_lines(struct pdf *p)
{
	char *text = arena_string(p->r->message->arena, buf_text(&p->text));

	for (char *line = text, *end; line != NULL; line = end) {
		end = strchr(line, '\n');
		if (end != NULL)
			*end++ = '\0';
		note_file(p, line);
		note_link(p, line);
	}
}

static const struct file *
file_of(const struct pdf *p, unsigned number)
{
	for (size_t i = 0; i < p->files_count; i++)
		if (p->files[i].number == number)
			return &p->files[i];
	return NULL;
}

static void
add_member(struct pdf *p, const char *name, const struct buf *bytes,
    enum part_origin origin)
{
	struct arena *a = p->r->message->arena;
	size_t len = reading_take(p->r, p->n, bytes->len);
	struct span s = { (unsigned char *)arena_copy(a, buf_text(bytes), len),
		len };
	struct node *child = unpack_member(p->r, p->n, NULL, s);

	if (child == NULL)
		return;
	child->part.origin = origin;
	if (name != NULL)
		names_add(p->r, child, name, "pdf");
}

static void
read_files(struct pdf *p)
{
	for (size_t i = 0; i < p->count; i++) {
		const struct stream *s = &p->streams[i];
		const struct file *f = file_of(p, s->number);
		struct buf out;

		if (f == NULL && !line_has(p, s->line, "/EmbeddedFile "))
			continue;
		buf_init(&out, p->r->limits->member);
		unfilter(p, s, &out);
		add_member(p, f == NULL ? NULL : f->name, &out, ORIGIN_MEMBER);
		buf_free(&out);
	}
}

static void
read_open(struct pdf *p)
{
	for (size_t i = 0; i < p->count; i++)
		if (line_has(p, p->streams[i].line, "/ObjStm "))
			read_packed(p, &p->streams[i]);
	read_lines(p);
	read_files(p);
	add_member(p, NULL, &p->text, ORIGIN_OBJECTS);
}

static bool
opens(struct reading *r, void *owner, const char *password)
{
	struct pdf *p = owner;

	(void)r;
	return pdflock_opens(p->lock, password);
}

static void
unlock(struct reading *r, struct node *n, void *owner, const char *password)
{
	struct pdf *p = owner;

	(void)r, (void)n, (void)password;
	buf_init(&p->text, p->waiting.len + p->r->limits->member);
	(void)buf_add(&p->text, p->waiting.at, p->waiting.len);
	read_open(p);
	buf_free(&p->text);
}

/* What waits may never be asked again, so it waits in the arena. */
static void
wait_for_password(struct pdf *p)
{
	static const struct unlocker unlocker = { opens, unlock };
	size_t len = p->text.len;

	p->waiting =
	    (struct span){ (unsigned char *)arena_copy(p->r->message->arena,
			       buf_text(&p->text), len),
		    len };
	unlock_later(p->r, p->n, &unlocker, p, "PDF with a password");
}

void
pdf_read(struct reading *r, struct node *n, struct span bytes)
{
	struct arena *a = r->message->arena;
	struct pdf *p = arena_get(a, sizeof *p);

	p->r = r;
	p->n = n;
	p->bytes = bytes;
	p->most = bytes.len / STREAM_LEAST + 1;
	if (p->most > STREAMS)
		p->most = STREAMS;
	p->streams = arena_get(a, p->most * sizeof *p->streams);
	buf_init(&p->text, r->limits->member);
	read_objects(p);
	read_trailers(p);
	if (!find_lock(p))
		reading_mark(r, n, MARK_OPAQUE, n->whole.at,
		    "PDF with encryption that is not known here");
	else if (p->lock == NULL || pdflock_opens(p->lock, ""))
		read_open(p);
	else
		wait_for_password(p);
	buf_free(&p->text);
}
