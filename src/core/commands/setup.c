// SPDX-License-Identifier: GPL-3.0-or-later
/*
 * `dbtop setup`: roles, database, extensions, migrations, rights, seeds and checks of a described target. It looks at all
 * of it first; with --check that is the answer. What is missing is made after one approval, stage by stage, the
 * migrations by the engine of `dbtop upgrade`.
 */
#include "core/commands/commands.h"

#include "base/mem.h"
#include "base/path.h"
#include "base/words.h"
#include "conf/conf.h"
#include "conf/setup.h"
#include "core/app.h"
#include "core/audit.h"
#include "core/commands/approval.h"
#include "core/commands/headless.h"
#include "core/commands/setup_report.h"
#include "core/inspect.h"
#include "core/run.h"
#include "parse/deep.h"
#include "pg/conninfo.h"
#include "setup/setup.h"

static const struct command_option setup_options[] = {
	{ .flag = "--check", .help = "only look; exit 3 when something is missing" },
	{ .flag = "--yes", .help = "make what is missing without asking" },
	{ .flag = "--allow-hazard",
		.value = "KIND[:OBJECT]",
		.is_repeatable = true,
		.help = "of the migrations: as with upgrade" },
	{ .flag = "--plan-digest",
		.value = "DIGEST",
		.help = "of the migrations: as with upgrade" },
};

/* What the command carries along; ends with the call. */
struct setting_up {
	struct call *call;
	struct setup *setup; /* owned */
	struct setup_spec spec;
	char *seed_dir; /* owned; NULL = no seeds */
	enum setup_stage stage;
	bool makes; /* false: still looking */
	int64_t migrations_started_us;
};

static struct checklist *list_of(const struct setting_up *s)
{
	return setup_checklist(s->setup);
}

static size_t count_of(const struct setting_up *s, enum setup_state state)
{
	return checklist_count(list_of(s), state);
}

/* ---- the end ---- */

static void finish(struct setting_up *s)
{
	struct call *call = s->call;

	call->app->setup = NULL;
	if (s->setup)
		setup_report(&call->report, list_of(s));
	setup_free(s->setup);
	setup_spec_release(&s->spec);
	free(s->seed_dir);
	free(s);
	call_finish(call);
}

static size_t count_open(const struct setting_up *s)
{
	return count_of(s, SETUP_MISSING) + count_of(s, SETUP_WAITS) + count_of(s, SETUP_ADMIN) +
	       count_of(s, SETUP_NOT_SEEN);
}

/* The first that went wrong says why. */
static const struct setup_item *first_of(const struct setting_up *s, enum setup_state state)
{
	const struct checklist *list = list_of(s);

	for (size_t i = 0; i < list->count; i++)
		if (list->items[i].state == state)
			return &list->items[i];
	return NULL;
}

/* What this run has made stands; nothing of it is taken back. */
static void fail(struct setting_up *s, enum exit_code exit, const struct err *e)
{
	struct err error = *e;
	size_t made = s->setup ? count_of(s, SETUP_MADE) : 0;

	error.file = arena_strdup(&s->call->report.arena, e->file);
	if (made > 0 && !*error.detail)
		err_detail(&error, "%zu of the list were made by this run and stand", made);
	if (s->makes && !*error.hint)
		err_hint(&error, "put the cause right; `dbtop setup` goes on from there");
	if (exit == EXIT_FAILED_PARTWAY && made == 0)
		exit = EXIT_FAILED_UNCHANGED;
	report_fail(&s->call->report, exit, made ? DATABASE_NOT_SAID : DATABASE_UNCHANGED, &error);
	finish(s);
}

static bool has_report(const struct setting_up *s)
{
	return s->call->report.has_error || s->call->report.exit != EXIT_DONE;
}

static void fail_differing(struct setting_up *s)
{
	const struct setup_item *item = first_of(s, SETUP_DIFFERS);
	struct err e;

	err_set(&e, ERR_CONFLICT, "%s %s is not as described: %s", item->class->word,
		item->values[SLOT_NAME], item->words);
	err_hint(&e, "setup changes nothing that is there: change it, or the description");
	fail(s, EXIT_MISMATCH, &e);
}

static void fail_open(struct setting_up *s)
{
	size_t rights = count_of(s, SETUP_ADMIN), open = count_open(s);
	struct err e;

	err_set(&e, ERR_CONFLICT, "%zu of %zu things are still missing", open, list_of(s)->count);
	if (rights > 0)
		err_hint(&e,
			"%zu need%s an administrator: run the commands of the list, then "
			"`dbtop setup` again",
			rights, rights == 1 ? "s" : "");
	fail(s, EXIT_FAILED_PARTWAY, &e);
}

static void end_look(struct setting_up *s)
{
	struct report *report = &s->call->report;
	const struct setup_item *failed = first_of(s, SETUP_FAILED);
	size_t open = count_open(s);
	struct err e;

	if (failed) {
		err_set(&e, ERR_CONFLICT, "%s: %s", failed->class->word, failed->words);
		fail(s, EXIT_ERROR, &e);
		return;
	}
	if (!open && count_of(s, SETUP_DIFFERS)) {
		fail_differing(s);
		return;
	}
	if (open) {
		report->exit = EXIT_PENDING;
		report_say(report, "%zu of %zu things are missing", open, list_of(s)->count);
	} else {
		report_say(report, "nothing %s: all %zu things are there",
			call_has(s->call, "--check") ? "is missing" : "to do", list_of(s)->count);
	}
	finish(s);
}

static void end_make(struct setting_up *s)
{
	size_t made = count_of(s, SETUP_MADE);

	if (count_open(s)) {
		fail_open(s);
		return;
	}
	if (count_of(s, SETUP_DIFFERS)) {
		fail_differing(s);
		return;
	}
	if (made)
		report_say(&s->call->report,
			"set up: %zu of %zu things made, the others were there", made,
			list_of(s)->count);
	else
		report_say(&s->call->report, "nothing to do: all %zu things are there",
			list_of(s)->count);
	finish(s);
}

/* ---- approval ---- */

static bool is_asked(struct setting_up *s)
{
	struct call *call = s->call;
	struct confirmation confirmation;

	if (!call->ask || conf_is(call->app->conf, "no_input"))
		return false;
	setup_confirmation(call->app, list_of(s), &confirmation);
	if (!call->ask(call->arg, &confirmation))
		return false;
	audit_answer(call->app, call, &confirmation);
	return true;
}

static bool is_approved(struct setting_up *s)
{
	return call_has(s->call, "--yes") || is_asked(s);
}

static void refuse(struct setting_up *s)
{
	size_t open = count_open(s) + count_of(s, SETUP_RUNS);
	struct err e;

	err_set(&e, ERR_USAGE, "%zu thing%s not confirmed; nothing was done", open,
		open == 1 ? " is" : "s are");
	err_hint(&e, "read the list; then say --yes");
	report_fail(&s->call->report, EXIT_NOT_CONFIRMED, DATABASE_UNCHANGED, &e);
	finish(s);
}

/* ---- the migrations, which are not setup's own ---- */

static void next_stage(struct setting_up *s);

static struct setup_item *migrations_of(const struct setting_up *s)
{
	return checklist_find(list_of(s), "migrations");
}

static void take_plan(struct setup_item *item, const struct inspection *inspection)
{
	if (!inspection->plan)
		setup_item_say(item, SETUP_FAILED, "%s", inspection->plan_error.text);
	else if (inspection->plan->step_count)
		setup_item_say(
			item, SETUP_MISSING, "%zu pending", inspection->plan->migration_count);
	else if (!inspection->set->count)
		setup_item_say(item, SETUP_THERE, "there are none");
	else
		setup_item_say(item, SETUP_THERE, "%zu applied", inspection->applied_count);
}

static void on_inspected(
	void *arg, struct inspection *inspection, enum exit_code exit, const struct err *e)
{
	struct setting_up *s = arg;

	(void)exit;
	if (e)
		setup_item_say(migrations_of(s),
			s->call->app->interrupted || e->kind != ERR_SERVER ? SETUP_FAILED
									   : SETUP_WAITS,
			"%s", e->text);
	else
		take_plan(migrations_of(s), inspection);
	inspection_free(inspection);
	next_stage(s);
}

static void on_upgraded(void *arg)
{
	struct setting_up *s = arg;
	struct app *app = s->call->app;
	struct setup_item *item = migrations_of(s);
	bool had_run = run_is_open(app);

	run_drop(app);
	item->took_ms = (loop_now_us(app->loop) - s->migrations_started_us) / 1000;
	if (has_report(s)) {
		setup_item_say(item, SETUP_FAILED, "%s", s->call->report.error.text);
		finish(s);
		return;
	}
	setup_item_say(item, had_run ? SETUP_MADE : SETUP_THERE, "%s",
		had_run ? "all are applied" : "none is pending");
	next_stage(s);
}

static const char *why_not_migrate(const struct setting_up *s)
{
	if (!setup_has_database(s->setup))
		return "for the database";
	if (s->makes && !setup_may_act(s->setup))
		return "for the right to act as owner";
	return NULL;
}

static void do_migrations(struct setting_up *s)
{
	struct app *app = s->call->app;
	const char *why = why_not_migrate(s);

	if (why) {
		setup_item_say(migrations_of(s), SETUP_WAITS, "%s", why);
		next_stage(s);
	} else if (s->makes && migrations_of(s)->state == SETUP_THERE) {
		next_stage(s);
	} else if (s->makes) {
		s->migrations_started_us = loop_now_us(app->loop);
		headless_upgrade(s->call, on_upgraded, s);
	} else {
		inspect_start(app,
			&(struct inspect_request){ .wants_plan = true, .direction = PLAN_UP },
			on_inspected, s);
	}
}

/* ---- stage by stage ---- */

static void on_stage(void *arg, const struct err *e)
{
	struct setting_up *s = arg;
	bool is_lost = e && (e->kind == ERR_CONNECT || e->kind == ERR_TIMEOUT);

	if (e)
		fail(s,
			is_lost && !count_of(s, SETUP_MADE) ? EXIT_NO_CONNECTION
							    : EXIT_FAILED_PARTWAY,
			e);
	else
		next_stage(s);
}

static void end_round(struct setting_up *s)
{
	if (s->makes) {
		end_make(s);
	} else if (call_has(s->call, "--check") || first_of(s, SETUP_FAILED) ||
		   !(count_open(s) + count_of(s, SETUP_RUNS))) {
		end_look(s);
	} else if (is_approved(s)) {
		s->makes = true;
		s->stage = SETUP_SERVER;
		setup_run(s->setup, s->stage++, true, on_stage, s);
	} else {
		refuse(s);
	}
}

static void give_up(struct setting_up *s)
{
	struct err e;

	err_set(&e, ERR_CANCELED, "it was given up");
	fail(s, EXIT_FAILED_PARTWAY, &e);
}

/* Queries about what is not there yet say nothing. */
static bool may_check(const struct setting_up *s)
{
	struct setup_item *checks = checklist_find(list_of(s), "checks");
	size_t open = count_open(s);

	if (!checks || open == (checks->state == SETUP_NOT_SEEN || checks->state == SETUP_WAITS))
		return true;
	setup_item_say(checks, SETUP_WAITS, "for what is missing");
	return false;
}

static void next_stage(struct setting_up *s)
{
	enum setup_stage stage = s->stage++;

	if (s->call->app->interrupted)
		give_up(s);
	else if (stage == SETUP_STAGE_COUNT)
		end_round(s);
	else if (stage == SETUP_MIGRATIONS)
		do_migrations(s);
	else if (stage == SETUP_CHECKS && !may_check(s))
		next_stage(s);
	else
		setup_run(s->setup, stage, s->makes, on_stage, s);
}

static void tell(void *arg, const struct setup_item *item)
{
	struct setting_up *s = arg;
	const char *name = item->values[SLOT_NAME];
	char text[SETUP_WORDS_BYTES + 160], took[WORDS_BYTES];

	words_ms(item->took_ms, took);
	snprintf(text, sizeof(text), "%s%s%.63s: %s%s%s  %s", item->class->word, name ? " " : "",
		name ? name : "", setup_state_word(item->state), *item->words ? ", " : "",
		item->words, took);
	call_tell(s->call,
		&(struct call_event){ .kind = "setup", .took_ms = item->took_ms, .text = text });
}

/* ---- the start ---- */

/* Beside the migrations, as those are beside the program. */
static char *default_seed_dir(const char *migrations)
{
	size_t len = migrations ? strlen(migrations) : 0;

	while (len > 1 && migrations[len - 1] == '/')
		len--;
	while (len > 0 && migrations[len - 1] != '/')
		len--;
	char *parent = mem_strndup(migrations ? migrations : "", len);
	char *dir = *parent ? path_join(parent, "seed") : mem_strdup("seed");

	free(parent);
	if (migrations && path_is_dir(dir))
		return dir;
	free(dir);
	return NULL;
}

static void read_spec(struct setting_up *s)
{
	struct app *app = s->call->app;
	const char *name = app->target.section ? app->target.section : app->target.name;
	bool is_there = setup_read(app->conf, name, &s->spec);
	const char *nearest = is_there ? NULL : setup_nearest(app->conf, name);

	if (nearest)
		report_warn(&s->call->report, "there is no [setup %s]; there is [setup %s]", name,
			nearest);
	s->seed_dir = s->spec.seed ? mem_strdup(s->spec.seed) : default_seed_dir(app->target.dir);
	/* What a migration makes belongs to the owner. */
	if (s->spec.owner && !app->target.migrate_role && !app->primary)
		app->target.migrate_role = mem_strdup(s->spec.owner);
}

static bool owner_logs_in(const struct setting_up *s)
{
	struct err e;
	struct conninfo *info = conninfo_new(s->call->app->target.conninfo, NULL, &e);
	const char *user = info ? conninfo_get(info, "user") : NULL;
	bool does = user && s->spec.owner && strcmp(user, s->spec.owner) == 0;

	conninfo_free(info);
	return does;
}

static bool prepare(struct setting_up *s, struct err *e)
{
	struct app *app = s->call->app;

	if (!approval_words_check(s->call, e) || !app_connect(app, e))
		return false;
	if (!app->deep)
		app->deep = deep_new();
	const struct setup_options wanted = {
		.loop = app->loop,
		.driver = &driver_libpq,
		.info = app->conninfo,
		.spec = &s->spec,
		.deep = app->deep,
		.seed_dir = s->seed_dir,
		.acts_as = app->target.migrate_role,
		.owner_logs_in = owner_logs_in(s),
		.connect_timeout_ms = app->target.connect_timeout_ms,
	};
	s->setup = setup_new(&wanted, tell, s, e);
	app->setup = s->setup;
	return s->setup != NULL;
}

static void run_setup(struct call *call)
{
	struct setting_up *s = mem_new(struct setting_up);
	struct err e;

	s->call = call;
	read_spec(s);
	if (!call_has(call, "--check") && !approval_may_write(call, &e))
		fail(s, EXIT_NOT_CONFIRMED, &e);
	else if (!prepare(s, &e))
		fail(s, EXIT_USAGE, &e);
	else
		next_stage(s);
}

static const struct command rows[] = {
	{ .name = "database.setup",
		.word = "setup",
		.risk = RISK_WRITE,
		.reach = REACH_CLI,
		.run = run_setup,
		.options = setup_options,
		.option_count = ARRAY_SIZE(setup_options),
		.help = "Make the database with its roles, extensions, migrations, rights and "
			"seeds, "
			"where they are missing",
		.example = "dbtop setup -d shop --yes" },
};

const struct command_table setup_commands = { rows, ARRAY_SIZE(rows) };
