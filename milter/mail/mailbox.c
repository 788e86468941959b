/* SPDX-License-Identifier: ISC */
#include "milter/mail/header.h"
#include "milter/mail/mailbox.h"
#include "milter/base/banned.h"

static bool
separates(struct span line)
{
	return span_begins(line, span_string("From "));
}

bool
mailbox_is(struct span bytes)
{
	struct span line;

	return separates(bytes) && span_line(&bytes, &line) &&
	       header_begins(bytes);
}

/* Programs differ about whether an empty line stands before the "From ": those
 * that ask for none find the most. One in a text is told by the field behind.
 */
void
mailbox_read(struct reading *r, struct node *n, struct span bytes)
{
	struct span line, message = { NULL, 0 };

	while (span_line(&bytes, &line)) {
		if (separates(line) && header_begins(bytes)) {
			if (message.at != NULL &&
			    reading_part(r, n, ORIGIN_MESSAGE, message) == NULL)
				return;
			message = (struct span){ bytes.at, 0 };
		} else {
			message.len += line.len;
		}
	}
	(void)reading_part(r, n, ORIGIN_MESSAGE, message);
}
