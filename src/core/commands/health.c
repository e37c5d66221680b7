// SPDX-License-Identifier: GPL-3.0-or-later
/*
 * `dbtop health`: one look at connection, pool and replicas, with every reason. It alone exits as monitoring systems
 * expect: 0 ok, 1 warning, 2 critical, 3 unknown.
 */
#include "core/commands/commands.h"

#include "base/str.h"
#include "core/advice.h"
#include "core/app.h"
#include "core/commands/describe.h"
#include "core/fleet.h"
#include "core/monitor.h"
#include "pg/lease.h"
#include "probe/app_pools.h"
#include "probe/health.h"

static void add_state(struct report *report, struct node *node, struct pool *pool, bool is_row)
{
	struct pool_stats stats;
	char reason[POOL_REASON_BYTES];

	pool_stats(pool, &stats);
	enum status status = pool_stats_judge(&stats, reason);
	report_text(report, node, "status", is_row ? "STATUS" : NULL,
		health_word(health_verdict_of(status)));
	report_text(report, node, "state", NULL, pool_state_word(stats.state));
	describe_pool_stats(report, node, &stats, is_row);
	report_text(report, node, "reason", is_row && *reason ? "WHY" : NULL, reason);
}

static void add_own_row(
	struct report *report, struct node *table, const char *server, struct pool *pool)
{
	struct node *row = report_row(report, table);

	report_text(report, row, "server", "DBTOP'S OWN", server);
	add_state(report, row, pool, true);
}

/* One for each server of the target. */
static void add_own_pools(struct report *report, const struct app *app)
{
	struct node *table = report_table(report, report->data, "own_pools", "");
	char server[FLEET_NAME_BYTES];

	fleet_name(app, fleet_here(app), server);
	add_own_row(report, table, server, endpoint_pool(app->primary));
	for (size_t i = 0; i < app->standby_count; i++) {
		fleet_name(app, fleet_other(app, i), server);
		add_own_row(report, table, server, endpoint_pool(app->standbys[i]));
	}
}

/* What each server of the target is good for, as its last answers and failures say. */
static void add_servers(struct report *report, const struct app *app)
{
	const struct servers *servers = fleet_servers(app);
	const char *trouble = monitor_trouble(app);
	struct node *table = report_table(report, report->data, "servers", NULL);
	char name[FLEET_NAME_BYTES];

	for (int i = 0; i < (int)servers_count(servers); i++) {
		const struct circuit *circuit = servers_circuit(servers, i);
		const struct err *failure = servers_failure(servers, i);
		struct node *row = report_row(report, table);
		fleet_name(app, i, name);
		report_text(report, row, "server", NULL, name);
		report_text(report, row, "state", NULL, circuit_state_word(circuit->state));
		report_text(report, row, "role", NULL,
			!circuit->has_role    ? NULL
			: circuit->is_standby ? "standby"
					      : "primary");
		report_int(report, row, "timeline", NULL,
			circuit->timeline > 0 ? circuit->timeline : VALUE_UNKNOWN, UNIT_NONE);
		report_bool(report, row, "is_watched", NULL, i == fleet_here(app));
		report_text(report, row, "error", NULL,
			failure->kind == ERR_NONE ? NULL : failure->text);
	}
	report_text(report, report->data, "trouble", NULL, *trouble ? trouble : NULL);
}

static void add_pool(struct report *report, const struct pool_health *pool, struct pool *own)
{
	struct node *node = report_object(report, report->data, "pool", NULL);

	add_state(report, node, own, false);
	if (!pool->sampled_us)
		return;
	report_int(report, node, "used", NULL, pool->used, UNIT_COUNT);
	report_int(report, node, "ceiling", NULL, pool->ceiling, UNIT_COUNT);
	report_int(report, node, "used_percent", NULL, pool->used_percent, UNIT_PERCENT);
	report_int(report, node, "active", NULL, pool->active, UNIT_COUNT);
	report_int(report, node, "idle", NULL, pool->idle, UNIT_COUNT);
	report_int(report, node, "idle_in_transaction", NULL, pool->idle_in_txn, UNIT_COUNT);
	report_int(report, node, "aborted", NULL, pool->aborted, UNIT_COUNT);
	report_int(report, node, "lock_waits", NULL, pool->lock_waits, UNIT_COUNT);
	report_int(report, node, "oldest_transaction_ms", NULL, pool->oldest.age_ms, UNIT_MS);
	struct node *groups = report_table(report, node, "applications", NULL);
	for (size_t i = 0; i < pool->group_count; i++) {
		const struct session_group *group = &pool->groups[i];
		struct node *row = report_row(report, groups);
		report_text(report, row, "application", NULL, group->name);
		report_int(report, row, "total", NULL, group->total, UNIT_COUNT);
		report_int(report, row, "active", NULL, group->active, UNIT_COUNT);
		report_int(report, row, "idle", NULL, group->idle, UNIT_COUNT);
		report_int(
			report, row, "idle_in_transaction", NULL, group->idle_in_txn, UNIT_COUNT);
	}
}

static void add_replicas(struct report *report, const struct replicas *replicas)
{
	struct node *table = report_table(report, report->data, "replicas", "replicas");

	for (size_t i = 0; replicas->sampled_us && i < replicas->count; i++) {
		const struct replica *replica = &replicas->rows[i];
		struct node *row = report_row(report, table);
		report_text(report, row, "name", "NAME",
			*replica->name ? replica->name : replica->slot);
		report_text(report, row, "state", "STATE", replica->state);
		report_text(report, row, "sync", "MODE", replica->sync);
		report_int(report, row, "lag_bytes", "BEHIND", replica->behind_bytes, UNIT_BYTES);
		report_int(report, row, "lag_ms", "TIME", replica->lag_ms, UNIT_MS);
		report_bool(report, row, "lag_is_at_least", NULL, replica->lag_is_at_least);
		report_int(report, row, "reply_age_ms", "REPLY", replica->reply_age_ms, UNIT_MS);
		report_int(report, row, "timeline", NULL, replica->timeline, UNIT_NONE);
		report_int(report, row, "retained_bytes", "SLOT KEEPS", replica->retained_bytes,
			UNIT_BYTES);
		report_text(report, row, "reason", "WHY", replica->reason);
	}
}

static void add_link(struct report *report, const struct link_view *link)
{
	const struct identity *id = &link->identity;
	struct node *node = report_object(report, report->data, "server", NULL);

	report_text(report, node, "role", NULL,
		link->state != LINK_UP ? NULL
		: id->is_standby       ? "standby"
				       : "primary");
	report_text(report, node, "version", NULL, *id->version_words ? id->version_words : NULL);
	report_text(report, node, "host", NULL, id->host);
	report_text(report, node, "database", NULL, id->database);
	report_text(report, node, "user", NULL, id->user);
	report_text(report, node, "system_identifier", NULL, id->system_identifier);
	report_int(report, node, "timeline", NULL, id->timeline, UNIT_NONE);
	report_text(report, node, "tls", NULL, *id->tls ? id->tls : NULL);
	report_bool(report, node, "is_pooled", NULL, id->is_pooled);
}

static void add_declared(struct report *report, struct node *table, const struct app_pool *pool,
	const struct app_pool_state *state)
{
	struct node *row = report_row(report, table);

	report_text(report, row, "name", "POOL", pool->name);
	report_text(report, row, "status", "STATUS", health_word(health_verdict_of(state->status)));
	report_int(report, row, "pool_size", "SIZE", pool->size * pool->workers, UNIT_COUNT);
	report_int(report, row, "checked_in_connections", "IN", state->checked_in, UNIT_COUNT);
	report_int(report, row, "checked_out_connections", "OUT", state->checked_out, UNIT_COUNT);
	report_int(report, row, "overflow", "OVER", state->overflow, UNIT_COUNT);
	report_int(report, row, "total", "TOTAL", state->total, UNIT_COUNT);
	/* Who waits inside an application is not seen from the server. */
	report_int(report, row, "waiting", NULL, VALUE_UNKNOWN, UNIT_COUNT);
	report_int(report, row, "capacity", NULL, state->capacity, UNIT_COUNT);
	report_bool(report, row, "total_is_at_least", NULL, state->is_at_least);
	report_text(report, row, "reason", "WHY", state->reason);
}

/* The declared pools; nothing where none is. */
static void add_app_pools(struct report *report, const struct app *app)
{
	struct node *table;

	if (app->target.app_pool_count == 0 || !app->model.pool.sampled_us)
		return;
	table = report_table(report, report->data, "pools", "pools");
	for (size_t i = 0; i < app->target.app_pool_count; i++)
		add_declared(report, table, &app->target.app_pools[i], &app->model.app_pools[i]);
}

static void judge(struct app *app, struct health *health)
{
	struct app_pool pools[APP_POOLS_MAX + 1];
	size_t count = budget_pools(&app->target, pools);

	health_judge(&(struct health_given){ .link = &app->model.link,
			     .pool = &app->model.pool,
			     .replicas = &app->model.replicas,
			     .pools = pools,
			     .states = app->model.app_pools,
			     .pool_count = count },
		health);
}

static void on_ready(void *arg)
{
	struct call *call = arg;
	struct app *app = call->app;
	struct report *report = &call->report;
	struct pool_stats own;
	struct health health;
	struct err e;

	app->model.link = *endpoint_view(app->primary);
	judge(app, &health);
	report_text(report, report->data, "status", "status", health_word(health.verdict));
	pool_stats(endpoint_pool(app->primary), &own);
	describe_pool_stats(report, report->data, &own, false);
	struct node *checks = report_table(report, report->data, "checks", "");
	for (size_t i = 0; i < health.check_count; i++) {
		struct node *row = report_row(report, checks);
		report_text(report, row, "check", "CHECK", health.checks[i].name);
		report_text(report, row, "status", "STATUS", health_word(health.checks[i].verdict));
		report_text(report, row, "words", "WHY", health.checks[i].words);
	}
	app_report_advice(app, report);
	if (!budget_check_own(&app->target, &app->model.pool, &e))
		report_warn(report, "%s; %s", e.text, e.hint);
	add_link(report, &app->model.link);
	report_int(report, report->data, "latency_us", NULL,
		app->model.pool.sampled_us ? app->model.pool.took_us : VALUE_UNKNOWN, UNIT_NONE);
	report_bool(report, report->data, "is_split_brain", NULL,
		app->model.replicas.split_words[0] != '\0');
	add_servers(report, app);
	add_pool(report, &app->model.pool, endpoint_pool(app->primary));
	add_own_pools(report, app);
	add_app_pools(report, app);
	add_replicas(report, &app->model.replicas);
	report->exit = (enum exit_code)health.verdict;
	call_finish(call);
}

static void run_health(struct call *call)
{
	struct err e;

	if (!app_connect(call->app, &e)) {
		report_fail(&call->report, (enum exit_code)HEALTH_UNKNOWN, DATABASE_NOT_SAID, &e);
		call_finish(call);
		return;
	}
	if (call->is_screen)
		on_ready(call);
	else
		monitor_first_look(call->app, monitor_patience_ms(call->app), on_ready, call);
}

static void show_pools(void *arg)
{
	struct call *call = arg;
	struct app *app = call->app;
	struct report *report = &call->report;
	struct budget_line lines[BUDGET_LINES_MAX];
	struct app_pool pools[APP_POOLS_MAX + 1];
	struct err e;

	app->model.link = *endpoint_view(app->primary);
	if (!app->model.pool.sampled_us) {
		err_set(&e, ERR_CONNECT, "%s",
			*app->model.link.error ? app->model.link.error
					       : "the server did not say who is connected");
		report_fail(report, EXIT_NO_CONNECTION, DATABASE_NOT_SAID, &e);
		call_finish(call);
		return;
	}
	add_own_pools(report, app);
	add_app_pools(report, app);
	size_t count = budget_pools(&app->target, pools);
	count = budget_judge(pools, count, &app->model.pool, lines);
	struct node *table = report_table(report, report->data, "budget", "budget");
	for (size_t i = 0; i < count; i++) {
		struct node *row = report_row(report, table);
		report_text(report, row, "pool", "POOL", lines[i].name);
		report_int(report, row, "connections", "NEED", lines[i].need, UNIT_COUNT);
		report_bool(report, row, "fits", "FITS", lines[i].fits);
		report_text(report, row, "words", "SUM", lines[i].words);
	}
	if (!budget_check_own(&app->target, &app->model.pool, &e))
		report_fail(report, EXIT_ERROR, DATABASE_NOT_SAID, &e);
	call_finish(call);
}

static void run_pools(struct call *call)
{
	struct err e;

	if (!app_connect(call->app, &e)) {
		report_fail(&call->report, EXIT_NO_CONNECTION, DATABASE_NOT_SAID, &e);
		call_finish(call);
		return;
	}
	if (call->is_screen)
		show_pools(call);
	else
		monitor_first_look(call->app, monitor_patience_ms(call->app), show_pools, call);
}

static const struct command rows[] = {
	{ .name = "health.look",
		.word = "health",
		.risk = RISK_READ,
		.reach = REACH_BOTH,
		.run = run_health,
		.usage_exit = (enum exit_code)HEALTH_UNKNOWN, /* 2 would be critical */
		.help = "Judge connection, pool and replicas once, with reasons; exits 0, 1, 2 or "
			"3",
		.example = "dbtop health --json" },
	{ .name = "pools.look",
		.word = "pools",
		.risk = RISK_READ,
		.reach = REACH_BOTH,
		.run = run_pools,
		.help = "What dbtop's own and the declared pools hold, and whether all fit the "
			"server",
		.example = "dbtop pools --json" },
};

const struct command_table health_commands = { rows, ARRAY_SIZE(rows) };
