/* SPDX-License-Identifier: ISC */

/*
 * A libmilter filter that does nothing: what the protocol itself costs.
 *
 *	noop SOCKET
 */
#include <libmilter/mfapi.h>
#include <stdio.h>

static const unsigned long quiet =
    SMFIP_NR_CONN | SMFIP_NR_HELO | SMFIP_NR_MAIL | SMFIP_NR_RCPT |
    SMFIP_NR_DATA | SMFIP_NR_UNKN | SMFIP_NR_HDR | SMFIP_NR_EOH | SMFIP_NR_BODY;

static sfsistat
on_negotiate(SMFICTX *ctx, unsigned long f0, unsigned long f1, unsigned long f2,
    unsigned long f3, unsigned long *pf0, unsigned long *pf1,
    unsigned long *pf2, unsigned long *pf3)
{
	(void)ctx, (void)f0, (void)f2, (void)f3;
	*pf0 = 0;
	*pf1 = f1 & quiet;
	*pf2 = *pf3 = 0;
	return SMFIS_CONTINUE;
}

static sfsistat
on_header(SMFICTX *ctx, char *name, char *value)
{
	(void)ctx, (void)name, (void)value;
	return SMFIS_NOREPLY;
}

static sfsistat
on_body(SMFICTX *ctx, unsigned char *bytes, size_t len)
{
	(void)ctx, (void)bytes, (void)len;
	return SMFIS_NOREPLY;
}

static sfsistat
on_end(SMFICTX *ctx)
{
	(void)ctx;
	return SMFIS_CONTINUE;
}

int
main(int argc, char **argv)
{
	static char name[] = "noop";
	struct smfiDesc d = { .xxfi_name = name,
		.xxfi_version = SMFI_VERSION,
		.xxfi_header = on_header,
		.xxfi_body = on_body,
		.xxfi_eom = on_end,
		.xxfi_negotiate = on_negotiate };

	if (argc != 2) {
		fputs("usage: noop SOCKET\n", stderr);
		return 2;
	}
	if (smfi_setconn(argv[1]) == MI_FAILURE ||
	    smfi_register(d) == MI_FAILURE)
		return 1;
	return smfi_main() == MI_FAILURE;
}
