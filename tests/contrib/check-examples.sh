#!/bin/sh
# SPDX-License-Identifier: ISC
#
# The examples that we ship are ones that the programs take.
top=${top_srcdir:-.}
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT

fault() {
	echo "$*"
	exit 1
}

# The shipped policy is not installed yet, so the sample is told where it is.
{
	cat "$top/contrib/sekimori.conf"
	echo "policy_file \"$(cd "$top" && pwd)/policy/default.policy\";"
} >"$scratch/sekimori.conf"
"${top_builddir:-.}/sekimorictl" config check "$scratch/sekimori.conf" \
    >"$scratch/out" 2>&1 ||
    fault "contrib/sekimori.conf: $(cat "$scratch/out")"

# The filter must fail closed in every MTA.
grep -qx 'milter_default_action = tempfail' \
    "$top/contrib/postfix/main.cf.sekimori" ||
    fault "contrib/postfix/main.cf.sekimori: milter_default_action"
grep -q 'F=T,' "$top/contrib/sendmail/sekimori.mc" ||
    fault "contrib/sendmail/sekimori.mc: F=T"

# Where there is systemd, it reads the unit.
if command -v systemd-analyze >/dev/null; then
	sed 's|@sbindir@/sekimorid|/bin/true|' \
	    "$top/contrib/systemd/sekimorid.service.in" \
	    >"$scratch/sekimorid.service"
	systemd-analyze verify --man=no "$scratch/sekimorid.service" \
	    >"$scratch/out" 2>&1
	grep -F sekimorid.service "$scratch/out" && exit 1
fi
exit 0
