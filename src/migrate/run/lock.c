// SPDX-License-Identifier: GPL-3.0-or-later
/*
 * One operator: dbtop's advisory lock and, in guest mode, the other tool's, taken by polling on the connection that
 * changes things. They die with the session, so nothing is ever left to unlock. The holder is named while we wait.
 */
#include "migrate/run/executor_private.h"

#include <inttypes.h>

#include "base/compiler.h"
#include "base/digest.h"
#include "sql/sql.h"

enum { POLL_FIRST_MS = 250, POLL_MOST_MS = 2000 };

static const int64_t key_head = INT64_C(0x6462746F) << 32; /* "dbto" */

void lock_init(struct executor *x)
{
	const struct history_class *class = x->writer.class;
	x->locks.keys[0] = key_head | (digest_crc32(span_of(x->o.project)) & 0xFFFFFF);
	x->locks.count = 1;
	if (class->foreign_key &&
		class->foreign_key(&x->writer, x->link.identity.database, &x->locks.keys[1]))
		x->locks.count = 2;
}

static void poll(struct executor *x);

/* Its number alone may be a stranger's by now. */
static bool is_our_old_backend(const struct executor *x, const struct result *r)
{
	int64_t pid = result_int(r, 0, result_column(r, "pid"), 0);
	int64_t start_us = result_int(r, 0, result_column(r, "start_us"), 0);
	return pid != 0 && pid == x->link.old_pid && start_us != 0 &&
	       start_us == x->link.old_start_us;
}

/* A role that may not see others gets no address either: that is not a socket. */
static const char *address_words(const struct result *r)
{
	const char *address = result_text(r, 0, result_column(r, "address"));
	if (address)
		return address;
	return result_text(r, 0, result_column(r, "since")) ? "a socket of that machine"
							    : "an address this role may not see";
}

static void holder_words(const struct executor *x, const struct result *r, struct run_wait *wait)
{
	if (result_rows(r) == 0) {
		snprintf(wait->words, sizeof(wait->words),
			"the migration lock is held, its holder just left");
		return;
	}
	const char *app = result_text(r, 0, result_column(r, "app"));
	const char *role = result_text(r, 0, result_column(r, "role"));
	const char *since = result_text(r, 0, result_column(r, "since"));
	wait->pid = result_int(r, 0, result_column(r, "pid"), 0);
	bool is_ours = is_our_old_backend(x, r);
	if (is_ours)
		wait->kind = RUN_WAIT_BACKEND;
	snprintf(wait->words, sizeof(wait->words),
		"pid %" PRId64 "%s%s%s, as %s from %s since %s, holds %s", wait->pid,
		app && *app ? ", " : "", app ? app : "",
		is_ours ? ", our own connection that was lost" : "", role ? role : "?",
		address_words(r), since ? since : "?",
		x->locks.held == 0 ? "the migration lock" : "the other tool's migration lock");
}

static void give_up(struct executor *x, const struct run_wait *wait)
{
	struct err e;
	err_set(&e, ERR_CONFLICT, "%s", wait->words);
	err_detail(&e, x->end.steps_done > 0 ? "what was done before stays; nothing more was sent"
					     : "nothing was changed");
	err_hint(&e, "wait until that run has ended; --lock-wait says how long");
	executor_finish_between(x, EXIT_LOCKED, &e);
}

/* ---- our own backend of a connection that was lost still holds the lock ---- */

static void old_ended(struct executor *x, const struct result *result, const struct err *e)
{
	(void)result;
	if (e && link_is_lost(x, e)) {
		executor_finish_between(x, open_exit_code(e), e);
		return;
	}
	if (e)
		tell_notice(x, "WARNING", e->text);
	link_later(x, POLL_FIRST_MS, poll);
}

/* Nobody can send it anything any more: unless it still works at a statement, there is nothing to wait for. */
static bool end_old_backend(struct executor *x, const struct result *r)
{
	char pid[24], start[24];
	const char *state = result_text(r, 0, result_column(r, "state"));
	bool is_working = !state || strcmp(state, "active") == 0;

	if (is_working && !x->wants_terminate)
		return false;
	snprintf(pid, sizeof(pid), "%" PRId64, x->link.old_pid);
	snprintf(start, sizeof(start), "%" PRId64, x->link.old_start_us);
	const char *params[] = { pid, start, x->wants_terminate ? "true" : "false" };
	struct query query = { .sql = sql_get("run-terminate-old", link_version(x)),
		.params = params,
		.param_count = 3 };
	x->wants_terminate = false;
	link_ask(x, &query, old_ended);
	return true;
}

static void holder_known(struct executor *x, const struct result *result, const struct err *e)
{
	struct run_wait wait = { .kind = RUN_WAIT_LOCK };
	if (e) {
		executor_finish_between(x, open_exit_code(e), e);
		return;
	}
	holder_words(x, result, &wait);
	tell_waiting(x, &wait);
	if (wait.kind == RUN_WAIT_BACKEND && end_old_backend(x, result))
		return;
	int64_t waited_ms = (loop_now_us(x->o.loop) - x->locks.started_us) / 1000;
	if (wait.kind != RUN_WAIT_BACKEND && waited_ms >= x->o.lock_wait_ms) {
		give_up(x, &wait);
		return;
	}
	int64_t delay_ms = x->locks.delay_ms / 2 + dice_below(&x->dice, x->locks.delay_ms);
	if (x->locks.delay_ms < POLL_MOST_MS)
		x->locks.delay_ms *= 2;
	int64_t left_ms = x->o.lock_wait_ms - waited_ms;
	if (wait.kind != RUN_WAIT_BACKEND && delay_ms > left_ms)
		delay_ms = left_ms;
	link_later(x, delay_ms, poll);
}

static void ask_key(struct executor *x, const char *name, executor_answer_fn *answer)
{
	char key[24];
	snprintf(key, sizeof(key), "%" PRId64, x->locks.keys[x->locks.held]);
	const char *params[] = { key };
	struct query query = {
		.sql = sql_get(name, link_version(x)), .params = params, .param_count = 1
	};
	link_ask(x, &query, answer);
}

static void polled(struct executor *x, const struct result *result, const struct err *e)
{
	if (e) {
		executor_finish_between(x, open_exit_code(e), e);
		return;
	}
	x->link.start_us = result_int(result, 0, result_column(result, "start_us"), 0);
	if (!result_bool(result, 0, result_column(result, "got"), false)) {
		ask_key(x, "run-lock-holder", holder_known);
		return;
	}
	x->locks.held++;
	poll(x);
}

static void poll(struct executor *x)
{
	if (x->locks.held == x->locks.count) {
		x->locks.then(x);
		return;
	}
	ask_key(x, "run-lock", polled);
}

void lock_take(struct executor *x, executor_next_fn *then)
{
	x->locks.held = 0;
	x->locks.started_us = loop_now_us(x->o.loop);
	x->locks.delay_ms = POLL_FIRST_MS;
	x->locks.then = then;
	poll(x);
}

static bool has_key(const struct result *r, int64_t key)
{
	int class_id = result_column(r, "class_id"), object_id = result_column(r, "object_id");
	for (int row = 0; row < result_rows(r); row++)
		if (result_int(r, row, class_id, -1) == (key >> 32 & 0xFFFFFFFF) &&
			result_int(r, row, object_id, -1) == (key & 0xFFFFFFFF))
			return true;
	return false;
}

bool lock_is_held(const struct executor *x, const struct result *result)
{
	for (size_t i = 0; i < x->locks.count; i++)
		if (!has_key(result, x->locks.keys[i]))
			return false;
	return true;
}

void lock_keys_print(const struct executor *x, char *text, size_t bytes)
{
	size_t used = 0;
	for (size_t i = 0; i < x->locks.count; i++)
		used += (size_t)snprintf(
			text + used, bytes - used, "%c%" PRId64, i ? ',' : '{', x->locks.keys[i]);
	snprintf(text + used, bytes - used, "}");
}

void lock_lost_error(struct err *e)
{
	err_set(e, ERR_CONFLICT, "the migration lock is no longer ours");
	err_detail(e, "somebody may be migrating this database; nothing more was sent");
	err_hint(e, "did a file call pg_advisory_unlock_all() or DISCARD ALL?");
}
