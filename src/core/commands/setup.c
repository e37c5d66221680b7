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
#include "core/commands/approval.h"
#include "core/commands/setup_private.h"
#include "demo/demo.h"
#include "parse/deep.h"
#include "pg/conninfo_list.h"
#include "pg/lease.h"

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

/* ---- stage by stage ---- */

static bool is_approved(struct setting_up *s)
{
	return call_has(s->call, "--yes") || setting_ask(s);
}

static void fail_stage(struct setting_up *s, const struct err *e)
{
	bool is_lost = e->kind == ERR_CONNECT || e->kind == ERR_TIMEOUT;
	bool has_made = setting_count(s, SETUP_MADE) > 0;

	setting_fail(s, is_lost && !has_made ? EXIT_NO_CONNECTION : EXIT_FAILED_PARTWAY, e);
}

static void on_password_known(void *arg, struct lease *lease, const struct err *e)
{
	struct setting_up *s = arg;
	const struct err why = s->error;

	(void)e;
	if (lease)
		lease_give_back(lease);
	fail_stage(s, &why);
}

/* Whether it is a password that is missing, the app's own connection finds out: then a person is asked, and it begins anew. */
static bool may_lack_password(const struct setting_up *s, const struct err *e)
{
	return e->kind == ERR_CONNECT && !s->makes && s->stage == SETUP_SERVER + 1 &&
	       !s->call->app->password;
}

static void on_stage(void *arg, const struct err *e)
{
	struct setting_up *s = arg;
	struct app *app = s->call->app;

	if (!e) {
		setting_next(s);
	} else if (may_lack_password(s, e)) {
		s->error = *e;
		lease_take(app->primary, CONN_MONITOR, NULL, app->target.connect_timeout_ms,
			on_password_known, s);
	} else {
		fail_stage(s, e);
	}
}

static void end_round(struct setting_up *s)
{
	if (s->makes) {
		setting_end_make(s);
	} else if (call_has(s->call, "--check") || setting_first(s, SETUP_FAILED) ||
		   !(setting_count_open(s) + setting_count(s, SETUP_RUNS))) {
		setting_end_look(s);
	} else if (!is_approved(s)) {
		setting_refuse(s);
	} else if (!setting_migrations_approved(s)) {
		setting_finish(s);
	} else {
		s->makes = true;
		s->stage = SETUP_SERVER;
		setup_run(s->setup, s->stage++, true, on_stage, s);
	}
}

static void give_up(struct setting_up *s)
{
	struct err e;

	err_set(&e, ERR_CANCELED, "it was given up");
	setting_fail(s, EXIT_FAILED_PARTWAY, &e);
}

/* Queries about what is not there yet say nothing. */
static bool may_check(const struct setting_up *s)
{
	struct setup_item *checks = checklist_find(setting_list(s), "checks");
	size_t open = setting_count_open(s);

	if (!checks || open == (checks->state == SETUP_NOT_SEEN || checks->state == SETUP_WAITS))
		return true;
	setup_item_say(checks, SETUP_WAITS, "for what is missing");
	return false;
}

void setting_next(struct setting_up *s)
{
	enum setup_stage stage = s->stage++;

	if (s->call->app->interrupted)
		give_up(s);
	else if (stage == SETUP_STAGE_COUNT)
		end_round(s);
	else if (stage == SETUP_MIGRATIONS)
		setting_migrate(s);
	else if (stage == SETUP_CHECKS && !may_check(s))
		setting_next(s);
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
	bool is_there = app->demo || setup_read(app->conf, name, &s->spec);
	const char *nearest = is_there ? NULL : setup_nearest(app->conf, name);

	if (app->demo)
		demo_describe(app->demo, &s->spec);

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
	struct conninfo_list hosts;

	if (!conninfo_list_read(&hosts, s->call->app->target.conninfo, NULL, &e))
		return false;
	const char *user = conninfo_get(hosts.items[0], "user");
	bool does = user && s->spec.owner && strcmp(user, s->spec.owner) == 0;

	conninfo_list_release(&hosts);
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
		setting_fail(s, EXIT_NOT_CONFIRMED, &e);
	else if (!prepare(s, &e))
		setting_fail(s, EXIT_USAGE, &e);
	else
		setting_next(s);
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
