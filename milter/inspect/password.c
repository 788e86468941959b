/* SPDX-License-Identifier: ISC */
#include "milter/inspect/inspect.h"
#include "milter/mail/password.h"
#include "milter/base/banned.h"

/*
 * The second mail of the habit called PPAP: first an encrypted file, then, or
 * before it, its password in a mail without a file. sekimorid keeps such a mail
 * for a while and lets its words be tried on the other one.
 */
static void
run(struct inspection *i)
{
	for (const struct part *p = i->message->root; p != NULL; p = p->next)
		if (message_is_file(p))
			return;
	if (passwords_announced(i->message))
		inspect_fact(i, FACT_TEXT_PASSWORD, NULL, "%s", "");
}

const struct inspector inspect_password = {
	.looks_for = "mails that tell the password of another mail's file",
	.run = run,
};
