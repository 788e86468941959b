# SPDX-License-Identifier: ISC

# Real mail through real MTAs: run by contrib/check, as it needs root.
EXTRA_DIST += \
	%D%/corpus %D%/fetch %D%/run \
	%D%/gate.py %D%/keys.py %D%/ledger.py %D%/mta.py \
	%D%/network.py %D%/zone.json \
	%D%/scenarios/__init__.py \
	%D%/scenarios/burst.py \
	%D%/scenarios/doctor.py \
	%D%/scenarios/faults.py \
	%D%/scenarios/fence.py \
	%D%/scenarios/hold.py \
	%D%/scenarios/inbound.py \
	%D%/scenarios/notice.py \
	%D%/scenarios/outbound.py \
	%D%/scenarios/quarantine.py \
	%D%/scenarios/running.py \
	%D%/scenarios/sanitise.py \
	%D%/scenarios/sender.py \
	%D%/scenarios/session.py \
	%D%/scenarios/signed.py
