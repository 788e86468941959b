# SPDX-License-Identifier: ISC
noinst_LIBRARIES += milter/lookup/liblookup.a
milter_lookup_liblookup_a_SOURCES = \
	%D%/lookup.c %D%/lookup.h
LOOKUP_LIBS = milter/lookup/liblookup.a $(SPF_LIBS) $(UNBOUND_LIBS) \
	$(POLICY_LIBS)
