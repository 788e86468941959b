/* SPDX-License-Identifier: ISC */
#include <string.h>

#include "milter/mail/opaque.h"
#include "milter/base/banned.h"

void
opaque_read(struct reading *r, struct node *n, const struct params *type)
{
	const struct param *kind = param_find(type->first, "smime-type");

	if (strcmp(n->part.type, "application/pkcs7-mime") == 0 ||
	    strcmp(n->part.type, "application/x-pkcs7-mime") == 0)
		reading_mark(r, n, MARK_OPAQUE, n->whole.at, "S/MIME %s",
		    kind ? reading_seen(r, kind->value) : "of no kind");
}
