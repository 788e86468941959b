/* SPDX-License-Identifier: ISC */
#ifndef SKM_BASE_WIRE_H
#define SKM_BASE_WIRE_H

#include <stddef.h>
#include <stdint.h>

#include "milter/base/reason.h"

/*
 * Packets between our processes, over SOCK_SEQPACKET sockets in the file
 * system: one connection a message, one packet a statement.
 *
 * Whoever reads judges: a packet is at most WIRE_MAX bytes, begins with a
 * struct wire_head, and its kind and length are checked before its content.
 * Silence is failure: the sender ends with a packet that says it finished.
 */
enum { WIRE_MAX = 16384 };

struct wire_head {
	uint16_t kind;    /* meaning is the protocol's; see policy/findings.h */
	uint16_t version; /* WIRE_VERSION */
	uint32_t length;  /* bytes behind the head */
};

enum { WIRE_VERSION = 1 };

/* A server's listening socket at path, mode 0660; replaces what stands there. */
int wire_listen(const char *path, struct reason *why);

/* Connects to the server at path, waiting until deadline (clock_ms()) for a
 * place in its queue. The descriptor, or -1. */
int wire_connect(const char *path, int64_t deadline, struct reason *why);

/*
 * Sends one packet of kind with length bytes, and descriptor pass unless -1.
 * Waits until deadline for room.
 */
int wire_send(int fd, uint16_t kind, const void *bytes, size_t length,
    int pass, int64_t deadline, struct reason *why);

/*
 * Receives one packet into bytes (WIRE_MAX bytes) and fills head. *passed is
 * the descriptor that came with it or -1; pass NULL to refuse one. Returns 0,
 * or -1: a malformed packet, deadline over, or the other end is gone
 * ("closed the connection").
 */
int wire_recv(int fd, struct wire_head *head, void *bytes, int *passed,
    int64_t deadline, struct reason *why);

/* Fields of a packet, written and read one after another. Strings carry their
 * length; reading past the end sets bad and gives zero or "". */
struct wire_out {
	unsigned char bytes[WIRE_MAX];
	size_t len;
	int bad; /* it did not fit */
};
struct wire_in {
	const unsigned char *bytes;
	size_t len, at;
	int bad;
};

/* Adds a number, eight bytes in the order of this machine. */
void wire_put_number(struct wire_out *out, uint64_t n);

/* Adds len bytes as they are; whoever reads must know len. */
void wire_put_bytes(struct wire_out *out, const void *bytes, size_t len);

/* Adds a string with its length; NULL as "". */
void wire_put_string(struct wire_out *out, const char *s);

/* The number that stands next. */
uint64_t wire_get_number(struct wire_in *in);

/* len bytes into to, exactly. */
void wire_get_bytes(struct wire_in *in, void *to, size_t len);

/* A string into to (size bytes), NUL-terminated; one that is too long or has a
 * NUL inside sets bad. */
void wire_get_string(struct wire_in *in, char *to, size_t size);

/* 0 if every field was there and nothing is left over, else -1. */
int wire_end(const struct wire_in *in, struct reason *why);

#endif
