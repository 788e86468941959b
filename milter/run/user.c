/* SPDX-License-Identifier: ISC */
#include <errno.h>
#include <grp.h>
#include <pwd.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "milter/run/sandbox.h"
#include "milter/base/banned.h"

int
sandbox_ids(const char *user, unsigned *uid, unsigned *gid, struct reason *why)
{
	char rest;
	struct passwd *pw;

	switch (sscanf(user, "%u:%u%c", uid, gid, &rest)) {
	case 1:
		*gid = *uid;
		if (user[strspn(user, "0123456789")] == '\0')
			return 0;
		break;
	case 2:
		return 0;
	}
	pw = getpwnam(user);
	if (pw == NULL)
		return reason_set(why,
		    "there is no user \"%s\" (see "
		    "contrib/systemd/sekimori.sysusers)",
		    user);
	*uid = pw->pw_uid;
	*gid = pw->pw_gid;
	return 0;
}

int
sandbox_user(const char *user, struct reason *why)
{
	unsigned uid, gid;
	int groups;

	if (geteuid() != 0)
		return 0;
	if (sandbox_ids(user, &uid, &gid, why) == -1)
		return -1;
	/* Named users keep their further groups (the milter socket's). */
	groups = user[strspn(user, "0123456789:")] == '\0'
		     ? setgroups(0, NULL)
		     : initgroups(user, gid);
	if (groups == -1 || setresgid(gid, gid, gid) == -1 ||
	    setresuid(uid, uid, uid) == -1)
		return reason_errno(why, "cannot become %s", user);
	if (uid != 0 && setuid(0) != -1)
		return reason_set(why, "could become root again");
	return 0;
}
