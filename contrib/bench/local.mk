# SPDX-License-Identifier: ISC

# Measuring, not part of a build: `make bench` or, with arguments of the
# script, `make bench BENCH_ARGS="--services sekimori,clamav --rounds 3"`.
EXTRA_PROGRAMS = %D%/miltload %D%/noop %D%/engine
EXTRA_DIST += %D%/bench %D%/connections.py %D%/mails.py %D%/memory.py \
	%D%/meter.py %D%/services.py %D%/speed.py
CLEANFILES += $(EXTRA_PROGRAMS)

%C%_miltload_SOURCES = %D%/miltload.c
%C%_noop_SOURCES = %D%/noop.c
%C%_noop_LDADD = $(MILTER_LIBS)
%C%_engine_SOURCES = %D%/engine.c
%C%_engine_CPPFLAGS = $(AM_CPPFLAGS) $(CLAMAV_CFLAGS)
%C%_engine_LDADD = $(CLAMAV_LIBS)

BENCH_ARGS =
.PHONY: bench
bench: $(EXTRA_PROGRAMS) sekimorid scan lookup seal
	$(srcdir)/contrib/bench/bench --build $(abs_builddir) $(BENCH_ARGS)
