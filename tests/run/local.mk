# SPDX-License-Identifier: ISC
check_PROGRAMS += tests/run/sandbox
tests_run_sandbox_SOURCES = %D%/sandbox.c milter/run/sandbox.c \
	milter/run/user.c
tests_run_sandbox_LDADD = $(BASE_LIBS) $(SECCOMP_LIBS) $(CMOCKA_LIBS)

check_PROGRAMS += tests/run/collect
tests_run_collect_SOURCES = %D%/collect.c milter/run/collect.c
tests_run_collect_LDADD = $(BASE_LIBS) $(CMOCKA_LIBS)

check_PROGRAMS += tests/run/ctl_out
tests_run_ctl_out_SOURCES = tests/run/ctl_out.c milter/run/ctl_out.c \
	milter/run/ctl_out.h
tests_run_ctl_out_LDADD = $(BASE_LIBS) $(CMOCKA_LIBS)

check_PROGRAMS += tests/run/attached
tests_run_attached_SOURCES = %D%/attached.c milter/run/attached.c
tests_run_attached_LDADD = $(POLICY_LIBS) $(CMOCKA_LIBS)

check_PROGRAMS += tests/run/campaign
tests_run_campaign_SOURCES = %D%/campaign.c milter/run/campaign.c \
	milter/run/attached.c
tests_run_campaign_LDADD = $(POLICY_LIBS) $(CMOCKA_LIBS)

check_PROGRAMS += tests/run/expiry
tests_run_expiry_SOURCES = %D%/expiry.c milter/run/expiry.c milter/run/keys.c
tests_run_expiry_LDADD = $(ACT_LIBS) $(CMOCKA_LIBS)
