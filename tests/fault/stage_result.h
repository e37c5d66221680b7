/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Stage result: an answer of the stage, cut out of a test's lines; what pg/result.h promises stands on it. */
#ifndef DBTOP_TESTS_FAULT_STAGE_RESULT_H
#define DBTOP_TESTS_FAULT_STAGE_RESULT_H

#include "pg/result.h"

struct result {
	char *cells[64][24]; /* into text; row 0 holds the names */
	int rows, columns;
	char *text; /* owned */
	const char *tag;
};

/* Fill in the cells; the text is changed. */
void stage_result_cut(struct result *r);

#endif
