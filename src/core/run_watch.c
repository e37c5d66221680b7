// SPDX-License-Identifier: GPL-3.0-or-later
/*
 * The gate over the newest samples, and the watch over our own backend while statements are on their way.
 */
#include "base/mem.h"
#include "core/app.h"
#include "core/monitor.h"
#include "core/run_private.h"
#include "migrate/run/watch.h"

enum { WATCH_MS = 1000, WATCH_DEADLINE_MS = 1500, SILENT_LOOKS = 5 };

/* One question. It outlives its run: answers that come too late find run NULL. */
struct watch_ask {
	struct run *run;
	struct lease *lease;
};

static void note_blocked(struct run *run, int64_t blocked_by_us)
{
	int64_t limit = run->app->target.gate.blocked_count;

	if (limit < 0 || blocked_by_us < limit)
		run->blocked_since_us = 0;
	else if (!run->blocked_since_us)
		run->blocked_since_us = loop_now_us(run->app->loop);
}

static int64_t oldest_of_others(const struct run *run)
{
	const struct oldest_transaction *oldest = &run->app->model.pool.oldest;
	int64_t own_pid = run->app->model.run.backend_pid;

	return own_pid && oldest->pid == own_pid ? VALUE_NONE : oldest->age_ms;
}

/* A lone step waits without a limit (changing.md 3): its wait stops nothing, so it does not shut the gate either. */
static struct gate_limits limits_now(const struct run *run)
{
	const struct run_view *view = &run->app->model.run;
	struct gate_limits limits = run->app->target.gate;

	if (view->state == RUN_STEP && view->step < view->plan->step_count &&
		view->plan->steps[view->step].is_lone)
		limits.wait_ms = -1;
	return limits;
}

/* No limit of a target's allows writing to one of two primaries. */
static void shut_on_trouble(const char *words, struct gate_view *gate)
{
	if (!*words)
		return;
	gate->is_shut = true;
	snprintf(gate->reason, sizeof(gate->reason), "%.*s", (int)sizeof(gate->reason) - 1, words);
}

void run_gate_update(struct run *run)
{
	const struct model *model = &run->app->model;
	const struct gate_limits limits = limits_now(run);
	bool has_pool = model->pool.sampled_us != 0, has_replicas = model->replicas.sampled_us != 0;
	const struct replica *worst = model->replicas.count ? &model->replicas.rows[0] : NULL;
	struct guard_numbers numbers = {
		.lag_bytes = has_replicas ? model->replicas.worst_lag_bytes : VALUE_UNKNOWN,
		.lag_where = worst ? worst->name : NULL,
		.slots_used = has_pool ? model->pool.used : VALUE_UNKNOWN,
		.slots_usable = has_pool ? model->pool.ceiling : VALUE_UNKNOWN,
		.blocked_by_us = model->run.blocked_by_us,
		.blocked_since_us = run->blocked_since_us,
		.oldest_ms = has_pool ? oldest_of_others(run) : VALUE_UNKNOWN,
		.wait_ms = run->waiting_ms,
		.now_us = loop_now_us(run->app->loop),
	};

	guard_read(&limits, &numbers, &run->app->model.run.gate);
	shut_on_trouble(monitor_trouble(run->app), &run->app->model.run.gate);
}

void run_gate_refresh(struct app *app)
{
	if (!app->run)
		return;
	run_gate_update(app->run);
	run_changed(app->run);
}

/* What cannot be read does not hold a run, so that it is not held is said, once. The screen shows it beside the gate. */
static void warn_unread(struct run *run)
{
	const struct model *model = &run->app->model;
	char words[160];

	for (size_t i = 0; run->listener.say && i < GATE_READINGS; i++) {
		const struct gate_reading *r = &model->run.gate.readings[i];
		bool is_sampled = strcmp(r->name, "lag") == 0 ? model->replicas.sampled_us != 0
							      : model->pool.sampled_us != 0;
		if (r->limit < 0 || r->value != VALUE_UNKNOWN || !is_sampled ||
			run->gate_warned & 1u << i)
			continue;
		run->gate_warned |= 1u << i;
		snprintf(words, sizeof(words), "gate.%s: %s, so it does not hold the run", r->name,
			r->words);
		run->listener.say(run->listener.arg, "warning", words);
	}
}

bool run_gate_is_open(struct run *run, size_t step)
{
	int64_t now_us = loop_now_us(run->app->loop);

	(void)step;
	run_gate_update(run);
	warn_unread(run);
	if (!run->app->model.run.gate.is_shut) {
		run->gate_shut_us = 0;
		return true;
	}
	if (!run->gate_shut_us) {
		run->gate_shut_us = now_us;
		run_set_message(run, "gate shut: %s", run->app->model.run.gate.reason);
		if (run->listener.say)
			run->listener.say(run->listener.arg, "gate", run->app->model.run.message);
	}
	if (run->is_headless && now_us - run->gate_shut_us >= run->gate_wait_ms * 1000) {
		run->guard_stopped = true;
		executor_close(run->executor);
	}
	run_changed(run);
	return false;
}

static void ask_end(struct watch_ask *ask)
{
	if (ask->lease)
		lease_give_back(ask->lease);
	if (ask->run)
		ask->run->watch_ask = NULL;
	free(ask);
}

/* While we only wait ourselves, a queue behind us is worse than another try later. */
static bool others_queue(const struct gate_view *gate)
{
	for (size_t i = 0; i < GATE_READINGS; i++) {
		if (strcmp(gate->readings[i].name, "blocked") == 0)
			return gate->readings[i].is_shut;
	}
	return false;
}

static void take_watch(struct run *run, const struct run_watch *watch)
{
	struct run_view *view = &run->app->model.run;

	run->waiting_ms = value_is_known(watch->waiting_ms) ? watch->waiting_ms : 0;
	view->blocked_by_us = watch->blocked_by_us;
	view->blocker_count = watch->blocker_count;
	memcpy(view->blockers, watch->blockers, sizeof(view->blockers));
	memcpy(view->progress, watch->progress, sizeof(view->progress));
	note_blocked(run, watch->blocked_by_us);
	executor_note_blockers(run->executor, watch->blockers, watch->blocker_count);
	run_gate_update(run);
	if (watch->blocker_count > 0 && others_queue(&view->gate))
		executor_yield(run->executor);
	run_changed(run);
}

void run_watch_forget(struct run *run)
{
	bool counted = run->waiting_ms || run->blocked_since_us;

	run->waiting_ms = 0;
	run->blocked_since_us = 0;
	run->app->model.run.blocked_by_us = 0;
	if (counted)
		run_gate_update(run);
}

/*
 * Is the server through with what we asked? A role that may not see the state of our backend is told none; a backend that
 * was never seen may be one this role cannot see.
 */
static bool is_through(struct run *run, const struct run_watch *watch)
{
	int64_t pid = run->app->model.run.backend_pid;

	if (watch->is_known)
		run->watched_pid = pid;
	return watch->is_known ? strncmp(watch->state, "idle", 4) == 0 : run->watched_pid == pid;
}

/* A network that swallows answers hangs nobody up: what the server says beside it is the only sign. */
static void note_silence(struct run *run, const struct run_watch *watch)
{
	uint64_t question = executor_question(run->executor);

	if (!question || !is_through(run, watch) || question != run->silent_question)
		run->silent_looks = 0;
	run->silent_question = question;
	if (question && is_through(run, watch) && ++run->silent_looks > SILENT_LOOKS)
		executor_hang_up(run->executor);
}

static void on_watched(void *arg, const struct run_watch *watch, const struct err *e)
{
	struct watch_ask *ask = arg;

	if (!e && watch->is_known && ask->run && run_is_busy(ask->run->app))
		take_watch(ask->run, watch);
	if (!e && ask->run && run_is_busy(ask->run->app))
		note_silence(ask->run, watch);
	ask_end(ask);
}

static void on_lease(void *arg, struct lease *lease, const struct err *e)
{
	struct watch_ask *ask = arg;

	ask->lease = lease;
	if (e || !ask->run)
		ask_end(ask);
	else
		watch_start(
			lease_conn(lease), ask->run->app->model.run.backend_pid, on_watched, ask);
}

static void on_watch_due(void *arg)
{
	struct run *run = arg;

	if (run->watch_ask || !run->app->model.run.backend_pid || !run_is_busy(run->app))
		return;
	run->watch_ask = mem_new(struct watch_ask);
	run->watch_ask->run = run;
	lease_take(
		run->app->primary, CONN_MONITOR, NULL, WATCH_DEADLINE_MS, on_lease, run->watch_ask);
}

void run_watch_start(struct run *run)
{
	if (!run->watch_timer)
		run->watch_timer =
			loop_timer_start(run->app->loop, WATCH_MS, WATCH_MS, on_watch_due, run);
}

void run_watch_stop(struct run *run)
{
	loop_timer_stop(run->watch_timer);
	run->watch_timer = NULL;
	if (run->watch_ask)
		run->watch_ask->run = NULL;
	run->watch_ask = NULL;
}
