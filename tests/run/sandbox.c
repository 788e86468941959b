/* SPDX-License-Identifier: ISC */
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/ptrace.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>
#include <cmocka.h>

#include "milter/base/count.h"
#include "milter/run/sandbox.h"
#include "milter/base/banned.h"

/*
 * What someone who has taken over a child would try first, of scan or verify. Each attempt
 * runs in a process of its own with the cage closed; 0 means that it worked.
 */
static char folder[] = "/tmp/sekimori-cage.XXXXXX";
static pid_t other;

static int
try_passwd(void)
{
	return open("/etc/passwd", O_RDONLY) == -1 ? errno : 0;
}

static int
try_write(void)
{
	return open("/tmp/sekimori-escaped", O_WRONLY | O_CREAT, 0600) == -1
		   ? errno
		   : 0;
}

static int
try_folder(void)
{
	return open("/", O_RDONLY | O_DIRECTORY) == -1 ? errno : 0;
}

static int
try_socket(void)
{
	return socket(AF_INET, SOCK_STREAM, 0) == -1 ? errno : 0;
}

static int
try_unix_socket(void)
{
	return socket(AF_UNIX, SOCK_STREAM, 0) == -1 ? errno : 0;
}

static int
try_exec(void)
{
	char *argv[] = { (char *)(uintptr_t) "true", NULL };

	execv("/bin/true", argv);
	return errno;
}

static int
try_fork(void)
{
	pid_t pid = fork();

	if (pid == 0)
		_exit(0);
	return pid == -1 ? errno : 0;
}

static int
try_ptrace(void)
{
	return ptrace(PTRACE_ATTACH, other, NULL, NULL) == -1 ? errno : 0;
}

static int
try_kill(void)
{
	return kill(other, SIGTERM) == -1 ? errno : 0;
}

static int
try_run_memory(void)
{
	return mmap(NULL, 4096, PROT_READ | PROT_WRITE | PROT_EXEC,
		   MAP_PRIVATE | MAP_ANONYMOUS, -1, 0) == MAP_FAILED
		   ? errno
		   : 0;
}

static int
try_other_memory(void)
{
	return syscall(SYS_process_vm_readv, other, NULL, 0, NULL, 0, 0) == -1
		   ? errno
		   : 0;
}

static int
try_user(void)
{
	return setuid(12345) == -1 ? errno : 0;
}

static int
try_mount(void)
{
	return syscall(SYS_unshare, 0x20000) == -1 ? errno : 0;
}

static int
try_io_uring(void)
{
	return syscall(SYS_io_uring_setup, 1, NULL) == -1 ? errno : 0;
}

static int
try_much_memory(void)
{
	return malloc(400UL << 20) == NULL ? ENOMEM : 0;
}

static const struct {
	const char *name;
	int (*attempt)(void);
	bool gpg; /* what starts gpg must be able to */
} attempts[] = {
	{ "read /etc/passwd", try_passwd, false },
	{ "write a file outside", try_write, false },
	{ "list the root folder", try_folder, false },
	{ "open a network socket", try_socket, false },
	{ "open a local socket", try_unix_socket, false },
	{ "run a program", try_exec, false },
	{ "make a process", try_fork, true },
	{ "trace another process", try_ptrace, false },
	{ "end another process", try_kill, false },
	{ "read another process's memory", try_other_memory, false },
	{ "run code it wrote", try_run_memory, true },
	{ "become another user", try_user, false },
	{ "leave its namespaces", try_mount, false },
	{ "use io_uring", try_io_uring, false },
	{ "take more memory than its share", try_much_memory, false },
};

static struct sandbox
cage(enum sandbox_profile profile)
{
	static const char *const writable[] = { folder, NULL };
	struct sandbox s = {
		.profile = profile,
		.writable = writable,
		.memory = 256UL << 20,
		.file_size = 1 << 20,
	};

	return s;
}

/* errno of the attempt inside the cage, 0 when it worked, -1: no cage. */
static int
caged(enum sandbox_profile profile, int (*attempt)(void))
{
	struct sandbox s = cage(profile);
	struct reason why;
	int status;
	pid_t pid = fork();

	if (pid == 0) {
		if (sandbox_enter(&s, &why) == -1) {
			fprintf(stderr, "%s\n", why.text);
			_exit(255);
		}
		_exit(attempt());
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	return WIFEXITED(status) ? (int8_t)WEXITSTATUS(status) : -2;
}

static void
refused(enum sandbox_profile profile)
{
	for (size_t i = 0; i < COUNT(attempts); i++) {
		int result;

		if (attempts[i].gpg && profile == SANDBOX_VERIFY)
			continue;
		result = caged(profile, attempts[i].attempt);

		if (result != EPERM && result != EACCES && result != ENOMEM)
			fail_msg("a caged child could %s (%d)",
			    attempts[i].name, result);
	}
}

static void
what_is_forbidden_is_refused(void **unused)
{
	(void)unused;
	refused(SANDBOX_SCAN);
	refused(SANDBOX_VERIFY);
	assert_int_equal(access("/tmp/sekimori-escaped", F_OK), -1);
}

static int
use_temp(void)
{
	char path[64], bytes[4096] = "";
	int fd;

	snprintf(path, sizeof path, "%s/member", folder);
	fd = open(path, O_RDWR | O_CREAT, 0600);
	if (fd == -1 || write(fd, bytes, sizeof bytes) != sizeof bytes)
		return errno;
	return unlink(path) == -1 ? errno : 0;
}

static void
its_own_folder_is_open(void **unused)
{
	(void)unused;
	assert_int_equal(caged(SANDBOX_SCAN, use_temp), 0);
}

static int
fill_temp(void)
{
	char path[64];
	static char bytes[1 << 19];
	int fd, failed = 0;

	snprintf(path, sizeof path, "%s/large", folder);
	fd = open(path, O_RDWR | O_CREAT, 0600);
	for (int i = 0; i < 4 && !failed; i++)
		failed = write(fd, bytes, sizeof bytes) == -1 ? errno : 0;
	unlink(path);
	return failed;
}

static void
a_file_cannot_grow_without_end(void **unused)
{
	(void)unused;
	assert_int_equal(caged(SANDBOX_SCAN, fill_temp), EFBIG);
}

static void
users_are_names_or_numbers(void **unused)
{
	unsigned uid = 1, gid = 1;
	struct reason why;

	(void)unused;
	assert_int_equal(sandbox_ids("61001", &uid, &gid, &why), 0);
	assert_int_equal(uid, 61001);
	assert_int_equal(gid, 61001);
	assert_int_equal(sandbox_ids("5:6", &uid, &gid, &why), 0);
	assert_int_equal(gid, 6);
	assert_int_equal(sandbox_ids("root", &uid, &gid, &why), 0);
	assert_int_equal(uid, 0);
	assert_int_equal(sandbox_ids("no-such-user", &uid, &gid, &why), -1);
}

static int
make_folder(void **unused)
{
	(void)unused;
	other = fork();
	if (other == 0) {
		pause();
		_exit(0);
	}
	return mkdtemp(folder) == NULL;
}

static int
remove_folder(void **unused)
{
	(void)unused;
	kill(other, SIGKILL);
	waitpid(other, NULL, 0);
	return rmdir(folder);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_forbidden_is_refused),
		cmocka_unit_test(its_own_folder_is_open),
		cmocka_unit_test(a_file_cannot_grow_without_end),
		cmocka_unit_test(users_are_names_or_numbers),
	};

	/* A build without the cage has nothing to prove here. */
	if (!SKM_SANDBOX)
		return 77;
	return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
