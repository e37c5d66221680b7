// SPDX-License-Identifier: GPL-3.0-or-later
/*
 * The executor's way to the server: one question at a time, each answered by a named function; and its timer. An executor
 * freed by its owner stays in memory until the last callback that was promised to it has come.
 */
#include "migrate/run/executor_private.h"

#include "base/compiler.h"
#include "base/mem.h"
#include "base/quote.h"
#include "sql/sql.h"

void link_destroy(struct executor *x)
{
	if (x->pending > 0)
		return;
	history_free(x->history);
	history_writer_release(&x->writer);
	history_write_release(&x->write);
	str_release(&x->loss);
	free(x->sql);
	free(x);
}

static void answered(void *arg, const struct result *result, const struct err *e)
{
	struct executor *x = arg;
	x->pending--;
	if (x->is_dead) {
		link_destroy(x);
		return;
	}
	executor_answer_fn *answer = x->answer;
	struct err silence;
	x->answer = NULL;
	if (x->link.is_hung_up)
		err_set(&silence, ERR_CONNECT,
			"the server has long answered, and the answer does not arrive");
	if (!x->is_finished)
		answer(x, result, x->link.is_hung_up ? &silence : e);
	x->link.is_hung_up = false;
}

static void broken(void *arg)
{
	struct err e;
	err_set(&e, ERR_CONNECT, "the connection broke");
	answered(arg, NULL, &e);
}

/* False: nothing can be asked. The last answer may have come with the news that it was the last. */
static bool may_ask(struct executor *x, executor_answer_fn *answer)
{
	if (x->is_finished)
		return false;
	assert_always(!x->answer, "the executor asks one thing at a time");
	x->answer = answer;
	x->questions++;
	x->pending++;
	if (conn_is_usable(lease_conn(x->link.lease)))
		return true;
	loop_soon(x->o.loop, broken, x);
	return false;
}

void link_ask(struct executor *x, const struct query *query, executor_answer_fn *answer)
{
	if (may_ask(x, answer))
		conn_query(lease_conn(x->link.lease), query, answered, x);
}

static void answered_on_the_way(void *arg, size_t index, const struct result *result)
{
	struct executor *x = arg;
	x->train_answered = index + 1;
	if (!x->is_dead && !x->is_finished)
		x->train_part(x, index, result);
}

void link_train(struct executor *x, executor_part_fn *part, executor_answer_fn *answer)
{
	x->train.answered = answered_on_the_way;
	x->train_part = part;
	x->train_answered = 0;
	if (may_ask(x, answer))
		conn_train(lease_conn(x->link.lease), &x->train, answered, x);
}

void link_ask_text(struct executor *x, const char *name, executor_answer_fn *answer)
{
	struct query query = { .sql = sql_get(name, link_version(x)), .is_simple = true };
	link_ask(x, &query, answer);
}

void link_ask_made(struct executor *x, char *sql, executor_answer_fn *answer)
{
	free(x->sql);
	x->sql = sql;
	struct query query = { .sql = x->sql, .is_simple = true };
	link_ask(x, &query, answer);
}

struct query link_statement(struct executor *x, const struct statement *statement)
{
	free(x->sql);
	x->sql = mem_strndup(statement->text.data, statement->text.len);
	return (struct query){ .sql = x->sql, .copy_data = statement->data };
}

void link_ask_statement(
	struct executor *x, const struct statement *statement, executor_answer_fn *answer)
{
	struct query query = link_statement(x, statement);
	link_ask(x, &query, answer);
}

/* SQLSTATEs after which the session is gone whatever the socket says. */
static bool ends_session(const char *sqlstate)
{
	static const char *const codes[] = { "08", "57P01", "57P02", "57P03", "57P04", "57P05",
		"25P03" };
	for (size_t i = 0; i < ARRAY_SIZE(codes); i++)
		if (strncmp(sqlstate, codes[i], strlen(codes[i])) == 0)
			return true;
	return false;
}

bool link_is_lost(struct executor *x, const struct err *e)
{
	if (!e)
		return false;
	bool is_lost = !x->link.lease || e->kind == ERR_CONNECT || e->kind == ERR_TIMEOUT ||
		       e->kind == ERR_CANCELED || ends_session(e->sqlstate) ||
		       conn_view(lease_conn(x->link.lease))->state != LINK_UP;
	if (is_lost)
		link_drop(x);
	return is_lost;
}

uint64_t executor_question(const struct executor *x)
{
	return x->state == RUN_STEP && x->answer && x->link.lease ? x->questions : 0;
}

void executor_hang_up(struct executor *x)
{
	if (!executor_question(x))
		return;
	x->link.is_hung_up = true;
	link_drop(x);
}

void link_explain_loss(struct err *e, const char *meaning)
{
	char why[sizeof(e->text)];

	snprintf(why, sizeof(why), "%s", e->text);
	snprintf(e->text, sizeof(e->text), "%s", meaning);
	err_detail(e, "%s", why);
}

void link_drop(struct executor *x)
{
	if (!x->link.lease)
		return;
	struct lease *lease = x->link.lease;
	x->link.lease = NULL;
	if (x->link.start_us) { /* it may hold our locks */
		x->link.old_pid = x->link.identity.backend_pid;
		x->link.old_start_us = x->link.start_us;
	}
	x->link.start_us = 0;
	x->link.is_prepared_gone = false;
	x->link.has_locks_prepared = false;
	x->link.session_is_changed = false;
	x->locks.held = 0;
	x->last_migration = NULL;
	x->is_reopened = true;
	lease_give_back(lease);
}

static void noticed(void *arg, const char *severity, const char *text)
{
	struct executor *x = arg;
	if (!x->is_dead)
		tell_notice(x, severity, text);
}

static void leased(void *arg, struct lease *lease, const struct err *e)
{
	struct executor *x = arg;
	x->pending--;
	if (x->is_dead || x->is_finished) {
		if (lease)
			lease_give_back(lease);
		x->answer = NULL;
		if (x->is_dead)
			link_destroy(x);
		return;
	}
	x->link.lease = lease;
	if (lease) {
		x->link.identity = conn_view(lease_conn(lease))->identity;
		x->link.has_identity = true;
		conn_on_notice(lease_conn(lease), noticed, x);
	}
	executor_answer_fn *answer = x->answer;
	x->answer = NULL;
	answer(x, NULL, e);
}

void link_open(struct executor *x, const struct identity *must_equal, executor_answer_fn *answer)
{
	if (x->is_finished)
		return;
	assert_always(!x->answer && !x->link.lease, "one connection at a time");
	x->answer = answer;
	x->pending++;
	lease_take(x->o.endpoint, CONN_CHANGE, must_equal, 0, leased, x);
}

static void timed(void *arg)
{
	struct executor *x = arg;
	executor_next_fn *next = x->timer_next;
	x->timer = NULL;
	x->timer_next = NULL;
	next(x);
}

void link_later(struct executor *x, int64_t delay_ms, executor_next_fn *next)
{
	link_forget_timer(x);
	if (x->is_finished)
		return;
	x->timer_next = next;
	x->timer = loop_timer_start(x->o.loop, delay_ms, 0, timed, x);
}

void link_forget_timer(struct executor *x)
{
	loop_timer_stop(x->timer);
	x->timer = NULL;
	x->timer_next = NULL;
}

int link_version(const struct executor *x)
{
	return x->link.identity.server_version;
}

bool link_cancel(struct executor *x)
{
	if (!x->link.lease || !x->answer)
		return false;
	conn_cancel(lease_conn(x->link.lease));
	return true;
}
