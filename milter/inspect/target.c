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

/* "file:" with two slashes of either kind names a host, and four or more a
 * share; with one or three comes a path of this machine. A drive is none. */
static bool
is_file_share(const char *path)
{
	size_t count = strspn(path, "/\\");

	path += count;
	if (path[0] != '\0' && (path[1] == ':' || path[1] == '|'))
		return false;
	return (count == 2 && !starts(path, "localhost/")) || count > 3;
}

bool
target_is_share(const char *target)
{
	if (starts(target, "file:"))
		return is_file_share(target + 5);
	return starts(target, "mhtml:") || starts(target, "script:") ||
	       starts(target, "ms-") || starts(target, "search-ms:") ||
	       starts(target, "x-usc:") || is_unc(target);
}

bool
target_is_web(const char *target)
{
	return starts(target, "http:") || starts(target, "https:") ||
	       starts(target, "ftp:") || starts(target, "//");
}
