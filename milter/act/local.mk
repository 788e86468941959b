# SPDX-License-Identifier: ISC
noinst_LIBRARIES += milter/act/libact.a
milter_act_libact_a_CPPFLAGS = $(AM_CPPFLAGS) $(CURL_CFLAGS)
milter_act_libact_a_SOURCES = \
	%D%/act.c %D%/act.h \
	%D%/release.c %D%/release.h
