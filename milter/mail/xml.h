/* SPDX-License-Identifier: ISC */
#ifndef SKM_MAIL_XML_H
#define SKM_MAIL_XML_H

#include <stdbool.h>
#include <stddef.h>
#include <libxml/parser.h>

#include "milter/base/arena.h"

/*
 * XML by libxml2, as every inspector reads it: quotes, entities, encodings and
 * prefixes are as they may be, nothing outside the bytes is read, and no
 * entity of the document's own is expanded.
 */

/*
 * Calls the SAX2 functions of handler with context; fills what else libxml2
 * needs in it. What is broken ends the reading, and so does a callback soon
 * after it sets *enough (NULL: none does).
 */
void xml_read(xmlSAXHandler *handler, void *context, const bool *enough,
    const void *bytes, size_t size);

/* The value of an attribute, among the count that SAX2 hands over; "" if it is
 * not there. In the arena. */
const char *xml_attribute(struct arena *a, int count, const xmlChar **list,
    const char *name);

#endif
