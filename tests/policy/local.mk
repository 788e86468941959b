# SPDX-License-Identifier: ISC
check_PROGRAMS += \
	tests/policy/fact tests/policy/findings tests/policy/envelope \
	tests/policy/rules tests/policy/decide
tests_policy_fact_LDADD = $(POLICY_LIBS) $(CMOCKA_LIBS)
tests_policy_findings_LDADD = $(POLICY_LIBS) $(CMOCKA_LIBS)
tests_policy_envelope_LDADD = $(POLICY_LIBS) $(CMOCKA_LIBS)
tests_policy_rules_LDADD = $(POLICY_LIBS) $(CMOCKA_LIBS)
tests_policy_decide_LDADD = $(POLICY_LIBS) $(CMOCKA_LIBS)
EXTRA_DIST += tests/policy/default.case tests/policy/strict.case \
	tests/policy/observe.case
