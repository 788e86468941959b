# SPDX-License-Identifier: ISC
noinst_LIBRARIES += certs/libcerts.a certs/libsealwire.a
certs_libcerts_a_CPPFLAGS = $(AM_CPPFLAGS) $(CRYPTO_CFLAGS) $(GPGME_CFLAGS)
certs_libcerts_a_SOURCES = \
	%D%/store.c %D%/store.h
certs_libsealwire_a_SOURCES = %D%/sealwire.c %D%/seal.h
SEALWIRE_LIBS = certs/libsealwire.a $(BASE_LIBS)
CERTS_LIBS = certs/libcerts.a certs/libsealwire.a $(CRYPTO_LIBS) \
	$(GPGME_LIBS) $(BASE_LIBS)
