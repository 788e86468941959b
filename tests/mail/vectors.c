/* SPDX-License-Identifier: ISC */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>
#include <jansson.h>

#include "milter/mail/decode.h"
#include "tests/mail/tree.h"
#include "milter/base/banned.h"

/* The vectors for Japanese mail that stand beside the project, if they do. */
static json_t *
load(struct arena *a)
{
	const char *top = getenv("top_srcdir");
	json_error_t error;

	return json_load_file(arena_printf(a,
				  "%s/../shared/data/vectors/vectors.json",
				  top ? top : "."),
	    0, &error);
}

static const char *
bytes(struct arena *a, const json_t *vector, const char *key)
{
	const char *text = json_string_value(json_object_get(vector, key));
	unsigned char *out;

	if (text == NULL)
		return NULL;
	out = arena_get(a, strlen(text) + 1);
	(void)decode_base64(span_string(text), out, NULL);
	return (char *)out;
}

static void
expect(const json_t *vector, const char *got)
{
	if (got == NULL)
		fail_msg("%s: nothing",
		    json_string_value(json_object_get(vector, "id")));
	assert_string_equal(got,
	    json_string_value(json_object_get(vector, "expected")));
}

static void
headers(void **unused)
{
	struct arena *a = arena_new(1 << 24);
	json_t *all = load(a), *v;
	size_t i;

	(void)unused;
	json_array_foreach(json_object_get(all, "headers"), i, v)
	{
		const struct message *m =
		    tree_read(a, arena_printf(a, "Subject: %s\r\n\r\n",
				     bytes(a, v, "raw_b64")));

		expect(v, m->subject);
	}
	json_decref(all);
	arena_free(&a);
}

static void
file_names(void **unused)
{
	struct arena *a = arena_new(1 << 24);
	json_t *all = load(a), *v;
	size_t i;

	(void)unused;
	json_array_foreach(json_object_get(all, "filenames"), i, v)
	{
		const char *type = bytes(a, v, "content_type_b64");
		const struct message *m = tree_read(a,
		    arena_printf(a,
			"Content-Type: %s\r\nContent-Disposition: %s\r\n\r\n",
			type ? type : "application/octet-stream",
			bytes(a, v, "content_disposition_b64")));

		expect(v, m->root->names ? m->root->names->name : NULL);
	}
	json_decref(all);
	arena_free(&a);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(headers),
		cmocka_unit_test(file_names),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
