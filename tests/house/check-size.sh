#!/bin/sh
# SPDX-License-Identifier: ISC
#
# Functions of at most 60 lines and complexity 15, files of at most 500 lines.
# There is no list of exceptions.
cd "${top_srcdir:-.}" || exit 1
command -v pmccabe >/dev/null || {
	echo "pmccabe is missing: apt-get install pmccabe"
	exit 1
}
sources() {
	find milter policy certs tests -name '*.[ch]' -print0 | LC_ALL=C sort -z
}
faults=$(
	# pmccabe prints complexity (a switch as one, then each case), number
	# of statements, first line, lines, and where.
	sources | xargs -0 pmccabe 2>&1 | awk -F '\t' '
	    NF < 6 { print "pmccabe: " $0; next }
	    $2 > 15 { print $6 ": complexity " $2 ", at most 15" }
	    $5 > 60 { print $6 ": " $5 " lines, at most 60" }'
	sources | xargs -0 awk '
	    FNR == 501 { print FILENAME ":501: the file has over 500 lines" }'
)
[ -z "$faults" ] || { printf '%s\n' "$faults"; exit 1; }
