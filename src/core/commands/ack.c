// SPDX-License-Identifier: GPL-3.0-or-later
/*
 * `dbtop ack`: say why a hazard of a plan may run; kept in the store under the plan's digest, for the run without a
 * screen that comes after. On the screen it is about the plan that is open.
 */
#include "core/commands/commands.h"

#include "base/str.h"
#include "core/app.h"
#include "core/commands/approval.h"
#include "core/commands/describe.h"
#include "core/plan_acks.h"
#include "core/run.h"

static const struct command_option ack_options[] = {
	{ .flag = "--to",
		.value = "REV|+N|-N",
		.help = "the plan up (or with --down, down) to there" },
	{ .flag = "--down", .help = "a plan of a downgrade" },
	{ .flag = "--plan-digest",
		.value = "DIGEST",
		.help = "only when the plan is the one that was reviewed under this digest" },
};

static char *reason_of(const struct call *call)
{
	struct str text = { 0 };

	for (size_t i = 1; i < call->arg_count; i++)
		str_addf(&text, "%s%s", i > 1 ? " " : "", call->args[i]);
	return str_detach(&text);
}

static void add_row(struct report *report, struct node *table, const struct plan_step *step,
	const struct hazard *hazard)
{
	struct node *row = report_row(report, table);

	report_text(report, row, "revision", "REVISION", step->migration->rev);
	report_int(report, row, "step", "STEP", (int64_t)step->ordinal, UNIT_NONE);
	report_text(report, row, "hazard", "HAZARD", hazard_word(hazard->kind));
	report_text(report, row, "object", "OBJECT", hazard->object);
	report_text(report, row, "reason", "REASON", hazard->ack_reason);
	report_text(report, row, "author", "BY", hazard->ack_author);
}

/* Every one stored with the plan, those of before too. */
static void describe(struct report *report, const struct plan *plan)
{
	report_text(report, report->data, "digest", "digest", plan->digest);
	struct node *table = report_table(report, report->data, "acknowledged", "");
	for (size_t i = 0; i < plan->step_count; i++) {
		const struct plan_step *step = &plan->steps[i];
		for (size_t h = 0; h < step->hazard_count; h++) {
			if (step->hazards[h].ack_author)
				add_row(report, table, step, &step->hazards[h]);
		}
	}
}

static void acknowledge(struct call *call, const struct inspection *inspection)
{
	char *reason = reason_of(call);
	const struct plan_ack ack = { .word = call_arg(call, 0), .reason = reason };
	size_t count;
	struct err e;

	if (!plan_acks_store(call->app, inspection, &ack, &count, &e)) {
		report_fail(&call->report, e.kind == ERR_USAGE ? EXIT_USAGE : EXIT_ERROR,
			DATABASE_UNCHANGED, &e);
	} else {
		describe(&call->report, inspection->plan);
		report_say(&call->report,
			"%zu hazard%s acknowledged, for the plan of this digest only", count,
			count == 1 ? "" : "s");
	}
	free(reason);
}

static void on_inspected(
	void *arg, struct inspection *inspection, enum exit_code exit, const struct err *e)
{
	struct call *call = arg;

	if (e) {
		report_fail(&call->report, exit, DATABASE_NOT_SAID, e);
		call_finish(call);
		return;
	}
	describe_warnings(&call->report, inspection);
	if (!inspection->plan)
		report_fail(&call->report, inspection->plan_exit, DATABASE_UNCHANGED,
			&inspection->plan_error);
	else if (approval_digest_fits(call, inspection->plan))
		acknowledge(call, inspection);
	inspection_free(inspection);
	call_finish(call);
}

static void run_ack(struct call *call)
{
	struct inspect_request request = { .wants_plan = true,
		.wants_sizes = true,
		.wants_primary = true,
		.direction = call_has(call, "--down") ? PLAN_DOWN : PLAN_UP,
		.goal = call_value(call, "--to") };
	struct err e;

	if (!call_arg(call, 0)) {
		err_set(&e, ERR_USAGE, "which hazard, and why may it run?");
		err_hint(&e, "dbtop ack data-loss:public.orders \"copied to the archive\"");
		report_fail(&call->report, EXIT_USAGE, DATABASE_UNCHANGED, &e);
		call_finish(call);
	} else if (call->is_screen && run_is_open(call->app)) {
		acknowledge(call, run_inspection(call->app));
		bus_post(&call->app->bus, EVENT_RUN);
		call_finish(call);
	} else {
		inspect_start(call->app, &request, on_inspected, call);
	}
}

static const struct command rows[] = {
	{ .name = "plan.ack",
		.word = "ack",
		.args = "KIND[:OBJECT] REASON",
		.args_max = 64,
		.risk = RISK_LOCAL,
		.reach = REACH_BOTH,
		.run = run_ack,
		.options = ack_options,
		.option_count = ARRAY_SIZE(ack_options),
		.help = "Say why a hazard may run; kept with the plan, by its digest",
		.example = "dbtop ack data-loss:public.orders \"copied to the archive\" --to +1" },
};

const struct command_table ack_commands = { rows, ARRAY_SIZE(rows) };
