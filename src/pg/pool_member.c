// SPDX-License-Identifier: GPL-3.0-or-later
/*
 * A member: one place in the pool and the connection that fills it. The legal steps stand in a table; only
 * member_enter() takes them, and it keeps the lists and the counts.
 */
#include <utlist.h>

#include "base/log.h"
#include "pg/conninfo.h"
#include "pg/pool_private.h"
#include "sql/sql.h"

enum { CLEAN_UP_MS = 5000, PING_MS = 1000, PING_IDLE_US = 30000000 };

#define BIT(state) (1u << (state))

static const unsigned steps[MEMBER_STATES] = {
	[MEMBER_FREE] = BIT(MEMBER_DIALING),
	[MEMBER_DIALING] = BIT(MEMBER_IDLE) | BIT(MEMBER_LENT) | BIT(MEMBER_FREE),
	[MEMBER_IDLE] = BIT(MEMBER_LENT) | BIT(MEMBER_CLEANING) | BIT(MEMBER_FREE),
	[MEMBER_CLEANING] = BIT(MEMBER_IDLE) | BIT(MEMBER_LENT) | BIT(MEMBER_FREE),
	[MEMBER_LENT] = BIT(MEMBER_LENT) | BIT(MEMBER_IDLE) | BIT(MEMBER_CLEANING) |
			BIT(MEMBER_CUT) | BIT(MEMBER_FREE),
	[MEMBER_CUT] = BIT(MEMBER_FREE),
};

/* Of the idle the last used stands first; all others in order of coming. */
void member_enter(struct pool_member *member, enum member_state state)
{
	struct pool *pool = member->pool;
	enum member_state from = member->state;

	assert_always(steps[from] & BIT(state), "a pool member takes a step not in its table");
	DL_DELETE(pool->members[from], member);
	pool->counts[from]--;
	member->state = state;
	member->since_us = pool_now(pool);
	if (state == MEMBER_IDLE)
		DL_PREPEND(pool->members[state], member);
	else
		DL_APPEND(pool->members[state], member);
	pool->counts[state]++;
}

struct pool_member *member_new(struct pool *pool)
{
	struct pool_member *member = pool->members[MEMBER_FREE];

	if (!member) {
		member = mem_new(struct pool_member);
		pool->slots = mem_room(
			pool->slots, pool->slot_count, &pool->slot_capacity, sizeof(*pool->slots));
		member->pool = pool;
		member->slot = pool->slot_count;
		pool->slots[pool->slot_count++] = member;
		DL_APPEND(pool->members[MEMBER_FREE], member);
		pool->counts[MEMBER_FREE]++;
	}
	*member = (struct pool_member){ .pool = pool,
		.slot = member->slot,
		.generation = pool->generation,
		.state = MEMBER_FREE,
		.doom = POOL_REASONS,
		.prev = member->prev,
		.next = member->next };
	return member;
}

/* A dial that is given up was never a connection. */
static void note_end(const struct pool_member *member, enum pool_reason why)
{
	struct pool *pool = member->pool;

	if (member->state == MEMBER_DIALING)
		return;
	pool->counters.destroys[why]++;
	log_event(LOG_LEVEL_DEBUG, "pool", "shrunk",
		LOG_FIELDS(LOG_TEXT("server", pool->place), LOG_TEXT("why", pool_reason_word(why)),
			LOG_INT("total", pool_total(pool) - 1)));
}

/* The member says that it has no connection before its last question hears that it is over. */
static void close_conn(struct pool_member *member, enum pool_reason why, enum member_state state)
{
	struct pool *pool = member->pool;
	struct conn *conn = member->conn;

	note_end(member, why);
	member->conn = NULL;
	member_enter(member, state);
	pool_show_state(pool);
	if (pool->goals)
		pool_settle_soon(pool);
	conn_free(conn);
}

void member_destroy(struct pool_member *member, enum pool_reason why)
{
	member->serial = 0;
	close_conn(member, why, MEMBER_FREE);
}

void member_cut(struct pool_member *member, enum pool_reason why)
{
	int64_t lent_us = member->since_us;

	log_event(LOG_LEVEL_WARN, "pool", "closed under its holder",
		LOG_FIELDS(LOG_TEXT("server", member->pool->place),
			LOG_TEXT("holder", member->tag ? member->tag : "somebody"),
			LOG_TEXT("why", pool_reason_word(why))));
	conn_cancel(member->conn);
	close_conn(member, why, MEMBER_CUT);
	member->since_us = lent_us;
}

/* ---- age ---- */

bool member_may_retire(const struct pool_member *member, int64_t now_us)
{
	return now_us >= member->expires_us && now_us >= member->pool->retire_after_us;
}

/* At most one in each part of a life that there are places. */
void member_retire(struct pool_member *member, int64_t now_us)
{
	struct pool *pool = member->pool;
	int64_t life_us = pool->options.recycle_ms * 1000;

	pool->retire_after_us = now_us + life_us / pool->options.size;
	member_destroy(member, POOL_REASON_LIFETIME);
}

/* ---- cleaning ---- */

bool member_needs_ping(const struct pool_member *member, int64_t now_us)
{
	const struct pool *pool = member->pool;

	if (pool->options.ping == POOL_PING_OFF || member->is_fresh)
		return false;
	if (pool->options.ping == POOL_PING_ALWAYS || member->answered_us < pool->suspect_us)
		return true;
	/* A watch sees a socket die, but not a network that drops everything. */
	return now_us - member->since_us > PING_IDLE_US &&
	       conn_view(member->conn)->identity.address[0] != '\0';
}

/* A second look: what was told to the conn may still leave it inside a transaction. */
static void on_cleaned(void *arg, const struct result *result, const struct err *e)
{
	struct pool_member *member = arg;
	struct pool *pool = member->pool;

	(void)result;
	if (member->state != MEMBER_CLEANING) /* closed meanwhile: that ended the question */
		return;
	bool is_good = !e && !conn_in_transaction(member->conn);
	if (e && member->is_pinged)
		pool->counters.ping_failures++;
	if (!is_good) {
		if (conn_is_usable(member->conn))
			member_destroy(member, POOL_REASON_BROKEN);
		else
			pool_bury(member);
		pool_serve(pool);
		return;
	}
	member->is_pinged = false;
	pool_receive(member);
}

static void ask(struct pool_member *member, const char *sql, int64_t deadline_ms)
{
	const struct query query = { .sql = sql, .is_simple = true, .deadline_ms = deadline_ms };

	member_enter(member, MEMBER_CLEANING);
	conn_query(member->conn, &query, on_cleaned, member);
}

void member_ping(struct pool_member *member)
{
	member->pool->counters.pings++;
	member->is_pinged = true;
	ask(member, "", PING_MS);
}

bool member_clean(struct pool_member *member)
{
	if (conn_in_transaction(member->conn)) {
		member->pool->counters.rollbacks++;
		ask(member,
			sql_get("unit-rollback", conn_view(member->conn)->identity.server_version),
			CLEAN_UP_MS);
		return true;
	}
	if (!conn_is_identity_stale(member->conn))
		return false;
	member_enter(member, MEMBER_CLEANING);
	conn_identify(member->conn, on_cleaned, member);
	return true;
}
