# SPDX-License-Identifier: ISC
check_PROGRAMS += tests/act/act tests/act/hold tests/act/inject tests/act/release \
	tests/act/sanitise tests/act/sender tests/act/tag
tests_act_act_SOURCES = tests/act/act.c tests/act/world.c tests/act/world.h
tests_act_act_LDADD = milter/act/libact.a $(RECORD_LIBS) $(SEALWIRE_LIBS) \
	$(CMOCKA_LIBS)
tests_act_sanitise_SOURCES = tests/act/sanitise.c tests/act/world.c tests/act/world.h
tests_act_sanitise_LDADD = $(tests_act_act_LDADD)
tests_act_tag_SOURCES = tests/act/tag.c tests/act/world.c tests/act/world.h
tests_act_tag_LDADD = $(tests_act_act_LDADD)
tests_act_release_LDADD = $(ACT_LIBS) $(CMOCKA_LIBS) -lpthread
tests_act_release_SOURCES = tests/act/release.c tests/act/listener.c \
	tests/act/listener.h
tests_act_inject_SOURCES = tests/act/inject.c tests/act/listener.c \
	tests/act/listener.h
tests_act_inject_LDADD = $(tests_act_release_LDADD)
tests_act_sender_LDADD = $(tests_act_release_LDADD)
tests_act_hold_SOURCES = tests/act/hold.c tests/act/listener.c \
	tests/act/listener.h
tests_act_hold_LDADD = $(tests_act_release_LDADD)
