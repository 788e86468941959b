# SPDX-License-Identifier: ISC
noinst_LIBRARIES += policy/libpolicy.a
policy_libpolicy_a_CPPFLAGS = $(AM_CPPFLAGS) $(IDN2_CFLAGS)
policy_libpolicy_a_SOURCES = \
	%D%/fact.c %D%/fact.h %D%/facts.def \
	%D%/findings.c %D%/findings.h \
	%D%/findings_wire.c %D%/findings_json.c \
	%D%/keep.c %D%/keep.h \
	%D%/envelope.c %D%/envelope.h \
	%D%/address.c %D%/address.h \
	%D%/places.c \
	%D%/token.c %D%/token.h \
	%D%/nearest.c %D%/nearest.h \
	%D%/parser.c %D%/wordlist.c %D%/condition.c %D%/action.c \
	%D%/rules.c %D%/rules.h \
	%D%/question.c \
	%D%/verdict.c %D%/verdicts.def \
	%D%/decide.c %D%/policy.h \
	%D%/commands.c %D%/commands.h
POLICY_LIBS = policy/libpolicy.a $(IDN2_LIBS) $(BASE_LIBS)
dist_man_MANS += %D%/sekimori-policy.5 %D%/sekimori-facts.7
policyconfdir = $(sysconfdir)/sekimori
dist_policyconf_DATA = %D%/default.policy
