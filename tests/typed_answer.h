/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Typed answer: what became of one typed text: the first cell of its rows, and its end.
 */
#ifndef DBTOP_TESTS_TYPED_ANSWER_H
#define DBTOP_TESTS_TYPED_ANSWER_H

#include "core/typed.h"

struct typed_answer {
	int answers, ends;
	char cell[64]; /* "" = none */
	struct typed_end end;
	struct err error;
};

/* For typed_start(); arg is the struct typed_answer. */
void typed_answer_rows(void *arg, const struct result *result);
void typed_answer_end(void *arg, const struct typed_end *end);

#endif
