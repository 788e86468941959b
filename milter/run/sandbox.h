/* SPDX-License-Identifier: ISC */
#ifndef SKM_RUN_SANDBOX_H
#define SKM_RUN_SANDBOX_H

#include <stdint.h>

#include "milter/base/reason.h"

/*
 * The cage of a server's child: no_new_privs, resource limits, Landlock (the
 * folders named and nothing else), and a seccomp list of the system calls that
 * its profile needs (calls.def). A call that is not on the list fails with
 * EPERM: libraries survive their own probes, and an attacker gets no further.
 */
enum sandbox_profile {
#define SANDBOX(id, help) SANDBOX_##id,
#include "milter/run/sandboxes.def"
#undef SANDBOX
	SANDBOX_COUNT
};

struct sandbox {
	enum sandbox_profile profile;
	/* folders that may be written, files and folders that may be read and
	 * run; NULL-terminated, or NULL */
	const char *const *writable;
	const char *const *readable;
	uint64_t memory; /* bytes of address space beyond today's;
				      * 0: not limited */
	uint64_t file_size; /* bytes of one file; 0: not limited */
};

/* Closes the cage for this process and all it starts, for good. */
int sandbox_enter(const struct sandbox *s, struct reason *why);

/*
 * In a server's parent, as root: a mount namespace of its own with an empty
 * tmpfs of size bytes on folder, and without a network unless the profile has
 * one. When not root it does nothing: Landlock and seccomp do the work alone.
 */
int sandbox_private(enum sandbox_profile profile, const char *folder,
    uint64_t size, struct reason *why);

/* Changes to user (a name, or UID or UID:GID in digits) for good; does nothing
 * when not root. */
int sandbox_user(const char *user, struct reason *why);

/* Which user and group that is; -1 and why when there is none. */
int
sandbox_ids(const char *user, unsigned *uid, unsigned *gid, struct reason *why);

#endif
