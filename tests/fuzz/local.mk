# SPDX-License-Identifier: ISC

# `make fuzz` runs each libFuzzer target (clang) for FUZZ_SECONDS; a crash
# leaves its input behind and becomes a test.
EXTRA_DIST += tests/fuzz/rules.c tests/fuzz/findings.c
FUZZ_SECONDS = 60
FUZZ_CC = clang -std=gnu11 -g -O1 -fsanitize=fuzzer,address,undefined
.PHONY: fuzz
fuzz:
	@$(MKDIR_P) tests/fuzz
	for t in rules findings; do \
		$(FUZZ_CC) $(AM_CPPFLAGS) -U_FORTIFY_SOURCE -o tests/fuzz/$$t \
		    $(top_srcdir)/tests/fuzz/$$t.c $(top_srcdir)/policy/*.c \
		    $(top_srcdir)/milter/base/*.c $(IDN2_LIBS) \
		    $(NETTLE_LIBS) $(JANSSON_LIBS) && \
		tests/fuzz/$$t -max_total_time=$(FUZZ_SECONDS) \
		    -max_len=4096 || exit 1; \
	done

EXTRA_DIST += tests/fuzz/message.c
.PHONY: fuzz-message
fuzz: fuzz-message
fuzz-message:
	@$(MKDIR_P) tests/fuzz
	$(FUZZ_CC) $(AM_CPPFLAGS) $(GMIME_CFLAGS) $(ICU_CFLAGS) $(XML_CFLAGS) \
	    -U_FORTIFY_SOURCE -o tests/fuzz/message \
	    $(top_srcdir)/tests/fuzz/message.c $(top_srcdir)/milter/mail/*.c \
	    $(top_srcdir)/milter/base/*.c $(GMIME_LIBS) $(ICU_LIBS) \
	    $(XML_LIBS) $(IDN2_LIBS) $(NETTLE_LIBS) $(JANSSON_LIBS)
	tests/fuzz/message -max_total_time=$(FUZZ_SECONDS) -max_len=20000
