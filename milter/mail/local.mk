# SPDX-License-Identifier: ISC
noinst_LIBRARIES += milter/mail/libmail.a
milter_mail_libmail_a_CPPFLAGS = $(AM_CPPFLAGS) $(GMIME_CFLAGS) \
	$(ICU_CFLAGS) $(XML_CFLAGS) $(IDN2_CFLAGS)
milter_mail_libmail_a_SOURCES = \
	%D%/message.c %D%/message.h %D%/marks.def
MAIL_LIBS = milter/mail/libmail.a $(YTNEF_LIBS) $(GMIME_LIBS) $(ICU_LIBS) \
	$(XML_LIBS) $(IDN2_LIBS) $(BASE_LIBS)
