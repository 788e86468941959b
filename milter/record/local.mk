# SPDX-License-Identifier: ISC
noinst_LIBRARIES += milter/record/librecord.a
milter_record_librecord_a_CPPFLAGS = $(AM_CPPFLAGS) $(SQLITE_CFLAGS)
milter_record_librecord_a_SOURCES = \
	%D%/chain.c %D%/chain.h \
	%D%/commands.c %D%/commands.h \
	%D%/event.c %D%/event.h %D%/events.def \
	%D%/find.c %D%/find.h \
	%D%/head.c %D%/head.h \
	%D%/journal.c %D%/journal.h \
	%D%/line.c %D%/line.h \
	%D%/lines.c %D%/lines.h \
	%D%/read.c %D%/read.h \
	%D%/recover.c %D%/recover.h \
	%D%/report.c %D%/report.h %D%/report_counts.def \
	%D%/report_commands.c %D%/report_commands.h \
	%D%/report_csv.c %D%/report_html.c %D%/report_json.c \
	%D%/report_print.h %D%/report_rows.c \
	%D%/report_fold.c %D%/report_fold.h \
	%D%/report_tables.c %D%/report_tables.h %D%/report_words.def \
	%D%/report_year.c %D%/report_year.h %D%/report_eras.def \
	%D%/seal.c %D%/seal.h \
	%D%/store.c %D%/store.h \
	%D%/verify.c \
	%D%/who.c %D%/who.h
RECORD_LIBS = milter/record/librecord.a $(SQLITE_LIBS) $(POLICY_LIBS)
