/* SPDX-License-Identifier: ISC */
#include <stdint.h>
#include <string.h>

#include "milter/base/count.h"
#include "milter/inspect/filetype.h"
#include "milter/inspect/inspect.h"
#include "milter/base/banned.h"

static uint32_t
little(const unsigned char *b)
{
	return (uint32_t)b[0] | (uint32_t)b[1] << 8 | (uint32_t)b[2] << 16 |
	       (uint32_t)b[3] << 24;
}

static uint32_t
big(const unsigned char *b)
{
	return (uint32_t)b[3] | (uint32_t)b[2] << 8 | (uint32_t)b[1] << 16 |
	       (uint32_t)b[0] << 24;
}

/*
 * "MZ" and the header that it points to. A text may begin with MZ; a program
 * for DOS alone has a zero byte in its header, which no text has.
 */
static bool
is_pe(const unsigned char *b, size_t len)
{
	if (len < 64 || (memcmp(b, "MZ", 2) != 0 && memcmp(b, "ZM", 2) != 0))
		return false;
	return memchr(b, '\0', 64) != NULL;
}

static bool
is_elf(const unsigned char *b, size_t len)
{
	return len >= 16 && memcmp(b, "\177ELF", 4) == 0;
}

/* 0xcafebabe is a Mach-O for several processors and a Java class; the next
 * number is the count of processors there and a version from 45 on here. */
static bool
is_macho(const unsigned char *b, size_t len)
{
	uint32_t magic = len < 8 ? 0 : big(b);

	return magic == 0xfeedface || magic == 0xfeedfacf ||
	       magic == 0xcefaedfe || magic == 0xcffaedfe ||
	       (magic == 0xcafebabe && big(b + 4) < 45);
}

static bool
is_class(const unsigned char *b, size_t len)
{
	return len >= 8 && big(b) == 0xcafebabe && big(b + 4) >= 45;
}

static bool
is_dex(const unsigned char *b, size_t len)
{
	return len >= 8 && memcmp(b, "dex\n", 4) == 0 && b[7] == '\0';
}

/* Pages that run scripts as the user does. */
static bool
is_chm(const unsigned char *b, size_t len)
{
	return len >= 8 && memcmp(b, "ITSF\3\0\0\0", 8) == 0;
}

/* A compound file (MS-CFB 2.2) whose root entry has the class of an
 * installer; documents are compound files too. */
static bool
is_msi(const unsigned char *b, size_t len)
{
	static const unsigned char head[] = { 0xd0, 0xcf, 0x11, 0xe0, 0xa1,
		0xb1, 0x1a, 0xe1 };
	static const unsigned char tail[] = { 0x10, 0x0c, 0, 0, 0, 0, 0, 0xc0,
		0, 0, 0, 0, 0, 0, 0x46 };
	uint64_t root;

	if (len < 512 || memcmp(b, head, sizeof head) != 0)
		return false;
	root = ((uint64_t)little(b + 48) + 1) << (b[30] == 12 ? 12 : 9);
	if (root + 96 > len)
		return false;
	/* 84 is an installer, 86 a patch, 82 a transform. */
	b += root + 80;
	return (b[0] == 0x84 || b[0] == 0x86 || b[0] == 0x82) &&
	       memcmp(b + 1, tail, sizeof tail) == 0;
}

/* Java and Android packages are zips with a manifest; office documents have
 * none of that name. */
static bool
is_jar(const unsigned char *b, size_t len)
{
	static const char manifest[] = "META-INF/MANIFEST.MF";

	return len > 30 && memcmp(b, "PK\003\004", 4) == 0 &&
	       memmem(b, len, manifest, sizeof manifest - 1) != NULL;
}

static const struct {
	const char *what;
	bool (*is)(const unsigned char *bytes, size_t len);
} programs[] = {
	{ "program for Windows or DOS", is_pe },
	{ "program for Linux (ELF)", is_elf },
	{ "program for macOS (Mach-O)", is_macho },
	{ "Java class", is_class },
	{ "program for Android", is_dex },
	{ "compiled help (CHM)", is_chm },
	{ "Windows installer", is_msi },
	{ "Java or Android package", is_jar },
};

static void
look_at(const struct inspection *i, const struct part *p)
{
	for (size_t n = 0; n < COUNT(programs); n++)
		if (programs[n].is(p->bytes, p->size)) {
			inspect_fact(i, FACT_ATTACHMENT_PROGRAM, p, "%s",
			    programs[n].what);
			return;
		}
}

/* By content alone, whatever the part's headers claim. */
static void
run(struct inspection *i)
{
	for (const struct part *p = i->message->root; p != NULL; p = p->next)
		if (p->bytes != NULL)
			look_at(i, p);
}

const struct inspector inspect_program = {
	.looks_for = "attachments that are programs",
	.run = run,
};
