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

# The presets, see presets.awk.
nodist_policyconf_DATA = %D%/strict.policy %D%/observe.policy
EXTRA_DIST += %D%/presets.awk %D%/strict.rules
CLEANFILES += $(nodist_policyconf_DATA)
preset = $(MKDIR_P) $(@D) && $(AWK) -f $(srcdir)/policy/presets.awk
%D%/strict.policy: %D%/presets.awk %D%/strict.rules %D%/default.policy
	$(AM_V_GEN)$(preset) -v preset=strict $(srcdir)/policy/strict.rules \
	    $(srcdir)/policy/default.policy >$@.new && mv $@.new $@
%D%/observe.policy: %D%/presets.awk %D%/default.policy
	$(AM_V_GEN)$(preset) -v preset=observe \
	    $(srcdir)/policy/default.policy >$@.new && mv $@.new $@
