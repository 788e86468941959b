/* SPDX-License-Identifier: ISC */
#ifndef SKM_ACT_CARRY_H
#define SKM_ACT_CARRY_H

#include "certs/fields.h"
#include "certs/seal.h"
#include "milter/act/act.h"
#include "milter/act/copies.h"
#include "milter/act/cuts.h"

/*
 * One plan being carried out: what the effects (one a file) share. First what
 * must be durable is made, then events_record() records it, then the
 * message is changed, and last the MTA is answered.
 */
struct carry {
	struct act *a;
	struct plan *plan;
	struct fields fields; /* of the message */
	struct mta_reply reply;
	struct seal_request asked;
	struct seal_answer *seal; /* what the seal server said, or NULL */
	struct copies copies; /* what goes on, each with its proof */
	char spooled[IDENT_SIZE]; /* several copies: their name in the spool */
	struct cuts cuts; /* what is taken out of a sanitised copy */
	struct verdict again; /* on that, the hardest of all recipients' */
	struct reason whole; /* why it is held whole, not sanitised; or "" */
	struct reason why; /* of a deferral */
};

/* encrypt.c: asks for the seal. 0: c->seal, or the plan is "refuse" now; -1:
 * defer. Changes nothing outside. */
int encrypt_prepare(struct carry *c);

/* encrypt.c: puts the sealed message in the place of the clear one; what its
 * sender has encrypted already stays, without its Bcc. */
int encrypt_apply(struct carry *c, const struct seal_copy *seal);

/* split.c: several copies are written to the spool, on stable storage, where
 * they wait for split_commit(). */
int split_prepare(struct carry *c);

/* split.c: from here on the copies are on their way; the MTA's message can be
 * given up. */
int split_commit(struct carry *c);

/* split.c: forgets copies that were not committed. */
void split_abort(struct carry *c);

/* act.c: does to a message what its recipients must see of the verdict:
 * sealed, marked, with our fields. c->a->mta has it in hands. */
int carry_apply(struct carry *c, const struct copy *copy);

/* encrypt.c: puts the body of another message in the place of this one's. */
int carry_body(const struct mta *mta, const struct fields *other);

/* sanitise.c: makes the copy without the dangerous parts, after the original
 * is held, and has it inspected and judged again. c->copies; or the plan is
 * "quarantine" now and c->whole says why. Changes the record of the held
 * message, and nothing else outside. */
void sanitise_prepare(struct carry *c);

/* sanitise.c: puts the copy in the place of the message. */
int sanitise_apply(struct carry *c, int copy);

/* quarantine.c: is the message held for the group? */
bool quarantine_holds(const struct group *g);

/* quarantine.c: holds the message for the group, durably. */
int quarantine_prepare(struct carry *c, struct group *g);

/* quarantine.c: takes the group's recipients off the message. */
int quarantine_apply(struct carry *c, const struct group *g);

/* quarantine.c: is every group held, so that the MTA may forget it? */
bool quarantine_all(const struct carry *c);

/* tag.c: marks the message for its reader: X-Sekimori-* and Subject. */
int tag_apply(struct carry *c, const struct group *g);

/* tag.c: the two halves of it: what was decided of the message, and the mark
 * of this verdict in its Subject. -1: the MTA did not take it. */
int tag_header(struct carry *c, const struct group *g);
int tag_subjects(struct carry *c, const struct verdict *v);

/* tag.c: prefix in front of a Subject, by RFC 2047 where it is not ASCII. */
int tag_subject(struct buf *out, const char *prefix, const char *subject);

/* deliver.c: removes what only we may say, and says it; outside: that it may
 * pass the MTA's second fence, too. */
int deliver_apply(struct carry *c, bool outside);

/* refuse.c: the lines of a refusal by policy. */
void refuse_reply(struct carry *c);

/* refuse.c: the lines of a refusal by the seal server. */
void refuse_unsealed(struct carry *c);

/* sender.c: tells an official whose mail to the outside was not encrypted, or
 * is held, by a mail from us. What was decided is recorded; the mail is in the
 * spool behind this, or a line in the log says why not. */
void sender_tell(const struct carry *c);

/* defer.c: everything is undone that can be: 451 to all. */
void defer_all(struct carry *c);

/* events.c: what is recorded of this plan, in one unit. */
int events_record(const struct carry *c, struct reason *why);

/* What can be said about the message on one line of syslog. */
void line_make(const struct carry *c, char *line, size_t size);

/* The class of confidentiality, 1 to 3, that the facts tell; 0: none. */
int carry_class(const struct findings *f);

/* The direction for records: outbound when anybody outside gets it. */
const char *carry_direction(const struct envelope *e);

/* Names of the facts found, each once, with sep between; cut at whole names
 * when size is not enough. */
void
carry_facts(const struct findings *f, const char *sep, char *out, size_t size);

/* Our name in Authentication-Results (RFC 8601). */
void carry_authserv(const struct conf *conf, char *out, size_t size);

#endif
