# SPDX-License-Identifier: ISC
check_PROGRAMS += tests/inspect/engine tests/inspect/filename
tests_inspect_engine_CPPFLAGS = $(AM_CPPFLAGS) $(CMOCKA_CFLAGS)
tests_inspect_engine_LDADD = milter/inspect/libinspect.a $(CLAMAV_LIBS) \
	$(BASE_LIBS) $(CMOCKA_LIBS)
tests_inspect_filename_CPPFLAGS = $(AM_CPPFLAGS) $(CMOCKA_CFLAGS)
tests_inspect_filename_LDADD = milter/inspect/libinspect.a $(ICU_LIBS) \
	$(BASE_LIBS) $(CMOCKA_LIBS)
check_PROGRAMS += tests/inspect/messages
tests_inspect_messages_CPPFLAGS = $(AM_CPPFLAGS) $(CMOCKA_CFLAGS)
tests_inspect_messages_LDADD = $(INSPECT_LIBS) $(CMOCKA_LIBS)

# The golden mails, see tests/inspect/messages.c, and those that are made.
EXTRA_DIST += tests/messages
made_sources = tests/messages/generate \
	tests/messages/carriers/__init__.py \
	tests/messages/carriers/archives.py \
	tests/messages/carriers/differentials.py \
	tests/messages/carriers/documents.py \
	tests/messages/carriers/outbound.py \
	tests/messages/carriers/oldoffice.py \
	tests/messages/carriers/pages.py \
	tests/messages/carriers/pdfs.py \
	tests/messages/carriers/sealed.py \
	tests/messages/carriers/shortcuts.py
tests/made/stamp: $(made_sources)
	@rm -rf tests/made
	$(AM_V_GEN)$(srcdir)/tests/messages/generate tests/made && \
	    touch $@
check_DATA = tests/made/stamp
CLEANFILES += tests/made/*
check_PROGRAMS += tests/inspect/equality
tests_inspect_equality_CPPFLAGS = $(AM_CPPFLAGS) $(CMOCKA_CFLAGS)
tests_inspect_equality_LDADD = $(INSPECT_LIBS) $(CMOCKA_LIBS)
check_PROGRAMS += tests/inspect/cache
tests_inspect_cache_CPPFLAGS = $(AM_CPPFLAGS) $(CMOCKA_CFLAGS)
tests_inspect_cache_LDADD = milter/inspect/libinspect.a $(BASE_LIBS) \
	$(CMOCKA_LIBS)
check_PROGRAMS += tests/inspect/labels tests/inspect/numbers \
	tests/inspect/records
tests_inspect_labels_CPPFLAGS = $(AM_CPPFLAGS) $(CMOCKA_CFLAGS)
tests_inspect_labels_LDADD = milter/inspect/libinspect.a $(ICU_LIBS) \
	$(BASE_LIBS) $(CMOCKA_LIBS)
tests_inspect_numbers_CPPFLAGS = $(AM_CPPFLAGS) $(CMOCKA_CFLAGS)
tests_inspect_numbers_LDADD = milter/inspect/libinspect.a $(ICU_LIBS) \
	$(BASE_LIBS) $(CMOCKA_LIBS)
tests_inspect_records_CPPFLAGS = $(AM_CPPFLAGS) $(CMOCKA_CFLAGS)
tests_inspect_records_LDADD = milter/inspect/libinspect.a $(BASE_LIBS) \
	$(CMOCKA_LIBS)
