# SPDX-License-Identifier: ISC
noinst_LIBRARIES += milter/mail/libmail.a
milter_mail_libmail_a_CPPFLAGS = $(AM_CPPFLAGS) $(GMIME_CFLAGS) \
	$(ICU_CFLAGS) $(XML_CFLAGS) $(IDN2_CFLAGS) $(ARCHIVE_CFLAGS) \
	$(GSF_CFLAGS) $(NETTLE_CFLAGS) $(ZBAR_CFLAGS) $(PNG_CFLAGS) $(JPEG_CFLAGS)
milter_mail_libmail_a_SOURCES = \
	%D%/archive.c %D%/archive.h \
	%D%/author.c %D%/author.h \
	%D%/base64.c %D%/base64.h \
	%D%/biff.c %D%/biff.h \
	%D%/boundary.c %D%/boundary.h \
	%D%/charset.c %D%/charset.h \
	%D%/choice.c %D%/choice.h \
	%D%/cipher.c %D%/cipher.h \
	%D%/closed.def \
	%D%/compound.c %D%/compound.h \
	%D%/content.c %D%/content.h \
	%D%/cut.c %D%/cut.h \
	%D%/decode.c %D%/decode.h \
	%D%/directory.c %D%/directory.h \
	%D%/doctext.c %D%/doctext.h \
	%D%/document.c %D%/document.h \
	%D%/encoded.c %D%/encoded.h \
	%D%/flate.c %D%/flate.h \
	%D%/header.c %D%/header.h \
	%D%/html.c %D%/html.h \
	%D%/inner.c %D%/inner.h \
	%D%/jis.c %D%/jis.h \
	%D%/leaf.c %D%/leaf.h \
	%D%/level.c %D%/level.h \
	%D%/link.c %D%/link.h \
	%D%/lists.c %D%/lists.h \
	%D%/lnk.c %D%/lnk.h \
	%D%/mailbox.c %D%/mailbox.h \
	%D%/mapi.c %D%/mapi.h \
	%D%/message.c %D%/message.h %D%/marks.def \
	%D%/multipart.c %D%/multipart.h \
	%D%/names.c %D%/names.h \
	%D%/odflock.c %D%/odflock.h \
	%D%/officelock.c %D%/officelock.h \
	%D%/oldlock.c %D%/oldlock.h \
	%D%/oldoffice.c %D%/oldoffice.h \
	%D%/onenote.c %D%/onenote.h \
	%D%/opaque.c %D%/opaque.h \
	%D%/opened.c %D%/opened.h \
	%D%/package.c %D%/package.h \
	%D%/param.c %D%/param.h \
	%D%/password.c %D%/password.h \
	%D%/pdf.c %D%/pdf.h \
	%D%/pdfdoc.c %D%/pdfdoc.h \
	%D%/pdffilter.c %D%/pdffilter.h \
	%D%/pdfkeys.c %D%/pdfkeys.h \
	%D%/pdflock.c %D%/pdflock.h \
	%D%/pdfpicture.c %D%/pdfpicture.h \
	%D%/pdfstream.c %D%/pdfstream.h \
	%D%/pdftext.c %D%/pdftext.h \
	%D%/pdfvalue.c %D%/pdfvalue.h \
	%D%/picture.c %D%/picture.h \
	%D%/picture_bmp.c %D%/picture_jpeg.c %D%/picture_png.c \
	%D%/plain.c %D%/plain.h \
	%D%/powerpoint.c %D%/powerpoint.h \
	%D%/project.c %D%/project.h \
	%D%/qr.c %D%/qr.h \
	%D%/rar.c %D%/rar.h \
	%D%/rar3.c %D%/rar5.c %D%/rarblock.h \
	%D%/reading.c %D%/reading.h \
	%D%/relations.c %D%/relations.h \
	%D%/rtf.c %D%/rtf.h \
	%D%/sealed.c %D%/sealed.h \
	%D%/sevenlist.c %D%/sevenlist.h \
	%D%/sevenzip.c %D%/sevenzip.h \
	%D%/smuggle.c %D%/smuggle.h \
	%D%/span.c %D%/span.h \
	%D%/storage.c %D%/storage.h \
	%D%/tar.c %D%/tar.h \
	%D%/tnef.c %D%/tnef.h \
	%D%/unlock.c %D%/unlock.h \
	%D%/unpack.c %D%/unpack.h \
	%D%/uuencode.c %D%/uuencode.h \
	%D%/vba.c %D%/vba.h \
	%D%/view.c %D%/view.h \
	%D%/walk.c %D%/walk.h %D%/traits.def \
	%D%/words.c %D%/words.h \
	%D%/xml.c %D%/xml.h \
	%D%/zip.c %D%/zip.h
MAIL_LIBS = milter/mail/libmail.a $(GMIME_LIBS) $(ICU_LIBS) \
	$(XML_LIBS) $(IDN2_LIBS) $(ARCHIVE_LIBS) $(GSF_LIBS) $(Z_LIBS) \
	$(ZBAR_LIBS) $(PNG_LIBS) $(JPEG_LIBS) $(BASE_LIBS)
