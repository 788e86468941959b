/* SPDX-License-Identifier: ISC */
#include <string.h>

#include "milter/act/letter.h"
#include "milter/act/notice.h"
#include "milter/base/banned.h"

enum { TEXT_MOST = 1 << 20 };

/* The words of one language. */
struct words {
	bool japanese;
	const char *heading, *file, *unnamed, *reason, *held, *ask, *nobody;
};

static const struct words languages[] = {
	{ .japanese = true,
	    .heading = "この添付ファイルは除去されました\n\n"
		       "危険なおそれがあるため、メール検査システム「関守」が"
		       "次のファイルを除去しました。\n"
		       "元のメールは隔離して保管しています。必要な場合は、"
		       "隔離番号を添えてお問い合わせください。\n\n",
	    .file = "ファイル名",
	    .unnamed = "（名前なし）",
	    .reason = "理由",
	    .held = "隔離番号",
	    .ask = "問い合わせ先",
	    .nobody = "所属組織の情報セキュリティ担当者" },
	{ .heading = "\n\nThis attachment was removed\n\n"
		     "The mail filter Sekimori took this file out, because it "
		     "may be dangerous.\n"
		     "The original mail is held. If you need it, ask for it by "
		     "its identifier.\n\n",
	    .file = "File",
	    .unnamed = "(without a name)",
	    .reason = "Reason",
	    .held = "Held as",
	    .ask = "Ask",
	    .nobody = "the security staff of your organisation" },
};

/* The name as text that no reader makes a link of. It has no line ends and no
 * hidden characters: findings are printable. */
static int
put_name(struct buf *out, const char *name, const struct words *w)
{
	char shown[FINDINGS_NAME];
	size_t i;

	for (i = 0; i < sizeof shown - 1 && name[i] != '\0'; i++)
		shown[i] = strchr(":/@\\", name[i]) != NULL ||
				   strncasecmp(name + i, "www.", 4) == 0
			       ? '_'
			       : name[i];
	shown[i] = '\0';
	return buf_printf(out, "%s: %s\n", w->file,
	    shown[0] != '\0' ? shown : w->unnamed);
}

static bool
is_in(const struct findings *f, const struct found *fact, const struct cut *cut)
{
	const struct seen_part *part;

	if (fact->part < 0 || (size_t)fact->part >= f->parts_count)
		return false;
	part = &f->parts[fact->part];
	return part->begin >= cut->begin && part->end <= cut->end;
}

/* Each fact that the rule asks for and that was found in the part, once. */
static int
put_reasons(struct buf *out, const struct carry *c, const struct cut *cut,
    const struct words *w)
{
	const struct findings *f = c->a->findings;
	bool said[FACT_COUNT] = { false };

	for (size_t i = 0; i < f->facts_count; i++) {
		const struct found *fact = &f->facts[i];
		const struct fact_row *row = fact_row(fact->fact);

		if (said[fact->fact] || !is_in(f, fact, cut) ||
		    !cuts_mean(c->plan, fact->fact))
			continue;
		said[fact->fact] = true;
		if (buf_printf(out, "%s: %s\n", w->reason,
			w->japanese ? row->ja : row->en) == -1)
			return -1;
	}
	return 0;
}

static int
put_held(struct buf *out, const struct carry *c, const struct words *w)
{
	const char *contact = c->a->conf->sanitise_contact;

	for (size_t i = 0; i < c->plan->count; i++)
		if (c->plan->groups[i].effect == VERDICT_SANITISE &&
		    buf_printf(out, "%s: %s\n", w->held,
			c->plan->groups[i].held) == -1)
			return -1;
	return buf_printf(out, "%s: %s\n", w->ask,
	    contact[0] != '\0' ? contact : w->nobody);
}

static int
put_text(struct buf *out, const struct carry *c, const struct cut *cut)
{
	for (size_t i = 0; i < sizeof languages / sizeof *languages; i++) {
		const struct words *w = &languages[i];

		if (buf_string(out, w->heading) == -1 ||
		    put_name(out, cut->part->name, w) == -1 ||
		    put_reasons(out, c, cut, w) == -1 ||
		    put_held(out, c, w) == -1)
			return -1;
	}
	return 0;
}

int
notice_add(struct buf *out, const struct carry *c, const struct cut *cut,
    struct reason *why)
{
	struct buf text;
	int answer = -1;

	buf_init(&text, TEXT_MOST);
	if (put_text(&text, c, cut) == 0)
		answer = letter_text(out, &text);
	buf_free(&text);
	return answer == 0 ? 0 : reason_set(why, "no memory for the notice");
}
