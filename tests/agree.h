/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Agree: does our splitter cut a text exactly as PostgreSQL's own grammar does, and refuse only what the grammar
 * refuses too? Asked by unit tests and the fuzzer.
 */
#ifndef DBTOP_TESTS_AGREE_H
#define DBTOP_TESTS_AGREE_H

#include "parse/script.h"

enum agreement {
	AGREE_SAME,
	AGREE_NOT_ASKED, /* the grammar refuses the text, or the text holds what it does not know: rows, psql lines */
	AGREE_DIFFERENT, /* why says where */
};

enum { AGREE_WHY_BYTES = 400 };

/* script has been split already. */
enum agreement agree_on_split(const struct script *script, char why[AGREE_WHY_BYTES]);
/* script was refused by script_split() with `refusal`. AGREE_SAME: the grammar refuses it as well. */
enum agreement agree_on_refusal(
	const struct script *script, const struct err *refusal, char why[AGREE_WHY_BYTES]);

#endif
