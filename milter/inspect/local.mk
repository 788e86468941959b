# SPDX-License-Identifier: ISC

# One inspector a line. This list is the only place an inspector is registered.
inspectors = \
	%D%/virus.c \
	%D%/structure.c \
	%D%/program.c \
	%D%/disguise.c \
	%D%/script.c \
	%D%/shortcut.c \
	%D%/pointer.c \
	%D%/sylk.c \
	%D%/macro.c \
	%D%/office.c \
	%D%/onenote.c \
	%D%/metadata.c \
	%D%/rtf.c \
	%D%/table.c \
	%D%/pdf.c \
	%D%/html.c \
	%D%/runs.c \
	%D%/name.c \
	%D%/type.c \
	%D%/password.c \
	%D%/link.c \
	%D%/sender.c \
	%D%/label.c \
	%D%/personal.c \
	%D%/test_string.c

noinst_LIBRARIES += milter/inspect/libinspect.a
milter_inspect_libinspect_a_CPPFLAGS = $(AM_CPPFLAGS) $(CLAMAV_CFLAGS) \
	$(MAGIC_CFLAGS) $(ICU_CFLAGS) $(PSL_CFLAGS) $(IDN2_CFLAGS) $(XML_CFLAGS)
milter_inspect_libinspect_a_SOURCES = \
	%D%/cache.c %D%/cache.h \
	%D%/engine.c %D%/engine.h \
	%D%/filename.c %D%/filename.h %D%/endings.def \
	%D%/filetype.c %D%/filetype.h \
	%D%/fold.c %D%/fold.h \
	%D%/inspect.c %D%/inspect.h \
	%D%/labels.c %D%/labels.h \
	%D%/lines.c %D%/lines.h \
	%D%/lookalike.c %D%/lookalike.h \
	%D%/markup.c %D%/markup.h \
	%D%/numbers.c %D%/numbers.h \
	%D%/properties.c %D%/properties.h \
	%D%/records.c %D%/records.h \
	%D%/skeleton.c %D%/skeleton.h \
	%D%/target.c %D%/target.h \
	%D%/disguises.def %D%/icons.def %D%/labels.def \
	%D%/macros.def %D%/pointers.def %D%/scripts.def \
	$(inspectors)
nodist_milter_inspect_libinspect_a_SOURCES = %D%/registry.inc
INSPECT_LIBS = milter/inspect/libinspect.a policy/libpolicy.a $(MAIL_LIBS) \
	$(CLAMAV_LIBS) $(MAGIC_LIBS) $(PSL_LIBS) $(BASE_LIBS)

BUILT_SOURCES += %D%/registry.inc
CLEANFILES += %D%/registry.inc
%D%/registry.inc: %D%/local.mk
	@$(MKDIR_P) $(@D)
	$(AM_V_GEN)for f in $(inspectors); do \
		echo "INSPECTOR($$(basename $$f .c))"; done >$@
%D%/libinspect_a-inspect.$(OBJEXT): %D%/registry.inc

signaturesdir = $(pkgdatadir)/signatures
dist_signatures_DATA = %D%/signatures/sekimori.ndb
EXTRA_DIST += %D%/README
