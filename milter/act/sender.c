/* SPDX-License-Identifier: ISC */
#include <stdio.h>
#include <string.h>
#include <strings.h>
#include <time.h>

#include "milter/act/carry.h"
#include "milter/act/letter.h"
#include "milter/base/count.h"
#include "milter/base/log.h"
#include "milter/base/text.h"
#include "milter/base/banned.h"

/*
 * The notice to an official whose mail to the outside did not leave: for whom,
 * why, and what can be done. Only to an address of ours, by a client of ours,
 * and never with the text of the mail.
 */
enum { LETTER_MOST = 1 << 20, SHOWN = 50 };

/* The words of one language. */
struct words {
	const char *unsent, *held, *mail, *subject, *rcpt, *required, *reason,
	    *could, *held_as, *until, *rule, *more, *choices, *waits, *ask,
	    *nobody;
};

static const struct words languages[] = {
	{ .unsent =
		"次のメールは、必要な保護（暗号化）ができない宛先があるため、"
		"どの宛先にも送信されていません。\n",
	    .held = "次のメールは、下記の宛先への送信を保留しています。"
		    "まだ外部には送信されていません。\n",
	    .mail = "受付番号",
	    .subject = "件名",
	    .rcpt = "宛先",
	    .required = "必要な保護: 暗号化（S/MIME または OpenPGP）",
	    .reason = "できない理由",
	    .could = "この宛先には暗号化できます。"
		     "ほかの宛先に送れないため送信していません。",
	    .held_as = "保留番号",
	    .until = "この時刻に送信",
	    .rule = "適用した規則",
	    .more = "ほかの宛先の数",
	    .choices = "できること:\n"
		       "1. 暗号化できない宛先を外して、もう一度送信する。\n"
		       "2. 相手に証明書（公開鍵）を依頼する。"
		       "末尾の文面をそのまま転送できます。\n"
		       "   届いた証明書を管理者が登録すると送信できます。\n"
		       "3. 急ぐ場合や迷う場合は、受付番号を添えて問い合わせる。"
		       "規則が認める範囲で、\n"
		       "   上司や管理者が別の方法を選べます。\n",
	    .waits =
		"できること:\n"
		"1. そのまま待つ。保留時刻が過ぎるか、確認が済むと送信されます。\n"
		"2. 取り消す、または急いで送るには、保留番号を添えて"
		"問い合わせる。\n"
		"   （このメールに返信しても取り消されません。）\n",
	    .ask = "問い合わせ先",
	    .nobody = "所属組織の情報セキュリティ担当者" },
	{ .unsent = "This mail was sent to nobody: it must leave protected "
		    "(encrypted), and for some\nrecipients it cannot be.\n",
	    .held = "This mail is held for the recipients below. Nothing of it "
		    "has been sent to them yet.\n",
	    .mail = "Reference",
	    .subject = "Subject",
	    .rcpt = "Recipient",
	    .required = "Required: encryption (S/MIME or OpenPGP)",
	    .reason = "Why not",
	    .could = "could be encrypted; not sent, because others cannot get "
		     "it",
	    .held_as = "Held as",
	    .until = "Goes on at",
	    .rule = "By the rule",
	    .more = "Recipients more",
	    .choices =
		"What you can do:\n"
		"1. Send it again without the recipients it cannot be "
		"encrypted for.\n"
		"2. Ask them for a certificate or key: the text at the end can "
		"be forwarded as it is.\n"
		"   It can be sent once your administrator has stored what they "
		"answer with.\n"
		"3. If it is urgent, or you are in doubt, ask with the "
		"reference: your superior or\n"
		"   administrator can choose another way where the rules allow "
		"one.\n",
	    .waits =
		"What you can do:\n"
		"1. Wait: it is sent at its time, or once it was looked at.\n"
		"2. To cancel it, or if it is urgent, ask with the "
		"identifier it is held as.\n"
		"   (An answer to this mail cancels nothing.)\n",
	    .ask = "Ask",
	    .nobody = "the security staff of your organisation" },
};

/* Without a word of the mail: it goes to those outside. */
static const char to_forward[] =
    "--------\n"
    "当方から貴方へのメールは、暗号化して送信することが定められています。\n"
    "お手数ですが、S/MIMEの証明書（公開鍵。拡張子 .cer、.crt、.pem など）または\n"
    "OpenPGPの公開鍵を、このメールへの返信に添付してお送りください。\n"
    "秘密鍵（拡張子 .p12、.pfx など）やパスワードは送らないでください。\n"
    "\n"
    "Our rules ask us to encrypt mail to you. Please answer this mail with your\n"
    "S/MIME certificate (the public part: .cer, .crt, .pem) or your OpenPGP\n"
    "public key attached. Please never send a private key (.p12, .pfx) or a\n"
    "password.\n"
    "--------\n";

static bool
is_unsealed(const struct carry *c)
{
	return c->plan->answer == VERDICT_REFUSE && c->seal != NULL &&
	       c->seal->copies_count == 0;
}

static int
put_unsealed(struct buf *out, const struct carry *c, const struct words *w)
{
	for (size_t i = 0; i < c->asked.count; i++) {
		const char *reason = c->seal->reasons[i];

		if (buf_printf(out, "\n%s: %s\n  %s\n  ", w->rcpt,
			c->asked.rcpts[i], w->required) == -1)
			return -1;
		if (reason[0] == '\0' &&
		    buf_printf(out, "%s\n", w->could) == -1)
			return -1;
		if (reason[0] != '\0' &&
		    buf_printf(out, "%s: %s\n", w->reason, reason) == -1)
			return -1;
	}
	return buf_printf(out, "\n%s", w->choices);
}

/* When it goes on by itself. */
static int
put_until(struct buf *out, const struct group *g, const struct words *w)
{
	time_t until = time(NULL) + (time_t)g->verdict.seconds;
	char text[64];
	struct tm tm;

	if (g->effect != VERDICT_HOLD)
		return 0;
	localtime_r(&until, &tm);
	strftime(text, sizeof text, "%Y-%m-%d %H:%M:%S %z", &tm);
	return buf_printf(out, "%s: %s\n", w->until, text);
}

static int
put_group(struct buf *out, const struct carry *c, const struct group *g,
    const struct words *w)
{
	if (buf_printf(out, "\n%s: %s\n%s: %s\n", w->held_as, g->held, w->rule,
		g->verdict.rule) == -1 ||
	    put_until(out, g, w) == -1)
		return -1;
	for (size_t i = 0; i < g->count && i < SHOWN; i++)
		if (buf_printf(out, "  %s: %s\n", w->rcpt,
			c->a->envelope->rcpts[g->rcpts[i]].address) == -1)
			return -1;
	if (g->count <= SHOWN)
		return 0;
	return buf_printf(out, "  %s: %zu\n", w->more, g->count - SHOWN);
}

static int
put_held(struct buf *out, const struct carry *c, const struct words *w)
{
	for (size_t i = 0; i < c->plan->count; i++) {
		const struct group *g = &c->plan->groups[i];

		if (quarantine_holds(g) && put_group(out, c, g, w) == -1)
			return -1;
	}
	return buf_printf(out, "\n%s", w->waits);
}

static int
put_language(struct buf *out, const struct carry *c, const struct words *w)
{
	const char *contact = c->a->conf->notice_contact;
	bool unsealed = is_unsealed(c);

	if (buf_printf(out, "%s\n%s: %s\n%s: %s\n",
		unsealed ? w->unsent : w->held, w->mail, c->a->envelope->id,
		w->subject, c->a->findings->subject) == -1 ||
	    (unsealed ? put_unsealed : put_held)(out, c, w) == -1)
		return -1;
	return buf_printf(out, "\n%s: %s\n\n\n", w->ask,
	    contact[0] != '\0' ? contact : w->nobody);
}

static int
put_letter(struct buf *out, const struct carry *c, const struct letter *l)
{
	struct buf text;
	int failed = 0;

	buf_init(&text, LETTER_MOST);
	for (size_t i = 0; failed == 0 && i < COUNT(languages); i++)
		failed = put_language(&text, c, &languages[i]);
	if (failed == 0 && is_unsealed(c))
		failed = buf_string(&text, to_forward);
	if (failed == 0)
		failed = letter_head(l, out);
	if (failed == 0)
		failed = letter_text(out, &text);
	if (failed == 0)
		failed = buf_string(out, "\r\n");
	buf_free(&text);
	return failed;
}

/* The same message with the same fate is told of once. */
static int
once_of(const struct carry *c, struct buf *once)
{
	uint8_t digest[HASH_BYTES];
	char hex[HASH_HEX];
	struct reason why;

	if (hash_fd(c->a->message, digest, &why) == -1)
		return -1;
	hash_hex(digest, hex);
	if (buf_printf(once, "notice %s", hex) == -1)
		return -1;
	for (size_t i = 0; i < c->plan->count; i++)
		if (buf_printf(once, " %s", c->plan->groups[i].held) == -1)
			return -1;
	return 0;
}

static int
tell(const struct carry *c, struct reason *why)
{
	const struct envelope *e = c->a->envelope;
	bool unsealed = is_unsealed(c);
	struct letter l = { .conf = c->a->conf,
		.spool = c->a->spool,
		.msg = e->id,
		.queue_id = e->queue_id,
		.to = e->sender,
		.message_id = c->a->findings->message_id,
		.english = unsealed ? "Mail not sent: it cannot be encrypted"
				    : "Mail held, not sent yet",
		.japanese = unsealed ? "送信できません（暗号化）"
				     : "送信を保留しています" };
	struct buf out, once;
	int failed = -1;

	buf_init(&out, LETTER_MOST * 2);
	buf_init(&once, LETTER_MOST);
	reason_set(why, "no memory");
	if (letter_can(&l) && once_of(c, &once) == 0 &&
	    put_letter(&out, c, &l) == 0) {
		l.once = buf_text(&once);
		failed = letter_send(&l, &out, why);
	}
	buf_free(&out);
	buf_free(&once);
	return failed;
}

/* Machines answer machines without end (RFC 3834, 2). */
static bool
comes_from_machine(const struct fields *f)
{
	static const char name[] = "\nAuto-Submitted:";
	const char *bytes = (const char *)f->bytes;

	return (f->header >= sizeof name - 2 &&
		   strncasecmp(bytes, name + 1, sizeof name - 2) == 0) ||
	       text_holds(bytes, f->header, name);
}

static bool
is_owed(const struct carry *c)
{
	const struct act *a = c->a;
	bool any = is_unsealed(c);

	for (size_t i = 0; i < c->plan->count; i++)
		any |= quarantine_holds(&c->plan->groups[i]);
	return any && a->conf->notice && a->envelope->inside &&
	       a->places != NULL &&
	       places_own_domain(a->places, a->envelope->sender_domain) &&
	       strcmp(carry_direction(a->envelope), "outbound") == 0 &&
	       !comes_from_machine(&c->fields);
}

void
sender_tell(const struct carry *c)
{
	const struct envelope *e = c->a->envelope;
	struct reason why;

	if (!is_owed(c))
		return;
	if (!pace_allows(c->a->pace, e->sender, time(NULL),
		c->a->conf->notice_hourly))
		log_warning("%s: no notice to %s: more than %lld in this hour",
		    e->queue_id, e->sender,
		    (long long)c->a->conf->notice_hourly);
	else if (tell(c, &why) == -1)
		log_warning("%s: no notice to %s: %s", e->queue_id, e->sender,
		    why.text);
}
