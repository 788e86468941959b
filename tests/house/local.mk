# SPDX-License-Identifier: ISC

# Checks of the sources and of what was built: silent when all is well.
check_SCRIPTS += \
	%D%/check-docs.sh \
	%D%/check-includes.sh \
	%D%/check-links.sh \
	%D%/check-size.sh \
	%D%/check-words.sh
EXTRA_DIST += %D%/docs.py tests/layers.txt

our_sources = find milter policy certs tests -name '*.[ch]'

# Brings all sources into the one form that .clang-format says.
.PHONY: format lint
format:
	cd $(srcdir) && $(our_sources) | xargs clang-format -i

# Second opinions. They find things and are wrong at times, so nothing depends
# on them.
lint:
	cd $(srcdir) && cppcheck --quiet --force --inline-suppr --std=c11 \
	    --enable=warning,performance,portability \
	    --suppress=missingIncludeSystem -I . \
	    $$($(our_sources) -name '*.c')
	cd $(srcdir) && { ! command -v clang-tidy >/dev/null || \
	    clang-tidy --quiet \
	    --checks='-*,bugprone-*,-bugprone-easily-swappable-parameters,cert-*,clang-analyzer-*' \
	    $$($(our_sources) -name '*.c') -- -std=gnu11 -D_GNU_SOURCE \
	    -I . -DSKM_SANDBOX=1 -DSKM_SYSCONFDIR='""' \
	    -DSKM_LIBEXECDIR='""' -DSKM_DATADIR='""' \
	    $(GMIME_CFLAGS) $(XML_CFLAGS) $(GPGME_CFLAGS); }
