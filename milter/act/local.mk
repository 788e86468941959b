# SPDX-License-Identifier: ISC
noinst_LIBRARIES += milter/act/libact.a
milter_act_libact_a_SOURCES = \
	%D%/act.c %D%/act.h \
	%D%/bounce.c %D%/bounce.h \
	%D%/carry.c %D%/carry.h \
	%D%/commands.c %D%/commands.h \
	%D%/copies.c %D%/copies.h \
	%D%/cuts.c %D%/cuts.h \
	%D%/defer.c %D%/deliver.c %D%/encrypt.c \
	%D%/quarantine.c %D%/refuse.c %D%/split.c %D%/tag.c \
	%D%/edit.c %D%/edit.h \
	%D%/events.c %D%/events.h %D%/events_fate.c %D%/events_mail.c \
	%D%/hold.c %D%/hold.h \
	%D%/inject.c %D%/inject.h \
	%D%/letter.c %D%/letter.h \
	%D%/line.c \
	%D%/mta.c %D%/mta.h %D%/mta_line.c \
	%D%/notice.c %D%/notice.h \
	%D%/pace.c %D%/pace.h \
	%D%/plan.c \
	%D%/proof.c %D%/proof.h \
	%D%/release.c %D%/release.h \
	%D%/sanitise.c %D%/sender.c \
	%D%/smtp.c %D%/smtp.h %D%/smtp_line.c %D%/smtp_line.h
ACT_LIBS = milter/act/libact.a $(QUARANTINE_LIBS) $(SEALWIRE_LIBS)
