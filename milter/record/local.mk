# SPDX-License-Identifier: ISC
noinst_LIBRARIES += milter/record/librecord.a
milter_record_librecord_a_CPPFLAGS = $(AM_CPPFLAGS) $(SQLITE_CFLAGS)
milter_record_librecord_a_SOURCES = \
	%D%/event.c %D%/event.h %D%/events.def \
	%D%/journal.c %D%/journal.h
RECORD_LIBS = milter/record/librecord.a $(SQLITE_LIBS) $(POLICY_LIBS)
