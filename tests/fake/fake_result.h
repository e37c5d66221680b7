/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Fake result: an answer made of text, and the acts that stand between answers in a script.
 */
#ifndef DBTOP_TESTS_FAKE_RESULT_H
#define DBTOP_TESTS_FAKE_RESULT_H

#include "model/link.h"
#include "pg/driver.h"

enum fake_act { FAKE_ACT_NONE, FAKE_ACT_NOTICE, FAKE_ACT_DROP, FAKE_ACT_SILENCE };
enum { FAKE_COLUMNS = 16, FAKE_ROWS = 64 };

struct driver_result {
	enum driver_kind kind;
	enum fake_act act;
	char *text; /* owned: columns and rows, cut in place */
	int rows, columns;
	const char *names[FAKE_COLUMNS];
	const char *cells[FAKE_ROWS][FAKE_COLUMNS]; /* NULL = null */
	char tag[64];
	char severity[16], sqlstate[6], message[512], position[16];
	struct driver_result *next;
};

/* "a|b" and "1|2\n3|~"; ~ is null, "" is no row. */
struct driver_result *fake_result_rows(const char *columns, const char *rows);
struct driver_result *fake_result_tag(const char *tag);
struct driver_result *fake_result_error(
	const char *severity, const char *sqlstate, const char *text, int position);
/* The row of identity.sql. */
struct driver_result *fake_result_identity(const struct identity *identity);
void fake_result_free(struct driver_result *result);
/* The reading half of a driver. */
void fake_result_methods(struct driver *driver);

#endif
