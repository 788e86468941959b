# SPDX-License-Identifier: ISC

# tests/FOLDER/NAME.c tests milter/FOLDER/NAME.c (or FOLDER/NAME.c): same path,
# same name. Each is a program that cmocka runs.
AM_TESTS_ENVIRONMENT = \
	top_srcdir=$(abs_top_srcdir) top_builddir=$(abs_top_builddir) \
	export top_srcdir top_builddir;

include tests/base/local.mk
include tests/policy/local.mk
include tests/mail/local.mk
include tests/inspect/local.mk
include tests/lookup/local.mk
include tests/certs/local.mk
include tests/quarantine/local.mk
include tests/record/local.mk
include tests/act/local.mk
include tests/run/local.mk
include tests/smtp/local.mk
include tests/e2e/local.mk
include tests/fuzz/local.mk
include tests/house/local.mk
TESTS += $(check_PROGRAMS) $(check_SCRIPTS)
EXTRA_DIST += $(check_SCRIPTS)
