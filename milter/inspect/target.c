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
/* How many slashes of either kind s begins with. */
static size_t
slashes(const char *s)
{
	return strspn(s, "/\\");
}

/* "file:" with two slashes names a host, and four or more a share; with one or
 * three comes a path of this machine. A drive is none of them. */
static bool
is_file_share(const char *path)
{
	size_t count = slashes(path);

	path += count;
	if (path[0] != '\0' && (path[1] == ':' || path[1] == '|'))
		return false;
	return (count == 2 && !starts(path, "localhost/")) || count > 3;
}

/* A share of another host, or what hides one behind a handler. */
bool
target_is_share(const char *target)
{
	if (starts(target, "file:"))
		return is_file_share(target + 5);
	return starts(target, "mhtml:") || starts(target, "script:") ||
	       starts(target, "ms-") || starts(target, "search-ms:") ||
	       starts(target, "x-usc:") || starts(target, "\\\\");
}

bool
target_is_web(const char *target)
{
	return starts(target, "http:") || starts(target, "https:") ||
	       starts(target, "ftp:") || starts(target, "//");
}
