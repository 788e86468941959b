# SPDX-License-Identifier: ISC
noinst_LIBRARIES += milter/quarantine/libquarantine.a
milter_quarantine_libquarantine_a_CPPFLAGS = $(AM_CPPFLAGS) $(SQLITE_CFLAGS)
milter_quarantine_libquarantine_a_SOURCES = \
	%D%/commands.c %D%/commands.h \
	%D%/events.c \
	%D%/folder.c %D%/folder.h \
	%D%/index.c %D%/index.h \
	%D%/list.c \
	%D%/meta.c %D%/meta.h \
	%D%/move.c \
	%D%/put.c \
	%D%/print.c %D%/print.h \
	%D%/quarantine.c %D%/quarantine.h \
	%D%/secret.c %D%/secret.h \
	%D%/spool.c %D%/spool.h \
	%D%/sweep.c %D%/sweep.h \
	%D%/token.c
QUARANTINE_LIBS = milter/quarantine/libquarantine.a $(RECORD_LIBS)
