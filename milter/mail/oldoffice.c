/* SPDX-License-Identifier: ISC */
#include "milter/mail/mapi.h"
#include "milter/mail/oldlock.h"
#include "milter/mail/oldoffice.h"
#include "milter/mail/officelock.h"
#include "milter/mail/unlock.h"
#include "milter/mail/powerpoint.h"
#include "milter/mail/storage.h"
#include "milter/base/banned.h"

enum {
	WORD_CLEAR = 68, /* MS-DOC 2.2.6.2 */
	WORD_EVERY = 512,
	EXCEL_EVERY = 1024,
	FILEPASS = 0x2f,
	FIRST = 20, /* records among which FILEPASS stands */
	USER_EDIT = 0x0ff5,
	DIRECTORY = 0x1772,
	SESSION = 0x2f14
};

/* One stream that is locked. */
struct waiting {
	struct oldlock *lock;
	const char *name;
	struct span stream, directory; /* directory: of a presentation */
	struct span (
	    *open)(struct reading *r, struct node *n, const struct waiting *w);
};

static bool
opens(struct reading *r, void *owner, const char *password)
{
	const struct waiting *w = owner;

	return oldlock_opens(r, w->lock, password);
}

static void
read_open(struct reading *r, struct node *n, void *owner, const char *password)
{
	const struct waiting *w = owner;
	size_t len = reading_take(r, n, w->stream.len);
	struct span s = w->open(r, n, w);

	(void)password;
	if (s.len > len)
		s.len = len;
	if (w->directory.at != NULL)
		powerpoint_read(r, n, s);
	else
		storage_add(r, n, w->name, s, "stream");
}

static void
wait_for_password(struct reading *r, struct node *n, struct waiting with)
{
	static const struct unlocker how = { opens, read_open };
	struct waiting *w = arena_get(r->message->arena, sizeof *w);

	*w = with;
	if (w->lock == NULL) {
		reading_mark(r, n, MARK_OPAQUE, n->whole.at, OFFICELOCK_WHAT);
		storage_add(r, n, w->name, w->stream, "stream");
	} else if (oldlock_opens(r, w->lock, OFFICELOCK_KNOWN)) {
		read_open(r, n, w, NULL);
	} else {
		unlock_later(r, n, &how, w, OFFICELOCK_WHAT);
	}
}

static unsigned
flags_of(struct span word)
{
	struct span s = span_from(word, 10);

	return (unsigned)mapi_number(&s, 2);
}

const char *
oldoffice_table(struct span word)
{
	unsigned flags = flags_of(word);

	if (!(flags & 0x100))
		return NULL;
	return flags & 0x200 ? "1Table" : "0Table";
}

static struct span
open_word(struct reading *r, struct node *n, const struct waiting *w)
{
	(void)n;
	return oldlock_stream(w->lock, r->message->arena, w->stream,
	    WORD_CLEAR);
}

void
oldoffice_word(struct reading *r, struct node *n, struct span word,
    struct span table)
{
	struct arena *a = r->message->arena;
	struct span key = span_from(word, 14);
	struct waiting w = { .name = "WordDocument",
		.stream = word,
		.open = open_word };

	if (oldoffice_table(word) == NULL) {
		storage_add(r, n, w.name, word, "stream");
		return;
	}
	w.lock = flags_of(word) & 0x8000 ? oldlock_xor(a, mapi_number(&key, 4))
					 : oldlock_rc4(a, table, WORD_EVERY);
	wait_for_password(r, n, w);
}

static struct span
open_workbook(struct reading *r, struct node *n, const struct waiting *w)
{
	(void)n;
	return oldlock_workbook(w->lock, r->message->arena, w->stream);
}

/* The record FILEPASS; without bytes when there is none. */
static struct span
file_pass(struct span s)
{
	struct span none = { NULL, 0 };

	for (int i = 0; i < FIRST && s.len >= 4; i++) {
		unsigned id = (unsigned)mapi_number(&s, 2);
		size_t len = mapi_number(&s, 2);

		if (id == FILEPASS)
			return (struct span){ s.at, len < s.len ? len : s.len };
		s = span_from(s, len);
	}
	return none;
}

/* MS-XLS 2.4.117; before Excel 97 the record had no type. */
void
oldoffice_workbook(struct reading *r, struct node *n, const char *name,
    struct span book)
{
	struct arena *a = r->message->arena;
	struct span pass = file_pass(book);
	struct waiting w = { .name = arena_string(a, name),
		.stream = book,
		.open = open_workbook };

	if (pass.at == NULL) {
		storage_add(r, n, name, book, "stream");
		return;
	}
	if (pass.len == 4)
		w.lock = oldlock_xor(a, mapi_number(&pass, 4));
	else if (mapi_number(&pass, 2) == 0)
		w.lock = oldlock_xor(a, mapi_number(&pass, 4));
	else
		w.lock = oldlock_rc4(a, pass, EXCEL_EVERY);
	wait_for_password(r, n, w);
}

/* The record of that type at an offset, without its header (MS-PPT 2.3.1). */
static struct span
record_at(struct span stream, size_t at, unsigned type)
{
	struct span s = span_from(stream, at), none = { NULL, 0 };
	size_t len;

	(void)mapi_number(&s, 2);
	if (mapi_number(&s, 2) != type)
		return none;
	len = mapi_number(&s, 4);
	if (s.len > len)
		s.len = len;
	return s;
}

/* Takes the next object's number and place off the directory (MS-PPT 2.3.5);
 * *left objects follow in the run that was begun. */
static bool
next_object(struct span *directory, uint32_t *number, uint32_t *left,
    uint32_t *at)
{
	if (*left == 0) {
		uint32_t begin = mapi_number(directory, 4);

		*number = (begin & 0xfffff) - 1;
		*left = begin >> 20;
	}
	if (directory->len < 4 || *left == 0)
		return false;
	--*left;
	++*number;
	*at = mapi_number(directory, 4);
	return true;
}

static void
decrypt_object(const struct waiting *w, struct arena *a, struct span object,
    uint32_t number, unsigned char *out)
{
	struct span plain = oldlock_object(w->lock, a, object, number);

	for (size_t i = 0; i < plain.len; i++)
		out[i] = plain.at[i];
}

/* MS-PPT 2.3.7: each object is encrypted by its number, with its header. No
 * two share bytes, which bounds the work. */
static struct span
open_slides(struct reading *r, struct node *n, const struct waiting *w)
{
	struct arena *a = r->message->arena;
	struct span s = w->stream, directory = w->directory;
	unsigned char *out =
	    (unsigned char *)arena_copy(a, (const char *)s.at, s.len);
	uint32_t number = 0, runs = 0, at;
	size_t left = s.len;

	while (next_object(&directory, &number, &runs, &at)) {
		struct span object = span_from(s, at), head = object;

		if (object.len < 8 || record_at(s, at, SESSION).at != NULL)
			continue;
		head.len = 8;
		head = oldlock_object(w->lock, a, head, number);
		head = span_from(head, 4);
		object.len = 8 + (size_t)mapi_number(&head, 4);
		if (object.len > s.len - at)
			object.len = s.len - at;
		if (object.len > left) {
			reading_mark(r, n, MARK_UNDECODED, n->whole.at,
			    "presentation: objects that overlap");
			break;
		}
		left -= object.len;
		decrypt_object(w, a, object, number, out + at);
	}
	return (struct span){ out, s.len };
}

/* Where the object of that number stands; 0 if nowhere. */
static uint32_t
place_of(struct span directory, uint32_t wanted)
{
	uint32_t number = 0, left = 0, at;

	while (next_object(&directory, &number, &left, &at))
		if (number == wanted)
			return at;
	return 0;
}

void
oldoffice_slides(struct reading *r, struct node *n, struct span slides,
    struct span user)
{
	struct waiting w = { .name = "PowerPoint Document",
		.stream = slides,
		.open = open_slides };
	struct span s = span_from(user, 16), edit;
	uint32_t at;

	edit = span_from(record_at(slides, mapi_number(&s, 4), USER_EDIT), 12);
	w.directory = record_at(slides, mapi_number(&edit, 4), DIRECTORY);
	edit = span_from(edit, 12);
	at = place_of(w.directory, mapi_number(&edit, 4));
	w.lock = oldlock_rc4(r->message->arena, record_at(slides, at, SESSION),
	    (uint32_t)slides.len);
	wait_for_password(r, n, w);
}
