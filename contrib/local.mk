# SPDX-License-Identifier: ISC

EXTRA_DIST += %D%/check %D%/deps
