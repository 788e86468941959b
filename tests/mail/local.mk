# SPDX-License-Identifier: ISC
check_PROGRAMS += \
	tests/mail/biff \
	tests/mail/caps \
	tests/mail/corpus \
	tests/mail/cut \
	tests/mail/doctext \
	tests/mail/html \
	tests/mail/limits \
	tests/mail/lnk \
	tests/mail/marks \
	tests/mail/message \
	tests/mail/names \
	tests/mail/packed \
	tests/mail/password \
	tests/mail/vectors \
	tests/mail/walk \
	tests/mail/words
MAIL_TEST_LIBS = $(MAIL_LIBS) $(CMOCKA_LIBS)
tests_mail_biff_SOURCES = %D%/biff.c
tests_mail_biff_LDADD = $(MAIL_TEST_LIBS)
tests_mail_caps_SOURCES = %D%/caps.c %D%/tree.c %D%/tree.h
tests_mail_caps_LDADD = $(MAIL_TEST_LIBS)
tests_mail_corpus_SOURCES = %D%/corpus.c %D%/tree.c %D%/tree.h
tests_mail_corpus_LDADD = $(MAIL_TEST_LIBS)
tests_mail_cut_SOURCES = %D%/cut.c %D%/tree.c %D%/tree.h
tests_mail_cut_LDADD = $(MAIL_TEST_LIBS)
tests_mail_doctext_SOURCES = %D%/doctext.c
tests_mail_doctext_LDADD = $(MAIL_TEST_LIBS)
tests_mail_html_SOURCES = %D%/html.c %D%/tree.c %D%/tree.h
tests_mail_html_LDADD = $(MAIL_TEST_LIBS)
tests_mail_limits_SOURCES = %D%/limits.c %D%/tree.c %D%/tree.h
tests_mail_limits_LDADD = $(MAIL_TEST_LIBS)
tests_mail_lnk_SOURCES = %D%/lnk.c
tests_mail_lnk_LDADD = $(MAIL_TEST_LIBS)
tests_mail_marks_SOURCES = %D%/marks.c %D%/tree.c %D%/tree.h
tests_mail_marks_LDADD = $(MAIL_TEST_LIBS)
tests_mail_message_SOURCES = %D%/message.c %D%/tree.c %D%/tree.h
tests_mail_message_LDADD = $(MAIL_TEST_LIBS)
tests_mail_names_SOURCES = %D%/names.c %D%/tree.c %D%/tree.h
tests_mail_names_LDADD = $(MAIL_TEST_LIBS)
tests_mail_packed_SOURCES = %D%/packed %D%/password.c %D%/tree.c %D%/tree.h
tests_mail_packed_LDADD = $(MAIL_TEST_LIBS)
tests_mail_password_SOURCES = %D%/password.c %D%/tree.c %D%/tree.h
tests_mail_password_LDADD = $(MAIL_TEST_LIBS)
tests_mail_vectors_SOURCES = %D%/vectors.c %D%/tree.c %D%/tree.h
tests_mail_vectors_LDADD = $(MAIL_TEST_LIBS)
tests_mail_walk_SOURCES = %D%/walk.c %D%/tree.c %D%/tree.h
tests_mail_walk_LDADD = $(MAIL_TEST_LIBS)
tests_mail_words_SOURCES = %D%/words.c
tests_mail_words_LDADD = $(MAIL_TEST_LIBS)
