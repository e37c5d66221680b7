/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Unit of work: one transaction on one connection. It commits on success and rolls back on error, on cancel and
 * when it is released early; a COMMIT that the server answered with ROLLBACK is an error.
 *
 *   unit_begin → done() → unit_run → done() … → unit_commit → done(), then unit_free()
 *
 * One thing at a time, and each done() comes on a later turn. A statement that fails ends the unit: it is rolled back before
 * done() hears of the error, unless a savepoint stands; then unit_rollback_to() may go on from there. The
 * connection must outlive the unit. On a session that a pooler shares out each unit brings its settings along.
 */
#ifndef DBTOP_PG_UNIT_H
#define DBTOP_PG_UNIT_H

#include "pg/conn.h"

struct unit_of_work;

enum unit_isolation {
	UNIT_ISOLATION_DEFAULT,
	UNIT_READ_COMMITTED,
	UNIT_REPEATABLE_READ,
	UNIT_SERIALIZABLE
};
struct unit_options {
	enum unit_isolation isolation;
	bool is_read_only,
		is_deferrable; /* deferrable matters to serializable and read-only units */
	int64_t deadline_ms;   /* of BEGIN, COMMIT and ROLLBACK themselves; 0 = none */
};

/* e is NULL when it went well. */
typedef void unit_done_fn(void *arg, const struct err *e);

/* The caller owns the unit from here on, also when BEGIN fails. conn must be usable. */
struct unit_of_work *unit_begin(
	struct conn *conn, const struct unit_options *options, unit_done_fn *done, void *arg);
void unit_run(struct unit_of_work *unit, const struct query *query, query_done_fn *done, void *arg);
void unit_savepoint(struct unit_of_work *unit, const char *name, unit_done_fn *done, void *arg);
void unit_rollback_to(struct unit_of_work *unit, const char *name, unit_done_fn *done, void *arg);
void unit_commit(struct unit_of_work *unit, unit_done_fn *done, void *arg);
void unit_rollback(struct unit_of_work *unit, unit_done_fn *done, void *arg);
/* Cancel the statement that runs; its done() tells, and the unit is rolled back. */
void unit_cancel(struct unit_of_work *unit);
/* More may be run: begun, and neither ended nor failed. */
bool unit_is_open(const struct unit_of_work *unit);
/*
 * Let go of it. What is still open is rolled back, after canceling what runs; nobody is told any more, and the
 * connection is busy until then. NULL is fine.
 */
void unit_free(struct unit_of_work *unit);

#endif
