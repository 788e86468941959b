# SPDX-License-Identifier: ISC
check_PROGRAMS += tests/lookup/record tests/lookup/spf tests/lookup/lookup
check_SCRIPTS += %D%/rfc7208
EXTRA_DIST += %D%/dns.py
tests_lookup_record_SOURCES = %D%/record.c
tests_lookup_record_LDADD = $(LOOKUP_LIBS) $(CMOCKA_LIBS)
tests_lookup_spf_SOURCES = %D%/spf.c %D%/nameserver.c %D%/nameserver.h
tests_lookup_spf_LDADD = $(LOOKUP_LIBS) $(CMOCKA_LIBS)
tests_lookup_lookup_SOURCES = %D%/lookup.c %D%/nameserver.c %D%/nameserver.h
tests_lookup_lookup_LDADD = $(LOOKUP_LIBS) $(CMOCKA_LIBS)
