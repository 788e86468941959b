#!/bin/sh
# SPDX-License-Identifier: ISC
#
# The manuals say what the tables say, and every prototype has its comment.
exec python3 "${top_srcdir:-.}/tests/house/docs.py" "${top_srcdir:-.}"
