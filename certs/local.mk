# SPDX-License-Identifier: ISC
noinst_LIBRARIES += certs/libcerts.a certs/libsealwire.a
certs_libcerts_a_CPPFLAGS = $(AM_CPPFLAGS) $(CRYPTO_CFLAGS) $(GPGME_CFLAGS)
certs_libcerts_a_SOURCES = \
	%D%/algorithms.c %D%/algorithms.h %D%/algorithms.def \
	%D%/already.c %D%/already.h \
	%D%/base64.c %D%/base64.h \
	%D%/capability.c %D%/capability.h \
	%D%/certificate.c %D%/certificate.h \
	%D%/commands.c %D%/commands.h \
	%D%/desk.c %D%/desk.h \
	%D%/desk_import.c \
	%D%/desk_keys.c \
	%D%/entity.c %D%/entity.h \
	%D%/enveloped.c %D%/enveloped.h \
	%D%/import.c %D%/import.h \
	%D%/ldif.c %D%/ldif.h \
	%D%/measure.c %D%/measure.h \
	%D%/named.c %D%/named.h \
	%D%/openpgp.c %D%/openpgp.h \
	%D%/openpgp_import.c %D%/openpgp_import.h \
	%D%/openpgp_key.c %D%/openpgp_key.h \
	%D%/packets.c %D%/packets.h \
	%D%/profile.c %D%/profile.h \
	%D%/protect.c %D%/protect.h \
	%D%/root.c %D%/root.h \
	%D%/seal.c %D%/serve.h \
	%D%/share.c %D%/share.h \
	%D%/shelf.c %D%/shelf.h \
	%D%/signature.c %D%/signer.c %D%/signer.h \
	%D%/smime.c %D%/smime.h \
	%D%/signed.c %D%/signed.h \
	%D%/store.c %D%/store.h \
	%D%/verify.c %D%/verify.h %D%/verified.h \
	%D%/verify_openpgp.c %D%/verify_openpgp.h \
	%D%/verify_smime.c %D%/verify_smime.h
certs_libsealwire_a_SOURCES = \
	%D%/claim.c %D%/claim.h \
	%D%/command_exec.c %D%/command_exec.h \
	%D%/fields.c %D%/fields.h \
	%D%/sealcopy.c %D%/sealwire.c %D%/seal.h
SEALWIRE_LIBS = certs/libsealwire.a $(BASE_LIBS)
# Of libmail only what knows bytes and fields: span, param, base64.
CERTS_LIBS = certs/libcerts.a certs/libsealwire.a milter/mail/libmail.a \
	$(CRYPTO_LIBS) \
	$(GPGME_LIBS) $(BASE_LIBS)
VERIFY_LIBS = certs/libcerts.a certs/libsealwire.a $(CRYPTO_LIBS) \
	$(GPGME_LIBS) $(POLICY_LIBS) $(MAIL_LIBS)
EXTRA_DIST += %D%/README
