/* SPDX-License-Identifier: ISC */
#include "certs/claim.h"
#include "certs/fields.h"
#include "milter/base/text.h"
#include "milter/base/banned.h"

static bool
says(const struct field *field, const char *text)
{
	return text_holds(field->value, field->value_len, text);
}

/* application/pkcs7-mime may be encrypted instead: it says which. */
static bool
speaks_of_one(const struct field *field)
{
	return fields_named(field, "Content-Type") &&
	       (says(field, "multipart/signed") ||
		   (says(field, "pkcs7-mime") && says(field, "signed-data")));
}

bool
claim_signed(int message)
{
	struct fields fields;
	struct reason ignored;
	bool claimed = false;

	if (fields_open(&fields, message, &ignored) == 0)
		for (size_t i = 0; i < fields.count && !claimed; i++)
			claimed = speaks_of_one(&fields.list[i]);
	fields_close(&fields);
	return claimed;
}
