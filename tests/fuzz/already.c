/* SPDX-License-Identifier: ISC */
#include <stdlib.h>
#include <string.h>

#include "certs/enveloped.h"
#include "certs/packets.h"
#include "certs/root.h"
#include "tests/fuzz/reading.h"
#include "milter/base/banned.h"

static void
read_object(enum seal_method method, struct span bytes)
{
	static struct packets_message packets;
	struct enveloped *e;

	if (method == SEAL_OPENPGP) {
		if (packets_read(&packets, bytes) && packets.count == 0)
			__builtin_trap();
		return;
	}
	e = enveloped_read(bytes);
	if (e != NULL && (enveloped_content(e).len == 0 ||
			     strlen(enveloped_algorithm(e)) == 0))
		__builtin_trap();
	enveloped_free(&e);
}

/* Any bytes as a message that its sender has encrypted, and as each kind of
 * object in one. */
int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
	struct span all = { bytes, size };
	struct root root;

	if (size == 0)
		return 0;
	if (root_read(&root, all))
		read_object(root.method, (struct span){ root.bytes, root.len });
	root_free(&root);
	read_object(SEAL_SMIME, all);
	read_object(SEAL_OPENPGP, all);
	return 0;
}
