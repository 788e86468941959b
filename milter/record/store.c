/* SPDX-License-Identifier: ISC */
#include <errno.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "milter/base/count.h"
#include "milter/record/store.h"
#include "milter/base/banned.h"

struct store {
	sqlite3 *db;
	char *path;
	dev_t dev;
	ino_t ino;
};

static const char schema[] =
    "PRAGMA journal_mode=WAL;"
    "PRAGMA synchronous=FULL;"
    "PRAGMA trusted_schema=OFF;"
    "CREATE TABLE IF NOT EXISTS held (id TEXT PRIMARY KEY, state TEXT NOT NULL,"
    " class TEXT NOT NULL, sender TEXT NOT NULL, rcpts TEXT NOT NULL,"
    " queue_id TEXT NOT NULL, dedupe TEXT NOT NULL, created INTEGER NOT NULL,"
    " seen INTEGER NOT NULL) WITHOUT ROWID;"
    "CREATE INDEX IF NOT EXISTS held_dedupe ON held (dedupe);"
    "CREATE INDEX IF NOT EXISTS held_created ON held (created);"
    "CREATE INDEX IF NOT EXISTS held_state ON held (state, created);"
    "CREATE TABLE IF NOT EXISTS thread (n INTEGER PRIMARY KEY AUTOINCREMENT,"
    " mask TEXT NOT NULL UNIQUE, class INTEGER NOT NULL,"
    " until INTEGER NOT NULL);"
    "CREATE INDEX IF NOT EXISTS thread_until ON thread (until);";

static int
failed(struct store *s, struct reason *why)
{
	return reason_set(why, "records database %s: %s", s->path,
	    s->db == NULL ? "out of memory" : sqlite3_errmsg(s->db));
}

/* Is every page of it as SQLite wrote it? */
static bool
is_sound(struct store *s)
{
	sqlite3_stmt *q = NULL;
	bool sound = false;

	if (sqlite3_prepare_v2(s->db, "PRAGMA quick_check(1)", -1, &q, NULL) ==
		SQLITE_OK &&
	    sqlite3_step(q) == SQLITE_ROW)
		sound =
		    strcmp((const char *)sqlite3_column_text(q, 0), "ok") == 0;
	sqlite3_finalize(q);
	return sound;
}

static bool
is_damage(int result)
{
	return (result & 0xff) == SQLITE_CORRUPT ||
	       (result & 0xff) == SQLITE_NOTADB;
}

/* Opens the file: 0, -1, or 1 when what is there is no sound database. */
static int
open_file(struct store *s, bool check, struct reason *why)
{
	struct stat st;
	int result = sqlite3_open_v2(s->path, &s->db,
	    SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_FULLMUTEX |
		SQLITE_OPEN_NOFOLLOW,
	    NULL);

	if (result == SQLITE_OK) {
		sqlite3_busy_timeout(s->db, 2000);
		sqlite3_extended_result_codes(s->db, 1);
		result = sqlite3_exec(s->db, schema, NULL, NULL, NULL);
	}
	if (result != SQLITE_OK) {
		failed(s, why);
		return is_damage(result) ? 1 : -1;
	}
	if (check && !is_sound(s)) {
		reason_set(why, "records database %s is damaged", s->path);
		return 1;
	}
	if (stat(s->path, &st) == -1)
		return reason_errno(why, "records database %s", s->path);
	s->dev = st.st_dev;
	s->ino = st.st_ino;
	return 0;
}

/* Moves the database and what belongs to it out of the way. */
static int
move_aside(const char *path, struct reason *why)
{
	static const char *const ends[] = { "", "-wal", "-shm" };

	for (size_t i = 0; i < COUNT(ends); i++) {
		char *from = sqlite3_mprintf("%s%s", path, ends[i]);
		char *to = sqlite3_mprintf("%s.damaged%s", path, ends[i]);
		int result = rename(from, to);

		if (result == -1 && errno == ENOENT)
			result = 0;
		if (result == -1)
			reason_errno(why, "%s to %s", from, to);
		sqlite3_free(from);
		sqlite3_free(to);
		if (result == -1)
			return -1;
	}
	return 0;
}

static int
open_or_repair(struct store *s, bool repair, bool *fresh, struct reason *why)
{
	struct stat st;
	int result;

	*fresh = stat(s->path, &st) == -1 || st.st_size == 0;
	result = open_file(s, repair, why);
	if (result != 1)
		return result;
	sqlite3_close(s->db);
	s->db = NULL;
	if (!repair)
		return reason_prefix(why,
		    "a restart of sekimorid makes it again");
	*fresh = true;
	if (move_aside(s->path, why) == -1)
		return -1;
	return open_file(s, false, why) == 0 ? 0 : -1;
}

struct store *
store_open(const char *records, bool repair, bool *fresh, struct reason *why)
{
	static const char scheme[] = "sqlite:";
	struct store *s;

	if (strncmp(records, scheme, sizeof scheme - 1) != 0 ||
	    records[sizeof scheme - 1] != '/') {
		reason_set(why,
		    "records \"%s\": expected sqlite: and an absolute path",
		    records);
		return NULL;
	}
	s = calloc(1, sizeof *s);
	if (s == NULL ||
	    (s->path = strdup(records + sizeof scheme - 1)) == NULL) {
		reason_set(why, "no memory");
		store_close(&s);
	} else if (open_or_repair(s, repair, fresh, why) == -1) {
		store_close(&s);
	}
	return s;
}

void
store_close(struct store **s)
{
	if (*s == NULL)
		return;
	sqlite3_close((*s)->db);
	free((*s)->path);
	free(*s);
	*s = NULL;
}

bool
store_gone(const struct store *s)
{
	struct stat st;

	return stat(s->path, &st) == -1 || st.st_dev != s->dev ||
	       st.st_ino != s->ino;
}

static int
run_plain(struct store *s, const char *sql, struct reason *why)
{
	if (sqlite3_exec(s->db, sql, NULL, NULL, NULL) != SQLITE_OK)
		return failed(s, why);
	return 0;
}

int
store_begin(struct store *s, struct reason *why)
{
	return run_plain(s, "BEGIN IMMEDIATE", why);
}

int
store_commit(struct store *s, struct reason *why)
{
	if (run_plain(s, "COMMIT", why) == 0)
		return 0;
	sqlite3_exec(s->db, "ROLLBACK", NULL, NULL, NULL);
	return -1;
}

/* Prepares sql with count texts for its parameters, NULL being NULL. */
static sqlite3_stmt *
prepare(struct store *s, const char *sql, const char *const *texts,
    size_t count)
{
	sqlite3_stmt *q;

	if (sqlite3_prepare_v2(s->db, sql, -1, &q, NULL) != SQLITE_OK)
		return NULL;
	for (size_t i = 0; i < count; i++)
		if (sqlite3_bind_text(q, (int)i + 1, texts[i], -1,
			SQLITE_STATIC) != SQLITE_OK) {
			sqlite3_finalize(q);
			return NULL;
		}
	return q;
}

/* Runs to the end what gives no rows. */
static int
finish(struct store *s, sqlite3_stmt *q, struct reason *why)
{
	if (q == NULL || sqlite3_step(q) != SQLITE_DONE) {
		failed(s, why);
		sqlite3_finalize(q);
		return -1;
	}
	sqlite3_finalize(q);
	return 0;
}

int
store_held_put(struct store *s, const struct store_held *row,
    struct reason *why)
{
	const char *texts[] = { row->id, row->state, row->class, row->sender,
		row->rcpts, row->queue_id, row->dedupe };
	sqlite3_stmt *q = prepare(s,
	    "INSERT OR REPLACE INTO held (id, state, class, sender, rcpts,"
	    " queue_id, dedupe, created, seen)"
	    " VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)",
	    texts, COUNT(texts));

	if (q != NULL) {
		sqlite3_bind_int64(q, 8, row->created);
		sqlite3_bind_int64(q, 9, row->seen);
	}
	return finish(s, q, why);
}

int
store_held_remove(struct store *s, const char *id, struct reason *why)
{
	return finish(s, prepare(s, "DELETE FROM held WHERE id = ?1", &id, 1),
	    why);
}

int
store_held_move(struct store *s, const char *id, const char *from,
    const char *to, struct reason *why)
{
	const char *texts[] = { id, from, to };

	return finish(s,
	    prepare(s,
		"UPDATE held SET state = ?3 WHERE id = ?1 AND state = ?2",
		texts, COUNT(texts)),
	    why);
}

int
store_held_same(struct store *s, const char *dedupe, int64_t since,
    char id[IDENT_SIZE], struct reason *why)
{
	sqlite3_stmt *q = prepare(s,
	    "SELECT id FROM held WHERE dedupe = ?1 AND state = 'held'"
	    " AND created >= ?2 ORDER BY created DESC LIMIT 1",
	    &dedupe, 1);
	int result;

	if (q == NULL)
		return failed(s, why);
	sqlite3_bind_int64(q, 2, since);
	result = sqlite3_step(q);
	if (result == SQLITE_ROW)
		snprintf(id, IDENT_SIZE, "%s",
		    (const char *)sqlite3_column_text(q, 0));
	else if (result != SQLITE_DONE)
		failed(s, why);
	sqlite3_finalize(q);
	return result == SQLITE_ROW ? 1 : result == SQLITE_DONE ? 0 : -1;
}

int
store_held_each(struct store *s, const struct store_filter *f,
    bool (*each)(void *context, const char *id, const char *state),
    void *context, struct reason *why)
{
	const char *texts[] = { f->id, f->state, f->class, f->sender,
		f->recipient, f->queue_id };
	sqlite3_stmt *q = prepare(s,
	    "SELECT id, state FROM held WHERE id = coalesce(?1, id)"
	    " AND state = coalesce(?2, state) AND class = coalesce(?3, class)"
	    " AND (?4 IS NULL OR instr(lower(sender), lower(?4)))"
	    " AND (?5 IS NULL OR instr(lower(rcpts), lower(?5)))"
	    " AND queue_id = coalesce(?6, queue_id) AND created >= ?7"
	    " AND (?8 = 0 OR created < ?8) ORDER BY created DESC, id DESC",
	    texts, COUNT(texts));
	int result;

	if (q == NULL)
		return failed(s, why);
	sqlite3_bind_int64(q, 7, f->since);
	sqlite3_bind_int64(q, 8, f->until);
	while ((result = sqlite3_step(q)) == SQLITE_ROW)
		if (!each(context, (const char *)sqlite3_column_text(q, 0),
			(const char *)sqlite3_column_text(q, 1)))
			break;
	if (result != SQLITE_ROW && result != SQLITE_DONE)
		failed(s, why);
	sqlite3_finalize(q);
	return result == SQLITE_ROW || result == SQLITE_DONE ? 0 : -1;
}

/* One statement about the mail of that mask, with numbers behind it. */
static int
run_thread(struct store *s, const char *sql, const char *mask,
    const int64_t *numbers, size_t count, struct reason *why)
{
	sqlite3_stmt *q = prepare(s, sql, &mask, 1);

	for (size_t i = 0; q != NULL && i < count; i++)
		sqlite3_bind_int64(q, (int)i + 2, numbers[i]);
	return finish(s, q, why);
}

int
store_thread_put(struct store *s, const char *mask, int class, int64_t now,
    int64_t until, struct reason *why)
{
	const int64_t row[] = { class, until };

	if (store_begin(s, why) == -1)
		return -1;
	if (run_thread(s,
		"INSERT INTO thread (mask, class, until) VALUES (?1, ?2, ?3)"
		" ON CONFLICT (mask) DO UPDATE SET"
		" class = max(class, excluded.class),"
		" until = max(until, excluded.until)",
		mask, row, COUNT(row), why) == 0 &&
	    run_thread(s,
		"DELETE FROM thread WHERE mask <> ?1 AND (until < ?2"
		" OR n <= (SELECT max(n) FROM thread) - 1000000)",
		mask, &now, 1, why) == 0)
		return store_commit(s, why);
	sqlite3_exec(s->db, "ROLLBACK", NULL, NULL, NULL);
	return -1;
}

int
store_thread_find(struct store *s, const char *mask, int64_t now,
    struct reason *why)
{
	sqlite3_stmt *q = prepare(s,
	    "SELECT class FROM thread WHERE mask = ?1 AND until >= ?2", &mask,
	    1);
	int result, class = 0;

	if (q == NULL)
		return failed(s, why);
	sqlite3_bind_int64(q, 2, now);
	result = sqlite3_step(q);
	if (result == SQLITE_ROW)
		class = sqlite3_column_int(q, 0);
	else if (result != SQLITE_DONE)
		class = failed(s, why);
	sqlite3_finalize(q);
	return class;
}
