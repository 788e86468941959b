# SPDX-License-Identifier: ISC
noinst_LIBRARIES += milter/lookup/liblookup.a
milter_lookup_liblookup_a_CPPFLAGS = $(AM_CPPFLAGS) $(EVENT_CFLAGS)
milter_lookup_liblookup_a_SOURCES = \
	%D%/guard.c %D%/guard.h \
	%D%/lookup.c %D%/lookup.h \
	%D%/record.c %D%/record.h \
	%D%/resolve.c %D%/resolve.h \
	%D%/spf.c %D%/spf.h
LOOKUP_LIBS = milter/lookup/liblookup.a $(SPF_LIBS) $(UNBOUND_LIBS) \
	$(EVENT_LIBS) -lresolv $(POLICY_LIBS)
