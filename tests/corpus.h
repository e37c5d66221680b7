/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Corpus: real migration directories of public projects. They are not part of the project: looked for in
 * $DBTOP_CORPUS, else in ../shared/corpus beside the source tree; where there is none, no file is visited.
 */
#ifndef DBTOP_TESTS_CORPUS_H
#define DBTOP_TESTS_CORPUS_H

#include <stddef.h>

typedef void corpus_fn(void *arg, const char *path, const char *text, size_t len);
/* Visit every .sql file, in order of name; returns how many. */
size_t corpus_each(corpus_fn *fn, void *arg);

#endif
