/* SPDX-License-Identifier: ISC */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "certs/fields.h"
#include "milter/act/bounce.h"
#include "milter/act/letter.h"
#include "milter/base/buf.h"
#include "milter/base/ident.h"
#include "milter/base/text.h"
#include "milter/quarantine/meta.h"
#include "milter/base/banned.h"

enum { REPORT_MAX = 1024 * 1024, HEADER_SHOWN = 32768, SAID = 512 };

/* A report that is being made. */
struct report {
	struct letter letter;
	const json_t *copy;
	char node[256], boundary[IDENT_SIZE], said[SAID];
	struct buf text;
};

static int
add_head(struct report *r)
{
	if (letter_head(&r->letter, &r->text) == -1)
		return -1;
	return buf_printf(&r->text,
	    "Content-Type: multipart/report; report-type=delivery-status;\r\n"
	    "\tboundary=\"%s\"\r\n"
	    "\r\n"
	    "--%s\r\n",
	    r->boundary, r->boundary);
}

static int
put_words(const struct report *r, struct buf *words)
{
	const json_t *rcpts = json_object_get(r->copy, "rcpts");
	const json_t *rcpt;
	size_t i;

	if (buf_string(words,
		"次の宛先へのメールは配達できませんでした。"
		"内容は外部に送信されていません。\n"
		"This mail could not be delivered to the following "
		"recipients. Nothing of it was sent to them.\n\n") == -1)
		return -1;
	json_array_foreach(rcpts, i, rcpt)
	{
		if (buf_printf(words, "    %s\n", json_string_value(rcpt)) ==
		    -1)
			return -1;
	}
	return buf_printf(words,
	    "\n理由 / Reason: %s\n受付番号 / Reference: %s\n", r->said,
	    r->letter.msg);
}

static int
add_words(struct report *r)
{
	struct buf words;
	int failed;

	buf_init(&words, REPORT_MAX);
	failed = put_words(r, &words);
	if (failed == 0)
		failed = letter_text(&r->text, &words);
	buf_free(&words);
	return failed;
}

static int
add_status(struct report *r)
{
	const json_t *rcpts = json_object_get(r->copy, "rcpts");
	const json_t *rcpt;
	size_t i;

	if (buf_printf(&r->text,
		"\r\n--%s\r\n"
		"Content-Type: message/delivery-status\r\n"
		"\r\n"
		"Reporting-MTA: dns; %s\r\n",
		r->boundary, r->node) == -1)
		return -1;
	json_array_foreach(rcpts, i, rcpt)
	{
		if (buf_printf(&r->text,
			"\r\n"
			"Final-Recipient: rfc822; %s\r\n"
			"Action: failed\r\n"
			"Status: 5.0.0\r\n"
			"Diagnostic-Code: smtp; %s\r\n",
			json_string_value(rcpt), r->said) == -1)
			return -1;
	}
	return buf_string(&r->text, "\r\n");
}

/* RET=HDRS, whatever was asked: the text stays where it is protected. */
static int
add_header(struct report *r, int message, struct reason *why)
{
	struct fields f;
	size_t len;
	int failed;

	if (fields_open(&f, message, why) == -1) {
		fields_close(&f);
		return -1;
	}
	len = f.header < HEADER_SHOWN ? f.header : HEADER_SHOWN;
	failed = buf_printf(&r->text,
	    "--%s\r\n"
	    "Content-Type: text/rfc822-headers\r\n"
	    "Content-Transfer-Encoding: 8bit\r\n"
	    "\r\n",
	    r->boundary);
	if (failed == 0)
		failed = buf_add(&r->text, f.bytes, len);
	fields_close(&f);
	if (failed == 0)
		failed = buf_printf(&r->text, "\r\n--%s--\r\n", r->boundary);
	return failed == 0 ? 0 : reason_set(why, "the report is too long");
}

static int
make(struct report *r, int message, struct reason *why)
{
	if (add_head(r) == -1 || add_words(r) == -1 || add_status(r) == -1)
		return reason_set(why, "the report is too long");
	return add_header(r, message, why);
}

int
bounce_copy(const struct conf *conf, struct spool *spool, const char *id,
    size_t n, const json_t *meta, const char *said, struct reason *why)
{
	struct report r = {
		.copy = json_array_get(json_object_get(meta, "copies"), n)
	};
	int message, failed;

	r.letter = (struct letter){ .conf = conf,
		.spool = spool,
		.msg = meta_text(meta, "msg"),
		.queue_id = meta_text(meta, "queue_id"),
		.to = meta_text(meta, "sender"),
		.message_id = "",
		.english = "Undelivered encrypted mail",
		.japanese = "暗号メールの未配達",
		.once = meta_text(r.copy, "nonce") };
	if (!letter_can(&r.letter))
		return 0;
	letter_node(conf, r.node, sizeof r.node);
	ident_new(r.boundary);
	text_printable(r.said, sizeof r.said, said, strlen(said));
	message = spool_message(spool, id, n, meta, why);
	if (message == -1)
		return -1;
	buf_init(&r.text, REPORT_MAX);
	failed = make(&r, message, why);
	if (failed == 0)
		failed = letter_send(&r.letter, &r.text, why);
	buf_free(&r.text);
	close(message);
	return failed == 0 ? 0 : reason_prefix(why, "report");
}
