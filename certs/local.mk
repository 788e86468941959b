# SPDX-License-Identifier: ISC
noinst_LIBRARIES += certs/libcerts.a certs/libsealwire.a
certs_libcerts_a_CPPFLAGS = $(AM_CPPFLAGS) $(CRYPTO_CFLAGS) $(GPGME_CFLAGS)
certs_libcerts_a_SOURCES = \
	%D%/algorithms.c %D%/algorithms.h %D%/algorithms.def \
	%D%/base64.c %D%/base64.h \
	%D%/capability.c %D%/capability.h \
	%D%/certificate.c %D%/certificate.h \
	%D%/commands.c %D%/commands.h \
	%D%/entity.c %D%/entity.h \
	%D%/measure.c %D%/measure.h \
	%D%/named.c %D%/named.h \
	%D%/openpgp.c %D%/openpgp.h \
	%D%/openpgp_key.c %D%/openpgp_key.h \
	%D%/packets.c %D%/packets.h \
	%D%/profile.c %D%/profile.h \
	%D%/protect.c %D%/protect.h \
	%D%/seal.c %D%/serve.h \
	%D%/share.c %D%/share.h \
	%D%/signature.c %D%/signer.c %D%/signer.h \
	%D%/smime.c %D%/smime.h \
	%D%/store.c %D%/store.h
certs_libsealwire_a_SOURCES = \
	%D%/command_exec.c %D%/command_exec.h \
	%D%/fields.c %D%/fields.h \
	%D%/sealwire.c %D%/seal.h
SEALWIRE_LIBS = certs/libsealwire.a $(BASE_LIBS)
CERTS_LIBS = certs/libcerts.a certs/libsealwire.a $(CRYPTO_LIBS) \
	$(GPGME_LIBS) $(BASE_LIBS)
EXTRA_DIST += %D%/README
