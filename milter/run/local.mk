# SPDX-License-Identifier: ISC

# The programs: what each links is what it may touch (see tests/house).
sbin_PROGRAMS += sekimorid
bin_PROGRAMS += sekimorictl
pkglibexec_PROGRAMS += scan lookup seal verify

serve_sources = %D%/serve.c %D%/serve.h %D%/serve_child.c %D%/serve_child.h \
	%D%/sandbox.c %D%/sandbox.h %D%/sandboxes.def %D%/calls.def %D%/user.c
site_sources = %D%/site.c %D%/site.h %D%/ask.c %D%/ask.h \
	%D%/spawn.c %D%/spawn.h %D%/collect.c %D%/collect.h

sekimorid_SOURCES = %D%/sekimorid.c \
	%D%/attached.c %D%/attached.h \
	%D%/awake.c %D%/awake.h \
	%D%/campaign.c %D%/campaign.h \
	%D%/folders.c \
	%D%/front.c %D%/front.h \
	%D%/gate.c %D%/gate.h \
	%D%/injector.c %D%/injector.h \
	%D%/judge.c %D%/judge.h \
	%D%/expiry.c %D%/expiry.h \
	%D%/keys.c %D%/keys.h \
	%D%/pairs.c %D%/pairs.h \
	%D%/sandbox.c %D%/sandbox.h \
	%D%/second.c %D%/second.h \
	%D%/servers.c %D%/servers.h \
	%D%/session.c %D%/session.h \
	%D%/signatures.c %D%/signatures.h \
	%D%/supervisor.c %D%/supervisor.h \
	%D%/supervisor_events.c %D%/supervisor_events.h \
	%D%/thread.c %D%/thread.h \
	%D%/user.c \
	$(site_sources)
sekimorid_LDADD = $(ACT_LIBS) $(MILTER_LIBS) $(SECCOMP_LIBS)

scan_SOURCES = %D%/scan.c $(serve_sources)
scan_LDADD = $(INSPECT_LIBS) $(POLICY_LIBS) $(SECCOMP_LIBS)

lookup_SOURCES = %D%/lookup.c $(serve_sources)
lookup_LDADD = $(LOOKUP_LIBS) $(SECCOMP_LIBS)

seal_SOURCES = %D%/seal.c $(serve_sources)
seal_LDADD = $(CERTS_LIBS) $(SECCOMP_LIBS)

verify_SOURCES = %D%/verify.c $(serve_sources)
verify_LDADD = $(VERIFY_LIBS) $(SECCOMP_LIBS)

sekimorictl_SOURCES = %D%/sekimorictl.c \
	%D%/commands.def %D%/commands_rooted.def \
	%D%/ctl.h \
	%D%/ctl_certs.c \
	%D%/ctl_config.c \
	%D%/ctl_doctor.c %D%/doctor.h \
	%D%/doctor_fence.c %D%/doctor_postfix.c %D%/doctor_sendmail.c \
	%D%/ctl_explain.c \
	%D%/ctl_out.c %D%/ctl_out.h \
	%D%/ctl_scan.c \
	%D%/ctl_selftest.c \
	%D%/keys.c %D%/keys.h \
	%D%/local.c %D%/local.h \
	%D%/mails.c %D%/mails.h \
	%D%/outcome.c %D%/outcome.h \
	%D%/postfix.c %D%/postfix.h \
	%D%/sandbox.c %D%/user.c \
	$(site_sources)
sekimorictl_LDADD = $(ACT_LIBS) $(SECCOMP_LIBS)

dist_man_MANS += %D%/sekimorid.8 %D%/sekimorictl.1
