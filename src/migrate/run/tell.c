// SPDX-License-Identifier: GPL-3.0-or-later
/*
 * What the executor tells: to the caller by callbacks, each of which may be absent.
 */
#include "migrate/run/executor_private.h"

#include "base/compiler.h"

void tell_statement(struct executor *x, bool is_done, int64_t rows)
{
	if (!x->o.events->statement)
		return;
	const struct plan_step *step = executor_step(x);
	struct run_statement told = {
		.step = x->next,
		.index = x->step.statement,
		.statement = &step->statements[x->step.statement],
		.is_done = is_done,
		.took_ms = is_done ? (loop_now_us(x->o.loop) - x->step.statement_started_us) / 1000
				   : -1,
		.rows = rows,
	};
	x->o.events->statement(x->o.events_arg, &told);
}

/* Polling asks again and again; only what is new is told. */
void tell_waiting(struct executor *x, const struct run_wait *wait)
{
	if (strcmp(x->told_wait, wait->words) == 0)
		return;
	snprintf(x->told_wait, sizeof(x->told_wait), "%s", wait->words);
	if (x->o.events->waiting)
		x->o.events->waiting(x->o.events_arg, wait);
}

void tell_notice(struct executor *x, const char *severity, const char *text)
{
	if (x->o.events->notice)
		x->o.events->notice(x->o.events_arg, severity, text);
	if (x->o.journal)
		x->o.journal->log(x->o.journal->state, severity, text);
}

void tell_step(struct executor *x, enum step_state state, int64_t took_ms)
{
	if (x->o.events->step)
		x->o.events->step(x->o.events_arg, x->next, state, took_ms);
}

void tell_ahead(struct executor *x)
{
	if (x->o.events->ahead && x->next + 1 < x->until)
		x->o.events->ahead(x->o.events_arg, x->next + 1);
}
