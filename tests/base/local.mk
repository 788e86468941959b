# SPDX-License-Identifier: ISC
check_PROGRAMS += \
	tests/base/arena \
	tests/base/buf \
	tests/base/clock \
	tests/base/command \
	tests/base/conf \
	tests/base/conffile \
	tests/base/file \
	tests/base/hash \
	tests/base/ident \
	tests/base/log \
	tests/base/network \
	tests/base/reason \
	tests/base/seen \
	tests/base/text \
	tests/base/wire
BASE_TEST_LIBS = $(BASE_LIBS) $(CMOCKA_LIBS)
tests_base_arena_SOURCES = %D%/arena.c
tests_base_arena_LDADD = $(BASE_TEST_LIBS)
tests_base_buf_SOURCES = %D%/buf.c
tests_base_buf_LDADD = $(BASE_TEST_LIBS)
tests_base_clock_SOURCES = %D%/clock.c
tests_base_clock_LDADD = $(BASE_TEST_LIBS)
tests_base_command_SOURCES = %D%/command.c
tests_base_command_LDADD = $(BASE_TEST_LIBS)
tests_base_conf_SOURCES = %D%/conf.c
tests_base_conf_LDADD = $(BASE_TEST_LIBS)
tests_base_conffile_SOURCES = %D%/conffile.c
tests_base_conffile_LDADD = $(BASE_TEST_LIBS)
tests_base_file_SOURCES = %D%/file.c
tests_base_file_LDADD = $(BASE_TEST_LIBS)
tests_base_hash_SOURCES = %D%/hash.c
tests_base_hash_LDADD = $(BASE_TEST_LIBS)
tests_base_ident_SOURCES = %D%/ident.c
tests_base_ident_LDADD = $(BASE_TEST_LIBS)
tests_base_log_SOURCES = %D%/log.c
tests_base_log_LDADD = $(BASE_TEST_LIBS)
tests_base_network_SOURCES = %D%/network.c
tests_base_network_LDADD = $(BASE_TEST_LIBS)
tests_base_reason_SOURCES = %D%/reason.c
tests_base_reason_LDADD = $(BASE_TEST_LIBS)
tests_base_seen_SOURCES = %D%/seen.c
tests_base_seen_LDADD = $(BASE_TEST_LIBS)
tests_base_text_SOURCES = %D%/text.c
tests_base_text_LDADD = $(BASE_TEST_LIBS)
tests_base_wire_SOURCES = %D%/wire.c
tests_base_wire_LDADD = $(BASE_TEST_LIBS)
