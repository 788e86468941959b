/* SPDX-License-Identifier: ISC */
#include "milter/mail/opened.h"
#include "milter/base/banned.h"

static void
add_filters(struct archive *a)
{
	archive_read_support_filter_gzip(a);
	archive_read_support_filter_bzip2(a);
	archive_read_support_filter_compress(a);
	archive_read_support_filter_xz(a);
	archive_read_support_filter_lzma(a);
	archive_read_support_filter_lzip(a);
	archive_read_support_filter_zstd(a);
}

static void
add_others(struct archive *a)
{
	archive_read_support_format_7zip(a);
	archive_read_support_format_rar(a);
	archive_read_support_format_rar5(a);
	archive_read_support_format_lha(a);
	archive_read_support_format_cab(a);
	archive_read_support_format_tar(a);
	archive_read_support_format_ar(a);
	archive_read_support_format_cpio(a);
	archive_read_support_format_iso9660(a);
}

static void
add_formats(struct archive *a, enum opened what)
{
	if (what >= OPENED_ISO) {
		archive_read_support_format_iso9660(a);
		if (what == OPENED_ISO_ROCK || what == OPENED_ISO_PLAIN)
			archive_read_set_options(a, "iso9660:!joliet");
		if (what == OPENED_ISO_JOLIET || what == OPENED_ISO_PLAIN)
			archive_read_set_options(a, "iso9660:!rockridge");
		return;
	}
	if (what <= OPENED_ZIP)
		archive_read_support_format_zip(a);
	if (what != OPENED_ZIP && what != OPENED_RAW)
		add_others(a);
	if (what == OPENED_STREAM || what == OPENED_OTHER_STREAM ||
	    what == OPENED_RAW)
		archive_read_support_format_raw(a);
}

struct archive *
opened_new(struct span bytes, enum opened what, const char *password)
{
	struct archive *a = archive_read_new();

	if (a == NULL)
		return NULL;
	/* Only where one of them is known to begin: almost any bytes in front
	 * of a zip are taken for LZMA otherwise, and the zip is not read. */
	if (what == OPENED_STREAM || what == OPENED_OTHER_STREAM ||
	    what == OPENED_RAW)
		add_filters(a);
	add_formats(a, what);
	if (password != NULL)
		archive_read_add_passphrase(a, password);
	archive_read_open_memory(a, bytes.at, bytes.len);
	return a;
}
