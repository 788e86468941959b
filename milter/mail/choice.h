/* SPDX-License-Identifier: ISC */
#ifndef SKM_MAIL_CHOICE_H
#define SKM_MAIL_CHOICE_H

#include "milter/mail/param.h"
#include "milter/mail/walk.h"

/*
 * What a reader makes of the fields of a part that can be read in several
 * ways. Each choice asks for the trait that it depends on, and only where
 * another choice would give something else.
 */

/* The value of a field, unfolded; "" if it is not there. */
const char *choice_value(struct walk *w, enum walk_field field);

/* The type that value says, or standard; lower case. */
const char *
choice_type(struct walk *w, const char *value, const char *standard);

/* The encoding that value says, lower case; "" for none that is known. */
const char *choice_encoding(struct walk *w, const char *value);

/* The boundary in value, parsed as f; empty if there is none. */
struct span
choice_boundary(struct walk *w, const char *value, const struct params *f);

/* The name of the file, UTF-8, by both fields; "" if there is none. */
const char *choice_name(struct walk *w, const struct params *disposition,
    const struct params *type);

#endif
