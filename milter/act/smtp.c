/* SPDX-License-Identifier: ISC */
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

#include "milter/act/smtp.h"
#include "milter/act/smtp_line.h"
#include "milter/base/count.h"
#include "milter/base/text.h"
#include "milter/base/banned.h"

enum { COMMAND = 4096, CHUNK = 65536, SHOWN = 256 };

/* Which of the arguments may be passed on, and what the listener must offer. */
static const struct {
	const char *argument, *extension;
	bool needed; /* without the extension the mail cannot be sent */
} extensions[] = {
	{ "BODY=", "8BITMIME", false }, /* RFC 6152 */
	{ "SMTPUTF8", "SMTPUTF8", true }, /* RFC 6531 */
	{ "RET=", "DSN", false }, /* RFC 3461 */
	{ "ENVID=", "DSN", false },
	{ "NOTIFY=", "DSN", false },
	{ "ORCPT=", "DSN", false },
};

/* The conversation. */
struct talk {
	const struct smtp_mail *mail;
	struct smtp_line line;
	bool offered[COUNT(extensions)];
	enum smtp_result failed; /* what a broken conversation means now */
	struct reason *why;
};

static int
broken(struct talk *t, const char *command)
{
	return reason_prefix(t->why, "%s: %s", t->mail->listener, command);
}

/* Its answer, a whole reply; -1 when none came. extended: EHLO's lines. */
static int
hear(struct talk *t, const char *command,
    void (*each)(struct talk *t, const char *text), char shown[SHOWN])
{
	char text[SMTP_LINE_MAX];
	int code, more;

	do {
		code = smtp_line_reply(&t->line, &more, text, t->why);
		if (code == -1)
			return broken(t, command);
		if (each != NULL)
			each(t, text);
	} while (more);
	text_printable(shown, SHOWN, text, strlen(text));
	return code;
}

static enum smtp_result
refusal(struct talk *t, const char *command, int code, const char *shown)
{
	char printable[SHOWN];

	text_printable(printable, sizeof printable, command, strlen(command));
	reason_set(t->why, "%s: %s: %d %s", t->mail->listener, printable, code,
	    shown);
	return code / 100 == 5 ? SMTP_REFUSED : SMTP_LATER;
}

/* One command that must be answered with wanted (2 or 3: its first digit). */
static enum smtp_result
say(struct talk *t, const char *command, int wanted)
{
	char shown[SHOWN];
	int code;

	if (smtp_line_write(&t->line, command, strlen(command), t->why) == -1 ||
	    smtp_line_write(&t->line, "\r\n", 2, t->why) == -1) {
		broken(t, command);
		return t->failed;
	}
	code = hear(t, command, NULL, shown);
	if (code == -1)
		return t->failed;
	if (code / 100 == wanted)
		return SMTP_TAKEN;
	return refusal(t, command, code, shown);
}

static void
offer(struct talk *t, const char *text)
{
	for (size_t i = 0; i < COUNT(extensions); i++) {
		size_t len = strlen(extensions[i].extension);

		if (strncasecmp(text, extensions[i].extension, len) == 0 &&
		    (text[len] == '\0' || text[len] == ' '))
			t->offered[i] = true;
	}
}

static enum smtp_result
greet(struct talk *t)
{
	char shown[SHOWN], command[512], name[256] = "localhost";
	int code = hear(t, "connect", NULL, shown);

	if (code == -1)
		return SMTP_LATER;
	if (code / 100 != 2)
		return refusal(t, "connect", code, shown);
	(void)gethostname(name, sizeof name - 1);
	snprintf(command, sizeof command, "EHLO %s\r\n", name);
	if (smtp_line_write(&t->line, command, strlen(command), t->why) == -1) {
		broken(t, "EHLO");
		return SMTP_LATER;
	}
	code = hear(t, "EHLO", offer, shown);
	if (code == -1)
		return SMTP_LATER;
	return code == 250 ? SMTP_TAKEN : refusal(t, "EHLO", code, shown);
}

/* Adds one argument if it may be passed on; false when the mail needs what is
 * not offered. */
static bool
add_argument(const struct talk *t, const char *word, char command[COMMAND])
{
	size_t at = strlen(command);

	for (size_t i = 0; i < COUNT(extensions); i++) {
		const char *argument = extensions[i].argument;

		if (strncasecmp(word, argument, strlen(argument)) != 0)
			continue;
		if (!t->offered[i])
			return !extensions[i].needed;
		snprintf(command + at, COMMAND - at, " %s", word);
		return true;
	}
	return true;
}

/* "MAIL FROM:<a@b> BODY=8BITMIME". A line end in an address would be a command
 * of the sender's. */
static enum smtp_result
envelope_line(struct talk *t, const char *verb, const char *address,
    const char *args)
{
	char command[COMMAND], words[COMMAND / 2], *word, *save;

	if (strlen(address) > COMMAND / 4 ||
	    strpbrk(address, "\r\n<> ") != NULL) {
		reason_set(t->why, "an address that cannot be sent");
		return SMTP_REFUSED;
	}
	snprintf(command, sizeof command, "%s:<%s>", verb, address);
	snprintf(words, sizeof words, "%s", args == NULL ? "" : args);
	for (word = strtok_r(words, " \t\r\n", &save); word != NULL;
	     word = strtok_r(NULL, " \t\r\n", &save))
		if (!add_argument(t, word, command)) {
			reason_set(t->why, "%s does not offer %s",
			    t->mail->listener, word);
			return SMTP_REFUSED;
		}
	return say(t, command, 2);
}

static enum smtp_result
send_envelope(struct talk *t)
{
	const struct smtp_mail *m = t->mail;
	enum smtp_result result =
	    envelope_line(t, "MAIL FROM", m->sender, m->sender_args);

	for (size_t i = 0; result == SMTP_TAKEN && i < m->rcpts_count; i++)
		result = envelope_line(t, "RCPT TO", m->rcpts[i],
		    m->rcpts_args != NULL ? m->rcpts_args[i] : NULL);
	return result;
}

/* A point behind any line end is doubled (RFC 5321, 4.5.2): some listeners
 * take a bare LF for one, and would find the end of the mail there. */
static int
send_bytes(struct talk *t, const char *bytes, size_t len, char *last)
{
	size_t begin = 0;

	for (size_t i = 0; i < len; i++) {
		if (bytes[i] == '.' && *last == '\n') {
			if (smtp_line_write(&t->line, bytes + begin, i - begin,
				t->why) == -1 ||
			    smtp_line_write(&t->line, ".", 1, t->why) == -1)
				return -1;
			begin = i;
		}
		*last = bytes[i];
	}
	return smtp_line_write(&t->line, bytes + begin, len - begin, t->why);
}

static int
send_message(struct talk *t)
{
	char *bytes = malloc(CHUNK), last = '\n';
	off_t at = 0;
	ssize_t n = 0;
	int failed;

	if (bytes == NULL)
		return reason_set(t->why, "no memory for the mail");
	failed = send_bytes(t, t->mail->header, strlen(t->mail->header), &last);
	while (failed == 0 &&
	       (n = pread(t->mail->message, bytes, CHUNK, at)) > 0) {
		failed = send_bytes(t, bytes, (size_t)n, &last);
		at += n;
	}
	free(bytes);
	if (n == -1)
		return reason_errno(t->why, "the message");
	if (failed == 0 && last != '\n')
		failed = smtp_line_write(&t->line, "\r\n", 2, t->why);
	return failed;
}

static enum smtp_result
send_data(struct talk *t)
{
	enum smtp_result result = say(t, "DATA", 3);

	if (result != SMTP_TAKEN)
		return result;
	/* Cut off in front of the point it is not taken. */
	if (send_message(t) == -1) {
		broken(t, "DATA");
		return SMTP_LATER;
	}
	t->failed = SMTP_UNKNOWN;
	return say(t, ".", 2);
}

enum smtp_result
smtp_send(const struct smtp_mail *mail, struct reason *why)
{
	struct talk t = { .mail = mail, .failed = SMTP_LATER, .why = why };
	enum smtp_result result;

	if (mail->rcpts_count == 0) {
		reason_set(why, "no recipients");
		return SMTP_REFUSED;
	}
	if (smtp_line_connect(&t.line, mail->listener, mail->seconds, why) ==
	    -1)
		return SMTP_LATER;
	result = greet(&t);
	if (result == SMTP_TAKEN)
		result = send_envelope(&t);
	if (result == SMTP_TAKEN)
		result = send_data(&t);
	smtp_line_close(&t.line);
	return result;
}
