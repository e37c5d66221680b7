/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Detect: which history table is there. Candidates have the tool's name or the configured one; what they are is decided
 * by their columns, since one name is shared by several tools. The first that fits on the role's path is taken.
 */
#ifndef DBTOP_MIGRATE_HISTORY_DETECT_H
#define DBTOP_MIGRATE_HISTORY_DETECT_H

#include "base/err.h"
#include "migrate/history/history_class.h"
#include "pg/conn.h"

enum { DETECT_PARAMS = 5 };

/* What to ask. params borrow from the request, the class and this struct, which must stay where it is. */
struct detect_question {
	const char *sql; /* name in src/sql: by the path, or at a place that is known */
	const char *params[DETECT_PARAMS];
	int param_count;
	char schema[64],
		table[64]; /* of a configured "schema.table"; a bare name leaves the schema empty */
};

bool detect_ask(const struct history_class *class, const struct history_request *request,
	struct detect_question *question, struct err *e) MUST_CHECK;
/* Fill history->schema, table, exists and warning from the answer. */
bool detect_choose(const struct history_class *class, const struct history_request *request,
	const struct result *result, struct history *history, struct err *e) MUST_CHECK;

#endif
