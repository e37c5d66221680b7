// SPDX-License-Identifier: GPL-3.0-or-later
#include "screen/fixtures.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

#define TEXT(field, text) snprintf(field, sizeof(field), "%s", text)

void fixture_pool(struct model *model)
{
	struct pool_health *pool = &model->pool;
	static const struct session_group groups[] = {
		{ .name = "web",
			.total = 29,
			.active = 9,
			.idle = 19,
			.idle_in_txn = 1,
			.oldest_idle_in_txn_ms = 40 },
		{ .name = "jobs",
			.total = 12,
			.active = 4,
			.idle = 8,
			.oldest_idle_in_txn_ms = VALUE_NONE },
		{ .name = "reports",
			.total = 3,
			.active = 1,
			.idle = 2,
			.oldest_idle_in_txn_ms = VALUE_NONE },
		{ .name = "", .total = 2, .idle = 2, .oldest_idle_in_txn_ms = VALUE_NONE },
	};
	*pool = (struct pool_health){ .sampled_us = FIXTURE_NOW_US - 400000,
		.sampled_wall_us = FIXTURE_WALL_US - 400000,
		.took_us = 3100,
		.max_connections = 200,
		.superuser_reserved = 3,
		.ceiling = 197,
		.used = 49,
		.used_percent = 24,
		.active = 14,
		.idle = 31,
		.idle_in_txn = 1,
		.own = 3,
		.group_count = 4,
		.group_total = 4 };
	memcpy(pool->groups, groups, sizeof(groups));
	pool->oldest = (struct oldest_transaction){ .age_ms = 840, .pid = 9120 };
	TEXT(pool->oldest.app, "reports");
	TEXT(pool->oldest.state, "active");
}

static void pool_reason(
	struct pool_health *pool, enum pool_topic topic, enum status status, const char *words)
{
	size_t i = pool->reason_count++;
	pool->reason_topics[i] = topic;
	pool->reason_status[i] = status;
	TEXT(pool->reasons[i], words);
}

void fixture_pool_trouble(struct model *model)
{
	struct pool_health *pool = &model->pool;
	pool->used = 164;
	pool->used_percent = 83;
	pool->active = 96;
	pool->idle = 41;
	pool->idle_in_txn = 25;
	pool->lock_waits = 2;
	pool->other = 2;
	pool->groups[0] = (struct session_group){ .name = "web-7",
		.total = 41,
		.active = 20,
		.idle = 9,
		.idle_in_txn = 12,
		.oldest_idle_in_txn_ms = 252000,
		.lock_waits = 2,
		.status = STATUS_CRIT,
		.reason = "12 idle in transaction, longest 4m12s" };
	pool->oldest.age_ms = 252000;
	pool->oldest.pid = 8812;
	TEXT(pool->oldest.app, "web-7");
	TEXT(pool->oldest.state, "idle in transaction");
	pool->status = STATUS_CRIT;
	pool_reason(
		pool, POOL_SESSIONS, STATUS_CRIT, "web-7: 12 idle in transaction, longest 4m12s");
	pool_reason(pool, POOL_SLOTS, STATUS_WARN, "server slots 83%, 164 of 197");
	pool_reason(pool, POOL_OLDEST, STATUS_WARN, "oldest transaction 4m12s, pid 8812 web-7");
}

static struct replica standby(const char *name, const char *sync)
{
	struct replica r = { .kind = REPLICA_STANDBY,
		.pid = 331,
		.reply_age_ms = 300,
		.lag_ms = 12,
		.drain_bytes_s = 0,
		.catch_up_ms = VALUE_NONE,
		.retained_bytes = 16 << 20,
		.safe_bytes = VALUE_NONE,
		.slot_is_active = true,
		.slot_inactive_ms = VALUE_NONE,
		.to_lost_ms = VALUE_NONE,
		.xmin_age = VALUE_NONE,
		.gone_ms = VALUE_NONE };
	TEXT(r.name, name);
	TEXT(r.address, "10.0.0.7");
	TEXT(r.state, "streaming");
	TEXT(r.sync, sync);
	TEXT(r.wal_status, "reserved");
	snprintf(r.slot, sizeof(r.slot), "slot_%.50s", name);
	return r;
}

void fixture_replicas(struct model *model)
{
	struct replicas *replicas = &model->replicas;
	*replicas = (struct replicas){ .sampled_us = FIXTURE_NOW_US - 400000,
		.sampled_wall_us = FIXTURE_WALL_US - 400000,
		.took_us = 2200,
		.wal_bytes_s = 940000,
		.count = 2,
		.total = 2,
		.worst_lag_bytes = 24576,
		.timeline = 1,
		.max_wal_bytes = VALUE_NONE,
		.sync_waits = VALUE_NONE,
		.own_replay_bytes = VALUE_NONE,
		.own_lag_ms = VALUE_NONE };
	replicas->rows[0] = standby("pg-b", "sync");
	replicas->rows[0].apply_bytes = replicas->rows[0].behind_bytes = 24576;
	replicas->rows[1] = standby("pg-c", "async");
}

void fixture_replicas_trouble(struct model *model)
{
	struct replicas *replicas = &model->replicas;
	struct replica *c = &replicas->rows[0];
	replicas->rows[1] = replicas->rows[0];
	*c = standby("pg-c", "async");
	c->write_bytes = 2 << 20;
	c->apply_bytes = INT64_C(882) << 20;
	c->behind_bytes = INT64_C(884) << 20;
	c->at_risk_bytes = 2 << 20;
	c->lag_ms = 41000;
	c->drain_bytes_s = 6100000;
	c->catch_up_ms = VALUE_UNKNOWN;
	c->is_falling_behind = true;
	c->status = STATUS_CRIT;
	TEXT(c->reason, "884 MB behind, and falling further behind: replay does not keep up");
	struct replica *d = &replicas->rows[2];
	*d = standby("pg-d", "");
	d->kind = REPLICA_ABSENT;
	TEXT(d->state, "absent");
	TEXT(d->slot, "");
	TEXT(d->wal_status, "");
	d->to_send_bytes = d->write_bytes = d->flush_bytes = d->apply_bytes = VALUE_UNKNOWN;
	d->behind_bytes = d->at_risk_bytes = d->lag_ms = d->reply_age_ms = VALUE_UNKNOWN;
	d->drain_bytes_s = d->catch_up_ms = VALUE_UNKNOWN;
	d->retained_bytes = VALUE_NONE;
	d->gone_ms = 121000;
	d->status = STATUS_WARN;
	TEXT(d->reason, "configured, and not seen for 2m01s");
	replicas->count = replicas->total = 3;
	replicas->worst_lag_bytes = c->behind_bytes;
	replicas->status = STATUS_CRIT;
	TEXT(replicas->reason, "pg-c: 884 MB behind");
}

void fixture_notes(struct model *model)
{
	static const struct note notes[] = {
		{ .id = 17, .version = 2, .pin = PIN_SLOT, .at_us = FIXTURE_WALL_US - 725000000 },
		{ .id = 16,
			.version = 1,
			.pin = PIN_MIGRATION,
			.at_us = FIXTURE_WALL_US - 2049000000 },
		{ .id = 15, .version = 1, .is_todo = true, .at_us = FIXTURE_WALL_US - 90000000000 },
	};
	static const char *const texts[][2] = {
		{ "Paused slot_pg-c for the vacuum on pg-c.\n"
		  "Resume before 15:00 or the slot keeps more than 20 GB.",
			"slot_pg-c" },
		{ "run after 22:00, tell payments-oncall", "0042" },
		{ "check the pool size of web-7", NULL },
	};
	struct note_list *list = &model->notes;
	for (size_t i = 0; i < ARRAY_SIZE(notes); i++) {
		list->items =
			mem_room(list->items, list->count, &list->capacity, sizeof(*list->items));
		struct note *note = &list->items[list->count++];
		*note = notes[i];
		note->text = mem_strdup(texts[i][0]);
		note->object = mem_strdup(texts[i][1]);
		note->author = mem_strdup("mk@ops1");
		note->target = mem_strdup("payments-prod");
		note->created_us = note->edited_us = note->at_us + 60000000;
	}
}

static void fixture_attention(struct model *model)
{
	static const struct attention attention[] = {
		{ STATUS_CRIT, FIXTURE_WALL_US - 27000000, 3, "pg-c: 884 MB behind" },
		{ STATUS_CRIT, FIXTURE_WALL_US - 55000000, 2,
			"web-7: 12 idle in transaction, longest 4m12s" },
		{ STATUS_WARN, FIXTURE_WALL_US - 72000000, 2, "server slots 83%, 164 of 197" },
	};
	memcpy(model->attention, attention, sizeof(attention));
	model->attention_count = ARRAY_SIZE(attention);
}

static void say(struct model *model, enum message_level level, int64_t ago_us, const char *text)
{
	struct message *message = &model->messages[model->message_head];
	*message = (struct message){ .level = level,
		.at_us = FIXTURE_NOW_US - ago_us,
		.at_wall_us = FIXTURE_WALL_US - ago_us };
	TEXT(message->text, text);
	model->message_head = (model->message_head + 1) % MESSAGES_MAX;
	model->message_count++;
}

static void healthy(struct app *app)
{
	struct model *model = &app->model;
	struct identity *id = &model->link.identity;
	app->is_screen = true;
	app->target.name = mem_strdup("payments-prod");
	app->target.env = ENV_PROD;
	model->target = &app->target;
	model->link.state = LINK_UP;
	TEXT(id->system_identifier, "7301234567890123456");
	TEXT(id->database, "payments");
	TEXT(id->user, "app_admin");
	TEXT(id->host, "pg-a.prod");
	TEXT(id->port, "5432");
	TEXT(id->version_words, "16.4");
	TEXT(id->tls, "TLSv1.3");
	id->server_version = 160004;
	id->started_us = 1;
	id->has_monitor = true;
	model->interval_ms = 2000;
	model->now_us = FIXTURE_NOW_US;
	model->now_wall_us = FIXTURE_WALL_US;
	fixture_pool(model);
	fixture_replicas(model);
	fixture_migrations(model);
	fixture_notes(model);
}

static void trouble(struct app *app)
{
	fixture_pool_trouble(&app->model);
	fixture_replicas_trouble(&app->model);
	fixture_attention(&app->model);
	say(&app->model, MESSAGE_INFO, INT64_C(2037000000), "connected to pg-a.prod, LOCKED");
	say(&app->model, MESSAGE_WARN, 2000000, "pg-c crossed 500 MB behind; m pins a note here");
}

/* A fresh server: nobody follows, nothing applied, no notes, no sample of anything yet. */
static void empty(struct app *app)
{
	struct model *model = &app->model;
	model->pool = (struct pool_health){ 0 };
	model->replicas = (struct replicas){ .sampled_us = FIXTURE_NOW_US,
		.wal_bytes_s = VALUE_UNKNOWN,
		.worst_lag_bytes = VALUE_NONE };
	model->migrations.row_count = 0;
	model->migrations.pending_count = model->migrations.applied_count = 0;
	model->migrations.ahead_count = 0;
	model->migrations.plan = NULL;
	model->migrations.current = NULL;
	note_list_release(&model->notes);
}

static void restricted(struct app *app)
{
	struct pool_health *pool = &app->model.pool;
	struct replicas *replicas = &app->model.replicas;
	pool->active = pool->idle = pool->idle_in_txn = pool->aborted = VALUE_UNKNOWN;
	pool->other = pool->lock_waits = VALUE_UNKNOWN;
	pool->oldest.age_ms = pool->oldest.pid = VALUE_UNKNOWN;
	pool->is_restricted = true;
	for (size_t i = 0; i < pool->group_count; i++) {
		struct session_group *group = &pool->groups[i];
		group->active = group->idle = group->idle_in_txn = VALUE_UNKNOWN;
		group->lock_waits = group->oldest_idle_in_txn_ms = VALUE_UNKNOWN;
	}
	replicas->is_restricted = true;
	replicas->worst_lag_bytes = VALUE_UNKNOWN;
	for (size_t i = 0; i < replicas->count; i++) {
		struct replica *r = &replicas->rows[i];
		r->to_send_bytes = r->write_bytes = r->flush_bytes = r->apply_bytes = VALUE_UNKNOWN;
		r->behind_bytes = r->lag_ms = r->reply_age_ms = VALUE_UNKNOWN;
		r->catch_up_ms = r->drain_bytes_s = VALUE_UNKNOWN;
		TEXT(r->reason, "no permission: needs pg_monitor");
	}
}

static void disconnected(struct app *app)
{
	struct model *model = &app->model;
	trouble(app);
	model->message_count = 0;
	model->link.state = LINK_WAITING;
	model->link.attempt = 3;
	model->link.lost_at_us = FIXTURE_NOW_US - 14000000;
	model->link.retry_at_us = FIXTURE_NOW_US + 5000000;
	TEXT(model->link.error, "server closed the connection (admin shutdown)");
	TEXT(model->link.sqlstate, "57P01");
	model->pool.sampled_us = model->replicas.sampled_us = FIXTURE_NOW_US - 14000000;
	model->pool.sampled_wall_us = FIXTURE_WALL_US - 14000000;
}

/* Never connected: says what it tried and names the demo. */
static void unreachable(struct app *app)
{
	struct model *model = &app->model;
	empty(app);
	app->target.env = ENV_UNLABELLED;
	model->replicas.sampled_us = 0;
	model->migrations.is_known = false;
	model->link = (struct link_view){
		.state = LINK_WAITING, .attempt = 2, .retry_at_us = FIXTURE_NOW_US + 2000000
	};
	TEXT(model->link.error,
		"connection to server at \"localhost\", port 5432 failed: connection refused");
	TEXT(model->link.hint, "is the server running, and are host and port right?");
}

#define HOSTILE "\033]52;c;x\a\033[2J\xe2\x80\xae\xff\nname"

static void hostile(struct app *app)
{
	struct model *model = &app->model;
	struct identity *id = &model->link.identity;
	trouble(app);
	free(app->target.name);
	app->target.name = mem_strdup("shop" HOSTILE);
	TEXT(id->database, HOSTILE);
	TEXT(id->user, HOSTILE);
	TEXT(model->pool.groups[0].name, HOSTILE);
	TEXT(model->pool.groups[1].name, "日本語のアプリケーション");
	TEXT(model->pool.groups[2].name, "e\xcc\x81\xcc\x82\xcc\x83\xcc\x84 combining");
	TEXT(model->pool.oldest.app, HOSTILE);
	TEXT(model->pool.reasons[0], HOSTILE);
	TEXT(model->replicas.rows[0].name, HOSTILE);
	TEXT(model->replicas.rows[0].slot, HOSTILE);
	TEXT(model->replicas.rows[0].reason, HOSTILE);
	TEXT(model->replicas.reason, HOSTILE);
	TEXT(model->attention[0].words, HOSTILE);
	free(model->notes.items[0].text);
	model->notes.items[0].text = mem_strdup(HOSTILE);
	model->migrations.rows[model->migrations.row_count - 1].name = HOSTILE;
	say(model, MESSAGE_ERROR, 0, HOSTILE);
}

static void stepping(struct app *app)
{
	app->model.is_armed = true;
	app->model.armed_until_us = FIXTURE_NOW_US + INT64_C(821000000);
	fixture_run(&app->model);
}

static void rolling_back(struct app *app)
{
	stepping(app);
	app->target.env = ENV_DEV;
	app->model.armed_until_us = 0;
}

static void gated(struct app *app)
{
	struct gate_view *gate = &app->model.run.gate;
	stepping(app);
	trouble(app);
	app->model.run.state = RUN_GATED;
	gate->is_shut = gate->readings[0].is_shut = true;
	gate->readings[0].value = INT64_C(884) << 20;
	TEXT(gate->reason, "replica pg-c is 884 MB behind, limit 500 MB");
}

static void blocked(struct app *app)
{
	struct run_view *run = &app->model.run;
	stepping(app);
	run->state = RUN_STEP;
	run->step_states[run->step] = STEP_RUNNING;
	run->step_started_us = run->statement_started_us = FIXTURE_NOW_US - 2400000;
	run->blocker_count = 1;
	run->blocked_by_us = 2;
	run->blockers[0] = (struct run_blocker){ .pid = 8812, .age_ms = 252000 };
	TEXT(run->blockers[0].app, "web-7");
	TEXT(run->blockers[0].state, "idle in transaction");
	TEXT(run->blockers[0].query, "update orders set note = 'x' where id = 7");
	TEXT(run->message, "waiting for a lock on orders");
}

static void failed(struct app *app)
{
	struct run_view *run = &app->model.run;
	stepping(app);
	run->state = RUN_PAUSED;
	run->step_states[run->step] = STEP_FAILED;
	run->choices = RUN_CHOICE_BIT(RUN_CHOICE_CLEAR);
	run->proposed = RUN_CHOICE_CLEAR;
	TEXT(run->error, "0042_orders_currency.sql:7:1: could not create unique index "
			 "\"orders_currency_ix\" (23505)\nKey (currency)=(EUR) is duplicated.\n"
			 "The index is left INVALID; the steps before it stand.");
}

/* An earlier run left the step without an outcome, and the catalog cannot tell. */
static void interrupted(struct app *app)
{
	struct run_view *run = &app->model.run;
	failed(app);
	run->choices = RUN_CHOICE_BIT(RUN_CHOICE_AGAIN) | RUN_CHOICE_BIT(RUN_CHOICE_MARK_DONE);
	run->proposed = RUN_CHOICE_AGAIN;
	TEXT(run->error, "step 2 of 0042 was begun by an earlier run and has no outcome");
}

static void all_done(struct app *app)
{
	struct run_view *run = &app->model.run;
	stepping(app);
	run->state = RUN_DONE;
	run->backend_pid = 0;
	run->step = run->plan->step_count;
	for (size_t i = 0; i < run->plan->step_count; i++)
		run->step_states[i] = STEP_DONE;
	run->message[0] = '\0';
}

/* COMMIT was sent and never answered, and the server cannot be asked. */
static void unknown(struct app *app)
{
	struct run_view *run = &app->model.run;
	disconnected(app);
	stepping(app);
	run->state = RUN_UNKNOWN;
	run->step_started_us = FIXTURE_NOW_US - 21000000;
	run->step_states[run->step] = STEP_RUNNING;
	TEXT(run->message, "COMMIT was sent, no reply came; the server is asked when it is back");
	TEXT(run->error, "the outcome of step 0042.2 is not known; transaction 771204 is asked "
			 "about as soon "
			 "as the server answers. Until then no step and no rollback.");
}

static const struct {
	const char *name;
	void (*change)(struct app *app);
} fixtures[] = {
	{ "healthy", NULL },
	{ "trouble", trouble },
	{ "declared", fixture_declared },
	{ "starved", fixture_starved },
	{ "empty", empty },
	{ "restricted", restricted },
	{ "disconnected", disconnected },
	{ "unreachable", unreachable },
	{ "hostile", hostile },
	{ "stepping", stepping },
	{ "stepping-dev", rolling_back },
	{ "late", fixture_late },
	{ "unplanned", fixture_unplanned },
	{ "pooled", fixture_pooled },
	{ "split", fixture_split },
	{ "gated", gated },
	{ "blocked", blocked },
	{ "failed", failed },
	{ "interrupted", interrupted },
	{ "done", all_done },
	{ "unknown", unknown },
};

bool fixture_fill(struct app *app, const char *name)
{
	for (size_t i = 0; i < ARRAY_SIZE(fixtures); i++) {
		if (strcmp(fixtures[i].name, name) != 0)
			continue;
		healthy(app);
		if (fixtures[i].change)
			fixtures[i].change(app);
		return true;
	}
	return false;
}

void fixture_release(struct app *app)
{
	fixture_run_release(&app->model);
	arena_release(&app->model.migrations.arena);
	app->model.migrations = (struct migrations_view){ 0 };
	note_list_release(&app->model.notes);
	free(app->target.name);
	app->target.name = NULL;
}
