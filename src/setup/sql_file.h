/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * SQL file: the statements of a file in one transaction: a seed, which adds and changes rows and may do nothing else, or
 * checks, which are read only and must return at least one row each, and true only.
 */
#ifndef DBTOP_SETUP_SQL_FILE_H
#define DBTOP_SETUP_SQL_FILE_H

#include "setup/setup_private.h"

enum sql_file_kind { SQL_FILE_SEED, SQL_FILE_CHECKS };

struct sql_file_end {
	size_t statements;
	int64_t rows; /* inserted, updated, deleted */
};
typedef void sql_file_done_fn(void *arg, const struct sql_file_end *end, const struct err *e);

struct sql_file_request {
	const char *path; /* borrowed for good: errors name it */
	enum sql_file_kind kind;
	bool runs; /* false = it is only read and cut */
};
/* done() on a later turn. */
void sql_file_start(struct setup *setup, const struct sql_file_request *request,
	sql_file_done_fn *done, void *arg);

#endif
