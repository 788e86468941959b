# SPDX-License-Identifier: ISC

# `make fuzz` runs each libFuzzer target (clang) for FUZZ_SECONDS: with its
# dictionary and seeds (contrib/fuzz), and where FUZZ_CORPUS says, what earlier
# runs found. A crash leaves its input behind and becomes a test. One alone:
# make fuzz FUZZ_TARGETS=archive.
FUZZ_TARGETS = already archive attached campaign compound document findings \
	keys message outbound password pdf picture rules signed smuggle zip
FUZZ_SECONDS = 60
FUZZ_CORPUS = tests/fuzz/corpus
FUZZ_FLAGS =
EXTRA_DIST += contrib/fuzz tests/fuzz/run $(fuzz_sources)
fuzz_sources = \
	tests/fuzz/already.c \
	tests/fuzz/archive.c \
	tests/fuzz/attached.c \
	tests/fuzz/campaign.c \
	tests/fuzz/compound.c \
	tests/fuzz/document.c \
	tests/fuzz/findings.c \
	tests/fuzz/keys.c \
	tests/fuzz/message.c \
	tests/fuzz/outbound.c \
	tests/fuzz/password.c \
	tests/fuzz/pdf.c \
	tests/fuzz/picture.c \
	tests/fuzz/reading.h \
	tests/fuzz/rules.c \
	tests/fuzz/signed.c \
	tests/fuzz/smuggle.c \
	tests/fuzz/zip.c

.PHONY: fuzz
fuzz: tests/made/stamp
	$(top_srcdir)/tests/fuzz/run $(FUZZ_FLAGS) -s $(FUZZ_SECONDS) -c $(FUZZ_CORPUS) \
	    -f '$(GMIME_CFLAGS) $(ICU_CFLAGS) $(XML_CFLAGS) $(ARCHIVE_CFLAGS) $(GSF_CFLAGS) $(ZBAR_CFLAGS) $(PNG_CFLAGS) $(JPEG_CFLAGS) $(CRYPTO_CFLAGS)' \
	    -l '$(MAIL_FUZZ_LIBS) $(JANSSON_LIBS)' $(FUZZ_TARGETS)
MAIL_FUZZ_LIBS = $(GMIME_LIBS) $(ICU_LIBS) $(XML_LIBS) $(IDN2_LIBS) \
	$(ARCHIVE_LIBS) $(GSF_LIBS) $(Z_LIBS) $(ZBAR_LIBS) $(PNG_LIBS) $(JPEG_LIBS) \
	$(NETTLE_LIBS) $(CRYPTO_LIBS)
