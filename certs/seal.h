/* SPDX-License-Identifier: ISC */
#ifndef SKM_CERTS_SEAL_H
#define SKM_CERTS_SEAL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "milter/base/reason.h"
#include "milter/base/wire.h"

/*
 * What is asked of the seal server, and what it answers: the wire between
 * act (which asks) and certs (which holds keys and libraries).
 *
 * Request: PACKET_SEAL with the message's sealed memfd, the number of
 * recipients, who sends it and its class, then one PACKET_SEAL_TO each.
 * Answer: PACKET_SEALED with the number of copies and one PACKET_SEALED_COPY
 * with a new sealed memfd each (none for what its sender has encrypted
 * already), or PACKET_REFUSED and one PACKET_REFUSED_WHY per recipient, or
 * nothing at all:
 * then the mail is deferred. There is no answer that lets a message pass in
 * clear.
 */
enum seal_packet {
	PACKET_SEAL = 32,
	PACKET_SEAL_TO,
	PACKET_SEALED,
	PACKET_SEALED_COPY,
	PACKET_REFUSED,
	PACKET_REFUSED_WHY
};

enum seal_method { SEAL_SMIME, SEAL_OPENPGP, SEAL_METHODS };

enum {
	SEAL_RECIPIENTS = 256,
	SEAL_COPIES = 32,
	SEAL_TEXT = 256,
	SEAL_KEYS = 1024,
	SEAL_ADDRESS = 1024
};

/* "smime", "openpgp". */
const char *seal_method_name(enum seal_method method);

/* Who encrypted: we; the sender, for just these recipients; or the sender, for
 * whom is not known (setting already_encrypted). */
enum seal_by { SEAL_BY_GATEWAY, SEAL_BY_SENDER, SEAL_BY_SENDER_UNVERIFIED };

/* "gateway", "sender", "sender-unverified". */
const char *seal_by_name(enum seal_by by);

struct seal_request {
	char *sender; /* of the envelope, or "" */
	char *user; /* who it is by authentication, or "" */
	int class; /* of confidentiality, 1 to 3; 0: nobody said */
	size_t count;
	char *rcpts[SEAL_RECIPIENTS]; /* addresses, outside ones only */
};

/* What was really used, measured on what was written. */
struct seal_used {
	char content[SEAL_TEXT]; /* cipher: "AES-256-CBC" */
	char keys[SEAL_TEXT]; /* how its key is sent: "RSAES-OAEP SHA256, ECDH
			       * SHA256" */
	char signature[SEAL_TEXT]; /* inside: "RSASSA-PSS SHA256", or "" */
	char signer[SEAL_TEXT]; /* its certificate's fingerprint, or "" */
	bool monitored; /* one of these is on the list for interoperation only
			 * (certs/algorithms.def) */
};

/*
 * A message sealed for some of the recipients with one method. fd holds the
 * new message whole: its header has every field of the original except the
 * Content-* and MIME-Version fields, which are the sealed ones, and Bcc; lines
 * end in CRLF; the encrypted content was parsed again to its end before it
 * counted.
 *
 * What the sender has encrypted already is the message as it is: there is no
 * fd, of the header only what hides recipients changes, and of used only
 * the content cipher is known.
 */
struct seal_copy {
	int fd; /* sealed memfd; -1: not by the gateway */
	enum seal_by by;
	enum seal_method method;
	struct seal_used used;
	char keys[SEAL_KEYS]; /* fingerprints used, space between, "..." at
			       * the end when there are more */
	size_t count;
	uint16_t rcpts[SEAL_RECIPIENTS]; /* numbers into the request, rising */
};

/* Is there what stands in the message's place, or need there be nothing? */
bool seal_copy_complete(const struct seal_copy *copy);

/* Sealed: every recipient is in exactly one of the copies. Refused: nobody
 * gets anything. */
struct seal_answer {
	size_t copies_count; /* 0: refused */
	struct seal_copy copies[SEAL_COPIES];
	size_t count; /* recipients of the request */
	bool temporary; /* refused: trying again may help */
	char reasons[SEAL_RECIPIENTS][SEAL_TEXT]; /* refused: why, in the
						   * order of the request */
};

/* The client's side: asks the server at path. 0 and *answer (heap, freed by
 * seal_answer_free, which closes the copies), or -1: no answer, so defer. The
 * seals of the memfds that come back have been checked. */
int seal_ask(const char *path, int message, const struct seal_request *request,
    int64_t deadline, struct seal_answer **answer, struct reason *why);

/* A refusal without reasons yet; never NULL. */
struct seal_answer *seal_answer_new(void);
/* Closes all copies and frees; *answer may be NULL and is NULL after. */
void seal_answer_free(struct seal_answer **answer);

/* The server's side of the packets: the request (its recipients freed by
 * seal_request_clear) with the message's descriptor. */
int seal_recv_request(int connection, struct seal_request *r, int *message,
    int64_t deadline, struct reason *why);
void seal_request_clear(struct seal_request *r);
int seal_send_answer(int connection, const struct seal_answer *answer,
    int64_t deadline, struct reason *why);

#endif
