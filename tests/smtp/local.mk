# SPDX-License-Identifier: ISC

# The whole daemon over the milter protocol, without an MTA.
check_SCRIPTS += \
	%D%/faults.py %D%/pairs.py %D%/sanitise.py %D%/session.py \
	%D%/threads.py
EXTRA_DIST += \
	%D%/client.py %D%/daemon.py %D%/milter.py %D%/sink.py
