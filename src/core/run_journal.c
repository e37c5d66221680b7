// SPDX-License-Identifier: GPL-3.0-or-later
/*
 * The journal of a run over the store. The run is safe without it; a guest's lone step is not, and says so by must_hold.
 */
#include <inttypes.h>
#include <string.h>

#include "base/arena.h"
#include "base/clock.h"
#include "core/app.h"
#include "core/run_private.h"
#include "migrate/plan/forecast.h"
#include "migrate/history/history_class.h"
#include "store/store_run.h"

static const char *direction_word(enum migration_section direction)
{
	return direction == SECTION_DOWN ? "down" : "up";
}

static bool journal_intent(void *state, const struct journal_intent *intent, struct err *e)
{
	struct app *app = state;
	struct stored_intent stored = { .run_id = intent->run_id,
		.rev = intent->rev,
		.direction = direction_word(intent->direction),
		.step = intent->step,
		.ordinal = intent->ordinal,
		.ordinal_count = intent->ordinal_count,
		.is_lone = intent->is_lone,
		.attempt = intent->attempt,
		.step_sha256 = intent->step_sha256,
		.xid = intent->xid,
		.identity = intent->identity,
		.may_sync_later = !intent->must_hold && !intent->is_only_witness };

	return store_run_intent(app_store(app), &stored, e);
}

static const char *result_word(enum journal_result result)
{
	static const char *const words[] = {
		[JOURNAL_DONE] = "done",
		[JOURNAL_FAILED] = "failed",
		[JOURNAL_ROLLED_BACK] = "rolled back",
		[JOURNAL_SKIPPED] = "skipped",
		[JOURNAL_UNKNOWN] = "unknown",
	};
	return words[result];
}

static bool journal_outcome(void *state, const struct journal_outcome *outcome, struct err *e)
{
	struct app *app = state;
	struct stored_outcome stored = { .run_id = outcome->run_id,
		.rev = outcome->rev,
		.direction = direction_word(outcome->direction),
		.step = outcome->step,
		.ordinal = outcome->ordinal,
		.result = result_word(outcome->result),
		.database = database_state_word(outcome->database),
		.took_ms = outcome->took_ms,
		.error = outcome->error ? outcome->error->text : NULL,
		.may_wait = outcome->may_wait };

	return store_run_outcome(app_store(app), &stored, e) &&
	       (!outcome->settles || store_run_settle(app_store(app), outcome->settles,
					     outcome->rev, stored.result, e));
}

static bool journal_flush(void *state, struct err *e)
{
	struct app *app = state;

	return store_run_flush(app_store(app), e);
}

static void journal_log(void *state, const char *level, const char *text)
{
	struct app *app = state;
	struct err e;

	if (app->run && !store_run_log(app_store(app), app->run->run_id, level, text, &e))
		app_message(app, MESSAGE_WARN, "%s", e.text);
}

static bool journal_find_past(
	void *state, const struct identity *identity, const char *rev, struct journal_past *past)
{
	struct app *app = state;
	struct stored_past stored;

	arena_release(&app->journal_arena);
	if (!store_run_past(app_store(app), identity, rev, &app->journal_arena, &stored))
		return false;
	*past = (struct journal_past){
		.direction = strcmp(stored.direction, "down") == 0 ? SECTION_DOWN : SECTION_UP,
		.steps_done = stored.steps_done,
		.is_open = stored.is_open,
		.is_lone = stored.is_lone,
		.step_sha256 = stored.step_sha256,
		.xid = stored.xid,
		.run_id = stored.run_id,
		.timeline = stored.timeline,
		.backend_pid = stored.backend_pid,
		.at_us = stored.at_us
	};
	return true;
}

static bool journal_has_open(void *state, const struct identity *identity)
{
	struct app *app = state;
	struct stored_open_intent open;

	arena_release(&app->journal_arena);
	return store_run_find_open(app_store(app), identity, NULL, &app->journal_arena, &open);
}

/* What the tool's own table cannot tell of a migration left half done on that server. */
void run_journal_settle(struct app *app, const struct identity *identity, struct history *history)
{
	struct stored_past stored;

	arena_release(&app->journal_arena);
	if (!store_run_past(app_store(app), identity, NULL, &app->journal_arena, &stored))
		return;
	if (stored.steps_done == 0 && !stored.is_lone)
		return; /* a group that was broken off: the server rolled it back, nothing is half done */
	history_settle(
		history, &(struct history_unfinished){ .rev = stored.rev,
				 .number = strtoull(stored.rev, NULL, 10),
				 .direction = strcmp(stored.direction, "down") == 0 ? SECTION_DOWN
										    : SECTION_UP,
				 .steps_done = stored.steps_done });
}

static bool is_here(const struct inspection *inspection, const char *rev)
{
	const struct history *history = inspection->history;
	const struct migration_set *set = inspection->set;

	for (size_t i = 0; i < history->row_count; i++)
		if (strcmp(history->rows[i].rev, rev) == 0)
			return true;
	for (size_t i = 0; i < set->count; i++)
		if (strcmp(set->items[i]->rev, rev) == 0)
			return history_is_applied(history, set->items[i]);
	return false;
}

const char *run_journal_missing(struct app *app, struct inspection *inspection)
{
	struct stored_applied *applied;
	const struct stored_applied *first = NULL;
	size_t missing = 0;
	char when[CLOCK_TEXT_BYTES], more[48] = "";

	arena_release(&app->journal_arena);
	size_t count = store_run_applied_before(
		app_store(app), &inspection->identity, &app->journal_arena, &applied);
	for (size_t i = 0; i < count; i++) {
		if (is_here(inspection, applied[i].rev))
			continue;
		first = first ? first : &applied[i];
		missing++;
	}
	if (!first)
		return NULL;
	clock_format_local(first->at_us, when);
	if (missing > 1)
		snprintf(more, sizeof(more), ", and %zu more behind it", missing - 1);
	return arena_printf(&inspection->arena,
		"this is another server (timeline %" PRId64 " -> %" PRId64 "): %.60s, applied %s, "
		"is missing here%s",
		first->timeline, inspection->identity.timeline, first->rev, when, more);
}

void run_journal_init(struct journal *journal, struct app *app)
{
	*journal = (struct journal){ .intent = journal_intent,
		.outcome = journal_outcome,
		.flush = journal_flush,
		.log = journal_log,
		.find_past = journal_find_past,
		.has_open = journal_has_open,
		.state = app };
}

void run_journal_start(struct run *run)
{
	struct app *app = run->app;
	const struct plan *plan = run->inspection->plan;
	struct stored_run stored = { .id = run->run_id,
		.target = app->target.name,
		.digest = plan->digest,
		.direction = plan->direction == PLAN_DOWN ? "down" : "up",
		.actor = app->actor,
		.system_identifier = run->inspection->identity.system_identifier,
		.database_oid = run->inspection->identity.database_oid };
	struct err e;

	if (!store_run_start(app_store(app), &stored, &e) && run->listener.say)
		run->listener.say(run->listener.arg, "warning", e.text);
}

void run_journal_end(struct run *run, const struct run_end *end)
{
	struct err e;
	const char *words = end->error.kind == ERR_NONE ? "done" : end->error.text;

	if (!store_run_end(app_store(run->app), run->run_id, end->exit, (int64_t)end->steps_done,
		    words, &e) &&
		run->listener.say)
		run->listener.say(run->listener.arg, "warning", e.text);
}

/*
 * changing.md 2: before a statement that loses data is sent, what its table held is written down. An adopted history's
 * event says it too and stands or falls with the group that loses the data: the disk need not be waited for there.
 */
void run_journal_losses(struct run *run, size_t step_index)
{
	const struct plan *plan = run->inspection->plan;
	const struct plan_step *step = &plan->steps[step_index];
	bool is_told_twice = run->inspection->history->class->is_adopted && !step->is_lone;
	struct err e;

	for (size_t h = 0; h < step->hazard_count; h++) {
		if (step->hazards[h].kind != HAZARD_DATA_LOSS || !step->hazards[h].object)
			continue;
		const char *dot = strchr(step->hazards[h].object, '.');
		const char *name = dot ? dot + 1 : step->hazards[h].object;
		const struct table_size *size = forecast_object_size(plan, step->hazards[h].object);
		struct stored_loss loss = { .run_id = run->run_id,
			.rev = step->migration->rev,
			.schema = size && size->found_schema ? size->found_schema : "",
			.name = name,
			.rows = size ? size->rows : VALUE_UNKNOWN,
			.bytes = size ? size->bytes : VALUE_UNKNOWN,
			.may_sync_later = is_told_twice };
		if (!store_run_loss(app_store(run->app), &loss, &e) && run->listener.say)
			run->listener.say(run->listener.arg, "warning", e.text);
	}
}
