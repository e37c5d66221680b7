// SPDX-License-Identifier: GPL-3.0-or-later
/*
 * What the executor tells, put into model.run and passed on to a headless listener.
 */
#include <inttypes.h>
#include <stdio.h>

#include "base/log.h"
#include "base/str.h"
#include "base/words.h"
#include "core/app.h"
#include "core/migrations.h"
#include "core/run_private.h"
#include "migrate/source/source.h"

static void say(struct run *run, const char *kind, const char *text)
{
	if (run->listener.say)
		run->listener.say(run->listener.arg, kind, text);
	run_set_message(run, "%s", text);
}

/* Nobody who is locked keeps a connection that could change something, or the lock of the one operator. */
void run_let_go_if_locked(struct run *run)
{
	if (!run->is_headless && !run->app->model.is_armed)
		executor_let_go(run->executor);
	const struct identity *identity = executor_identity(run->executor);
	run->app->model.run.backend_pid = identity ? identity->backend_pid : 0;
}

static void on_state(void *arg, enum run_state state)
{
	struct run *run = arg;
	struct run_view *view = &run->app->model.run;

	view->state = state;
	view->step = executor_next_step(run->executor);
	run_let_go_if_locked(run);
	run->was_lost |= state == RUN_RESOLVING;
	if (state != RUN_RETRY)
		view->retry_at_us = 0;
	if (state != RUN_STEP) {
		view->blocker_count = 0;
		*view->progress = '\0';
		run_watch_forget(run);
	}
	run_changed(run);
	if (state != RUN_READY)
		return;
	bool skips_first = run->skips_first;
	run->skips_first = false;
	if (skips_first)
		executor_skip(run->executor, run->skip_reason);
	else if (run->until > view->step)
		executor_run(run->executor, run->until);
	else if (run->is_headless)
		executor_close(run->executor); /* stopped by ^C: nobody is there to go on */
}

/* The plan looks at migrations, the set owns them. Steps come in its order, so the search goes on where it ended. */
static struct migration *own_migration(struct run *run, const struct migration *migration)
{
	struct migration_set *set = run->inspection->set;

	for (size_t i = 0; i < set->count; i++) {
		size_t at = (run->content_at + i) % set->count;
		if (set->items[at] != migration)
			continue;
		run->content_at = at;
		return set->items[at];
	}
	return NULL;
}

/* The history keeps what the file says apart from its formatting; it is worked out when the file's turn comes. */
static bool content_read(struct run *run, size_t step, struct err *e)
{
	struct migration_set *set = run->inspection->set;
	const struct plan *plan = run->inspection->plan;

	if (plan->direction != PLAN_UP || !source_is_own(set))
		return true;
	struct migration *migration = own_migration(run, plan->steps[step].migration);
	return !migration || source_normalize(set, migration, e);
}

/* Without it a later change of formatting counts as a change, which is the safe side. */
static void note_content(struct run *run, size_t step)
{
	struct err e;

	if (!content_read(run, step, &e))
		say(run, "warning", e.text);
}

/* While the server commits: the next file. What is wrong with it is told when its turn comes. */
static void on_ahead(void *arg, size_t step)
{
	struct err ignored;

	(void)!content_read(arg, step, &ignored);
}

/* One line a step in the log: what, where, how it ended. */
static void log_step(const struct run *run, size_t step, enum step_state state, int64_t took_ms)
{
	static const char *const words[] = { [STEP_WAITING] = "waits",
		[STEP_RUNNING] = "begins",
		[STEP_DONE] = "done",
		[STEP_FAILED] = "failed",
		[STEP_SKIPPED] = "skipped",
		[STEP_ROLLED_BACK] = "rolled back" };
	const struct plan_step *at = &run->inspection->plan->steps[step];

	log_event(state == STEP_FAILED ? LOG_LEVEL_ERROR : LOG_LEVEL_INFO, "run", "step",
		LOG_FIELDS(LOG_TEXT("rev", at->migration->rev),
			LOG_TEXT("name", at->migration->name),
			LOG_TEXT("direction", migration_section_word(at->section)),
			LOG_INT("step", (int64_t)at->ordinal),
			LOG_INT("of", (int64_t)at->ordinal_count), LOG_TEXT("state", words[state]),
			LOG_INT("took_ms", took_ms > 0 ? took_ms : 0)));
}

static void log_trouble(const struct run *run, const struct run_trouble *trouble)
{
	const struct plan_step *at = &run->inspection->plan->steps[trouble->step];

	log_event(LOG_LEVEL_ERROR, "run", "stopped",
		LOG_FIELDS(LOG_TEXT("rev", at->migration->rev),
			LOG_INT("step", (int64_t)at->ordinal),
			LOG_TEXT("sqlstate", trouble->error.sqlstate),
			LOG_TEXT("why", trouble->error.text),
			LOG_TEXT("database", database_state_word(trouble->database)
						     ? database_state_word(trouble->database)
						     : "")));
}

static void log_retry(int attempt, int64_t delay_ms, const struct err *why)
{
	log_event(LOG_LEVEL_WARN, "run", "retry",
		LOG_FIELDS(LOG_INT("attempt", attempt), LOG_INT("pause_ms", delay_ms),
			LOG_TEXT("sqlstate", why->sqlstate), LOG_TEXT("why", why->text)));
}

/* On the screen a finished step is told with its time; what was said while it ran is over. */
static void tell_finished(struct run *run, size_t step, enum step_state state, int64_t took_ms)
{
	const struct plan_step *at = &run->inspection->plan->steps[step];
	const char *done = run->was_lost ? "applied (confirmed after reconnect)" : "done";
	char took[WORDS_BYTES], rev[SHORT_REV_BYTES];

	if (run->is_headless || (state != STEP_DONE && state != STEP_SKIPPED))
		return;
	*run->app->model.run.message = '\0';
	words_ms(took_ms > 0 ? took_ms : 0, took);
	migrations_short_rev(&run->app->model.migrations, at->migration->rev, rev);
	app_message(run->app, MESSAGE_INFO, "step %s.%zu %s in %s", rev, at->ordinal,
		state == STEP_DONE ? done : "recorded as skipped", took);
}

static void on_step(void *arg, size_t step, enum step_state state, int64_t took_ms)
{
	struct run *run = arg;
	struct run_view *view = &run->app->model.run;

	view->step = state == STEP_RUNNING ? step : executor_next_step(run->executor);
	view->step_states[step] = state;
	log_step(run, step, state, took_ms);
	view->step_took_ms[step] = took_ms;
	if (state == STEP_RUNNING) {
		run->was_lost = false;
		view->step_started_us = loop_now_us(run->app->loop);
		run_journal_losses(run, step);
		note_content(run, step);
		view->statement = 0;
		view->statements_done = 0;
	} else {
		run_watch_forget(run);
	}
	tell_finished(run, step, state, took_ms);
	if (run->listener.step)
		run->listener.step(run->listener.arg, step, state, took_ms);
	run_changed(run);
}

static void on_statement(void *arg, const struct run_statement *statement)
{
	struct run *run = arg;
	struct run_view *view = &run->app->model.run;

	view->statement = statement->index;
	if (statement->is_done)
		view->statements_done = statement->index + 1;
	else
		view->statement_started_us = loop_now_us(run->app->loop);
	if (run->listener.statement)
		run->listener.statement(run->listener.arg, statement);
	run_changed(run);
}

static void on_waiting(void *arg, const struct run_wait *wait)
{
	struct run *run = arg;
	struct str text = { 0 };

	str_add(&text, wait->words);
	if (wait->kind == RUN_WAIT_BACKEND && wait->pid &&
		executor_state(run->executor) == RUN_RESOLVING)
		str_add(&text, run->is_headless ? "; waiting for its end"
						: "; waiting, or :run.terminate ends it");
	say(run, "waiting", str_c(&text));
	str_release(&text);
}

static void on_retry(void *arg, int attempt, int64_t delay_ms, const struct err *why)
{
	struct run *run = arg;
	struct run_view *view = &run->app->model.run;
	char delay[WORDS_BYTES];
	struct str text = { 0 };

	log_retry(attempt, delay_ms, why);
	view->attempt = attempt;
	view->retry_at_us = loop_now_us(run->app->loop) + delay_ms * 1000;
	words_ms(delay_ms, delay);
	str_addf(&text, "%s; rolled back, try %d in %s", why->text, attempt + 1, delay);
	if (view->blocker_count)
		str_addf(&text, "; pid %" PRId64 " %s holds it", view->blockers[0].pid,
			view->blockers[0].app);
	say(run, "retry", str_c(&text));
	str_release(&text);
}

static void on_notice(void *arg, const char *severity, const char *text)
{
	struct str line = { 0 };

	str_addf(&line, "%s: %s", severity, text);
	say(arg, "notice", str_c(&line));
	str_release(&line);
}

static bool on_may_step(void *arg, size_t step)
{
	return run_gate_is_open(arg, step);
}

static void describe_trouble(struct run *run, const struct run_trouble *trouble)
{
	static const char *const truths[] = {
		[DATABASE_NOT_SAID] = "",
		[DATABASE_UNCHANGED] = "The step left nothing: the database is as before it.",
		[DATABASE_PARTIAL] = "Part of the step may stand.",
		[DATABASE_UNKNOWN] = "What stands is not known yet.",
	};
	struct run_view *view = &run->app->model.run;
	const struct err *e = &trouble->error;
	struct str text = { 0 };

	if (e->file)
		str_addf(&text, "%s:%d:%d: ", e->file, e->line, e->column);
	str_add(&text, e->text);
	if (*e->sqlstate)
		str_addf(&text, " (%s)", e->sqlstate);
	if (*e->detail)
		str_addf(&text, "\n%s", e->detail);
	if (*e->hint)
		str_addf(&text, "\n%s", e->hint);
	if (*trouble->words)
		str_addf(&text, "\n%s", trouble->words);
	if (*truths[trouble->database])
		str_addf(&text, "\n%s", truths[trouble->database]);
	snprintf(view->error, sizeof(view->error), "%s", str_c(&text));
	str_release(&text);
}

/* Headless, a machine takes the one continuation that needs no judgement, once; otherwise the run ends here. */
static void decide_headless(struct run *run, const struct run_trouble *trouble)
{
	bool is_left_over = trouble->kind == TROUBLE_INTERRUPTED;

	if (is_left_over && !trouble->needs_judgement) {
		struct str text = { 0 };
		str_addf(&text, "%s; %s", trouble->words, run_choice_words(trouble->proposed));
		say(run, "resume", str_c(&text));
		str_release(&text);
		run_choose(run->app, trouble->proposed);
	} else {
		executor_close(run->executor);
	}
}

static void on_paused(void *arg, const struct run_trouble *trouble)
{
	struct run *run = arg;

	log_trouble(run, trouble);
	run->trouble = *trouble;
	run->has_trouble = true;
	run->app->model.run.step = trouble->step;
	run->app->model.run.choices = trouble->choices;
	run->app->model.run.proposed = trouble->proposed;
	describe_trouble(run, trouble);
	run_changed(run);
	if (run->is_headless)
		decide_headless(run, trouble);
}

static void drop_left_run(void *arg)
{
	struct app *app = arg;

	if (!app->run || !app->run->is_leaving)
		return;
	run_drop(app);
	if (app->leave)
		app->quit = true;
}

/* What was done before it stays; a migration may stand half done. */
static void tell_guard(struct run *run, struct run_end *told)
{
	const struct plan *plan = run->inspection->plan;
	size_t next = executor_next_step(run->executor);

	told->exit = EXIT_GUARD;
	told->database = next < plan->step_count && plan->steps[next].ordinal > 1
				 ? DATABASE_PARTIAL
				 : DATABASE_UNCHANGED;
	err_set(&told->error, ERR_CONFLICT, "the gate stayed shut: %s",
		run->app->model.run.gate.reason);
	err_hint(&told->error, "run it again later, or raise the limit it names");
}

/* On the screen the plan stays, for reading; what was waited for is no news any more. */
static void tell_over(struct run *run, const struct err *e)
{
	app_message_err(run->app, e);
	if (!run->app->model.run.error[0])
		run_set_message(run, "%s%s%s; this run is over: leave the plan and open it again",
			e->text, *e->hint ? "; " : "", e->hint);
}

static void on_finished(void *arg, const struct run_end *end)
{
	struct run *run = arg;
	struct run_end told = *end;

	run->is_finished = true;
	run_journal_end(run, end);
	run_plan_status(run, false);
	run_watch_stop(run);
	if (run->guard_stopped)
		tell_guard(run, &told);
	if (run->listener.finished)
		run->listener.finished(run->listener.arg, &told);
	else if (end->error.kind != ERR_NONE)
		tell_over(run, &end->error);
	if (!run->is_headless) {
		migrations_refresh(run->app);
		if (run->is_leaving)
			loop_soon(run->app->loop, drop_left_run, run->app);
	}
	run_changed(run);
}

const struct run_events run_events = {
	.state = on_state,
	.step = on_step,
	.ahead = on_ahead,
	.statement = on_statement,
	.waiting = on_waiting,
	.retry = on_retry,
	.notice = on_notice,
	.may_step = on_may_step,
	.paused = on_paused,
	.finished = on_finished,
};
