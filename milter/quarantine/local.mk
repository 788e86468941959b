# SPDX-License-Identifier: ISC
noinst_LIBRARIES += milter/quarantine/libquarantine.a
milter_quarantine_libquarantine_a_CPPFLAGS = $(AM_CPPFLAGS) $(SQLITE_CFLAGS)
milter_quarantine_libquarantine_a_SOURCES = \
	%D%/quarantine.c %D%/quarantine.h
QUARANTINE_LIBS = milter/quarantine/libquarantine.a $(RECORD_LIBS)
