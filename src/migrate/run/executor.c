// SPDX-License-Identifier: GPL-3.0-or-later
#include "migrate/run/executor_private.h"

#include "base/compiler.h"
#include "base/mem.h"

/* Which states may follow which. */
static const unsigned legal[] = {
#define TO(state) (1u << (state))
	[RUN_NONE] = TO(RUN_OPENING) | TO(RUN_STOPPED),
	[RUN_OPENING] = TO(RUN_READY) | TO(RUN_GATED) | TO(RUN_STEP) | TO(RUN_PAUSED) |
			TO(RUN_DONE) | TO(RUN_STOPPED) | TO(RUN_UNKNOWN) | TO(RUN_RESOLVING),
	[RUN_READY] =
		TO(RUN_OPENING) | TO(RUN_GATED) | TO(RUN_STEP) | TO(RUN_DONE) | TO(RUN_STOPPED),
	[RUN_GATED] =
		TO(RUN_READY) | TO(RUN_PAUSED) | TO(RUN_OPENING) | TO(RUN_STEP) | TO(RUN_STOPPED),
	[RUN_STEP] = TO(RUN_READY) | TO(RUN_GATED) | TO(RUN_RETRY) | TO(RUN_RESOLVING) |
		     TO(RUN_PAUSED) | TO(RUN_DONE) | TO(RUN_STOPPED) | TO(RUN_OPENING),
	[RUN_RETRY] =
		TO(RUN_STEP) | TO(RUN_PAUSED) | TO(RUN_READY) | TO(RUN_STOPPED) | TO(RUN_OPENING),
	[RUN_RESOLVING] = TO(RUN_OPENING) | TO(RUN_READY) | TO(RUN_GATED) | TO(RUN_STEP) |
			  TO(RUN_PAUSED) | TO(RUN_DONE) | TO(RUN_UNKNOWN) | TO(RUN_STOPPED),
	[RUN_PAUSED] = TO(RUN_OPENING) | TO(RUN_STEP) | TO(RUN_READY) | TO(RUN_GATED) |
		       TO(RUN_DONE) | TO(RUN_STOPPED) | TO(RUN_UNKNOWN),
	[RUN_DONE] = 0,
	[RUN_STOPPED] = 0,
	[RUN_UNKNOWN] = 0,
#undef TO
};

const char *run_choice_words(enum run_choice choice)
{
	static const char *const words[] = {
		[RUN_CHOICE_AGAIN] = "run it again",
		[RUN_CHOICE_CLEAR] = "drop the invalid remains and run it again",
		[RUN_CHOICE_MARK_DONE] = "mark it done and go on",
	};
	assert_always(choice < RUN_CHOICE_COUNT, "no such choice");
	return words[choice];
}

static void enter(struct executor *x, enum run_state state)
{
	if (x->state == state)
		return;
	assert_always(
		legal[x->state] & 1u << state, "a run does not go from that state to this one");
	x->state = state;
	x->told_wait[0] = '\0';
	if (state != RUN_STEP)
		record_flush(x);
	if (x->o.events->state)
		x->o.events->state(x->o.events_arg, state);
}

/* Whoever is told something may have closed the run: what was about to happen then does not. */
void executor_enter(struct executor *x, enum run_state state)
{
	if (!x->is_finished)
		enter(x, state);
}

const struct plan_step *executor_step(const struct executor *x)
{
	return &x->o.plan->steps[x->next];
}

enum database_state executor_untouched(const struct executor *x)
{
	return executor_step(x)->ordinal > 1 ? DATABASE_PARTIAL : DATABASE_UNCHANGED;
}

static void tell_finished(void *arg)
{
	struct executor *x = arg;
	x->finishing = NULL;
	if (x->o.events->finished)
		x->o.events->finished(x->o.events_arg, &x->end);
}

void executor_finish(
	struct executor *x, enum run_state state, enum exit_code exit, const struct err *e)
{
	if (x->is_finished)
		return;
	x->end.exit = exit;
	if (e)
		x->end.error = *e;
	x->is_finished = true;
	link_forget_timer(x);
	link_drop(x);
	enter(x, state);
	x->finishing = loop_soon(x->o.loop, tell_finished, x);
}

/* Has this run done the first steps of the migration whose next step would come now? */
static bool is_within_migration(const struct executor *x)
{
	const struct plan *plan = x->o.plan;
	if (!plan || x->next == 0 || x->next >= plan->step_count)
		return false;
	return plan->steps[x->next - 1].migration == plan->steps[x->next].migration;
}

void executor_finish_between(struct executor *x, enum exit_code exit, const struct err *e)
{
	if (is_within_migration(x)) {
		x->end.database = DATABASE_PARTIAL;
		exit = EXIT_FAILED_PARTWAY;
	}
	executor_finish(x, RUN_STOPPED, exit, e);
}

bool executor_gate_is_open(struct executor *x)
{
	return !x->o.events->may_step || x->o.events->may_step(x->o.events_arg, x->next);
}

static void gate_again(struct executor *x)
{
	executor_when_open(x, x->after_gate);
}

void executor_when_open(struct executor *x, executor_next_fn *then)
{
	x->after_gate = then;
	if (executor_gate_is_open(x)) {
		x->after_gate = NULL;
		then(x);
		return;
	}
	executor_enter(x, RUN_GATED);
	link_later(x, GATE_AGAIN_MS, gate_again);
}

/* That a step begins, once: what whoever hears it writes down is written before its first statement is sent. */
void executor_announce(struct executor *x)
{
	if (!x->step.is_unannounced)
		return;
	x->step.is_unannounced = false;
	tell_step(x, STEP_RUNNING, -1);
}

static void step_dispatch(struct executor *x)
{
	x->last_migration = executor_step(x)->migration;
	x->step.started_us =
		loop_now_us(x->o.loop); /* what the session wanted first is not the step's */
	if (x->step.skip_reason || executor_step(x)->is_lone)
		executor_announce(x);
	if (x->step.skip_reason)
		record_start(x);
	else if (executor_step(x)->is_lone)
		lone_start(x);
	else
		group_start(x);
}

static void step_replay(struct executor *x)
{
	bool is_new_here = x->last_migration != executor_step(x)->migration;
	if (is_new_here && executor_step(x)->ordinal > 1)
		open_replay(x, step_dispatch);
	else
		step_dispatch(x);
}

static void step_reset_session(struct executor *x)
{
	bool is_next = x->last_migration && x->last_migration != executor_step(x)->migration;
	if (!x->link.has_locks_prepared)
		x->last_migration =
			NULL; /* taken away by this very migration: its SETs go with the reset */
	if (!x->link.has_locks_prepared || (is_next && x->link.session_is_changed))
		open_reset(x, step_replay);
	else
		step_replay(x);
}

static void step_create(struct executor *x)
{
	open_create(x, step_reset_session);
}

void executor_begin(struct executor *x)
{
	if (x->is_finished)
		return;
	executor_enter(x, RUN_STEP);
	x->step.attempt = 1;
	x->step.is_unannounced = true;
	step_create(x);
}

bool executor_is_recorded(const struct executor *x)
{
	const struct plan_step *step = executor_step(x);
	bool is_applied = history_is_applied(x->history, step->migration);
	if (!step->is_last)
		return false;
	if (step->section == SECTION_UP)
		return is_applied;
	return !is_applied &&
	       (history_is_single_row(x->history) || !history_find(x->history, step->migration));
}

bool executor_is_step_recorded(const struct executor *x)
{
	const struct plan_step *step = executor_step(x);
	const struct history_step *found =
		history_step_find(x->history, step->migration->rev, step->section, step->ordinal);
	if (step->is_last)
		return executor_is_recorded(x);
	return found && (found->state == HISTORY_STEP_DONE || found->state == HISTORY_STEP_SKIPPED);
}

/* Nothing of this step was out when the connection broke, or what became of it is known. */
static void step_reopened(struct executor *x)
{
	if (x->step.is_chosen)
		executor_begin(x);
	else
		resume_check(x, executor_begin);
}

/* A connection may have broken while nobody asked anything of it. */
void executor_open_or_begin(struct executor *x)
{
	if (x->link.lease && conn_view(lease_conn(x->link.lease))->state != LINK_UP)
		link_drop(x);
	if (!x->link.lease) {
		open_start(x, step_reopened);
	} else if (x->has_unfinished && !x->step.is_chosen) {
		/* What was left may belong to this step, not to the first. */
		executor_enter(x, RUN_OPENING);
		resume_check(x, executor_begin);
	} else {
		executor_begin(x);
	}
}

void executor_go_on(struct executor *x)
{
	if (x->is_finished)
		return;
	if (x->wants_close) {
		executor_finish(x, RUN_STOPPED, EXIT_DONE, NULL);
	} else if (x->next >= x->o.plan->step_count) {
		executor_finish(x, RUN_DONE, EXIT_DONE, NULL);
	} else if (x->wants_stop || x->wants_cancel || x->next >= x->until) {
		x->wants_stop = x->wants_cancel = false;
		x->until = x->next;
		executor_enter(x, RUN_READY);
	} else if (!executor_gate_is_open(x)) {
		executor_enter(x, RUN_GATED);
		link_later(x, GATE_AGAIN_MS, executor_go_on);
	} else {
		x->step = (struct executor_step){ 0 };
		executor_open_or_begin(x);
	}
}

int64_t executor_took_ms(const struct executor *x)
{
	return x->step.started_us ? (loop_now_us(x->o.loop) - x->step.started_us) / 1000 : 0;
}

void executor_step_done(struct executor *x, enum step_state state)
{
	int64_t took_ms = executor_took_ms(x);
	if (x->is_finished)
		return;
	x->history->is_dirty = false; /* the row was written since, or a person has decided */
	record_outcome(x, state == STEP_SKIPPED ? JOURNAL_SKIPPED : JOURNAL_DONE, NULL);
	tell_step(x, state, took_ms);
	x->end.steps_done++;
	x->end.migrations_done += executor_step(x)->is_last;
	x->trouble = (struct run_trouble){ 0 };
	x->blocker_count = 0;
	x->next++;
	executor_go_on(x);
}

/* A lone step that may have left something stays open in the journal: the next run asks what. */
static bool may_have_remains(const struct executor *x)
{
	enum probe_verdict verdict = x->step.finding.verdict;
	return x->step.was_sent && verdict != PROBE_NOT_DONE && verdict != PROBE_REPEAT;
}

static enum journal_result result_of(const struct executor *x, enum run_trouble_kind kind)
{
	switch (kind) {
	case TROUBLE_FAILED:
	case TROUBLE_CANCELED:
	case TROUBLE_LOST:
		if (may_have_remains(x))
			return JOURNAL_UNKNOWN;
		return kind == TROUBLE_FAILED ? JOURNAL_FAILED : JOURNAL_ROLLED_BACK;
	case TROUBLE_UNKNOWN:
	case TROUBLE_INTERRUPTED:
	case TROUBLE_NONE: break;
	}
	return JOURNAL_UNKNOWN;
}

void executor_step_failed(
	struct executor *x, const struct run_trouble *trouble, enum exit_code exit)
{
	int64_t took_ms = executor_took_ms(x);
	if (x->is_finished)
		return;
	executor_announce(x);
	x->trouble = *trouble;
	x->trouble.step = x->next;
	x->trouble_exit = exit;
	x->wants_stop = x->wants_cancel = false;
	x->until = x->next;
	x->step.is_chosen = false;
	x->step.skip_reason = NULL;
	if (trouble->kind != TROUBLE_INTERRUPTED) {
		enum journal_result result = result_of(x, trouble->kind);
		record_outcome(x, result, &trouble->error);
		tell_step(
			x, result == JOURNAL_ROLLED_BACK ? STEP_ROLLED_BACK : STEP_FAILED, took_ms);
	}
	x->end.database = trouble->database;
	executor_enter(x, RUN_PAUSED);
	if (x->wants_close)
		executor_close(x);
	else if (x->o.events->paused)
		x->o.events->paused(x->o.events_arg, &x->trouble);
}

struct executor *executor_new(const struct executor_options *options)
{
	struct executor *x = mem_new(struct executor);
	x->o = *options;
	dice_init(&x->dice);
	x->history_request = (struct history_request){
		.format = options->history->class->format,
		.project = options->project,
		.schema = options->history->schema,
		.table = options->history->table,
	};
	history_writer_init(&x->writer, options->history->class, options->history->schema,
		options->history->table);
	return x;
}

void executor_free(struct executor *x)
{
	if (!x)
		return;
	x->is_dead = true;
	x->pending++; /* callbacks that come from within do not destroy what we still hold */
	link_forget_timer(x);
	loop_timer_stop(x->finishing);
	link_drop(x);
	x->pending--;
	link_destroy(x);
}

static void opened(struct executor *x)
{
	x->has_unfinished = resume_has_unfinished(x);
	if (x->repair)
		open_create(x, repair_write);
	else if (x->next < x->o.plan->step_count)
		resume_check(x, executor_go_on);
	else
		executor_go_on(x);
}

void executor_start(struct executor *x)
{
	assert_always(x->state == RUN_NONE, "a run starts once");
	open_start(x, opened);
}

void executor_run(struct executor *x, size_t until)
{
	x->until = until;
	if (x->state == RUN_READY)
		executor_go_on(x);
}

void executor_note_blockers(struct executor *x, const struct run_blocker *blockers, size_t count)
{
	if (count == 0)
		return; /* the last seen ones explain a timeout that comes after them */
	x->blocker_count = count < RUN_BLOCKERS_MAX ? count : RUN_BLOCKERS_MAX;
	memcpy(x->blockers, blockers, x->blocker_count * sizeof(*blockers));
}

enum run_state executor_state(const struct executor *x)
{
	return x->state;
}

size_t executor_next_step(const struct executor *x)
{
	return x->next;
}

const struct identity *executor_identity(const struct executor *x)
{
	return x->link.lease ? &x->link.identity : NULL;
}
