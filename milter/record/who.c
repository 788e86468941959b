/* SPDX-License-Identifier: ISC */
#include <pwd.h>
#include <stdio.h>
#include <unistd.h>

#include "milter/record/who.h"
#include "milter/base/banned.h"

void
who_typed(char user[WHO_SIZE])
{
	struct passwd *pw;

	/* by the kernel's login uid, which the environment cannot change */
	if (getlogin_r(user, WHO_SIZE) == 0)
		return;
	pw = getpwuid(getuid());
	if (pw != NULL)
		snprintf(user, WHO_SIZE, "%s", pw->pw_name);
	else
		snprintf(user, WHO_SIZE, "%u", getuid());
}
