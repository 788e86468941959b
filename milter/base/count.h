/* SPDX-License-Identifier: ISC */
#ifndef SKM_BASE_COUNT_H
#define SKM_BASE_COUNT_H

/* The number of elements of an array (not of a pointer). */
#define COUNT(array) (sizeof(array) / sizeof *(array))

#endif
