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

check_PROGRAMS += tests/record/report_year tests/record/report \
	tests/record/report_tables tests/record/report_commands
synthetic = %D%/synthetic.c %D%/synthetic.h
tests_record_report_year_SOURCES = %D%/report_year.c
tests_record_report_year_LDADD = $(RECORD_LIBS) $(CMOCKA_LIBS)
tests_record_report_SOURCES = %D%/report.c $(synthetic)
tests_record_report_LDADD = $(RECORD_LIBS) $(CMOCKA_LIBS)
tests_record_report_LDFLAGS = $(AM_LDFLAGS) -Wl,--wrap=clock_now
tests_record_report_tables_SOURCES = %D%/report_tables.c $(synthetic)
tests_record_report_tables_LDADD = $(RECORD_LIBS) $(CMOCKA_LIBS)
tests_record_report_tables_LDFLAGS = $(AM_LDFLAGS) -Wl,--wrap=clock_now
tests_record_report_commands_SOURCES = %D%/report_commands.c $(synthetic)
tests_record_report_commands_LDADD = $(RECORD_LIBS) $(CMOCKA_LIBS)
tests_record_report_commands_LDFLAGS = $(AM_LDFLAGS) -Wl,--wrap=clock_now

check_PROGRAMS += tests/record/store
tests_record_store_SOURCES = %D%/store.c $(record_scratch)
tests_record_store_CPPFLAGS = $(AM_CPPFLAGS) $(CMOCKA_CFLAGS)
tests_record_store_LDADD = $(RECORD_LIBS) $(CMOCKA_LIBS)
