// SPDX-License-Identifier: GPL-3.0-or-later
/*
 * Commands of stepping through: open a plan, take its steps, stop, leave. What a step asks is made by core/prompt.c.
 */
#include "core/commands/commands.h"

#include "base/str.h"
#include "core/app.h"
#include "core/migrations.h"
#include "core/prompt.h"
#include "core/run.h"

static const struct plan_step *next_step(const struct app *app)
{
	const struct run_view *view = &app->model.run;

	if (!run_is_open(app) || view->step >= view->plan->step_count)
		return NULL;
	return &view->plan->steps[view->step];
}

static bool has_run(const struct app *app, const char **why)
{
	if (!run_is_open(app))
		*why = "no plan is open; Enter on a migration opens one";
	return !*why;
}

static bool has_next(const struct app *app, const char **why)
{
	if (has_run(app, why) && !next_step(app))
		*why = "all steps are done";
	else if (run_is_over(app))
		*why = "this run is over; leave the plan and open it again";
	return !*why;
}

static bool can_step(const struct app *app, const char **why)
{
	if (!has_run(app, why))
		return false;
	if (run_is_busy(app))
		*why = "a step is running";
	else if (run_trouble(app))
		*why = "the last step needs a decision first";
	else if (!has_next(app, why))
		return false;
	else if (app->model.run.gate.is_shut)
		*why = app->model.run.gate.reason;
	else if (app->model.link.state != LINK_UP)
		*why = "no connection";
	else if (app->model.link.identity.is_standby)
		*why = "this is a read-only standby: steps run on the primary";
	return !*why;
}

static bool has_running(const struct app *app, const char **why)
{
	if (!run_is_busy(app) && app->model.run.state != RUN_GATED)
		*why = "nothing is running";
	return !*why;
}

static bool has_trouble(const struct app *app, const char **why)
{
	if (!run_trouble(app))
		*why = "nothing waits for a decision";
	return !*why;
}

static void run_open_up(struct call *call)
{
	migrations_open_run(call, PLAN_UP, call_arg(call, 0));
}

static void run_open_down(struct call *call)
{
	migrations_open_run(call, PLAN_DOWN, call_arg(call, 0));
}

static void confirm_step(const struct call *call, struct confirmation *c)
{
	const struct plan_step *step = next_step(call->app);

	if (step)
		prompt_for_steps(
			call->app, call->app->model.run.step, call->app->model.run.step + 1, c);
}

static void run_one(struct call *call)
{
	run_step(call->app);
	call_finish(call);
}

/* The steps up to the next breakpoint are confirmed together, at the highest of their levels. */
static size_t next_breakpoint(const struct app *app)
{
	const struct run_view *view = &app->model.run;
	size_t until = view->step + 1;

	while (until < view->plan->step_count && !view->breakpoints[until])
		until++;
	return until;
}

static void confirm_continue(const struct call *call, struct confirmation *c)
{
	if (next_step(call->app))
		prompt_for_steps(
			call->app, call->app->model.run.step, next_breakpoint(call->app), c);
}

static void run_on(struct call *call)
{
	run_continue(call->app);
	call_finish(call);
}

static void run_toggle_break(struct call *call)
{
	const char *word = call_arg(call, 0);
	long step = word ? strtol(word, NULL, 10) : (long)call->app->model.run.step + 1;

	if (step > 0)
		run_break(call->app, (size_t)step - 1);
	call_finish(call);
}

static void confirm_skip(const struct call *call, struct confirmation *c)
{
	if (next_step(call->app))
		prompt_for_skip(call->app, c);
}

static void run_leave_out(struct call *call)
{
	struct str reason = { 0 };
	struct err e;

	for (size_t i = 0; i < call->arg_count; i++)
		str_addf(&reason, "%s%s", i ? " " : "", call->args[i]);
	if (span_trim(str_span(&reason)).len) {
		run_skip(call->app, str_c(&reason));
	} else {
		err_set(&e, ERR_USAGE, "a step is left out with a reason, or not at all");
		err_hint(&e, "run.skip REASON");
		report_fail(&call->report, EXIT_USAGE, DATABASE_UNCHANGED, &e);
	}
	str_release(&reason);
	call_finish(call);
}

static void run_stop_after(struct call *call)
{
	run_stop(call->app);
	call_finish(call);
}

static void run_give_up(struct call *call)
{
	run_cancel(call->app);
	call_finish(call);
}

static const char *const choice_words[RUN_CHOICE_COUNT] = {
	[RUN_CHOICE_AGAIN] = "again",
	[RUN_CHOICE_CLEAR] = "clear",
	[RUN_CHOICE_MARK_DONE] = "done",
};

static bool choice_of(const struct call *call, enum run_choice *choice)
{
	const char *word = call_arg(call, 0);

	for (size_t i = 0; word && i < RUN_CHOICE_COUNT; i++) {
		if (strcmp(word, choice_words[i]) == 0) {
			*choice = (enum run_choice)i;
			return true;
		}
	}
	*choice = run_trouble(call->app) ? run_trouble(call->app)->proposed : RUN_CHOICE_AGAIN;
	return !word;
}

static bool is_sound(const struct app *app, enum run_choice choice)
{
	const struct run_trouble *trouble = run_trouble(app);

	return trouble && trouble->choices & RUN_CHOICE_BIT(choice);
}

static void confirm_choice(const struct call *call, struct confirmation *c)
{
	enum run_choice choice;

	if (run_trouble(call->app) && choice_of(call, &choice) && is_sound(call->app, choice))
		prompt_for_choice(call->app, choice, c);
}

static void run_decide(struct call *call)
{
	enum run_choice choice;
	struct err e;

	if (choice_of(call, &choice) && is_sound(call->app, choice)) {
		run_choose(call->app, choice);
	} else if (choice_of(call, &choice)) {
		err_set(&e, ERR_CONFLICT, "this step cannot soundly be continued that way: %s",
			run_choice_words(choice));
		err_hint(&e, "the step view lists what can be done");
		report_fail(&call->report, EXIT_USAGE, DATABASE_UNCHANGED, &e);
	} else {
		err_set(&e, ERR_USAGE, "no such choice: %s", call_arg(call, 0));
		err_hint(&e, "again, clear or done");
		report_fail(&call->report, EXIT_USAGE, DATABASE_UNCHANGED, &e);
	}
	call_finish(call);
}

static void confirm_terminate(const struct call *call, struct confirmation *c)
{
	(void)call;
	c->level = c->own_level = 2;
	snprintf(c->title, sizeof(c->title),
		"End our old backend, which still holds the transaction?");
	snprintf(c->lines[c->line_count++], sizeof(c->lines[0]),
		"Its transaction rolls back unless it has committed already; dbtop then asks "
		"which.");
	snprintf(c->token, sizeof(c->token), "terminate");
}

static void run_terminate(struct call *call)
{
	run_terminate_backend(call->app);
	call_finish(call);
}

static void run_leave(struct call *call)
{
	run_close(call->app);
	migrations_refresh(call->app);
	call_finish(call);
}

static void run_dry(struct call *call)
{
	if (next_step(call->app))
		prompt_dry_run(call->app, &call->report);
	call_finish(call);
}

static const struct command rows[] = {
	{ .name = "run.up",
		.args = "[REV|+N|head]",
		.args_max = 1,
		.risk = RISK_READ,
		.reach = REACH_SCREEN,
		.help = "Step through the pending migrations, up to this one",
		.run = run_open_up },
	{ .name = "run.down",
		.args = "[REV|-N|base]",
		.args_max = 1,
		.risk = RISK_READ,
		.reach = REACH_SCREEN,
		.help = "Step through a rollback, down to before this one",
		.run = run_open_down },
	{ .name = "run.step",
		.risk = RISK_WRITE,
		.reach = REACH_SCREEN,
		.help = "Run the next step",
		.run = run_one,
		.is_enabled = can_step,
		.confirm = confirm_step },
	{ .name = "run.continue",
		.risk = RISK_WRITE,
		.reach = REACH_SCREEN,
		.help = "Run the steps up to the next breakpoint",
		.run = run_on,
		.is_enabled = can_step,
		.confirm = confirm_continue },
	{ .name = "run.break",
		.args = "[STEP]",
		.args_max = 1,
		.risk = RISK_LOCAL,
		.reach = REACH_SCREEN,
		.help = "Set or clear a breakpoint before a step",
		.run = run_toggle_break,
		.is_enabled = has_next },
	{ .name = "run.dry",
		.risk = RISK_READ,
		.reach = REACH_SCREEN,
		.help = "Say what the next step would do, without doing it",
		.run = run_dry,
		.is_enabled = has_next },
	{ .name = "run.skip",
		.args = "REASON",
		.args_max = 64,
		.asks = "why is it left out? ",
		.risk = RISK_WRITE,
		.reach = REACH_SCREEN,
		.help = "Leave the next step out; it is recorded with the reason",
		.run = run_leave_out,
		.is_enabled = can_step,
		.confirm = confirm_skip },
	{ .name = "run.choose",
		.args = "[again|clear|done]",
		.args_max = 1,
		.risk = RISK_WRITE,
		.reach = REACH_SCREEN,
		.help = "Decide about a step that failed or was interrupted",
		.run = run_decide,
		.is_enabled = has_trouble,
		.confirm = confirm_choice },
	{ .name = "run.stop",
		.risk = RISK_LOCAL,
		.reach = REACH_SCREEN,
		.help = "Stop after the step under way",
		.run = run_stop_after,
		.is_enabled = has_running },
	{ .name = "run.abort",
		.risk = RISK_LOCAL,
		.reach = REACH_SCREEN,
		.help = "Cancel the running statement and roll its group back",
		.run = run_give_up,
		.is_enabled = has_running },
	{ .name = "run.terminate",
		.risk = RISK_WRITE,
		.reach = REACH_SCREEN,
		.help = "End our old backend that still holds the transaction",
		.run = run_terminate,
		.is_enabled = has_running,
		.confirm = confirm_terminate },
	{ .name = "run.leave",
		.risk = RISK_LOCAL,
		.reach = REACH_SCREEN,
		.help = "Close the plan; locks go, what is done stays",
		.run = run_leave,
		.is_enabled = has_run },
};

const struct command_table step_commands = { rows, ARRAY_SIZE(rows) };
