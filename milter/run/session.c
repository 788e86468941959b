/* SPDX-License-Identifier: ISC */
#include <arpa/inet.h>
#include <libmilter/mfapi.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>

#include "milter/base/clock.h"
#include "milter/base/count.h"
#include "milter/base/log.h"
#include "milter/run/gate.h"
#include "milter/run/judge.h"
#include "milter/run/session.h"
#include "milter/base/banned.h"

static sfsistat
no_reply(void)
{
	/* SMFIS_CONTINUE would make libmilter log a warning for each. */
	return SMFIS_NOREPLY;
}

static const char *
macro(SMFICTX *ctx, const char *name)
{
	char symbol[64];
	const char *value;

	snprintf(symbol, sizeof symbol, "%s", name);
	value = smfi_getsymval(ctx, symbol);
	return value == NULL ? "" : value;
}

static sfsistat
on_negotiate(SMFICTX *ctx, unsigned long f0, unsigned long f1, unsigned long f2,
    unsigned long f3, unsigned long *pf0, unsigned long *pf1,
    unsigned long *pf2, unsigned long *pf3)
{
	const unsigned long steps =
	    SMFIP_NR_CONN | SMFIP_NR_HELO | SMFIP_NR_MAIL | SMFIP_NR_RCPT |
	    SMFIP_NR_DATA | SMFIP_NR_UNKN | SMFIP_NR_HDR | SMFIP_NR_EOH |
	    SMFIP_NR_BODY | SMFIP_HDR_LEADSPC;
	const unsigned long acts =
	    SMFIF_ADDHDRS | SMFIF_CHGHDRS | SMFIF_CHGBODY | SMFIF_DELRCPT;
	char connect[] = "j {daemon_name} {client_addr} {client_name}";
	char helo[] = "{tls_version} {cipher} {cipher_bits} {verify}";
	char mail[] = "i {auth_type} {auth_authen} {tls_version} {cipher} "
		      "{cipher_bits} {verify}";
	char end[] = "i";

	(void)f2;
	(void)f3;
	/* An MTA that wants a reply to every event would hang on ours. */
	if ((f1 & steps) != steps || (f0 & acts) != acts)
		return SMFIS_REJECT;
	*pf0 = acts;
	*pf1 = steps | (f1 & (SMFIP_NOUNKNOWN | SMFIP_NODATA));
	*pf2 = *pf3 = 0;
	smfi_setsymlist(ctx, SMFIM_CONNECT, connect);
	smfi_setsymlist(ctx, SMFIM_HELO, helo);
	smfi_setsymlist(ctx, SMFIM_ENVFROM, mail);
	smfi_setsymlist(ctx, SMFIM_EOM, end);
	return SMFIS_CONTINUE;
}

static void
address_text(const _SOCK_ADDR *address, char text[INET6_ADDRSTRLEN])
{
	struct sockaddr_in in4;
	struct sockaddr_in6 in6;

	text[0] = '\0';
	if (address == NULL)
		return;
	if (address->sa_family == AF_INET) {
		memcpy(&in4, address, sizeof in4);
		inet_ntop(AF_INET, &in4.sin_addr, text, INET6_ADDRSTRLEN);
	} else if (address->sa_family == AF_INET6) {
		memcpy(&in6, address, sizeof in6);
		inet_ntop(AF_INET6, &in6.sin6_addr, text, INET6_ADDRSTRLEN);
	}
}

static sfsistat
on_connect(SMFICTX *ctx, char *name, _SOCK_ADDR *address)
{
	struct session *s = judge_session_new();
	char text[INET6_ADDRSTRLEN];

	/* No session (memory, too many connections): every later callback
	 * finds none, and the end of the message defers. */
	if (s == NULL || smfi_setpriv(ctx, s) == MI_FAILURE) {
		judge_session_free(&s);
		return no_reply();
	}
	atomic_fetch_add(&gate.connections, 1);
	address_text(address, text);
	envelope_text(&s->envelope->client_ip, text);
	envelope_text(&s->envelope->client_name, name);
	envelope_text(&s->envelope->daemon, macro(ctx, "{daemon_name}"));
	return no_reply();
}

static sfsistat
on_helo(SMFICTX *ctx, char *helo)
{
	struct session *s = smfi_getpriv(ctx);

	if (s != NULL)
		envelope_text(&s->envelope->helo, helo);
	return no_reply();
}

/* ESMTP arguments, blank between: "BODY=8BITMIME SIZE=1000". */
static void
join(char *text, size_t size, char **words)
{
	size_t len = 0;

	text[0] = '\0';
	for (; *words != NULL && len < size; words++)
		len += (size_t)snprintf(text + len, size - len, "%s%s",
		    len > 0 ? " " : "", *words);
}

static void
take_connection_macros(SMFICTX *ctx, struct envelope *e)
{
	envelope_text(&e->auth_type, macro(ctx, "{auth_type}"));
	envelope_text(&e->auth_user, macro(ctx, "{auth_authen}"));
	envelope_text(&e->tls_version, macro(ctx, "{tls_version}"));
	envelope_text(&e->tls_cipher, macro(ctx, "{cipher}"));
	envelope_text(&e->tls_bits, macro(ctx, "{cipher_bits}"));
	envelope_text(&e->tls_verify, macro(ctx, "{verify}"));
}

static sfsistat
on_mail(SMFICTX *ctx, char **words)
{
	struct session *s = smfi_getpriv(ctx);
	char args[ENVELOPE_TEXT];

	if (s == NULL)
		return no_reply();
	judge_begin(s);
	take_connection_macros(ctx, s->envelope);
	join(args, sizeof args, words + 1);
	if (envelope_sender(s->envelope, words[0], args, &s->why) == -1)
		s->refused = true;
	return no_reply();
}

static sfsistat
on_rcpt(SMFICTX *ctx, char **words)
{
	struct session *s = smfi_getpriv(ctx);
	char args[ENVELOPE_TEXT];

	if (s == NULL || s->refused)
		return no_reply();
	join(args, sizeof args, words + 1);
	if (envelope_rcpt(s->envelope, words[0], args, &s->why) == -1)
		s->refused = true;
	return no_reply();
}

static void
take_token(struct session *s, const char *value)
{
	value += strspn(value, " \t\r\n");
	snprintf(s->token, sizeof s->token, "%.*s",
	    (int)strcspn(value, " \t\r\n"), value);
}

static sfsistat
on_header(SMFICTX *ctx, char *name, char *value)
{
	struct session *s = smfi_getpriv(ctx);

	if (s == NULL)
		return no_reply();
	if (strcasecmp(name, "X-Sekimori-Release") == 0)
		take_token(s, value);
	thread_field(&s->thread, gate.quarantine, name, value);
	collect_header(&s->message, name, value);
	return no_reply();
}

static sfsistat
on_end_of_header(SMFICTX *ctx)
{
	struct session *s = smfi_getpriv(ctx);

	if (s != NULL)
		collect_end_of_header(&s->message);
	return no_reply();
}

static sfsistat
on_body(SMFICTX *ctx, unsigned char *bytes, size_t len)
{
	struct session *s = smfi_getpriv(ctx);

	if (s != NULL)
		collect_body(&s->message, bytes, len);
	return no_reply();
}

static sfsistat
on_end(SMFICTX *ctx)
{
	struct session *s = smfi_getpriv(ctx);
	struct mta mta = mta_milter(ctx, true);
	sfsistat answer;

	if (s == NULL)
		return SMFIS_TEMPFAIL;
	envelope_text(&s->envelope->queue_id, macro(ctx, "i"));
	answer = judge_message(s, &mta);
	judge_end(s);
	return answer;
}

static sfsistat
on_abort(SMFICTX *ctx)
{
	struct session *s = smfi_getpriv(ctx);

	if (s != NULL)
		judge_end(s);
	return SMFIS_CONTINUE;
}

static sfsistat
on_close(SMFICTX *ctx)
{
	struct session *s = smfi_getpriv(ctx);

	if (s == NULL)
		return SMFIS_CONTINUE;
	judge_session_free(&s);
	smfi_setpriv(ctx, NULL);
	atomic_fetch_sub(&gate.connections, 1);
	return SMFIS_CONTINUE;
}

int
session_register(struct reason *why)
{
	static char name[] = "sekimori";
	struct smfiDesc description = {
		.xxfi_name = name,
		.xxfi_version = SMFI_VERSION,
		.xxfi_flags = SMFIF_ADDHDRS | SMFIF_CHGHDRS | SMFIF_CHGBODY |
			      SMFIF_DELRCPT,
		.xxfi_connect = on_connect,
		.xxfi_helo = on_helo,
		.xxfi_envfrom = on_mail,
		.xxfi_envrcpt = on_rcpt,
		.xxfi_header = on_header,
		.xxfi_eoh = on_end_of_header,
		.xxfi_body = on_body,
		.xxfi_eom = on_end,
		.xxfi_abort = on_abort,
		.xxfi_close = on_close,
		.xxfi_negotiate = on_negotiate,
	};

	if (smfi_register(description) == MI_FAILURE)
		return reason_set(why, "libmilter did not take the callbacks");
	return 0;
}
