# SPDX-License-Identifier: ISC

# Measuring, not part of a build: `make bench` or, with arguments of the
# script, `make bench BENCH_ARGS="--services sekimori,clamav --rounds 3"`.
EXTRA_PROGRAMS = %D%/miltload %D%/noop
EXTRA_DIST += %D%/bench
CLEANFILES += $(EXTRA_PROGRAMS)

%C%_miltload_SOURCES = %D%/miltload.c
%C%_noop_SOURCES = %D%/noop.c
%C%_noop_LDADD = $(MILTER_LIBS)

BENCH_ARGS =
.PHONY: bench
bench: $(EXTRA_PROGRAMS) sekimorid scan lookup seal
	$(srcdir)/contrib/bench/bench --build $(abs_builddir) $(BENCH_ARGS)
