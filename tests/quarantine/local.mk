# SPDX-License-Identifier: ISC
quarantine_mail = tests/quarantine/mail.c tests/quarantine/mail.h \
	tests/record/scratch.c tests/record/scratch.h
check_PROGRAMS += %D%/quarantine
tests_quarantine_quarantine_SOURCES = %D%/quarantine.c $(quarantine_mail)
tests_quarantine_quarantine_CPPFLAGS = $(AM_CPPFLAGS) $(CMOCKA_CFLAGS)
tests_quarantine_quarantine_LDADD = $(QUARANTINE_LIBS) $(CMOCKA_LIBS)

check_PROGRAMS += %D%/crash
tests_quarantine_crash_SOURCES = %D%/crash.c $(quarantine_mail)
tests_quarantine_crash_CPPFLAGS = $(AM_CPPFLAGS) $(CMOCKA_CFLAGS)
tests_quarantine_crash_LDADD = $(QUARANTINE_LIBS) $(CMOCKA_LIBS)

check_PROGRAMS += %D%/commands
tests_quarantine_commands_SOURCES = %D%/commands.c $(quarantine_mail)
tests_quarantine_commands_CPPFLAGS = $(AM_CPPFLAGS) $(CMOCKA_CFLAGS)
tests_quarantine_commands_LDADD = $(QUARANTINE_LIBS) $(CMOCKA_LIBS)

check_PROGRAMS += %D%/spool
tests_quarantine_spool_CPPFLAGS = $(AM_CPPFLAGS) $(CMOCKA_CFLAGS)
tests_quarantine_spool_LDADD = $(QUARANTINE_LIBS) $(CMOCKA_LIBS)
