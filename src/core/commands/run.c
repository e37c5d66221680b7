// SPDX-License-Identifier: GPL-3.0-or-later
/*
 * `dbtop upgrade` and `dbtop downgrade`: the whole way without a screen: inspect, approve, run, report. Both
 * resume what was interrupted, as far as that needs no judgement.
 */
#include "core/commands/commands.h"

#include <stdio.h>

#include "base/mem.h"
#include "base/str.h"
#include "base/words.h"
#include "conf/conf.h"
#include "core/app.h"
#include "core/commands/approval.h"
#include "core/commands/describe.h"
#include "core/commands/headless.h"
#include "core/monitor.h"
#include "core/run.h"

static const struct command_option run_options[] = {
	{ .flag = "--yes", .help = "answer yes to what is routine (level 1)" },
	{ .flag = "--allow-hazard",
		.value = "KIND[:OBJECT]",
		.is_repeatable = true,
		.help = "acknowledge a hazard of level 2 or 3, on one object or anywhere; all = "
			"every one" },
	{ .flag = "--plan-digest",
		.value = "DIGEST",
		.help = "run only the plan that was reviewed under this digest" },
	{ .flag = "--dry-run", .help = "show the plan and do nothing" },
};

/* What a headless run carries along; ends with the call. */
struct headless {
	struct call *call;
	enum plan_direction direction;
	struct inspection *inspection; /* owned until the run takes it */
	struct node *done;	       /* table of migrations that came to an end */
	int64_t gate_wait_ms;
	int64_t migration_ms; /* of the migration under way */
	int plans;	      /* made so far: another operator may make one old */
	char digest[65];
	headless_over_fn *over; /* NULL = the call ends with the run */
	void *over_arg;
};

static void finish(struct headless *headless)
{
	struct call *call = headless->call;
	headless_over_fn *over = headless->over;
	void *over_arg = headless->over_arg;

	if (*headless->digest)
		report_text(&call->report, call->report.data, "digest", NULL, headless->digest);
	inspection_free(headless->inspection);
	free(headless);
	if (over)
		loop_soon(call->app->loop, over, over_arg);
	else
		call_finish(call);
}

static void fail(struct headless *headless, enum exit_code exit, enum database_state database,
	const struct err *e)
{
	report_fail(&headless->call->report, exit, database, e);
	finish(headless);
}

/* ---- what the run tells ---- */

static const struct plan_step *step_at(const struct headless *headless, size_t step)
{
	return &headless->call->app->model.run.plan->steps[step];
}

static void tell_step(struct headless *headless, const char *kind, size_t step, int64_t took_ms)
{
	const struct plan_step *at = step_at(headless, step);
	struct str text = { 0 };
	char took[WORDS_BYTES];

	str_addf(&text, "%s %s", at->migration->rev, at->migration->name);
	if (at->ordinal_count > 1)
		str_addf(&text, ", step %zu of %zu", at->ordinal, at->ordinal_count);
	if (value_is_known(took_ms)) {
		words_ms(took_ms, took);
		str_addf(&text, "  %s", took);
	}
	call_tell(headless->call, &(struct call_event){ .kind = kind,
					  .rev = at->migration->rev,
					  .step = step + 1,
					  .took_ms = took_ms,
					  .text = str_c(&text) });
	str_release(&text);
}

static void add_done(struct headless *headless, const struct plan_step *step)
{
	struct report *report = &headless->call->report;
	struct node *row = report_row(report, headless->done);

	report_text(report, row, "revision", "REVISION", step->migration->rev);
	report_text(report, row, "name", "NAME", step->migration->name);
	report_text(report, row, "state", "STATE",
		headless->direction == PLAN_UP ? "applied" : "rolled back");
	report_int(report, row, "took_ms", "TOOK", headless->migration_ms, UNIT_MS);
	headless->migration_ms = 0;
}

static void on_step(void *arg, size_t step, enum step_state state, int64_t took_ms)
{
	struct headless *headless = arg;
	const struct plan_step *at = step_at(headless, step);

	switch (state) {
	case STEP_RUNNING:
		if (at->is_lone || at->ordinal == 1)
			tell_step(headless, "step_start", step, VALUE_NONE);
		break;
	case STEP_DONE:
	case STEP_SKIPPED:
		headless->migration_ms += took_ms;
		tell_step(headless, "step_done", step, took_ms);
		if (at->is_last)
			add_done(headless, at);
		break;
	case STEP_FAILED: tell_step(headless, "step_failed", step, took_ms); break;
	case STEP_ROLLED_BACK: tell_step(headless, "step_rolled_back", step, took_ms); break;
	case STEP_WAITING: break;
	}
}

static bool is_warned(const struct report *report, const char *text)
{
	for (const struct node *node = report->warnings->first; node; node = node->next) {
		if (strcmp(node->text, text) == 0)
			return true;
	}
	return false;
}

/* A store that cannot be written says so at every write: here it is one warning of the report. */
static bool take_warning(struct report *report, const char *kind, const char *text)
{
	static const char prefix[] = "WARNING: ";
	bool is_notice = strncmp(text, prefix, sizeof(prefix) - 1) == 0;
	bool is_warning = strcmp(kind, "warning") == 0;

	if (is_notice)
		text += sizeof(prefix) - 1;
	if ((is_notice || is_warning) && is_warned(report, text))
		return true;
	if (is_warning)
		report_warn(report, "%s", text);
	return is_warning;
}

static void on_say(void *arg, const char *kind, const char *text)
{
	struct headless *headless = arg;

	if (take_warning(&headless->call->report, kind, text))
		return;
	call_tell(headless->call,
		&(struct call_event){ .kind = kind, .took_ms = VALUE_NONE, .text = text });
}

static bool can_go_back(const struct headless *headless, const struct migration *migration)
{
	return headless->direction == PLAN_UP && !migration->irreversible &&
	       migration->sections[SECTION_DOWN].is_present &&
	       !migration->sections[SECTION_DOWN].is_empty;
}

/* What is half done needs the next word of a person: which, depends on what is known. */
static void report_failure(struct headless *headless, const struct run_end *end)
{
	struct app *app = headless->call->app;
	const struct run_trouble *trouble = run_trouble(app);
	const char *way = headless->direction == PLAN_UP ? "upgrade" : "downgrade";
	struct err e = end->error;

	if (end->exit == EXIT_FAILED_PARTWAY && trouble && !*e.hint) {
		const struct migration *m = app->model.run.plan->steps[trouble->step].migration;
		if (trouble->kind == TROUBLE_INTERRUPTED)
			err_hint(&e,
				"look at what stands, then say `dbtop repair --mark applied %s "
				"--reason \"…\"`, or absent",
				m->rev);
		else
			err_hint(&e, "put the cause right and `dbtop %s` goes on from here%s", way,
				can_go_back(headless, m)
					? "; `dbtop downgrade` takes back what stands"
					: "");
	}
	report_fail(&headless->call->report, end->exit, end->database, &e);
}

static void say_summary(struct headless *headless, size_t migrations)
{
	const struct plan *plan = headless->call->app->model.run.plan;
	const char *to = plan->to ? plan->to : "base";

	if (migrations < plan->migration_count) {
		report_say(&headless->call->report, "stopped: %zu of %zu migrations %s", migrations,
			plan->migration_count,
			headless->direction == PLAN_UP ? "applied" : "rolled back");
		return;
	}
	report_say(&headless->call->report, "%zu migration%s %s; the database is at %s", migrations,
		migrations == 1 ? "" : "s",
		headless->direction == PLAN_UP ? "applied" : "rolled back", to);
}

enum { PLANS_MAX = 20 };

/*
 * Another operator was faster: the history is not the one the plan was made on, and nothing was done yet. Who named
 * a place to reach still wants to reach it; who named steps (+1, -2) or a reviewed plan does not want others.
 */
static bool may_plan_again(const struct headless *headless, const struct run_end *end)
{
	const char *goal = call_arg(headless->call, 0);
	bool is_relative = goal ? *goal == '+' || *goal == '-' : headless->direction == PLAN_DOWN;

	return end->is_stale && !end->steps_done && !is_relative && headless->plans < PLANS_MAX &&
	       !call_has(headless->call, "--plan-digest");
}

static void make_plan(struct headless *headless);

static void plan_again(void *arg)
{
	struct headless *headless = arg;

	run_drop(headless->call->app);
	on_say(headless, "waiting", "another operator changed the history; the plan is made again");
	make_plan(headless);
}

static void on_finished(void *arg, const struct run_end *end)
{
	struct headless *headless = arg;
	struct report *report = &headless->call->report;

	if (may_plan_again(headless, end)) {
		loop_soon(headless->call->app->loop, plan_again, headless);
		return;
	}
	report_int(report, report->data, "migrations_done", NULL, (int64_t)end->migrations_done,
		UNIT_COUNT);
	report_int(report, report->data, "steps_done", NULL, (int64_t)end->steps_done, UNIT_COUNT);
	if (end->error.kind != ERR_NONE)
		report_failure(headless, end);
	else
		report->exit = end->exit;
	if (report->exit == EXIT_DONE)
		say_summary(headless, end->migrations_done);
	finish(headless);
}

/* ---- the way ---- */

static void start_run(void *arg)
{
	struct headless *headless = arg;
	struct app *app = headless->call->app;
	struct run_listener listener = {
		.step = on_step, .say = on_say, .finished = on_finished, .arg = headless
	};
	struct inspection *inspection = headless->inspection;
	struct err e;

	if (!monitor_check_change(app, &e)) {
		fail(headless, EXIT_ERROR, DATABASE_UNCHANGED, &e);
		return;
	}
	if (monitor_unheard(app) > 0)
		report_warn(&headless->call->report,
			"of %zu configured standbys it is not known what they are: a second "
			"primary "
			"would not be noticed",
			monitor_unheard(app));
	headless->inspection = NULL;
	if (!headless->done)
		headless->done = report_table(
			&headless->call->report, headless->call->report.data, "migrations", "");
	run_open(app, inspection, &listener);
	run_all(app, headless->gate_wait_ms);
}

static void dry_run(struct headless *headless)
{
	*headless->digest = '\0'; /* the plan's own table has it */
	describe_plan(&headless->call->report, headless->inspection);
	report_say(&headless->call->report, "dry run: nothing was done");
	finish(headless);
}

static void warn_unlabelled(struct headless *headless)
{
	const struct app *app = headless->call->app;

	if (app->target.env == ENV_UNLABELLED && headless->plans == 1)
		report_warn(&headless->call->report,
			"%s has no environment class; label it with env = dev, stage or prod",
			app->target.name);
}

static void on_inspected(
	void *arg, struct inspection *inspection, enum exit_code exit, const struct err *e)
{
	struct headless *headless = arg;
	struct call *call = headless->call;

	if (e) {
		fail(headless, exit, DATABASE_NOT_SAID, e);
		return;
	}
	headless->inspection = inspection;
	if (headless->plans == 1)
		describe_warnings(&call->report, inspection);
	if (!inspection->plan) {
		fail(headless, inspection->plan_exit, DATABASE_UNCHANGED, &inspection->plan_error);
		return;
	}
	memcpy(headless->digest, inspection->plan->digest, sizeof(headless->digest));
	if (!inspection->plan->step_count) {
		if (!describe_no_files(
			    &call->report, call->app, "nothing to do: ", inspection->set))
			report_say(&call->report, "nothing to do");
		finish(headless);
	} else if (call_has(call, "--dry-run")) {
		dry_run(headless);
	} else if (!approval_given(call, inspection->plan)) {
		finish(headless);
	} else {
		warn_unlabelled(headless);
		monitor_first_look(call->app, MONITOR_FIRST_LOOK_MS, start_run, headless);
	}
}

static void make_plan(struct headless *headless)
{
	struct inspect_request request = { .wants_plan = true,
		.wants_sizes = true,
		.wants_primary = true,
		.direction = headless->direction,
		.goal = call_arg(headless->call, 0) };

	headless->plans++;
	inspect_start(headless->call->app, &request, on_inspected, headless);
}

static void run_headless(
	struct call *call, enum plan_direction direction, headless_over_fn *over, void *over_arg)
{
	struct headless *headless = mem_new(struct headless);
	struct err e;

	headless->call = call;
	headless->direction = direction;
	headless->over = over;
	headless->over_arg = over_arg;
	headless->gate_wait_ms = conf_number(call->app->conf, "gate_patience");
	if (approval_words_check(call, &e))
		make_plan(headless);
	else
		fail(headless, EXIT_USAGE, DATABASE_UNCHANGED, &e);
}

void headless_upgrade(struct call *call, headless_over_fn *over, void *arg)
{
	run_headless(call, PLAN_UP, over, arg);
}

static void run_upgrade(struct call *call)
{
	run_headless(call, PLAN_UP, NULL, NULL);
}

static void run_downgrade(struct call *call)
{
	run_headless(call, PLAN_DOWN, NULL, NULL);
}

static const struct command rows[] = {
	{ .name = "migration.upgrade",
		.word = "upgrade",
		.args = "[REV|+N|head]",
		.args_max = 1,
		.risk = RISK_WRITE,
		.reach = REACH_CLI,
		.run = run_upgrade,
		.options = run_options,
		.option_count = ARRAY_SIZE(run_options),
		.help = "Apply pending migrations; continue what was interrupted",
		.example = "dbtop upgrade +1 --yes" },
	{ .name = "migration.downgrade",
		.word = "downgrade",
		.args = "[REV|-N|base]",
		.args_max = 1,
		.risk = RISK_DESTRUCTIVE,
		.reach = REACH_CLI,
		.run = run_downgrade,
		.options = run_options,
		.option_count = ARRAY_SIZE(run_options),
		.help = "Roll back applied migrations, newest first",
		.example = "dbtop downgrade -2 --yes --allow-hazard data-loss" },
};

const struct command_table run_commands = { rows, ARRAY_SIZE(rows) };
