/* SPDX-License-Identifier: ISC */
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

#include "certs/fields.h"
#include "milter/act/bounce.h"
#include "milter/act/smtp.h"
#include "milter/base/buf.h"
#include "milter/base/file.h"
#include "milter/base/ident.h"
#include "milter/base/text.h"
#include "milter/quarantine/meta.h"
#include "milter/base/banned.h"

enum { REPORT_MAX = 1024 * 1024, HEADER_SHOWN = 32768, SAID = 512 };

/* A report that is being made. */
struct report {
	const struct conf *conf;
	const json_t *meta, *copy;
	char node[256], boundary[IDENT_SIZE], said[SAID];
	struct buf text;
};

static int
add_head(struct report *r)
{
	char date[64];
	time_t now = time(NULL);
	struct tm tm;

	gmtime_r(&now, &tm);
	strftime(date, sizeof date, "%a, %d %b %Y %H:%M:%S +0000", &tm);
	return buf_printf(&r->text,
	    "Date: %s\r\n"
	    "From: Mail Delivery System <MAILER-DAEMON@%s>\r\n"
	    "To: <%s>\r\n"
	    "Message-ID: <%s@%s>\r\n"
	    "Subject: Undelivered encrypted mail / "
	    "=?UTF-8?B?5pqX5Y+344Oh44O844Or44Gu5pyq6YWN6YGU?=\r\n"
	    "Auto-Submitted: auto-replied\r\n"
	    "MIME-Version: 1.0\r\n"
	    "Content-Type: multipart/report; report-type=delivery-status;\r\n"
	    "\tboundary=\"%s\"\r\n"
	    "\r\n",
	    date, r->node, meta_text(r->meta, "sender"), r->boundary, r->node,
	    r->boundary);
}

static int
add_words(struct report *r)
{
	const json_t *rcpts = json_object_get(r->copy, "rcpts");
	const json_t *rcpt;
	size_t i;

	if (buf_printf(&r->text,
		"--%s\r\n"
		"Content-Type: text/plain; charset=utf-8\r\n"
		"Content-Transfer-Encoding: 8bit\r\n"
		"\r\n"
		"次の宛先へのメールは配達できませんでした。"
		"内容は外部に送信されていません。\r\n"
		"This mail could not be delivered to the following "
		"recipients. Nothing of it was sent to them.\r\n"
		"\r\n",
		r->boundary) == -1)
		return -1;
	json_array_foreach(rcpts, i, rcpt)
	{
		if (buf_printf(&r->text, "    %s\r\n",
			json_string_value(rcpt)) == -1)
			return -1;
	}
	return buf_printf(&r->text,
	    "\r\n理由 / Reason: %s\r\n"
	    "受付番号 / Reference: %s\r\n\r\n",
	    r->said, meta_text(r->meta, "msg"));
}

static int
add_status(struct report *r)
{
	const json_t *rcpts = json_object_get(r->copy, "rcpts");
	const json_t *rcpt;
	size_t i;

	if (buf_printf(&r->text,
		"--%s\r\n"
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

static int
send_report(const struct report *r, struct reason *why)
{
	char sender[1024];
	char *const rcpts[] = { sender };
	struct smtp_mail mail = { .listener = r->conf->release_listener,
		.sender = "",
		.sender_args = "BODY=8BITMIME",
		.rcpts = rcpts,
		.rcpts_count = 1,
		.header = "",
		.seconds = r->conf->release_time };
	enum smtp_result result = SMTP_LATER;

	snprintf(sender, sizeof sender, "%s", meta_text(r->meta, "sender"));
	mail.message = memfd_create("report", MFD_CLOEXEC);
	if (mail.message == -1)
		return reason_errno(why, "a report");
	if (file_write(mail.message, r->text.data, r->text.len, why) == 0)
		result = smtp_send(&mail, why);
	close(mail.message);
	/* Whom even the MTA does not know cannot be told. */
	return result == SMTP_TAKEN || result == SMTP_REFUSED ? 0 : -1;
}

int
bounce_copy(const struct conf *conf, struct spool *spool, const char *id,
    size_t n, const json_t *meta, const char *said, struct reason *why)
{
	struct report r = { .conf = conf,
		.meta = meta,
		.copy = json_array_get(json_object_get(meta, "copies"), n),
		.node = "localhost" };
	int message, failed;

	if (meta_text(meta, "sender")[0] == '\0')
		return 0;
	(void)gethostname(r.node, sizeof r.node - 1);
	if (conf->node[0] != '\0')
		snprintf(r.node, sizeof r.node, "%s", conf->node);
	ident_new(r.boundary);
	text_printable(r.said, sizeof r.said, said, strlen(said));
	message = spool_message(spool, id, n, meta, why);
	if (message == -1)
		return -1;
	buf_init(&r.text, REPORT_MAX);
	failed = make(&r, message, why);
	if (failed == 0)
		failed = send_report(&r, why);
	buf_free(&r.text);
	close(message);
	return failed == 0 ? 0 : reason_prefix(why, "report");
}
