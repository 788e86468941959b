/* SPDX-License-Identifier: ISC */
#include <curl/curl.h>
#include <stdio.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "milter/act/smtp.h"
#include "milter/base/text.h"
#include "milter/base/banned.h"

enum { CONNECT_SECONDS = 10, LINE = 256 };

/* The conversation, as far as it decides what became of the mail. */
struct talk {
	const struct smtp_mail *mail;
	size_t header_sent;
	off_t message_sent;
	char command[LINE]; /* the last of ours */
	char refusal[2 * LINE + 8];
	bool data; /* 354 came */
	long final; /* the code behind the data, 0: none */
};

static size_t
read_mail(char *to, size_t size, size_t count, void *context)
{
	struct talk *t = context;
	size_t room = size * count;
	size_t left = strlen(t->mail->header) - t->header_sent;
	ssize_t n;

	if (left > 0) {
		if (left > room)
			left = room;
		memcpy(to, t->mail->header + t->header_sent, left);
		t->header_sent += left;
		return left;
	}
	n = pread(t->mail->message, to, room, t->message_sent);
	if (n == -1)
		return CURL_READFUNC_ABORT;
	t->message_sent += n;
	return (size_t)n;
}

static void
heard(struct talk *t, const char *line, size_t len)
{
	long code = strtol(line, NULL, 10);
	char shown[LINE];

	text_printable(shown, sizeof shown, line, len);
	if (strcmp(t->command, "DATA") == 0) {
		if (!t->data && code == 354) {
			t->data = true;
			return;
		}
		if (t->data && t->final == 0)
			t->final = code;
	}
	if (code >= 400 && t->refusal[0] == '\0')
		snprintf(t->refusal, sizeof t->refusal, "%s: %s", t->command,
		    shown);
}

static size_t
without_end(const char *line, size_t len)
{
	while (len > 0 && (line[len - 1] == '\n' || line[len - 1] == '\r'))
		len--;
	return len;
}

/* curl tells success and failure, but not whether the listener could have
 * taken the mail: so the lines themselves are followed. */
static int
follow(CURL *curl, curl_infotype type, char *line, size_t len, void *context)
{
	struct talk *t = context;
	char terminated[LINE];

	(void)curl;
	len = without_end(line, len);
	if (len >= sizeof terminated)
		len = sizeof terminated - 1;
	memcpy(terminated, line, len);
	terminated[len] = '\0';
	if (type == CURLINFO_HEADER_OUT)
		text_printable(t->command, sizeof t->command, terminated, len);
	else if (type == CURLINFO_HEADER_IN)
		heard(t, terminated, len);
	return 0;
}

static struct curl_slist *
recipients(const struct smtp_mail *mail)
{
	struct curl_slist *list = NULL;

	for (size_t i = 0; i < mail->rcpts_count; i++) {
		struct curl_slist *more =
		    curl_slist_append(list, mail->rcpts[i]);

		if (more == NULL) {
			curl_slist_free_all(list);
			return NULL;
		}
		list = more;
	}
	return list;
}

static int
size_of(const struct smtp_mail *mail, curl_off_t *size, struct reason *why)
{
	struct stat st;

	if (fstat(mail->message, &st) == -1)
		return reason_errno(why, "message");
	*size = (curl_off_t)strlen(mail->header) + st.st_size;
	return 0;
}

static void
set_mail(CURL *curl, const struct smtp_mail *mail, struct talk *t)
{
	char url[512], name[256] = "localhost";

	(void)gethostname(name, sizeof name - 1);
	snprintf(url, sizeof url, "smtp://%s/%s", mail->listener, name);
	curl_easy_setopt(curl, CURLOPT_URL, url);
	curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, "smtp");
	/* Held mail goes nowhere that the environment names. */
	curl_easy_setopt(curl, CURLOPT_PROXY, "");
	curl_easy_setopt(curl, CURLOPT_NETRC, (long)CURL_NETRC_IGNORED);
	curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
	curl_easy_setopt(curl, CURLOPT_CONNECTTIMEOUT, (long)CONNECT_SECONDS);
	curl_easy_setopt(curl, CURLOPT_TIMEOUT, (long)mail->seconds);
	curl_easy_setopt(curl, CURLOPT_MAIL_FROM, mail->sender);
	curl_easy_setopt(curl, CURLOPT_UPLOAD, 1L);
	curl_easy_setopt(curl, CURLOPT_READFUNCTION, read_mail);
	curl_easy_setopt(curl, CURLOPT_READDATA, t);
	curl_easy_setopt(curl, CURLOPT_VERBOSE, 1L);
	curl_easy_setopt(curl, CURLOPT_DEBUGFUNCTION, follow);
	curl_easy_setopt(curl, CURLOPT_DEBUGDATA, t);
}

static enum smtp_result
judge(const struct talk *t, CURLcode code, struct reason *why)
{
	const char *said =
	    t->refusal[0] != '\0' ? t->refusal : curl_easy_strerror(code);

	if (t->final == 250)
		return SMTP_TAKEN;
	reason_set(why, "%s: %s", t->mail->listener, said);
	if (t->data && t->final == 0)
		return SMTP_UNKNOWN;
	return SMTP_REFUSED;
}

enum smtp_result
smtp_send(const struct smtp_mail *mail, struct reason *why)
{
	struct talk t = { .mail = mail, .command = "connect" };
	struct curl_slist *list = recipients(mail);
	CURL *curl = curl_easy_init();
	enum smtp_result result = SMTP_REFUSED;
	curl_off_t size;

	if (curl == NULL || list == NULL)
		reason_set(why, "no memory for the mail, or no recipients");
	else if (size_of(mail, &size, why) == 0) {
		set_mail(curl, mail, &t);
		curl_easy_setopt(curl, CURLOPT_MAIL_RCPT, list);
		curl_easy_setopt(curl, CURLOPT_INFILESIZE_LARGE, size);
		result = judge(&t, curl_easy_perform(curl), why);
	}
	curl_slist_free_all(list);
	curl_easy_cleanup(curl);
	return result;
}
