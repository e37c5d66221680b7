// SPDX-License-Identifier: GPL-3.0-or-later
#include "test.h"

#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/mem.h"
#include "model/value.h"
#include "store/store_run.h"
#include "store_world.h"

static struct identity server(int64_t timeline, int64_t database_oid)
{
	struct identity id = {
		.timeline = timeline, .database_oid = database_oid, .backend_pid = 4242
	};

	snprintf(id.system_identifier, sizeof(id.system_identifier), "7300000000000000001");
	return id;
}

static void start(struct store *store, const char *run_id)
{
	struct err e;
	const struct stored_run run = { .id = run_id,
		.target = "shop",
		.digest = "d1",
		.direction = "up",
		.actor = "bob@laptop",
		.system_identifier = "7300000000000000001",
		.database_oid = 5 };

	assert_true(store_run_start(store, &run, &e));
}

static struct stored_intent intent_of(
	const struct identity *identity, const char *run_id, const char *rev, size_t step)
{
	return (struct stored_intent){ .run_id = run_id,
		.rev = rev,
		.direction = "up",
		.step = step,
		.ordinal = step + 1,
		.is_lone = step == 1,
		.attempt = 1,
		.step_sha256 = "aa",
		.xid = step == 1 ? "" : "771204",
		.identity = identity };
}

static void intend(struct store_world *w, const char *run_id, const char *rev, size_t step)
{
	struct identity id = server(1, 5);
	struct stored_intent intent = intent_of(&id, run_id, rev, step);

	assert_true(store_run_intent(w->store, &intent, &w->e));
}

static void end(
	struct store_world *w, const char *run_id, const char *rev, size_t step, const char *result)
{
	const struct stored_outcome outcome = { .run_id = run_id,
		.rev = rev,
		.direction = "up",
		.step = step,
		.ordinal = step + 1,
		.result = result,
		.took_ms = 8 };

	assert_true(store_run_outcome(w->store, &outcome, &w->e));
}

static bool is_open(struct store_world *w, const char *rev, struct stored_open_intent *open)
{
	struct identity id = server(1, 5);

	return store_run_find_open(w->store, &id, rev, &w->arena, open);
}

static void an_intent_is_open_until_its_outcome(void **state)
{
	struct store_world *w = *state;
	struct stored_open_intent open;

	start(w->store, "r1");
	assert_false(is_open(w, "0042", &open));
	intend(w, "r1", "0042", 1);
	store_world_restart(w);
	assert_true(is_open(w, "0042", &open));
	assert_string_equal(open.run_id, "r1");
	assert_string_equal(open.target, "shop");
	assert_string_equal(open.actor, "bob@laptop");
	assert_string_equal(open.direction, "up");
	assert_string_equal(open.step_sha256, "aa");
	assert_int_equal(open.ordinal, 2);
	assert_int_equal(open.backend_pid, 4242);
	assert_true(open.is_lone);
	end(w, "r1", "0042", 1, "done");
	assert_false(is_open(w, "0042", &open));
}

static void end_later(struct store_world *w, const char *run_id, const char *rev, size_t step)
{
	const struct stored_outcome outcome = { .run_id = run_id,
		.rev = rev,
		.direction = "up",
		.step = step,
		.result = "done",
		.took_ms = 8,
		.may_wait = true };

	assert_true(store_run_outcome(w->store, &outcome, &w->e));
}

/* As another dbtop sees it, which knows nothing of what waits here. */
static bool is_open_elsewhere(struct store_world *w, const char *rev)
{
	struct identity id = server(1, 5);
	struct store *other = store_open(w->path, &w->clock);
	struct stored_open_intent open;
	bool is = store_run_find_open(other, &id, rev, &w->arena, &open);

	store_close(other);
	return is;
}

static void an_outcome_that_may_wait_is_written_with_the_next_intent(void **state)
{
	struct store_world *w = *state;

	start(w->store, "r1");
	intend(w, "r1", "0042", 0);
	end_later(w, "r1", "0042", 0);
	assert_true(is_open_elsewhere(w, "0042"));
	intend(w, "r1", "0043", 1);
	assert_false(is_open_elsewhere(w, "0042"));
	assert_true(is_open_elsewhere(w, "0043"));
}

static void what_waits_is_written_when_asked_for_and_when_the_store_closes(void **state)
{
	struct store_world *w = *state;
	struct stored_open_intent open;

	start(w->store, "r1");
	for (size_t i = 0; i < 3; i++)
		intend(w, "r1", i == 0 ? "0041" : i == 1 ? "0042" : "0043", i);
	end_later(w, "r1", "0041", 0);
	end_later(w, "r1", "0042", 1); /* one waits: the one before it does not any more */
	assert_false(is_open_elsewhere(w, "0041"));
	assert_true(store_run_flush(w->store, &w->e));
	assert_false(is_open_elsewhere(w, "0042"));
	end_later(w, "r1", "0043", 2);
	assert_false(is_open(w, "0043", &open));
	assert_false(is_open_elsewhere(w, "0043"));
	intend(w, "r1", "0044", 3);
	end_later(w, "r1", "0044", 3);
	store_world_restart(w);
	assert_false(is_open(w, "0044", &open));
}

static void what_waits_stays_when_the_write_it_went_with_fails(void **state)
{
	struct store_world *w = *state;
	struct identity id = server(1, 5);
	struct stored_intent other = intent_of(&id, "no such run", "0043", 0);

	start(w->store, "r1");
	intend(w, "r1", "0042", 0);
	end_later(w, "r1", "0042", 0);
	assert_false(store_run_intent(w->store, &other, &w->e));
	assert_true(is_open_elsewhere(w, "0042"));
	assert_true(store_run_flush(w->store, &w->e));
	assert_false(is_open_elsewhere(w, "0042"));
}

static void an_unknown_outcome_stays_open_until_somebody_settles_it(void **state)
{
	struct store_world *w = *state;
	struct stored_open_intent open;
	struct identity id = server(2, 5);

	start(w->store, "r1");
	intend(w, "r1", "0042", 0);
	end(w, "r1", "0042", 0, "unknown");
	assert_true(is_open(w, "0042", &open));
	assert_string_equal(open.xid, "771204");
	assert_true(store_run_settle(w->store, &id, "0042", "done", &w->e));
	assert_false(is_open(w, NULL, &open));
}

static void an_intent_is_found_after_a_failover_but_not_on_another_server(void **state)
{
	struct store_world *w = *state;
	struct stored_open_intent open;
	struct identity promoted = server(9, 5), other_database = server(1, 6);
	struct identity other_server = server(1, 5);

	snprintf(other_server.system_identifier, sizeof(other_server.system_identifier), "1");
	start(w->store, "r1");
	intend(w, "r1", "0042", 0);
	assert_true(store_run_find_open(w->store, &promoted, "0042", &w->arena, &open));
	assert_false(store_run_find_open(w->store, &other_database, "0042", &w->arena, &open));
	assert_false(store_run_find_open(w->store, &other_server, "0042", &w->arena, &open));
	assert_false(store_run_find_open(w->store, &promoted, "0043", &w->arena, &open));
}

static void a_new_attempt_replaces_the_one_before(void **state)
{
	struct store_world *w = *state;
	struct stored_open_intent open;

	start(w->store, "r1");
	intend(w, "r1", "0042", 0);
	intend(w, "r1", "0042", 0);
	end(w, "r1", "0042", 0, "done");
	assert_false(is_open(w, NULL, &open));
}

static void runs_are_listed_newest_first_with_their_end(void **state)
{
	struct store_world *w = *state;
	struct stored_run *runs;

	start(w->store, "r1");
	start(w->store, "r2");
	assert_true(store_run_end(w->store, "r1", 0, 3, "3 steps done", &w->e));
	assert_int_equal(store_run_list(w->store, "shop", 10, &w->arena, &runs), 2);
	assert_string_equal(runs[0].id, "r2");
	assert_int_equal(runs[0].ended_us, 0);
	assert_int_equal(runs[0].exit_code, VALUE_NONE);
	assert_int_equal(runs[1].exit_code, 0);
	assert_int_equal(runs[1].steps_done, 3);
	assert_string_equal(runs[1].words, "3 steps done");
	assert_true(runs[1].ended_us > runs[1].started_us);
	assert_int_equal(store_run_list(w->store, "other", 10, &w->arena, &runs), 0);
	assert_int_equal(store_run_list(w->store, NULL, 1, &w->arena, &runs), 1);
}

static void the_story_of_a_run_is_told_in_order(void **state)
{
	struct store_world *w = *state;
	struct stored_log_line *lines;

	start(w->store, "r1");
	assert_true(store_run_log(w->store, "r1", "info", "opened", &w->e));
	assert_true(store_run_log(w->store, "r1", "warn", "waited 3 s for a lock", &w->e));
	assert_int_equal(store_run_log_list(w->store, "r1", &w->arena, &lines), 2);
	assert_string_equal(lines[0].text, "opened");
	assert_string_equal(lines[1].level, "warn");
	assert_true(lines[1].at_us > lines[0].at_us);
	assert_false(store_run_log(w->store, "no such run", "info", "x", &w->e));
}

static void what_a_dropped_table_held_is_remembered(void **state)
{
	struct store_world *w = *state;
	const struct stored_loss loss = { .run_id = "r1",
		.rev = "0044",
		.schema = "public",
		.name = "orders_legacy",
		.rows = 61204117,
		.bytes = VALUE_UNKNOWN };
	struct stored_loss *losses;

	assert_true(store_run_loss(w->store, &loss, &w->e));
	assert_int_equal(store_run_loss_list(w->store, "0044", &w->arena, &losses), 1);
	assert_int_equal(losses[0].rows, 61204117);
	assert_int_equal(losses[0].bytes, VALUE_UNKNOWN);
	assert_int_equal(store_run_loss_list(w->store, "0045", &w->arena, &losses), 0);
}

/* The child writes and says each number once it was told that it is safe. It never returns. */
static void write_until_killed(struct store_world *w, int to_parent, const char *run_id)
{
	struct err e;
	struct store *store = store_open(w->path, &w->clock);
	struct identity id = server(1, 5);

	for (size_t step = 0;; step++) {
		struct stored_intent intent = intent_of(&id, run_id, "0042", step);
		intent.may_sync_later = step % 2;
		if (!store_run_intent(store, &intent, &e) ||
			write(to_parent, &step, sizeof(step)) != sizeof(step))
			_exit(1);
	}
}

static void a_kill_in_a_loop_of_intents_loses_none_acknowledged(void **state)
{
	struct store_world *w = *state;

	start(w->store, "r1");
	store_close(w->store);
	w->store = NULL;
	for (size_t round = 1; round <= 8; round++) {
		int pipes[2];
		size_t last = 0;
		assert_int_equal(pipe(pipes), 0);
		pid_t child = fork();
		if (child == 0)
			write_until_killed(w, pipes[1], "r1");
		close(pipes[1]);
		/* Killed at a moment of its own choosing after so many acknowledgements. */
		for (size_t i = 0; i < 7 * round; i++)
			assert_int_equal(read(pipes[0], &last, sizeof(last)), sizeof(last));
		kill(child, SIGKILL);
		while (read(pipes[0], &last, sizeof(last)) == sizeof(last))
			continue;
		close(pipes[0]);
		assert_int_equal(waitpid(child, NULL, 0), child);
		w->store = store_open(w->path, &w->clock);
		assert_int_equal(store_health(w->store), STORE_WRITABLE);
		struct stored_open_intent open;
		assert_true(is_open(w, "0042", &open));
		/* The newest may be one nobody had heard of yet, never an older one. */
		assert_in_range(open.step, last, last + 1);
		store_close(w->store);
		w->store = NULL;
	}
}

static void an_outcome_is_in_the_file_when_the_writer_is_killed(void **state)
{
	struct store_world *w = *state;
	struct stored_open_intent open;

	start(w->store, "r1");
	pid_t child = fork();
	if (child == 0) {
		struct store_world other = { .clock = w->clock, .path = w->path };
		other.store = store_open(w->path, &w->clock);
		intend(&other, "r1", "0042", 0);
		end(&other, "r1", "0042", 0, "done");
		raise(SIGKILL);
	}
	assert_int_equal(waitpid(child, NULL, 0), child);
	assert_false(is_open(w, NULL, &open));
}

static void two_writers_wait_for_each_other_and_neither_fails(void **state)
{
	struct store_world *w = *state;
	enum { EACH = 150 };
	struct stored_log_line *lines;

	start(w->store, "r1");
	pid_t child = fork();
	if (child == 0) {
		struct err e;
		int failed = 0;
		struct store *store = store_open(w->path, &w->clock);
		for (int i = 0; i < EACH; i++)
			failed += !store_run_log(store, "r1", "info", "child", &e);
		store_close(store);
		_exit(failed != 0);
	}
	for (int i = 0; i < EACH; i++)
		assert_true(store_run_log(w->store, "r1", "info", "parent", &w->e));
	int status;
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_int_equal(status, 0);
	assert_int_equal(store_run_log_list(w->store, "r1", &w->arena, &lines), 2 * EACH);
}

static void two_dbtops_may_make_the_store_at_the_same_moment(void **state)
{
	struct store_world *w = *state;
	enum { DBTOPS = 6 };
	pid_t children[DBTOPS];
	int pipes[2], status;

	store_close(w->store);
	w->store = NULL;
	assert_int_equal(unlink(w->path), 0);
	assert_int_equal(pipe(pipes), 0);
	for (int i = 0; i < DBTOPS; i++) {
		children[i] = fork();
		if (children[i] == 0) {
			char go;
			close(pipes[1]);
			if (read(pipes[0], &go, 1) != 0)
				_exit(2);
			struct store *store = store_open(w->path, &w->clock);
			_exit(store_health(store) != STORE_WRITABLE);
		}
	}
	close(pipes[0]);
	close(pipes[1]); /* all of them at once */
	for (int i = 0; i < DBTOPS; i++) {
		assert_int_equal(waitpid(children[i], &status, 0), children[i]);
		assert_int_equal(status, 0);
	}
}

/* One migration of one step; result NULL = no outcome. */
static void do_on(struct store_world *w, int64_t timeline, const char *rev, const char *direction,
	const char *result)
{
	struct identity id = server(timeline, 5);
	struct stored_intent intent = intent_of(&id, "r1", rev, 0);
	const struct stored_outcome outcome = { .run_id = "r1",
		.rev = rev,
		.direction = direction,
		.ordinal = 1,
		.result = result,
		.took_ms = 8 };

	intent.direction = direction;
	intent.ordinal_count = 1;
	assert_true(store_run_intent(w->store, &intent, &w->e));
	assert_true(!result || store_run_outcome(w->store, &outcome, &w->e));
}

/* Fault row 9. */
static void what_was_applied_on_an_earlier_timeline_is_known(void **state)
{
	struct store_world *w = *state;
	struct identity promoted = server(2, 5), same = server(1, 5), elsewhere = server(2, 6);
	struct stored_applied *applied;
	start(w->store, "r1");
	do_on(w, 1, "0041", "up", "done");
	do_on(w, 1, "0042", "up", "skipped");
	do_on(w, 1, "0043", "up", "failed");
	do_on(w, 1, "0044", "up", NULL);
	do_on(w, 1, "0045", "up", "done");
	do_on(w, 1, "0045", "down", "done");
	do_on(w, 1, "0046", "up", "done");
	do_on(w, 2, "0046", "up", "done");

	assert_int_equal(store_run_applied_before(w->store, &promoted, &w->arena, &applied), 2);
	assert_string_equal(applied[0].rev, "0041");
	assert_string_equal(applied[1].rev, "0042");
	assert_int_equal(applied[0].timeline, 1);
	assert_true(applied[0].at_us > 0);
	assert_int_equal(store_run_applied_before(w->store, &same, &w->arena, &applied), 0);
	assert_int_equal(store_run_applied_before(w->store, &elsewhere, &w->arena, &applied), 0);
}

int main(void)
{
#define IN_A_WORLD(f) cmocka_unit_test_setup_teardown(f, store_world_open, store_world_close)
	const struct CMUnitTest tests[] = {
		IN_A_WORLD(what_was_applied_on_an_earlier_timeline_is_known),
		IN_A_WORLD(an_intent_is_open_until_its_outcome),
		IN_A_WORLD(an_outcome_that_may_wait_is_written_with_the_next_intent),
		IN_A_WORLD(what_waits_is_written_when_asked_for_and_when_the_store_closes),
		IN_A_WORLD(what_waits_stays_when_the_write_it_went_with_fails),
		IN_A_WORLD(an_unknown_outcome_stays_open_until_somebody_settles_it),
		IN_A_WORLD(an_intent_is_found_after_a_failover_but_not_on_another_server),
		IN_A_WORLD(a_new_attempt_replaces_the_one_before),
		IN_A_WORLD(runs_are_listed_newest_first_with_their_end),
		IN_A_WORLD(the_story_of_a_run_is_told_in_order),
		IN_A_WORLD(what_a_dropped_table_held_is_remembered),
		IN_A_WORLD(a_kill_in_a_loop_of_intents_loses_none_acknowledged),
		IN_A_WORLD(an_outcome_is_in_the_file_when_the_writer_is_killed),
		IN_A_WORLD(two_writers_wait_for_each_other_and_neither_fails),
		IN_A_WORLD(two_dbtops_may_make_the_store_at_the_same_moment),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
