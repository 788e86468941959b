# SPDX-License-Identifier: ISC

EXTRA_DIST += .ci/run \
	%D%/check %D%/deps %D%/quickstart %D%/quickstart.py \
	%D%/HACKING \
	%D%/systemd/sekimorid.service.in \
	tests/contrib/check-examples.sh

# Examples are installed beside the documentation; nothing is switched on.
exampledir = $(docdir)/examples
dist_example_DATA = \
	%D%/sekimori.conf \
	%D%/postfix/main.cf.sekimori \
	%D%/postfix/master.cf.sekimori \
	%D%/sendmail/sekimori.mc \
	%D%/systemd/sekimori.sysusers \
	%D%/systemd/sekimori.tmpfiles
example_DATA = %D%/systemd/sekimorid.service
examplepostfixdir = $(exampledir)/postfix
dist_examplepostfix_DATA = %D%/postfix/README \
	%D%/postfix/main.cf.fence %D%/postfix/master.cf.fence \
	%D%/postfix/sekimori_pass %D%/postfix/sekimori_strip

%D%/systemd/sekimorid.service: %D%/systemd/sekimorid.service.in %D%/local.mk
	@$(MKDIR_P) $(@D)
	$(AM_V_GEN)sed 's|@sbindir[@]|$(sbindir)|g' \
	    $(srcdir)/contrib/systemd/sekimorid.service.in >$@
CLEANFILES += %D%/systemd/sekimorid.service

check_SCRIPTS += tests/contrib/check-examples.sh

include contrib/bench/local.mk
