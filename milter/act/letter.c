/* SPDX-License-Identifier: ISC */
#include <nettle/base64.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

#include "milter/act/carry.h"
#include "milter/act/letter.h"
#include "milter/base/file.h"
#include "milter/base/banned.h"

enum {
	LINE = 57, /* bytes that make 76 characters (RFC 2045, 6.8) */
	REFERENCE = 900, /* a field is at most 998 bytes (RFC 5322, 2.1.1) */
	ADDRESS = 900
};

bool
letter_can(const struct letter *l)
{
	return l->to[0] != '\0' && strlen(l->to) <= ADDRESS;
}

void
letter_node(const struct conf *conf, char *out, size_t size)
{
	snprintf(out, size, "localhost");
	(void)gethostname(out, size - 1);
	out[size - 1] = '\0';
	if (conf->node[0] != '\0')
		snprintf(out, size, "%s", conf->node);
}

static int
put_from(const struct letter *l, const char *node, struct buf *out)
{
	if (l->conf->notice_from[0] != '\0')
		return buf_printf(out, "From: Sekimori <%s>\r\n",
		    l->conf->notice_from);
	return buf_printf(out,
	    "From: Mail Delivery System <MAILER-DAEMON@%s>\r\n", node);
}

static int
put_subject(const struct letter *l, struct buf *out)
{
	if (buf_printf(out, "Subject: %s /\r\n ", l->english) == -1 ||
	    tag_subject(out, l->japanese, "") == -1)
		return -1;
	return buf_string(out, "\r\n");
}

/* The identifier is the sender's text: only what cannot end the field or the
 * brackets is quoted. */
static int
put_references(const struct letter *l, struct buf *out)
{
	const char *id = l->message_id;
	size_t len = strlen(id);

	if (len == 0 || len > REFERENCE)
		return 0;
	for (size_t i = 0; i < len; i++)
		if (id[i] <= ' ' || id[i] > '~' || id[i] == '<' || id[i] == '>')
			return 0;
	return buf_printf(out, "In-Reply-To: <%s>\r\nReferences: <%s>\r\n", id,
	    id);
}

int
letter_head(const struct letter *l, struct buf *out)
{
	char date[64], node[256], id[IDENT_SIZE];
	time_t now = time(NULL);
	struct tm tm;

	letter_node(l->conf, node, sizeof node);
	ident_new(id);
	gmtime_r(&now, &tm);
	strftime(date, sizeof date, "%a, %d %b %Y %H:%M:%S +0000", &tm);
	if (buf_printf(out, "Date: %s\r\n", date) == -1 ||
	    put_from(l, node, out) == -1 ||
	    buf_printf(out, "To: <%s>\r\nMessage-ID: <%s@%s>\r\n", l->to, id,
		node) == -1 ||
	    put_subject(l, out) == -1 || put_references(l, out) == -1)
		return -1;
	return buf_string(out, "Auto-Submitted: auto-replied\r\n"
			       "MIME-Version: 1.0\r\n");
}

static int
put_base64(struct buf *out, const struct buf *text)
{
	char line[BASE64_ENCODE_RAW_LENGTH(LINE)];

	for (size_t at = 0; at < text->len; at += LINE) {
		size_t n = text->len - at < LINE ? text->len - at : LINE;

		base64_encode_raw(line, n, text->data + at);
		if (buf_printf(out, "\r\n%.*s",
			(int)BASE64_ENCODE_RAW_LENGTH(n), line) == -1)
			return -1;
	}
	return 0;
}

int
letter_text(struct buf *out, const struct buf *text)
{
	if (buf_string(out, "Content-Type: text/plain; charset=utf-8\r\n"
			    "Content-Transfer-Encoding: base64\r\n"
			    "Content-Disposition: inline\r\n") == -1)
		return -1;
	return put_base64(out, text);
}

static int
in_memory(const void *bytes, size_t len, struct reason *why)
{
	int fd = memfd_create("letter", MFD_CLOEXEC);

	if (fd == -1)
		return reason_errno(why, "a letter");
	if (file_write(fd, bytes, len, why) == 0)
		return fd;
	close(fd);
	return -1;
}

static int
address_it(struct envelope *e, const struct letter *l, struct reason *why)
{
	bool ascii = true;

	for (const char *c = l->to; *c != '\0'; c++)
		ascii &= *c > 0;
	snprintf(e->id, sizeof e->id, "%s", l->msg);
	envelope_text(&e->queue_id, l->queue_id);
	if (envelope_sender(e, "<>",
		ascii ? "BODY=8BITMIME" : "BODY=8BITMIME SMTPUTF8", why) == -1)
		return -1;
	/* Nobody hears of a letter that could not be delivered. */
	return envelope_rcpt(e, l->to, "NOTIFY=NEVER", why);
}

static int
put(const struct letter *l, int once, const struct spool_copy *copy,
    struct reason *why)
{
	struct envelope *e = envelope_new(1);
	char id[IDENT_SIZE];
	int failed = address_it(e, l, why);

	if (failed == 0)
		failed = spool_put(l->spool, once, e, copy, 1, id, why);
	if (failed == 0)
		failed = spool_commit(l->spool, id, why);
	envelope_free(&e);
	return failed;
}

int
letter_send(const struct letter *l, const struct buf *text, struct reason *why)
{
	static const size_t first[] = { 0 };
	struct spool_copy copy = { .rcpts = first,
		.count = 1,
		.method = "none" };
	int once = in_memory(l->once, strlen(l->once), why), failed = -1;

	copy.message = -1;
	if (once != -1)
		copy.message = in_memory(text->data, text->len, why);
	if (copy.message != -1) {
		failed = put(l, once, &copy, why);
		close(copy.message);
	}
	if (once != -1)
		close(once);
	return failed;
}
