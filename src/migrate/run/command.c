// SPDX-License-Identifier: GPL-3.0-or-later
/*
 * What a run is told to do from outside, in whatever state it is: leave a step out, decide about one, stop, give up, give
 * way, leave. Each is fine at any time and does nothing where it has no meaning.
 */
#include "migrate/run/executor_private.h"

#include "base/compiler.h"

void executor_skip(struct executor *x, const char *reason)
{
	enum run_trouble_kind kind = x->trouble.kind;
	if (x->state != RUN_READY && x->state != RUN_PAUSED)
		return;
	if (x->state == RUN_PAUSED && (kind == TROUBLE_UNKNOWN || kind == TROUBLE_INTERRUPTED))
		return; /* what stands there has to be settled, not left out */
	x->step = (struct executor_step){ .skip_reason = reason, .is_chosen = true };
	x->until = x->next + 1;
	executor_open_or_begin(x);
}

/* A lone step that was found done has not been verified by anybody yet. */
static void record_done(struct executor *x)
{
	if (executor_step(x)->is_lone)
		lone_record_done(x);
	else
		record_start(x);
}

static void step_open_or_record(struct executor *x)
{
	if (x->link.lease)
		record_done(x);
	else
		open_start(x, record_done);
}

void executor_choose(struct executor *x, enum run_choice choice)
{
	if (x->state != RUN_PAUSED || !(x->trouble.choices & RUN_CHOICE_BIT(choice)))
		return;
	struct probe_finding finding = x->step.finding;
	x->step = (struct executor_step){ .is_chosen = true, .finding = finding };
	if (x->until <= x->next)
		x->until = x->next + 1;
	switch (choice) {
	case RUN_CHOICE_AGAIN: executor_when_open(x, executor_open_or_begin); break;
	case RUN_CHOICE_CLEAR: executor_when_open(x, resume_clear); break;
	case RUN_CHOICE_MARK_DONE: step_open_or_record(x); break;
	case RUN_CHOICE_COUNT: break;
	}
}

/* A choice that waited for the gate is taken back: what it was about still has to be decided. */
static void pause_again(struct executor *x)
{
	x->after_gate = NULL;
	x->wants_stop = x->wants_cancel = false;
	x->until = x->next;
	x->step.is_chosen = false;
	executor_enter(x, RUN_PAUSED);
	if (x->o.events->paused)
		x->o.events->paused(x->o.events_arg, &x->trouble);
}

void executor_stop(struct executor *x)
{
	if (x->state == RUN_RETRY) {
		executor_cancel(x); /* nothing of the step stands: there is nothing to finish */
		return;
	}
	if (x->state == RUN_GATED || x->state == RUN_STEP || x->state == RUN_OPENING ||
		x->state == RUN_RESOLVING)
		x->wants_stop = true;
	if (x->state != RUN_GATED)
		return;
	link_forget_timer(x);
	if (x->after_gate)
		pause_again(x);
	else
		executor_go_on(x);
}

void executor_cancel(struct executor *x)
{
	if (x->state == RUN_GATED) {
		executor_stop(x);
	} else if (x->state == RUN_RETRY) {
		link_forget_timer(x);
		x->wants_cancel = true;
		if (executor_step(x)->is_lone)
			lone_give_up(x);
		else
			group_give_up(x);
	} else if (x->state == RUN_STEP && !x->step.is_committing) {
		x->wants_cancel = true;
		link_cancel(x);
	} else if (x->state == RUN_OPENING && !x->step.is_recording) {
		struct err e;
		err_set(&e, ERR_CANCELED, "canceled before %s was sent",
			x->next > 0 ? "the next step" : "anything");
		executor_finish_between(x, EXIT_ERROR, &e);
	}
}

void executor_yield(struct executor *x)
{
	if (x->state != RUN_STEP || x->next >= x->o.plan->step_count)
		return;
	bool may_give_way =
		!executor_step(x)->is_lone || (x->step.is_server_busy && lone_may_give_way(x));
	if (may_give_way && !x->step.is_committing && !x->wants_cancel)
		x->step.is_yielding = link_cancel(x);
}

void executor_let_go(struct executor *x)
{
	if ((x->state == RUN_READY || x->state == RUN_PAUSED) && !x->answer)
		link_drop(x);
}

/* A lone step goes on at the server; its intent stays. */
static void leave_lone(struct executor *x)
{
	struct err e;
	err_set(&e, ERR_CANCELED, "left while a statement ran that cannot be rolled back");
	err_detail(&e, "the server goes on with it; its intent is kept");
	err_hint(&e, "the next run says what became of it");
	x->end.database = DATABASE_UNKNOWN;
	executor_finish(x, RUN_STOPPED, EXIT_FAILED_PARTWAY, &e);
}

static void leave_unresolved(struct executor *x)
{
	struct err e;
	err_set(&e, ERR_CANCELED, "left before the outcome of COMMIT was known");
	err_hint(&e, "the next run reads it from the history");
	x->end.database = DATABASE_UNKNOWN;
	executor_finish(x, RUN_UNKNOWN, EXIT_OUTCOME_UNKNOWN, &e);
}

void executor_close(struct executor *x)
{
	switch (x->state) {
	case RUN_STEP:
		x->wants_close = true;
		if (x->step.is_server_busy)
			leave_lone(x);
		else
			executor_cancel(x);
		break;
	case RUN_RETRY:
		x->wants_close = true;
		executor_cancel(x);
		break;
	case RUN_RESOLVING: leave_unresolved(x); break;
	case RUN_PAUSED:
		executor_finish(x, x->trouble.kind == TROUBLE_UNKNOWN ? RUN_UNKNOWN : RUN_STOPPED,
			x->trouble_exit, &x->trouble.error);
		break;
	case RUN_GATED:
		executor_finish(x, RUN_STOPPED, x->after_gate ? x->trouble_exit : EXIT_DONE,
			x->after_gate ? &x->trouble.error : NULL);
		break;
	case RUN_NONE:
	case RUN_OPENING:
	case RUN_READY: executor_finish(x, RUN_STOPPED, EXIT_DONE, NULL); break;
	case RUN_DONE:
	case RUN_STOPPED:
	case RUN_UNKNOWN: break;
	}
}
