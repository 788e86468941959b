/* SPDX-License-Identifier: ISC */
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "milter/base/file.h"
#include "tests/quarantine/mail.h"

static int
message(int number, struct reason *why)
{
	int fd = memfd_create("message", MFD_CLOEXEC);
	char text[256];
	int len = snprintf(text, sizeof text,
	    "From: a@example.com\r\nSubject: test %d\r\n\r\n\033[2Jtext\r\n",
	    number);

	return file_write(fd, text, (size_t)len, why) == 0 ? fd : -1;
}

int
mail_hold(struct quarantine *q, int number, char id[IDENT_SIZE], int *seen,
    struct reason *why)
{
	static const size_t rcpts[] = { 0, 1 };
	struct verdict v = { .kind = VERDICT_QUARANTINE,
		.rule = "held",
		.basis = "test",
		.class = "attachment" };
	struct findings *f = findings_new();
	struct envelope *e = envelope_new(10);
	int fd = message(number, why), result = -1;

	ident_new(e->id);
	if (number % 2 == 1)
		findings_text(&f->campaign, "c0123456789ab");
	findings_text(&f->subject, "\xe8\xab\x8b\xe6\xb1\x82\xe6\x9b\xb8");
	findings_fact(f, FACT_VIRUS, -1, 0, "%s", "Test.Virus");
	envelope_text(&e->queue_id, "4XQ1");
	if (fd != -1 && envelope_sender(e, "<a@example.com>", "", why) == 0 &&
	    envelope_rcpt(e, "<b@example.jp>", "", why) == 0 &&
	    envelope_rcpt(e, "<c@example.jp>", "NOTIFY=NEVER", why) == 0)
		result =
		    quarantine_put(q, fd, e, rcpts, 2, f, &v, id, seen, why);
	if (fd != -1)
		close(fd);
	envelope_free(&e);
	findings_free(&f);
	return result;
}
