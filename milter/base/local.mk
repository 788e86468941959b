# SPDX-License-Identifier: ISC
noinst_LIBRARIES += milter/base/libbase.a
milter_base_libbase_a_SOURCES = \
	%D%/arena.c %D%/arena.h \
	%D%/banned.h %D%/count.h \
	%D%/buf.c %D%/buf.h \
	%D%/clock.c %D%/clock.h \
	%D%/command.c %D%/command.h \
	%D%/conf.c %D%/conf.h %D%/conf.def \
	%D%/conffile.c %D%/conffile.h \
	%D%/file.c %D%/file.h \
	%D%/hash.c %D%/hash.h \
	%D%/ident.c %D%/ident.h \
	%D%/log.c %D%/log.h \
	%D%/network.c %D%/network.h \
	%D%/reason.c %D%/reason.h \
	%D%/seen.c %D%/seen.h \
	%D%/setting.c %D%/setting.h \
	%D%/text.c %D%/text.h \
	%D%/wire.c %D%/wire.h
BASE_LIBS = milter/base/libbase.a $(NETTLE_LIBS) $(JANSSON_LIBS)
dist_man_MANS += %D%/sekimori.conf.5
