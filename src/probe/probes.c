// SPDX-License-Identifier: GPL-3.0-or-later
#include "probe/probes.h"

#include "base/mem.h"
#include "probe/pool_health.h"
#include "sql/sql.h"

enum {
	STATEMENTS_A_TICK = 2,
	ENDPOINT_EVERY_MS = 30000,
	DEADLINE_MS =
		3000, /* the server gives up after 1.5 s; after this it is not heard any more */
	INTERVAL_MAX_MS = 60000,
	SLOW_TICKS = 2,
	CALM_TICKS = 3,
};

/* As the last sample of the replicas saw the server and our rights on it. */
struct role {
	bool is_known; /* on this connection, which found out itself what the server was at its start */
	bool is_standby, is_restricted;
	int64_t timeline;
};

struct probes {
	struct probes_options options;
	struct loop_timer *timer; /* to the next tick */
	struct lease *lease;	  /* while a tick runs */
	bool is_waiting;	  /* for a lease */
	bool is_freed;
	bool is_up;	 /* as it was when last looked */
	bool is_hurried; /* the next tick follows at once */
	/* the tick */
	int64_t started_us, asked_us, spent_us;
	size_t queue[STATEMENTS_A_TICK];
	size_t queue_count, queue_at;
	/* the schedule */
	int64_t due_us[PROBE_COUNT];
	int64_t wanted_ms, interval_ms;
	int slow_ticks, calm_ticks;
	/* what is known */
	struct identity identity; /* of whom the tick asks */
	struct pool_health pool;
	struct pool_memory pool_memory;
	struct replicas replicas;
	struct replication replication;
	struct role role;
	struct endpoint_facts facts;
};

static void tick_arm(struct probes *probes, int64_t delay_ms);
static void tick_ask(struct probes *probes);

static int64_t now_of(const struct probes *probes)
{
	return loop_now_us(probes->options.loop);
}

/* ---- answers ---- */

static void sample_stamp(
	const struct probes *probes, int64_t *sampled, int64_t *wall, int64_t *took)
{
	*sampled = now_of(probes);
	*wall = clock_wall_us(loop_clock(probes->options.loop));
	*took = *sampled - probes->asked_us;
}

static void pool_read(struct probes *probes, const struct result *result)
{
	struct pool_health *pool = &probes->pool;

	*pool = (struct pool_health){ 0 };
	sample_stamp(probes, &pool->sampled_us, &pool->sampled_wall_us, &pool->took_us);
	pool_health_decode(result, pool);
	pool_health_judge(pool, &probes->pool_memory, probes->replication.raise_after);
	if (probes->options.news.pool)
		probes->options.news.pool(probes->options.arg, pool);
}

/* A server that was promoted, a role that was granted something: the facts are asked again soon. */
static void role_watch(struct probes *probes)
{
	const struct replicas *now = &probes->replicas;
	struct role *role = &probes->role;

	if (role->is_known &&
		(now->is_standby != role->is_standby || now->timeline != role->timeline ||
			now->is_restricted != role->is_restricted))
		probes->due_us[PROBE_ENDPOINT] = 0;
	*role = (struct role){ true, now->is_standby, now->is_restricted, now->timeline };
}

static void replication_take(struct probes *probes, const struct result *result)
{
	struct replicas *replicas = &probes->replicas;
	struct replication_answer answer;
	struct replication_moment moment = {
		.system_identifier = probes->identity.system_identifier,
		.started_us = probes->identity.started_us,
		.now_us = now_of(probes),
	};

	sample_stamp(probes, &replicas->sampled_us, &replicas->sampled_wall_us, &replicas->took_us);
	replication_decode(result, &answer);
	replication_read(&probes->replication, &answer, &moment, replicas);
	replication_answer_release(&answer);
	role_watch(probes);
	if (probes->options.news.replicas)
		probes->options.news.replicas(probes->options.arg, replicas);
}

static const struct field facts_fields[] = {
	FIELD_BOOL_OF(struct endpoint_facts, is_standby, "is_standby"),
	FIELD_TEXT_OF(struct endpoint_facts, system_identifier, "system_identifier"),
	FIELD_INT_OF(struct endpoint_facts, timeline, "timeline"),
	FIELD_BOOL_OF(struct endpoint_facts, has_monitor, "has_monitor"),
	FIELD_INT_OF(struct endpoint_facts, started_us, "started_us"),
};
static const size_t facts_field_count = ARRAY_SIZE(facts_fields);

static void facts_read(struct probes *probes, const struct result *result)
{
	result_fill(result, 0, facts_fields, facts_field_count, &probes->facts);
	if (probes->options.news.facts)
		probes->options.news.facts(probes->options.arg, &probes->facts);
}

const struct probe probe_table[PROBE_COUNT] = {
	[PROBE_POOL] = {
		.name = "probe-pool", .read = pool_read,
		.fields = pool_fields, .field_count = &pool_field_count,
		.row_fields = pool_group_fields, .row_field_count = &pool_group_field_count,
	},
	[PROBE_REPLICATION] = {
		.name = "probe-replication", .read = replication_take,
		.fields = replication_fields, .field_count = &replication_field_count,
		.row_fields = replication_row_fields, .row_field_count = &replication_row_field_count,
	},
	[PROBE_ENDPOINT] = {
		.name = "probe-endpoint", .read = facts_read, .every_ms = ENDPOINT_EVERY_MS,
		.fields = facts_fields, .field_count = &facts_field_count,
	},
};

/* ---- interval ---- */

static void interval_set(struct probes *probes, int64_t interval_ms)
{
	if (interval_ms == probes->interval_ms)
		return;
	probes->interval_ms = interval_ms;
	if (probes->options.news.interval && !probes->is_freed)
		probes->options.news.interval(
			probes->options.arg, interval_ms, probes_is_lengthened(probes));
}

/* Five times what asking took, in quarters of a second, so that the number on screen stands still. */
static void interval_adapt(struct probes *probes)
{
	int64_t needed_ms = (probes->spent_us * 5 / 1000 + 249) / 250 * 250;

	if (needed_ms > probes->wanted_ms) {
		probes->calm_ticks = 0;
		if (++probes->slow_ticks >= SLOW_TICKS)
			interval_set(
				probes, needed_ms < INTERVAL_MAX_MS ? needed_ms : INTERVAL_MAX_MS);
		return;
	}
	probes->slow_ticks = 0;
	if (++probes->calm_ticks >= CALM_TICKS)
		interval_set(probes, probes->wanted_ms);
}

/* ---- one tick ---- */

static void tick_end(struct probes *probes)
{
	if (probes->lease)
		lease_give_back(probes->lease);
	probes->lease = NULL;
	if (probes->is_freed) {
		loop_defer_free(probes->options.loop, probes);
		return;
	}
	int64_t passed_ms = (now_of(probes) - probes->started_us) / 1000;
	if (probes->is_hurried)
		passed_ms = probes->interval_ms;
	probes->is_hurried = false;
	tick_arm(probes, passed_ms < probes->interval_ms ? probes->interval_ms - passed_ms : 0);
}

static void report_failure(struct probes *probes, const char *name, const struct err *e)
{
	if (probes->options.news.failed && !probes->is_freed)
		probes->options.news.failed(probes->options.arg, name, e);
}

/* The endpoint may be up by another connection than the one that was just lost. */
static bool is_link_up(const struct probes *probes)
{
	const struct conn *conn = lease_conn(probes->lease);

	return conn && conn_is_usable(conn) &&
	       endpoint_view(probes->options.endpoint)->state == LINK_UP;
}

static void tick_answered(void *arg, const struct result *result, const struct err *e)
{
	struct probes *probes = arg;
	size_t index = probes->queue[probes->queue_at++];
	const struct probe *probe = &probe_table[index];

	probes->spent_us += now_of(probes) - probes->asked_us;
	/* A question outside of a transaction is one by itself. */
	if (!e)
		lease_note_transaction(probes->lease, now_of(probes) - probes->asked_us);
	probes->due_us[index] = probes->started_us + probe->every_ms * 1000;
	struct err empty = { 0 };
	if (!e && result_rows(result) == 0) {
		err_set(&empty, ERR_SERVER, "the answer is empty");
		e = &empty;
	}
	if (e)
		report_failure(probes, probe->name, e);
	else if (!probes->is_freed)
		probe->read(probes, result);
	if (!probes->is_freed && probes->queue_at < probes->queue_count && is_link_up(probes)) {
		tick_ask(probes);
		return;
	}
	if (!probes->is_freed)
		interval_adapt(probes);
	tick_end(probes);
}

/* Marks of another server say nothing here. */
static void identity_meet(struct probes *probes, const struct identity *identity)
{
	if (strcmp(probes->identity.system_identifier, identity->system_identifier) != 0)
		probes->pool_memory = (struct pool_memory){ 0 };
	if (probes->identity.backend_pid != identity->backend_pid)
		probes->role.is_known = false;
	probes->identity = *identity;
}

static void tick_ask(struct probes *probes)
{
	const struct probe *probe = &probe_table[probes->queue[probes->queue_at]];
	const struct identity *identity = &endpoint_view(probes->options.endpoint)->identity;
	struct query query = {
		.sql = sql_get(probe->name, identity->server_version),
		.is_prepared = true,
		.deadline_ms = DEADLINE_MS,
	};

	identity_meet(probes, identity);
	probes->asked_us = now_of(probes);
	conn_query(lease_conn(probes->lease), &query, tick_answered, probes);
}

static void tick_leased(void *arg, struct lease *lease, const struct err *e)
{
	struct probes *probes = arg;

	probes->is_waiting = false;
	probes->lease = lease;
	if (!lease || probes->is_freed) {
		if (!lease)
			report_failure(probes, probe_table[probes->queue[0]].name, e);
		tick_end(probes);
		return;
	}
	tick_ask(probes);
}

/* The longest due first, so that a rare question is not starved by the frequent ones. */
static void tick_choose(struct probes *probes)
{
	bool is_taken[PROBE_COUNT] = { false };

	probes->queue_count = probes->queue_at = 0;
	while (probes->queue_count < STATEMENTS_A_TICK) {
		size_t best = PROBE_COUNT;
		for (size_t i = 0; i < PROBE_COUNT; i++) {
			if (is_taken[i] || probes->due_us[i] > probes->started_us)
				continue;
			if (best == PROBE_COUNT || probes->due_us[i] < probes->due_us[best])
				best = i;
		}
		if (best == PROBE_COUNT)
			return;
		is_taken[best] = true;
		probes->queue[probes->queue_count++] = best;
	}
}

static void tick_start(void *arg)
{
	struct probes *probes = arg;
	bool was_up = probes->is_up;

	probes->timer = NULL;
	probes->started_us = now_of(probes);
	probes->spent_us = 0;
	probes->is_up = endpoint_view(probes->options.endpoint)->state == LINK_UP;
	if (probes->is_up && !was_up)
		probes->due_us[PROBE_ENDPOINT] = probes->started_us + ENDPOINT_EVERY_MS * 1000;
	tick_choose(probes);
	if (!probes->is_up || probes->queue_count == 0) {
		tick_arm(probes, probes->interval_ms);
		return;
	}
	probes->is_waiting = true;
	const struct lease_wish wish = { .purpose = CONN_MONITOR,
		.tag = "probes",
		.band = POOL_BACKGROUND,
		.deadline_ms = probes->interval_ms };
	lease_ask(probes->options.endpoint, &wish, tick_leased, probes);
}

static void tick_arm(struct probes *probes, int64_t delay_ms)
{
	probes->timer = loop_timer_start(probes->options.loop, delay_ms, 0, tick_start, probes);
}

/* Now; a tick that runs ends first. */
static void tick_hurry(struct probes *probes)
{
	probes->is_hurried = !probes->timer;
	if (!probes->timer)
		return;
	loop_timer_stop(probes->timer);
	tick_arm(probes, 0);
}

/* ---- life ---- */

struct probes *probes_new(const struct probes_options *options)
{
	struct probes *probes = mem_new(struct probes);

	probes->options = *options;
	probes->wanted_ms = probes->interval_ms = options->interval_ms;
	replication_init(&probes->replication, options->is_single_look ? 1 : MARK_RAISE_SAMPLES);
	tick_arm(probes, 0);
	return probes;
}

void probes_free(struct probes *probes)
{
	if (!probes)
		return;
	probes->is_freed = true;
	replication_release(&probes->replication);
	if (probes->timer) { /* nothing is under way */
		loop_timer_stop(probes->timer);
		probes->timer = NULL;
		loop_defer_free(probes->options.loop, probes);
	} else if (probes->is_waiting) {
		lease_forget(probes->options.endpoint, tick_leased, probes);
	}
}

void probes_expect(struct probes *probes, const struct replica_expected *expected, size_t count)
{
	replication_expect(&probes->replication, expected, count);
}

void probes_set_interval(struct probes *probes, int64_t interval_ms)
{
	if (interval_ms == probes->wanted_ms)
		return;
	probes->wanted_ms = interval_ms;
	probes->slow_ticks = probes->calm_ticks = 0;
	interval_set(probes, interval_ms);
	tick_hurry(probes);
}

void probes_link_changed(struct probes *probes)
{
	bool is_up = endpoint_view(probes->options.endpoint)->state == LINK_UP;

	if (is_up && !probes->is_up)
		tick_hurry(probes);
	if (!is_up)
		probes->is_up = false;
}

void probes_refresh(struct probes *probes)
{
	memset(probes->due_us, 0, sizeof(probes->due_us));
	tick_hurry(probes);
}

int64_t probes_interval_ms(const struct probes *probes)
{
	return probes->interval_ms;
}

bool probes_is_lengthened(const struct probes *probes)
{
	return probes->interval_ms > probes->wanted_ms;
}
