/* SPDX-License-Identifier: ISC */
#ifndef SKM_BASE_BANNED_H
#define SKM_BASE_BANNED_H

/*
 * Calls that have no place here: they have no bound, or keep hidden state that
 * threads share. Using one is a compile error (git's banned.h is the model).
 * Include it last, after the system's headers.
 */
/* With clang it is a macro of the C library that checks bounds. */
#undef sprintf
#pragma GCC poison strcpy strcat strncpy strncat sprintf vsprintf strtok
#pragma GCC poison ctime asctime gmtime localtime gets tmpnam tempnam mktemp

#endif
