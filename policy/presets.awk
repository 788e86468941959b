# SPDX-License-Identifier: ISC
#
# Makes a preset out of default.policy, so that every rule stands in one place.
#
#	awk -v preset=observe -f presets.awk default.policy
#	awk -v preset=strict -f presets.awk strict.rules default.policy
#
# observe: what comes in is judged and delivered (`observe` behind the name of
# each rule); what fails closed or protects what goes out stays as it is.
# strict: strict.rules stand before the rules about weak signs.

FNR == 1 { file++ }

preset == "strict" && file == 1 {
	if (FNR > 2) # its licence
		rules = rules $0 "\n"
	next
}

/^policy "standard"/ { sub(/standard/, preset) }

/^# Sekimori's standard policy/ {
	print "# Sekimori's " preset " policy, made of the standard one"
	next
}

preset == "strict" && /^rule several-signs/ { printf "%s\n", rules }

preset == "observe" && /^rule / { name = $0; next }

name != "" {
	keep = /direction is outbound/ || /scan\.unfinished/
	print name (keep ? "" : " observe")
	name = ""
}

{ print }
