# SPDX-License-Identifier: ISC
record_scratch = tests/record/scratch.c tests/record/scratch.h
check_PROGRAMS += %D%/journal
tests_record_journal_SOURCES = %D%/journal.c $(record_scratch)
tests_record_journal_CPPFLAGS = $(AM_CPPFLAGS) $(CMOCKA_CFLAGS)
tests_record_journal_LDADD = $(RECORD_LIBS) $(CMOCKA_LIBS)

check_PROGRAMS += %D%/verify
tests_record_verify_SOURCES = %D%/verify.c $(record_scratch)
tests_record_verify_CPPFLAGS = $(AM_CPPFLAGS) $(CMOCKA_CFLAGS)
tests_record_verify_LDADD = $(RECORD_LIBS) $(CMOCKA_LIBS)
