/* SPDX-License-Identifier: ISC */
#include <string.h>
#include <strings.h>

#include "milter/inspect/target.h"
#include "milter/base/banned.h"

static bool
starts(const char *text, const char *words)
{
	return strncasecmp(text, words, strlen(words)) == 0;
}

/* "\\?\C:\a" and "\\.\C:\a" are of this computer, "\\?\UNC\a" is not. */
static bool
is_unc(const char *target)
{
	if (starts(target, "\\\\?\\") || starts(target, "\\\\.\\"))
		return starts(target + 4, "unc\\");
	return starts(target, "\\\\");
}

bool
target_is_share(const char *target)
{
	return starts(target, "mhtml:") || starts(target, "script:") ||
	       starts(target, "ms-") || starts(target, "search-ms:") ||
	       is_unc(target) || starts(target, "file:\\\\") ||
	       (starts(target, "file:////") && target[9] != '/') ||
	       (starts(target, "file://") && target[7] != '/');
}

bool
target_is_web(const char *target)
{
	return starts(target, "http:") || starts(target, "https:") ||
	       starts(target, "ftp:") || starts(target, "//");
}
