/* SPDX-License-Identifier: ISC */
#include <string.h>

#include "milter/base/text.h"
#include "milter/inspect/target.h"
#include "milter/base/banned.h"

/* "\\?\C:\a" and "\\.\C:\a" are of this computer, "\\?\UNC\a" is not. */
static bool
is_unc(const char *target)
{
	if (text_starts(target, "\\\\?\\") || text_starts(target, "\\\\.\\"))
		return text_starts(target + 4, "unc\\");
	return text_starts(target, "\\\\");
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
	return (count == 2 && !text_starts(path, "localhost/")) || count > 3;
}

bool
target_is_share(const char *target)
{
	if (text_starts(target, "file:"))
		return is_file_share(target + 5);
	return text_starts(target, "mhtml:") ||
	       text_starts(target, "script:") || text_starts(target, "ms-") ||
	       text_starts(target, "search-ms:") ||
	       text_starts(target, "x-usc:") || is_unc(target);
}

bool
target_is_web(const char *target)
{
	return text_starts(target, "http:") || text_starts(target, "https:") ||
	       text_starts(target, "ftp:") || text_starts(target, "//");
}
