#!/bin/sh
# SPDX-License-Identifier: ISC
#
# What each program may touch is what it links (architecture.md, section 2).
# A program that is not built is a fault: make check builds all first.
cd "${top_builddir:-.}" || exit 1

# linked PROGRAM: the libraries it names itself.
linked() {
	readelf -d "$1" | sed -n 's/.*(NEEDED).*\[\(.*\)\].*/\1/p'
}

# without PROGRAM LIBRARY...: names none of them.
without() {
	program=$1
	shift
	if [ ! -x "$program" ]; then
		echo "$program is not built"
		return
	fi
	for library; do
		linked "$program" | grep -q "^$library\\.so" &&
		    echo "$program links $library"
	done
}

# lacks PROGRAM PATTERN: defines and uses no such function.
lacks() {
	[ -x "$1" ] || return
	nm "$1" | awk '{ print $NF }' | grep -E "$2" |
	    sed "s|^|$1 has the function |"
}

faults=$(
	without sekimorid libclamav libspf2 libgpgme libcrypto libssl \
	    libgmime-3.0 libunbound libmagic libytnef libxml2 libarchive \
	    libzbar libpng16 libjpeg
	without scan libmilter libgpgme libsqlite3 libcurl libcrypto libssl \
	    libspf2 libunbound
	without lookup libclamav libgmime-3.0 libmilter libsqlite3 libgpgme \
	    libcurl
	without seal libclamav libmilter libsqlite3 libgmime-3.0 libspf2 \
	    libcurl
	without verify libclamav libmilter libsqlite3 libspf2 libunbound \
	    libcurl
	without sekimorictl libclamav libgmime-3.0 libmilter libspf2 libgpgme \
	    libcrypto libssl libunbound libmagic libzbar libpng16 libjpeg

	# Code that is linked in can be jumped to, whatever libraries say.
	lacks scan '^(smime|openpgp|store)_'
	lacks verify '^(message_read|seal_|smime_seal|openpgp_seal)'
	lacks sekimorid '^message_read$'
	lacks sekimorictl '^message_read$'
)
[ -z "$faults" ] || { printf '%s\n' "$faults"; exit 1; }
