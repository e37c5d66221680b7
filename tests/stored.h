/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What dbtop has kept: one cell out of a file of its store, while it may be writing.
 */
#ifndef DBTOP_TESTS_STORED_H
#define DBTOP_TESTS_STORED_H

/* The first cell of the answer as text, or NULL where there is none; the caller frees. */
char *stored_cell(const char *path, const char *sql);

#endif
