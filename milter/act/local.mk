# SPDX-License-Identifier: ISC
noinst_LIBRARIES += milter/act/libact.a
milter_act_libact_a_CPPFLAGS = $(AM_CPPFLAGS) $(CURL_CFLAGS)
milter_act_libact_a_SOURCES = \
	%D%/act.c %D%/act.h \
	%D%/carry.c %D%/carry.h \
	%D%/commands.c %D%/commands.h \
	%D%/defer.c %D%/deliver.c %D%/encrypt.c \
	%D%/quarantine.c %D%/refuse.c %D%/tag.c \
	%D%/events.c %D%/events.h %D%/events_fate.c %D%/events_mail.c \
	%D%/line.c \
	%D%/mta.c %D%/mta.h %D%/mta_line.c \
	%D%/plan.c \
	%D%/proof.c %D%/proof.h \
	%D%/release.c %D%/release.h \
	%D%/smtp.c %D%/smtp.h
ACT_LIBS = milter/act/libact.a $(QUARANTINE_LIBS) $(SEALWIRE_LIBS) \
	$(CURL_LIBS)
