/* SPDX-License-Identifier: ISC */
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "milter/record/who.h"
#include "milter/base/banned.h"

static char typed[WHO_SIZE];

void
who_remember(void)
{
	const char *sudo = getenv("SUDO_USER");
	struct passwd *pw;

	/* By the kernel's login uid, which the environment cannot change. It
	 * is not set in a container; root's word is all there is then. */
	if (getlogin_r(typed, sizeof typed) == 0)
		return;
	pw = getpwuid(getuid());
	if (getuid() == 0 && sudo != NULL && sudo[0] != '\0')
		snprintf(typed, sizeof typed, "%s", sudo);
	else if (pw != NULL)
		snprintf(typed, sizeof typed, "%s", pw->pw_name);
	else
		snprintf(typed, sizeof typed, "%u", getuid());
}

void
who_typed(char user[WHO_SIZE])
{
	if (typed[0] == '\0')
		who_remember();
	snprintf(user, WHO_SIZE, "%s", typed);
}
