# SPDX-License-Identifier: ISC
policy_tests = \
	tests/policy/fact tests/policy/findings tests/policy/envelope
check_PROGRAMS += $(policy_tests)
tests_policy_fact_LDADD = $(POLICY_LIBS) $(CMOCKA_LIBS)
tests_policy_findings_LDADD = $(POLICY_LIBS) $(CMOCKA_LIBS)
tests_policy_envelope_LDADD = $(POLICY_LIBS) $(CMOCKA_LIBS)
