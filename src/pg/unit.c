// SPDX-License-Identifier: GPL-3.0-or-later
#include "pg/unit.h"

#include "base/mem.h"
#include "base/quote.h"
#include "base/str.h"
#include "sql/sql.h"

enum unit_state {
	UNIT_OPEN,    /* waits for its owner */
	UNIT_ASKING,  /* something of the owner's runs */
	UNIT_UNDOING, /* our ROLLBACK runs */
	UNIT_OVER,
};

struct unit_of_work {
	struct conn *conn; /* borrowed */
	enum unit_state state;
	int64_t deadline_ms;
	bool has_savepoint;
	bool is_saving; /* the answer awaited is that of SAVEPOINT */
	bool is_ending; /* … of COMMIT or ROLLBACK */
	bool is_commit;
	bool is_let_go;	  /* nobody is told, and the memory goes when it is over */
	char *sql;	  /* owned: the text of ours that runs */
	struct err error; /* told once the ROLLBACK is through */
	unit_done_fn *done;
	query_done_fn *answered;
	void *arg;
};

static void rolled_back(void *arg, const struct result *result, const struct err *e);

static void unit_destroy(struct unit_of_work *unit)
{
	free(unit->sql);
	free(unit);
}

/* The last thing done with the unit in a callback: its owner may free it. */
static void tell(struct unit_of_work *unit, const struct result *result, const struct err *e)
{
	unit_done_fn *done = unit->done;
	query_done_fn *answered = unit->answered;

	unit->done = NULL;
	unit->answered = NULL;
	if (unit->is_let_go)
		unit_destroy(unit);
	else if (answered)
		answered(unit->arg, result, e);
	else if (done)
		done(unit->arg, e);
}

/* True when a ROLLBACK is on its way; false when the transaction is over without one. */
static bool undo(struct unit_of_work *unit)
{
	const struct query query = { .sql = sql_get("unit-rollback", 0),
		.is_simple = true,
		.deadline_ms = unit->deadline_ms };

	if (!conn_is_usable(unit->conn) || !conn_in_transaction(unit->conn)) {
		unit->state = UNIT_OVER;
		return false;
	}
	unit->state = UNIT_UNDOING;
	conn_query(unit->conn, &query, rolled_back, unit);
	return true;
}

/* A ROLLBACK that fails has lost its link, and with it the transaction. */
static void rolled_back(void *arg, const struct result *result, const struct err *e)
{
	struct unit_of_work *unit = arg;
	const struct err why = unit->error;

	(void)result;
	(void)e;
	unit->state = UNIT_OVER;
	tell(unit, NULL, &why);
}

static void fail_unit(struct unit_of_work *unit, const struct err *e)
{
	bool may_go_on = unit->has_savepoint && !unit->is_ending && !unit->is_let_go &&
			 conn_is_usable(unit->conn);

	unit->error = *e;
	if (may_go_on)
		unit->state = UNIT_OPEN;
	else if (undo(unit))
		return;
	tell(unit, NULL, &unit->error);
}

/* A failed transaction's COMMIT succeeds, with the wrong tag. */
static bool is_committed(
	const struct unit_of_work *unit, const struct result *result, struct err *e)
{
	if (!unit->is_commit || strcmp(result_tag(result), "COMMIT") == 0)
		return true;
	err_set(e, ERR_CONFLICT, "nothing was committed: the transaction had failed before");
	return err_detail(e, "the server answered COMMIT with %s", result_tag(result));
}

static void answered(void *arg, const struct result *result, const struct err *e)
{
	struct unit_of_work *unit = arg;
	struct err refusal;

	unit->has_savepoint |= unit->is_saving && !e; /* one that failed saves nothing */
	unit->is_saving = false;
	if (!e && !is_committed(unit, result, &refusal))
		e = &refusal;
	if (e) {
		fail_unit(unit, e);
		return;
	}
	unit->state = unit->is_ending ? UNIT_OVER : UNIT_OPEN;
	if (unit->is_let_go && undo(unit))
		return;
	tell(unit, result, NULL);
}

/* BEGIN went well. Where the session is others' too, the settings come along for this transaction only. */
static void begun(void *arg, const struct result *result, const struct err *e)
{
	struct unit_of_work *unit = arg;

	if (e || unit->is_let_go || !conn_is_usable(unit->conn) || !conn_is_shared(unit->conn))
		answered(unit, result, e);
	else
		conn_set_local(unit->conn, unit->deadline_ms, answered, unit);
}

static void ask(struct unit_of_work *unit, char *sql, unit_done_fn *done, void *arg)
{
	assert_always(unit->state == UNIT_OPEN, "a unit of work that is not open is asked");
	free(unit->sql);
	unit->sql = sql;
	unit->state = UNIT_ASKING;
	unit->done = done;
	unit->arg = arg;
	conn_query(unit->conn,
		&(const struct query){
			.sql = sql, .is_simple = true, .deadline_ms = unit->deadline_ms },
		answered, unit);
}

struct unit_of_work *unit_begin(
	struct conn *conn, const struct unit_options *options, unit_done_fn *done, void *arg)
{
	static const char *const levels[] = {
		[UNIT_ISOLATION_DEFAULT] = "",
		[UNIT_READ_COMMITTED] = " ISOLATION LEVEL READ COMMITTED",
		[UNIT_REPEATABLE_READ] = " ISOLATION LEVEL REPEATABLE READ",
		[UNIT_SERIALIZABLE] = " ISOLATION LEVEL SERIALIZABLE",
	};
	struct unit_of_work *unit = mem_new(struct unit_of_work);
	struct str sql = { 0 };

	unit->conn = conn;
	unit->deadline_ms = options->deadline_ms;
	str_addf(&sql, "%s%s%s%s", sql_get("unit-begin", 0), levels[options->isolation],
		options->is_read_only ? " READ ONLY" : "",
		options->is_deferrable ? " DEFERRABLE" : "");
	unit->sql = str_detach(&sql);
	unit->state = UNIT_ASKING;
	unit->done = done;
	unit->arg = arg;
	conn_query(conn,
		&(const struct query){
			.sql = unit->sql, .is_simple = true, .deadline_ms = unit->deadline_ms },
		begun, unit);
	return unit;
}

void unit_run(struct unit_of_work *unit, const struct query *query, query_done_fn *done, void *arg)
{
	assert_always(unit->state == UNIT_OPEN, "a unit of work that is not open is asked");
	unit->state = UNIT_ASKING;
	unit->answered = done;
	unit->arg = arg;
	conn_query(unit->conn, query, answered, unit);
}

static char *named(const char *query, const char *name)
{
	const struct quote_slot slot = { .name = "name", .value = name };
	return quote_slots(sql_get(query, 0), &slot, 1);
}

void unit_savepoint(struct unit_of_work *unit, const char *name, unit_done_fn *done, void *arg)
{
	unit->is_saving = true;
	ask(unit, named("unit-savepoint", name), done, arg);
}

void unit_rollback_to(struct unit_of_work *unit, const char *name, unit_done_fn *done, void *arg)
{
	ask(unit, named("unit-rollback-to", name), done, arg);
}

void unit_commit(struct unit_of_work *unit, unit_done_fn *done, void *arg)
{
	unit->is_ending = unit->is_commit = true;
	ask(unit, mem_strdup(sql_get("unit-commit", 0)), done, arg);
}

void unit_rollback(struct unit_of_work *unit, unit_done_fn *done, void *arg)
{
	unit->is_ending = true;
	ask(unit, mem_strdup(sql_get("unit-rollback", 0)), done, arg);
}

/* A ROLLBACK is never canceled: the transaction would stay open. */
void unit_cancel(struct unit_of_work *unit)
{
	if (unit->state == UNIT_ASKING && !(unit->is_ending && !unit->is_commit))
		conn_cancel(unit->conn);
}

bool unit_is_open(const struct unit_of_work *unit)
{
	return unit->state == UNIT_OPEN;
}

void unit_free(struct unit_of_work *unit)
{
	if (!unit)
		return;
	unit->is_let_go = true;
	if (unit->state == UNIT_OVER || (unit->state == UNIT_OPEN && !undo(unit)))
		unit_destroy(unit);
	else if (unit->state == UNIT_ASKING && !unit->is_ending)
		unit_cancel(unit);
}
