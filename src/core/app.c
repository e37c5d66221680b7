// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/app.h"

#include <pwd.h>
#include <signal.h>
#include <stdio.h>
#include <unistd.h>

#include "base/log.h"
#include "base/mem.h"
#include "conf/target.h"
#include "core/args.h"
#include "core/fleet.h"
#include "core/metrics_serve.h"
#include "core/migrations.h"
#include "core/monitor.h"
#include "core/remember.h"
#include "core/run.h"
#include "demo/demo.h"
#include "parse/deep.h"
#include "pg/conninfo_list.h"
#include "pg/lease.h"
#include "migrate/run/executor.h"
#include "setup/setup.h"

enum { TICK_MS = 1000, LEAVE_MS = 300 };

static void set_actor(struct app *app)
{
	char host[64] = "localhost";
	const struct passwd *user = getpwuid(geteuid());

	gethostname(host, sizeof(host) - 1);
	snprintf(app->actor, sizeof(app->actor), "%.80s@%.64s", user ? user->pw_name : "unknown",
		host);
}

static void set_now(struct app *app)
{
	app->model.now_us = loop_now_us(app->loop);
	app->model.now_wall_us = clock_wall_us(loop_clock(app->loop));
}

void app_init(struct app *app, struct loop *loop)
{
	*app = (struct app){ .loop = loop };
	app->model.target = &app->target;
	set_actor(app);
	set_now(app);
}

void app_release(struct app *app)
{
	app->is_closing = true;
	loop_timer_stop(app->tick);
	loop_timer_stop(app->leave);
	run_drop(app);
	metrics_serve_drop(app);
	monitor_stop(app);
	fleet_close(app);
	/* What was under way is told now that it is canceled, while those it belongs to are still here. */
	loop_turn(app->loop, false);
	loop_free_deferred(app->loop);
	while (app->inspections)
		loop_turn(app->loop, true);
	loop_free_deferred(app->loop);
	migrations_free(app->migrations);
	remember_close(app);
	deep_free(app->deep);
	demo_free(app->demo);
	arena_release(&app->error_arena);
	arena_release(&app->journal_arena);
	note_list_release(&app->model.notes);
	if (app->hosts)
		conninfo_list_release(app->hosts);
	free(app->hosts);
	mem_free_secret(app->password);
	target_release(&app->target);
	conf_free(app->conf);
	bus_release(&app->bus);
	log_close();
}

bool app_standby_hosts(struct app *app, size_t index, struct conninfo_list *hosts, struct err *e)
{
	const struct target *target = &app->target;
	const struct conninfo_override override = { .text_source = target->replicas_source };

	if (!conninfo_list_read(hosts, target->replicas[index], &override, e))
		return false;
	if (conninfo_list_suits_standbys(hosts, e) && conninfo_list_secure(hosts, &target->tls, e))
		return true;
	conninfo_list_release(hosts);
	return false;
}

static bool is_ours(const struct conf_flag *flag, const char *key)
{
	return strcmp(flag->option->key, key) == 0;
}

static struct conninfo_override overrides(const struct args *args)
{
	struct conninfo_override override = { .user = args->user };

	for (size_t i = 0; i < args->flag_count; i++) {
		const struct conf_flag *flag = &args->flags[i];
		if (is_ours(flag, "host"))
			override.host = flag->value;
		else if (is_ours(flag, "port"))
			override.port = flag->value;
		else if (is_ours(flag, "user"))
			override.user = flag->value;
	}
	return override;
}

/* The project's only target won, and DATABASE_URL names another place: whoever writes has to say which. */
static bool check_rival(
	struct app *app, const struct target_rival *rival, const struct args *args, struct err *e)
{
	if (!rival->conninfo || !args->command || args->command->risk < RISK_WRITE)
		return true;
	struct conninfo_list other;
	const struct conninfo_override override = { .text_source = "DATABASE_URL" };
	if (!conninfo_list_read(&other, rival->conninfo, &override, e))
		return false;
	bool same = conninfo_lists_meet(app->hosts, &other);
	struct str ours = { 0 }, theirs = { 0 };
	conninfo_words(app->conninfo, &ours);
	conninfo_words(other.items[0], &theirs);
	if (!same) {
		err_set(e, ERR_USAGE, "two targets: %s names %s, DATABASE_URL names %s",
			rival->project_file, str_c(&ours), str_c(&theirs));
		err_hint(e, "say which with -d, or unset DATABASE_URL");
	}
	str_release(&ours);
	str_release(&theirs);
	conninfo_list_release(&other);
	return same;
}

enum { EQUAL_TARGETS_MAX = 32 };

/* An ad-hoc connection to a configured place takes that place's class. */
static void set_env(struct app *app)
{
	const char *const *names, *const *conninfos;
	const char *equal[EQUAL_TARGETS_MAX];
	size_t equal_count = 0;
	size_t count = target_list(app->conf, &names, &conninfos);

	for (size_t i = 0; i < count && equal_count < EQUAL_TARGETS_MAX; i++) {
		struct err e;
		struct conninfo_list hosts;
		if (!conninfo_list_read(&hosts, conninfos[i], NULL, &e))
			continue;
		if (conninfo_lists_meet(&hosts, app->hosts))
			equal[equal_count++] = names[i];
		conninfo_list_release(&hosts);
	}
	for (size_t i = 0; i < app->hosts->count; i++) /* the most severe of them all */
		target_set_env(app->conf, &app->target, conninfo_get(app->hosts->items[i], "host"),
			NULL, equal, equal_count);
}

static void arm_by_class(struct app *app)
{
	app->model.is_armed = !app_is_prod(app) && !app->target.is_read_only;
	app->model.interval_ms = app->target.interval_ms;
}

static enum log_level read_level(const char *word)
{
	enum log_level level = LOG_LEVEL_ERROR;

	while (level < LOG_LEVEL_DEBUG && strcmp(log_level_word(level), word) != 0)
		level++;
	return level;
}

static bool open_log(struct app *app, struct err *e)
{
	const struct log_options log = {
		.sink = conf_text(app->conf, "log"),
		.is_json = strcmp(conf_text(app->conf, "log_format"), "json") == 0,
		.level = read_level(conf_text(app->conf, "log_level")),
		.levels = conf_text(app->conf, "log_levels"),
	};

	return !log.sink || log_open(&log, e);
}

static bool read_hosts(
	struct app *app, const char *text, const struct conninfo_override *override, struct err *e)
{
	if (app->hosts)
		conninfo_list_release(app->hosts);
	else
		app->hosts = mem_new(struct conninfo_list);
	app->conninfo = NULL;
	if (!conninfo_list_read(app->hosts, text, override, e))
		return false;
	app->conninfo = app->hosts->items[0];
	return conninfo_list_suits_primary(app->hosts, e);
}

static bool configure(struct app *app, const struct args *args, struct err *e)
{
	struct target_rival rival = { 0 };
	struct conninfo_override override = overrides(args);

	app->conf = conf_new(args->flags, args->flag_count, e);
	if (!app->conf || !open_log(app, e) ||
		!target_choose(app->conf, args->target, &app->target, &rival, e))
		return false;
	override.text_source = app->target.source;
	if (!read_hosts(app, app->target.conninfo, &override, e) ||
		!check_rival(app, &rival, args, e))
		return false;
	set_env(app);
	arm_by_class(app);
	return true;
}

bool app_configure(struct app *app, const struct args *args, struct err *e)
{
	if (configure(app, args, e))
		return true;
	if (!args->command || !args->command->works_unconfigured)
		return false;
	app->config_error = *e;
	app->config_error.file = NULL;
	if (!app->conf)
		app->conf = conf_new_bare(args->flags, args->flag_count);
	return true;
}

bool app_retarget(struct app *app, const char *name, const char *conninfo,
	const char *const *replicas, size_t count, struct err *e)
{
	assert_always(!app->primary, "the target is chosen before it is connected to");
	struct target *target = &app->target;

	if (!read_hosts(app, conninfo, NULL, e))
		return false;
	/* Another place than the one the rule was made for: a cluster of our own, behind its sockets. */
	tls_rule_release(&target->tls);
	free(target->name);
	free(target->conninfo);
	for (size_t i = 0; i < target->replica_count; i++)
		free(target->replicas[i]);
	free(target->replicas);
	target->name = mem_strdup(name);
	target->conninfo = mem_strdup(conninfo);
	target->replicas = mem_resize(NULL, count, sizeof(*target->replicas));
	target->replica_count = count;
	for (size_t i = 0; i < count; i++)
		target->replicas[i] = mem_strdup(replicas[i]);
	arm_by_class(app);
	return true;
}

bool app_connect(struct app *app, struct err *e)
{
	/* Not sooner: the demo goes elsewhere, and `paths` goes nowhere. */
	return app->fleet || fleet_open(app, e);
}

bool app_wants_password(const struct app *app)
{
	return app->primary && endpoint_view(app->primary)->wants_password;
}

const char *app_warning(const struct app *app)
{
	return app->conninfo ? conninfo_warning(app->conninfo) : NULL;
}

void app_words(const struct app *app, struct str *out)
{
	conninfo_words(app->conninfo, out);
}

void app_set_password(struct app *app, const char *password)
{
	monitor_stop(app);
	fleet_close(app);
	conninfo_list_set(app->hosts, "password", password);
	mem_free_secret(app->password);
	app->password = mem_strdup(password);
}

struct store *app_store(struct app *app)
{
	return remember_store(app);
}

static void leave_now(void *arg)
{
	struct app *app = arg;

	app->leave = NULL;
	app->quit = true;
}

/* What has to be told that it is over. */
static bool is_under_way(const struct app *app)
{
	return run_is_open(app) || app->setup || app->repair;
}

void app_leave(struct app *app)
{
	bool is_second = app->leave || (app->setup && setup_is_canceled(app->setup));
	bool had_run = run_is_open(app);

	metrics_serve_end(app);
	if (had_run && !is_second)
		run_close(app);
	if (app->repair && !is_second)
		executor_cancel(app->repair);
	if (is_second || !is_under_way(app))
		app->quit = true;
	else if (app->setup && !had_run)
		setup_cancel(app->setup); /* its command ends, and says what stands */
	else
		app->leave = loop_timer_start(app->loop, LEAVE_MS, 0, leave_now, app);
}

void app_interrupt(struct app *app, int signum)
{
	bool is_first = !app->interrupted;

	app->interrupted = signum;
	if (!run_is_open(app) || signum != SIGINT)
		app_leave(app);
	else if (is_first)
		run_stop(app);
	else
		run_cancel(app);
}

static void lock_when_due(struct app *app)
{
	const struct model *model = &app->model;

	/* On prod the clock stands still while a step runs. */
	if (model->is_armed && model->armed_until_us && run_is_busy(app))
		app->model.armed_until_us += TICK_MS * 1000;
	else if (model->is_armed && model->armed_until_us && model->now_us >= model->armed_until_us)
		app_lock(app, "the 15 minutes are over");
}

static void on_tick(void *arg)
{
	struct app *app = arg;

	set_now(app);
	lock_when_due(app);
	fleet_follow(app); /* a run that forbade it may be closed by now */
	remember_check_notes(app);
	bus_post(&app->bus, EVENT_TICK);
}

void app_start_ticking(struct app *app)
{
	if (!app->tick)
		app->tick = loop_timer_start(app->loop, TICK_MS, TICK_MS, on_tick, app);
}

void app_turn(struct app *app)
{
	loop_turn(app->loop, true);
	set_now(app);
	bus_deliver(&app->bus);
	loop_free_deferred(app->loop);
}

bool app_open_console(struct app *app, struct err *e)
{
	app->is_screen = true;
	if (!app_connect(app, e))
		return false;
	app->migrations = migrations_new(app);
	remember_load_notes(app);
	monitor_start(app);
	app_start_ticking(app);
	return true;
}
