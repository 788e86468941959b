/* SPDX-License-Identifier: ISC */
#include <fcntl.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "milter/record/event.h"
#include "milter/record/head.h"
#include "milter/record/journal.h"
#include "milter/record/line.h"
#include "milter/record/lines.h"
#include "milter/record/seal.h"
#include "milter/base/banned.h"

/* A seal number is not believed if it is that far on: it would only cost time
 * to make the key (a seal a minute for two years). */
enum { SEALS_MISSED = 1000000 };

/* Where verification stands. */
struct check {
	struct journal_report *report;
	char file[LINES_NAME];
	uint64_t number; /* of the line in the file */
	uint64_t expected; /* seq of the line that should come */
	char prev[HASH_HEX]; /* hash of the line before */
	bool prev_known; /* not after a line that is itself at fault */
	bool have_key;
	struct seal seal; /* the key the next seal should have */
	struct head head; /* as the head file says */
	bool have_head;
	uint64_t end_file, end; /* not read beyond: events come in meanwhile */
	struct seal sealed; /* the last one seen, and its key */
	uint64_t seals_made; /* as the key file said before */
};

static void __attribute__((format(printf, 2, 3)))
fault(struct check *c, const char *format, ...)
{
	struct journal_report *r = c->report;
	struct journal_fault *f;
	va_list args;

	if (r->faults_count++ >= sizeof r->faults / sizeof *r->faults)
		return;
	f = &r->faults[r->faults_count - 1];
	va_start(args, format);
	vsnprintf(f->text, sizeof f->text, format, args);
	va_end(args);
}

static void
missing(struct check *c, uint64_t first, uint64_t last)
{
	if (first == last)
		fault(c,
		    "%s:%" PRIu64 ": the event with seq %" PRIu64
		    " is missing before this line: it was removed",
		    c->file, c->number, first);
	else
		fault(c,
		    "%s:%" PRIu64 ": the events with seq %" PRIu64
		    " to %" PRIu64 " are missing before this line: they were "
		    "removed",
		    c->file, c->number, first, last);
}

static void
move_on(struct check *c, const struct line *line)
{
	c->expected = line->seq + 1;
	memcpy(c->prev, line->hash, HASH_HEX);
	c->prev_known = true;
	c->report->last_seq = line->seq;
	if (c->report->first_seq == 0)
		c->report->first_seq = line->seq;
}

/* The place of a line that is in itself right. */
static void
check_place(struct check *c, const struct line *line)
{
	if (line->seq < c->expected) {
		fault(c,
		    "%s:%" PRIu64 ": seq %" PRIu64 " where %" PRIu64
		    " should be: the line was moved here, or inserted, or "
		    "stands twice",
		    c->file, c->number, line->seq, c->expected);
		return;
	}
	if (line->seq > c->expected)
		missing(c, c->expected, line->seq - 1);
	else if (c->prev_known && strcmp(line->prev, c->prev) != 0)
		fault(c,
		    "%s:%" PRIu64 ": seq %" PRIu64
		    " does not follow the line before it: one of the two was "
		    "inserted or replaced",
		    c->file, c->number, line->seq);
	move_on(c, line);
}

/* The HMAC of a seal under the key of its number. */
static void
check_mac(struct check *c, json_t *event, const struct line *line,
    const struct seal *key)
{
	const char *mac = json_string_value(json_object_get(event, "mac"));
	char right[HASH_HEX];

	seal_mac(key, line->prev, line->seq - 1, right);
	if (mac == NULL || strcmp(mac, right) != 0)
		fault(c,
		    "%s:%" PRIu64 ": seq %" PRIu64 ": seal %" PRIu64
		    " is not made with its key: the lines before it, or the "
		    "seal, are not what was sealed",
		    c->file, c->number, line->seq, key->n);
	c->report->seals_checked++;
}

/* The number and HMAC of a seal. The number may be that of the last one again:
 * a sealer can be killed before it has replaced the key. */
static void
check_seal(struct check *c, json_t *event, const struct line *line)
{
	json_t *number = json_object_get(event, "n");
	uint64_t n = (uint64_t)json_integer_value(number);
	bool again = c->report->seals++ > 0 && n == c->sealed.n;

	if (!again && n != c->seal.n)
		fault(c,
		    "%s:%" PRIu64 ": seq %" PRIu64 ": seal number %" PRIu64
		    " where %" PRIu64 " should be",
		    c->file, c->number, line->seq, n, c->seal.n);
	if (!again && (n < c->seal.n || n - c->seal.n > SEALS_MISSED))
		return;
	while (!again && c->seal.n < n)
		seal_next(&c->seal);
	if (c->have_key)
		check_mac(c, event, line, again ? &c->sealed : &c->seal);
	if (again)
		return;
	c->sealed = c->seal;
	seal_next(&c->seal);
}

/* One line. After one that is at fault the next has nothing to follow. */
static void
check_line(struct check *c, const char *bytes, size_t len)
{
	const char *seal = event_name(EVENT_LOG_SEAL), *type;
	struct line line;
	struct reason why;
	json_t *event = line_read(bytes, len, &line, &why);

	c->report->lines++;
	if (event == NULL || line_check(bytes, len, event, &line, &why) == -1) {
		fault(c,
		    "%s:%" PRIu64 ": the line of seq %" PRIu64
		    " was changed: %s",
		    c->file, c->number, c->expected, why.text);
		c->report->last_seq = c->expected++;
		c->prev_known = false;
		json_decref(event);
		return;
	}
	check_place(c, &line);
	type = json_string_value(json_object_get(event, "type"));
	if (type != NULL && strcmp(type, seal) == 0)
		check_seal(c, event, &line);
	json_decref(event);
}

static void
check_lines(struct check *c, int fd, uint64_t size)
{
	const char *bytes;
	struct lines l;
	struct reason why;
	size_t len;
	int more;

	lines_begin(&l, fd, 0, size);
	while ((more = lines_next(&l, &bytes, &len, &why)) == 1) {
		c->number++;
		if (!l.partial) {
			check_line(c, bytes, len);
			continue;
		}
		/* Never confirmed to anyone: the next to write removes it. */
		if (c->have_head && c->head.file == c->end_file &&
		    l.offset >= c->head.length)
			break;
		fault(c,
		    "%s:%" PRIu64 ": the file ends within the line of seq "
		    "%" PRIu64,
		    c->file, c->number, c->expected);
		break;
	}
	if (more == -1)
		fault(c, "%s:%" PRIu64 ": %s", c->file, c->number + 1,
		    why.text);
	lines_end(&l);
}

static int
check_file(struct check *c, int folder, uint64_t first, struct reason *why)
{
	struct stat st;
	uint64_t size;
	int fd;

	lines_name(first, c->file);
	c->number = 0;
	fd = openat(folder, c->file, O_RDONLY | O_CLOEXEC);
	if (fd == -1 || fstat(fd, &st) == -1) {
		reason_errno(why, "%s", c->file);
		if (fd != -1)
			close(fd);
		return -1;
	}
	size = (uint64_t)st.st_size;
	check_lines(c, fd,
	    first == c->end_file && size > c->end ? c->end : size);
	close(fd);
	return 0;
}

/* Where the journal ends now, under the lock, so that no half-written line is
 * taken for a torn one. */
static void
look_at_end(struct check *c, int folder, uint64_t last)
{
	int lock = openat(folder, "head", O_RDONLY | O_CLOEXEC);
	char name[LINES_NAME];
	struct stat st;

	if (lock != -1)
		flock(lock, LOCK_SH);
	c->have_head = lock != -1 && head_read(lock, &c->head);
	c->end_file = last;
	lines_name(last, name);
	if (last != 0 && fstatat(folder, name, &st, 0) == 0)
		c->end = (uint64_t)st.st_size;
	if (lock != -1)
		close(lock);
}

/* Is the end of the lines the end that the head file tells of? */
static void
check_end(struct check *c)
{
	uint64_t last = c->expected - 1;
	char name[LINES_NAME];

	if (!c->have_head) {
		if (last > 0)
			fault(c, "head: the file is missing or damaged, so a "
				 "cut end of the journal could not be seen");
		return;
	}
	lines_name(c->head.file, name);
	if (c->head.seq > last)
		fault(c,
		    "%s: the journal is cut after seq %" PRIu64
		    ": its head says that it goes on to seq %" PRIu64 " in %s",
		    c->file, last, c->head.seq, name);
	else if (c->head.seq == last && c->prev_known &&
		 strcmp(c->head.hash, c->prev) != 0)
		fault(c,
		    "%s:%" PRIu64 ": seq %" PRIu64
		    " is not the line that the head file tells of",
		    c->file, c->number, last);
}

/* The key that is used next tells how many seals there must be. It was read
 * first: seals that are made meanwhile do not matter. */
static void
check_seals_end(struct check *c)
{
	if (c->seals_made > c->seal.n)
		fault(c,
		    "%s: %" PRIu64 " seals were made, but the journal has "
		    "the first %" PRIu64 ": its end was removed",
		    c->file, c->seals_made, c->seal.n);
}

/* The files whole; events that come in meanwhile are left for the next time. */
static int
check_all(struct check *c, int folder, struct reason *why)
{
	uint64_t *firsts;
	size_t count;
	int result = lines_files(folder, &firsts, &count, why);

	if (result == 0)
		look_at_end(c, folder, count > 0 ? firsts[count - 1] : 0);
	for (size_t i = 0; result == 0 && i < count; i++)
		result = check_file(c, folder, firsts[i], why);
	free(firsts);
	if (result == 0)
		check_end(c);
	return result;
}

static int
read_key(struct check *c, const char *path, struct reason *why)
{
	if (path == NULL)
		return 0;
	c->have_key = true;
	if (seal_read(path, &c->seal, why) == -1)
		return -1;
	return c->seal.n == 0 ? 0
			      : reason_set(why,
				    "%s is not the first key, but "
				    "number %" PRIu64,
				    path, c->seal.n);
}

int
journal_verify(const struct conf *conf, const char *verify_key,
    struct journal_report *report, struct reason *why)
{
	struct check c = { .report = report, .expected = 1 };
	struct reason unused;
	struct seal now;
	int folder, result;

	memset(report, 0, sizeof *report);
	memset(c.prev, '0', HASH_HEX - 1);
	c.prev_known = true;
	if (read_key(&c, verify_key, why) == -1)
		return -1;
	if (seal_read(conf->seal_key_file, &now, &unused) == 0)
		c.seals_made = now.n;
	folder = open(conf->journal_dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (folder == -1)
		return reason_errno(why, "%s", conf->journal_dir);
	result = check_all(&c, folder, why);
	close(folder);
	if (result == 0)
		check_seals_end(&c);
	return result;
}
