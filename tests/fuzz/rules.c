/* SPDX-License-Identifier: ISC */
#include <assert.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/mman.h>
#include <unistd.h>

#include "milter/base/file.h"
#include "policy/policy.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Any bytes as a policy: read or refused, and if read, able to decide. */
int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	int fd = memfd_create("policy", MFD_CLOEXEC);
	struct findings *f = findings_new();
	struct envelope *e = envelope_new(1);
	struct reason why;
	struct policy *p;
	struct verdict v;
	char path[32];

	assert(file_write(fd, data, size, &why) == 0);
	snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
	p = policy_load(path, &why);
	findings_fact(f, FACT_LABEL_C2, -1, 0, "%s", "subject");
	envelope_rcpt(e, "<a@b.example>", "", &why);
	if (p != NULL) {
		policy_decide(p, f, e, 0, &v);
		assert(v.kind >= VERDICT_QUARANTINE || v.line > 0);
	}
	policy_free(&p);
	findings_free(&f);
	envelope_free(&e);
	close(fd);
	return 0;
}
