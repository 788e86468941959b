# SPDX-License-Identifier: ISC
check_PROGRAMS += tests/certs/already tests/certs/seal tests/certs/packets \
	tests/certs/fields tests/certs/share tests/certs/verify \
	tests/certs/algorithms tests/certs/profile tests/certs/readers \
	tests/certs/signing tests/certs/protect
tests_certs_already_SOURCES = tests/certs/already.c tests/certs/house.c \
	tests/certs/house.h
tests_certs_already_LDADD = $(CERTS_LIBS) $(CMOCKA_LIBS) -lpthread
tests_certs_seal_SOURCES = tests/certs/seal.c tests/certs/house.c \
	tests/certs/house.h
tests_certs_seal_LDADD = $(CERTS_LIBS) $(CMOCKA_LIBS) -lpthread
tests_certs_packets_LDADD = $(CERTS_LIBS) $(CMOCKA_LIBS)
tests_certs_share_LDADD = $(CERTS_LIBS) $(CMOCKA_LIBS)
tests_certs_readers_SOURCES = tests/certs/readers.c tests/certs/house.c \
	tests/certs/house.h
tests_certs_readers_LDADD = $(CERTS_LIBS) $(CMOCKA_LIBS) -lpthread
tests_certs_signing_SOURCES = tests/certs/signing.c tests/certs/house.c \
	tests/certs/house.h
tests_certs_signing_LDADD = $(CERTS_LIBS) $(CMOCKA_LIBS) -lpthread
tests_certs_protect_SOURCES = tests/certs/protect.c tests/certs/house.c \
	tests/certs/house.h
tests_certs_protect_LDADD = $(CERTS_LIBS) $(CMOCKA_LIBS) -lpthread
tests_certs_profile_LDADD = $(CERTS_LIBS) $(CMOCKA_LIBS)
tests_certs_algorithms_LDADD = $(CERTS_LIBS) $(CMOCKA_LIBS)
tests_certs_fields_LDADD = $(SEALWIRE_LIBS) $(CMOCKA_LIBS)
tests_certs_verify_LDADD = $(VERIFY_LIBS) $(CMOCKA_LIBS)
check_PROGRAMS += tests/certs/shelf tests/certs/ldif
# It counts the files that a look-up opens.
tests_certs_shelf_LDFLAGS = $(AM_LDFLAGS) \
	-Wl,--wrap=openat,--wrap=readdir
tests_certs_shelf_LDADD = $(CERTS_LIBS) $(CMOCKA_LIBS)
tests_certs_ldif_LDADD = $(CERTS_LIBS) $(CMOCKA_LIBS)
check_SCRIPTS += tests/certs/commands.sh
EXTRA_DIST += tests/certs/already.sh tests/certs/keys.sh tests/certs/signed.py
