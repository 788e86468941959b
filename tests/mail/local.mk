# SPDX-License-Identifier: ISC
check_PROGRAMS += \
	tests/mail/marks \
	tests/mail/message
MAIL_TEST_LIBS = $(MAIL_LIBS) $(CMOCKA_LIBS)
tests_mail_marks_SOURCES = %D%/marks.c %D%/tree.c %D%/tree.h
tests_mail_marks_LDADD = $(MAIL_TEST_LIBS)
tests_mail_message_SOURCES = %D%/message.c %D%/tree.c %D%/tree.h
tests_mail_message_LDADD = $(MAIL_TEST_LIBS)
