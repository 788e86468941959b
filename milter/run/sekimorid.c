/* SPDX-License-Identifier: ISC */

/* The daemon's main(). */
