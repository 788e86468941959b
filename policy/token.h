/* SPDX-License-Identifier: ISC */
#ifndef SKM_POLICY_TOKEN_H
#define SKM_POLICY_TOKEN_H

#include <stddef.h>

#include "milter/base/arena.h"
#include "milter/base/reason.h"

/*
 * The words of a policy file: bare words, "texts", ( and ). A comment begins
 * with # and ends with its line.
 *
 * The file is valid UTF-8 without hidden characters: what a reviewer sees is
 * what is decided (Trojan Source, CVE-2021-42574).
 */
enum token_kind { TOKEN_WORD, TOKEN_TEXT, TOKEN_OPEN, TOKEN_CLOSE, TOKEN_END };

struct token {
	enum token_kind kind;
	char *text; /* without quotes; "end of the file" at the end */
	int line; /* from 1 */
};

/*
 * Parts len bytes into tokens, the last one TOKEN_END; they live in a. NULL
 * with "LINE: ..." in why for anything that is no text.
 */
struct token *
token_list(struct arena *a, const char *bytes, size_t len, struct reason *why);

#endif
