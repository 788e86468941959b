/* SPDX-License-Identifier: ISC */
#ifndef SKM_INSPECT_NUMBERS_H
#define SKM_INSPECT_NUMBERS_H

#include <stdbool.h>
#include <stddef.h>

/*
 * Numbers that belong to a person, counted and never kept: Individual Numbers
 * (マイナンバー, 12 digits with a check digit) and payment cards (ISO/IEC
 * 7812-1: an issuer's prefix, Luhn's check digit).
 *
 * One in eleven numbers of 12 digits has a right check digit by chance, so a
 * number counts where the text speaks of such numbers; or where there are so
 * many right ones, and hardly a wrong one, that it is no chance. A corporate
 * number (法人番号, 13 digits) is public.
 */
struct numbers {
	size_t individual, of_12; /* right ones, and all of that length */
	size_t cards, of_16; /* of_16: all of a card's lengths */
	bool says_individual, says_card;
};

/* Looks at a line as fold_line() makes it. */
void numbers_line(struct numbers *n, const char *line);

/* How many count, 0 when none does. */
size_t numbers_individual(const struct numbers *n);
size_t numbers_cards(const struct numbers *n);

#endif
