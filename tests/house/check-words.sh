#!/bin/sh
# SPDX-License-Identifier: ISC
#
# What every file of ours has, and what none has.
cd "${top_srcdir:-.}" || exit 1
files() {
	find milter policy certs tests contrib configure.ac Makefile.am \
	    README NEWS -name build-aux -prune -o -type f "$@" -print |
	    LC_ALL=C sort
}
faults=$(
	# The licence is the first line, or the second behind #!, if the file
	# is a source: tables, data and text have no place for it.
	files \( -name '*.[ch]' -o -name '*.sh' -o -name '*.py' \
	    -o -name '*.mk' -o -name '*.awk' -o -name '*.am' \
	    -o -name '*.ac' \) | while read -r file; do
		head -n 2 "$file" | grep -q 'SPDX-License-Identifier: ISC' ||
		    echo "$file:1: no SPDX-License-Identifier: ISC"
	done

	# The letters in brackets keep this file from finding itself.
	files ! -name '*.eml' ! -name '*.mbox' | tr '\n' '\0' | xargs -0 \
	    grep -nIwE '[T]ODO|[F]IXME|[X]XX' | sed 's/$/ <- an unfinished thing/'

	# A path of the machine that something was written on.
	files | tr '\n' '\0' | xargs -0 \
	    grep -nIE '(^|[^A-Za-z0-9_.$})-])/([w]ork|[t]mp/w|[h]ome/[a-z]+|[r]oot)/' |
	    sed 's/$/ <- a path of one machine/'

	# In one piece it makes scanners take our sources away.
	files | tr '\n' '\0' | xargs -0 \
	    grep -laF 'EICAR-STANDARD''-ANTIVIRUS-TEST-FILE' |
	    sed 's/$/: the EICAR string stands there in one piece/'

	# Tables are read where they are needed, so they do not count.
	find milter policy certs -name '*.c' | LC_ALL=C sort |
	    while read -r file; do
		grep '^#include' "$file" | grep -v '\.\(def\|inc\)"$' | tail -n 1 |
		    grep -qx '#include "milter/base/banned.h"' ||
		    echo "$file: milter/base/banned.h is not included last"
	done
)
[ -z "$faults" ] || { printf '%s\n' "$faults"; exit 1; }
