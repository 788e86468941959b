/* SPDX-License-Identifier: ISC */
#include <errno.h>
#include <fcntl.h>
#include <linux/landlock.h>
#include <sched.h>
#include <seccomp.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "milter/base/count.h"
#include "milter/run/sandbox.h"
#include "milter/base/banned.h"

/* Landlock rights of ABI 1 (Linux 5.13) and what later ones added. */
#define READ_RIGHTS \
	(LANDLOCK_ACCESS_FS_EXECUTE | LANDLOCK_ACCESS_FS_READ_FILE | \
	    LANDLOCK_ACCESS_FS_READ_DIR)
#define FILE_RIGHTS \
	(LANDLOCK_ACCESS_FS_EXECUTE | LANDLOCK_ACCESS_FS_READ_FILE | \
	    LANDLOCK_ACCESS_FS_WRITE_FILE | LANDLOCK_TRUNCATE)
#define LANDLOCK_REFER (1ULL << 13)
#define LANDLOCK_TRUNCATE (1ULL << 14)
#define ALL_RIGHTS_1 ((1ULL << 13) - 1)

static const bool allowed[][SANDBOX_COUNT] = {
#define CALL(name, scan, lookup, seal, verify) { scan, lookup, seal, verify },
#include "milter/run/calls.def"
#undef CALL
};

static const int numbers[] = {
#define CALL(name, scan, lookup, seal, verify) SCMP_SYS(name),
#include "milter/run/calls.def"
#undef CALL
};

static bool
starts_gpg(const struct sandbox *s)
{
	return s->profile == SANDBOX_SEAL || s->profile == SANDBOX_VERIFY;
}

static uint64_t
landlock_rights(void)
{
	long abi = syscall(SYS_landlock_create_ruleset, NULL, 0,
	    LANDLOCK_CREATE_RULESET_VERSION);

	if (abi < 1)
		return 0;
	if (abi == 1)
		return ALL_RIGHTS_1;
	if (abi == 2)
		return ALL_RIGHTS_1 | LANDLOCK_REFER;
	return ALL_RIGHTS_1 | LANDLOCK_REFER | LANDLOCK_TRUNCATE;
}

static int
landlock_allow(int ruleset, const char *path, uint64_t rights,
    struct reason *why)
{
	struct landlock_path_beneath_attr rule = { .allowed_access = rights };
	struct stat st;
	int failed;

	rule.parent_fd = open(path, O_PATH | O_CLOEXEC);
	if (rule.parent_fd == -1)
		return errno == ENOENT ? 0 : reason_errno(why, "%s", path);
	if (fstat(rule.parent_fd, &st) == 0 && !S_ISDIR(st.st_mode))
		rule.allowed_access &= FILE_RIGHTS;
	failed = (int)syscall(SYS_landlock_add_rule, ruleset,
	    LANDLOCK_RULE_PATH_BENEATH, &rule, 0);
	close(rule.parent_fd);
	return failed ? reason_errno(why, "Landlock rule for %s", path) : 0;
}

static int
landlock_rules(int ruleset, const struct sandbox *s, uint64_t all,
    struct reason *why)
{
	const uint64_t write_rights =
	    all & ~(uint64_t)LANDLOCK_ACCESS_FS_EXECUTE;

	for (const char *const *p = s->writable; p != NULL && *p != NULL; p++)
		if (landlock_allow(ruleset, *p, write_rights, why) == -1)
			return -1;
	for (const char *const *p = s->readable; p != NULL && *p != NULL; p++)
		if (landlock_allow(ruleset, *p, READ_RIGHTS, why) == -1)
			return -1;
	/* It is opened for reading and writing at its start. */
	if (starts_gpg(s))
		return landlock_allow(ruleset, "/dev/null", all, why);
	return 0;
}

static int
close_files(const struct sandbox *s, struct reason *why)
{
	struct landlock_ruleset_attr attr = { 0 };
	int ruleset, result = -1;

	attr.handled_access_fs = landlock_rights();
	if (attr.handled_access_fs == 0)
		return reason_set(why,
		    "this kernel has no Landlock "
		    "(Linux 5.13 or newer with CONFIG_SECURITY_LANDLOCK)");
	ruleset =
	    (int)syscall(SYS_landlock_create_ruleset, &attr, sizeof attr, 0);
	if (ruleset == -1)
		return reason_errno(why, "Landlock");
	if (landlock_rules(ruleset, s, attr.handled_access_fs, why) == 0) {
		result = (int)syscall(SYS_landlock_restrict_self, ruleset, 0);
		if (result == -1)
			reason_errno(why, "Landlock");
	}
	close(ruleset);
	return result;
}

/* Memory that can be run is only ever mapped from files, by the loader. */
static int
allow_mapping(scmp_filter_ctx filter, const struct sandbox *s)
{
	bool programs = starts_gpg(s);
	int rc = 0;

	for (int i = 0; i < 2; i++) {
		int call = i ? SCMP_SYS(mprotect) : SCMP_SYS(mmap);

		rc |= programs
			  ? seccomp_rule_add(filter, SCMP_ACT_ALLOW, call, 0)
			  : seccomp_rule_add(filter, SCMP_ACT_ALLOW, call, 1,
				SCMP_A2(SCMP_CMP_MASKED_EQ, PROT_EXEC, 0));
	}
	return rc;
}

/* abort() sends its signal with tgkill(); to no one else. */
static int
allow_abort(scmp_filter_ctx filter)
{
	return seccomp_rule_add(filter, SCMP_ACT_ALLOW, SCMP_SYS(tgkill), 1,
	    SCMP_CMP(0, SCMP_CMP_EQ, (scmp_datum_t)getpid(), 0));
}

static int
close_calls(const struct sandbox *s, struct reason *why)
{
	scmp_filter_ctx filter = seccomp_init(SCMP_ACT_ERRNO(EPERM));
	int rc = 0;

	if (filter == NULL)
		return reason_set(why, "seccomp: out of memory");
	for (size_t i = 0; i < COUNT(numbers); i++)
		if (allowed[i][s->profile])
			rc |= seccomp_rule_add(filter, SCMP_ACT_ALLOW,
			    numbers[i], 0);
	rc |= allow_mapping(filter, s);
	rc |= allow_abort(filter);
	if (rc == 0)
		rc = seccomp_load(filter);
	seccomp_release(filter);
	if (rc != 0)
		return reason_set(why, "seccomp: %s", strerror(-rc));
	return 0;
}

static int
limit(int resource, uint64_t value, struct reason *why)
{
	struct rlimit l = { .rlim_cur = value, .rlim_max = value };

	if (setrlimit((__rlimit_resource_t)resource, &l) == -1)
		return reason_errno(why, "limit %d", resource);
	return 0;
}

/* Bytes of address space in use now, from /proc/self/statm. */
static uint64_t
address_space(void)
{
	FILE *f = fopen("/proc/self/statm", "re");
	unsigned long long pages = 0;

	if (f == NULL)
		return 0;
	if (fscanf(f, "%llu", &pages) != 1)
		pages = 0;
	fclose(f);
	return pages * (uint64_t)sysconf(_SC_PAGESIZE);
}

static int
close_limits(const struct sandbox *s, struct reason *why)
{
	if (limit(RLIMIT_CORE, 0, why) == -1 ||
	    limit(RLIMIT_NOFILE, 256, why) == -1)
		return -1;
	if (s->file_size != 0 && limit(RLIMIT_FSIZE, s->file_size, why) == -1)
		return -1;
	if (s->memory != 0 &&
	    limit(RLIMIT_AS, address_space() + s->memory, why) == -1)
		return -1;
	if (!starts_gpg(s))
		return limit(RLIMIT_NPROC, 0, why);
	return 0;
}

int
sandbox_enter(const struct sandbox *s, struct reason *why)
{
	/* SIGXFSZ would end the process; a failed write is a limit instead. */
	signal(SIGXFSZ, SIG_IGN);
	if (!SKM_SANDBOX)
		return 0;
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == -1 ||
	    prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) == -1)
		return reason_errno(why, "no_new_privs");
	if (close_limits(s, why) == -1 || close_files(s, why) == -1)
		return -1;
	return close_calls(s, why);
}

int
sandbox_private(enum sandbox_profile profile, const char *folder, uint64_t size,
    struct reason *why)
{
	int spaces = CLONE_NEWNS | CLONE_NEWIPC;
	char options[96];

	if (geteuid() != 0 || !SKM_SANDBOX)
		return 0;
	if (profile != SANDBOX_LOOKUP)
		spaces |= CLONE_NEWNET;
	if (unshare(spaces) == -1)
		return errno == EPERM ? 0 : reason_errno(why, "namespaces");
	if (mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) == -1)
		return reason_errno(why, "private mounts");
	snprintf(options, sizeof options, "size=%llu,mode=0755",
	    (unsigned long long)size);
	if (mount("sekimori", folder, "tmpfs", MS_NOSUID | MS_NODEV | MS_NOEXEC,
		options) == -1)
		return reason_errno(why, "tmpfs on %s", folder);
	return 0;
}
