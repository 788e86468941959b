/* SPDX-License-Identifier: ISC */
#ifndef SKM_CERTS_ENTITY_H
#define SKM_CERTS_ENTITY_H

#include <stdbool.h>
#include <stddef.h>

#include "milter/base/reason.h"

/*
 * A message taken apart for sealing: the inner entity is what is encrypted
 * (its Content-* fields and its body, byte for byte), the outer header is all
 * the other fields but MIME-Version, which the sealed message gets anew, and
 * Bcc, which nobody gets.
 */

/* A memfd for what is being made; -1 and why. */
int entity_memfd(const char *name, struct reason *why);

/* A memfd with the inner entity of the message; -1 and why. protect: with its
 * header protected (RFC 9788; certs/protect.c). */
int entity_inner(int message, bool protect, struct reason *why);

/* Writes the outer header of the message to the end of fd, without the empty
 * line behind it. protect: without what tells the content. */
int entity_outer(int message, int fd, bool protect, struct reason *why);

/* Closes a finished memfd against any change. */
int entity_close(int fd, struct reason *why);

/* A file in memory, for reading. */
struct entity_map {
	unsigned char *bytes;
	size_t size;
};

/* Maps the file fd, which must not be empty; entity_unmap() ends it. */
int entity_map(struct entity_map *map, int fd, struct reason *why);

/* Ends a map; one that was never made is left as it is. */
void entity_unmap(struct entity_map *map);

#endif
