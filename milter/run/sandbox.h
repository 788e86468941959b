/* SPDX-License-Identifier: ISC */
#ifndef SKM_RUN_SANDBOX_H
#define SKM_RUN_SANDBOX_H

#include <stdint.h>

#include "milter/base/reason.h"

/*
 * The cage of a server's child: no_new_privs, resource limits, Landlock (one
 * writable folder), and a seccomp list of the calls its profile names
 * (sandboxes.def). What is not listed fails with EPERM if it is a probe that
 * libraries make and survive, and ends the child otherwise.
 */
enum sandbox_profile {
#define SANDBOX(id, network, exec, help) SANDBOX_##id,
#include "milter/run/sandboxes.def"
#undef SANDBOX
	SANDBOX_COUNT
};

struct sandbox {
	enum sandbox_profile profile;
	const char *writable;  /* the one folder, or NULL */
	const char *const *readable; /* NULL-terminated, or NULL */
	uint64_t memory;       /* bytes of address space beyond today's */
	uint64_t file_size;
	int64_t cpu_seconds;   /* over the child's life */
};

/* Closes the cage for this process, for good. */
int sandbox_enter(const struct sandbox *s, struct reason *why);

/* In the parent, as root: a mount namespace with an empty tmpfs of size bytes
 * on folder, and for profiles without network an empty network namespace.
 * Without the right to do so it does nothing: Landlock and seccomp stay. */
int sandbox_private(enum sandbox_profile profile, const char *folder,
    uint64_t size, struct reason *why);

/* Changes to user (name or number) for good; nothing when not root. */
int sandbox_user(const char *user, struct reason *why);

#endif
