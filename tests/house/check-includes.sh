#!/bin/sh
# SPDX-License-Identifier: ISC
#
# Who may include whom: tests/layers.txt. Ours are included by their full path
# from the top, so that the layer shows, and stand behind the system's headers.
cd "${top_srcdir:-.}" || exit 1
find milter policy certs -name '*.[ch]' | LC_ALL=C sort | xargs awk '
function fault(text) { print FILENAME ":" FNR ": " text; bad = 1 }
BEGIN {
	while ((getline line <"tests/layers.txt") > 0) {
		count = split(line, word, " ")
		if (count == 0 || word[1] ~ /^#/)
			continue
		known[word[1]] = 1
		for (i = 1; i <= count; i++)
			may[word[1], word[i]] = 1
	}
}
FNR == 1 {
	folder = FILENAME
	sub(/\/[^\/]*$/, "", folder)
	ours = 0
	if (!(folder in known))
		fault("the folder " folder " is not in tests/layers.txt")
}
/^#[ \t]*include[ \t]*</ && ours && FILENAME ~ /\.c$/ {
	fault("a header of the system stands behind one of ours")
}
/^#[ \t]*include[ \t]*"/ {
	split($0, part, "\"")
	from = part[2]
	if (from == "config.h")
		next
	ours = 1
	if (!sub(/\/[^\/]*$/, "", from) || !(from in known))
		fault(part[2] " is not named by its full path from the top")
	else if (!((folder, from) in may))
		fault(folder " includes " from \
		    ", which tests/layers.txt does not allow")
}
END { exit bad }' || exit 1
