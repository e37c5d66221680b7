// SPDX-License-Identifier: GPL-3.0-or-later
/*
 * Dialing: when the pool dials, what follows from a failed dial or a lost link, and what is seen of the endpoint. What
 * they mean is said by pool_judge(), after the table of pg/retry.c, or by another judge given by options.
 */
#include "base/log.h"
#include "pg/conninfo.h"
#include "pg/pool_private.h"
#include "pg/retry.h"

enum {
	KEEP_JITTER_PERCENT = 20,
};

/* Seconds between dials while nobody waits but a minimum is kept up; the last one for ever. */
static const int keep_s[] = { 1, 2, 4, 8, 15, 30 };

enum pool_verdict pool_judge(void *arg, enum pool_mishap mishap, const struct err *e, bool is_final)
{
	struct retry_verdict rule =
		retry_judge(e, mishap == POOL_DIAL_FAILED ? RETRY_DIALING : RETRY_READING);

	(void)arg;
	if (mishap == POOL_DIAL_FAILED)
		return is_final || rule.news == RETRY_NEWS_AUTH ? POOL_STOP
		       : rule.news == RETRY_NEWS_FULL		? POOL_FULL
								: POOL_AGAIN;
	if (rule.link == RETRY_LINK_EVICT)
		return POOL_EVICT;
	return rule.news == RETRY_NEWS_NONE ? POOL_REPLACE : POOL_SUSPECT;
}

static enum pool_verdict judge(
	const struct pool *pool, enum pool_mishap mishap, const struct conn *conn)
{
	pool_judge_fn *fn = pool->options.judge ? pool->options.judge : pool_judge;

	return fn(pool->options.judge_arg, mishap, conn_error(conn), conn_is_refused(conn));
}

/* ---- the view ---- */

static void tell_changed(void *arg)
{
	struct pool *pool = arg;

	pool->telling = NULL;
	pool->options.changed(pool->options.changed_arg, pool);
}

void pool_tell(struct pool *pool)
{
	if (pool->options.changed && !pool->telling && !pool->is_freed)
		pool->telling = loop_soon(pool->loop, tell_changed, pool);
}

/* When the pool dials next by itself; 0 = it does not. */
static int64_t next_dial_us(const struct pool *pool)
{
	if (pool_waiting(pool) > 0 && pool->dial_after_us > 0)
		return pool->dial_after_us;
	return pool->is_kept && pool->options.min_size > 0 ? pool->keep_after_us : 0;
}

static enum link_state state_of(const struct pool *pool)
{
	if (pool_total(pool) > 0)
		return LINK_UP;
	if (pool->counts[MEMBER_DIALING] > 0)
		return LINK_CONNECTING;
	if (pool->is_stopped)
		return LINK_STOPPED;
	return next_dial_us(pool) > 0 && !pool->is_closing ? LINK_WAITING : LINK_CLOSED;
}

void pool_show_state(struct pool *pool)
{
	enum link_state state = state_of(pool);
	struct link_view *view = &pool->view;
	int64_t retry_at_us = state == LINK_WAITING ? next_dial_us(pool) : 0;

	if (state == view->state && retry_at_us == view->retry_at_us)
		return;
	if (view->state == LINK_UP && state != LINK_UP)
		view->lost_at_us = pool_now(pool);
	view->state = state;
	view->retry_at_us = retry_at_us;
	pool_tell(pool);
}

static void show_failure(struct pool *pool, const struct conn *conn)
{
	const struct link_view *from = conn_view(conn);
	struct link_view *view = &pool->view;

	pool->failure = *conn_error(conn);
	pool->is_failing = true;
	memcpy(view->error, from->error, sizeof(view->error));
	memcpy(view->sqlstate, from->sqlstate, sizeof(view->sqlstate));
	memcpy(view->hint, from->hint, sizeof(view->hint));
	view->wants_password = from->wants_password;
	view->attempt = pool->failures;
	pool_tell(pool);
}

static void show_success(struct pool *pool)
{
	struct link_view *view = &pool->view;

	pool->is_failing = false;
	view->error[0] = view->sqlstate[0] = view->hint[0] = '\0';
	view->wants_password = false;
	view->attempt = 0;
	pool_tell(pool);
}

/* ---- when to dial ---- */

static void dial(struct pool *pool)
{
	struct pool_member *member = member_new(pool);

	member->conn = conn_new(pool->loop, pool->options.driver, pool->info, &pool->options.conn,
		pool_member_changed, member);
	member_enter(member, MEMBER_DIALING);
	conn_open(member->conn);
}

static int at_most(int n, int limit)
{
	return n < limit ? n : limit;
}

static void ping_some(struct pool *pool, int wanted)
{
	int64_t now_us = pool_now(pool);
	struct pool_member *member;

	for (; wanted > 0 && (member = pool->members[MEMBER_IDLE]); wanted--) {
		if (!member_needs_ping(member, now_us))
			return;
		member_ping(member);
	}
}

/* Dials that are due and have room, of those that somebody waits for or the minimum wants. */
static int count_dials(struct pool *pool)
{
	int wanted =
		pool_waiting(pool) - pool->counts[MEMBER_CLEANING] - pool->counts[MEMBER_DIALING];
	int kept = pool->is_kept ? pool->options.min_size - pool_used(pool) : 0;
	int room = pool_most(pool) - pool_used(pool);
	int limit = pool->failures > 0 ? POOL_DIALS_AFTER_FAILURE : POOL_DIALS_MAX;
	int64_t due_us = wanted > 0 ? pool->dial_after_us : pool->keep_after_us;
	int dials = at_most(wanted > kept ? wanted : kept, room);

	dials = at_most(dials, limit - pool->counts[MEMBER_DIALING]);
	if (dials <= 0 || due_us <= pool_now(pool))
		return dials;
	pool_alarm_by(pool, due_us);
	return 0;
}

/* An idle one that only has to be asked whether it is alive comes before a dial. */
void pool_want(struct pool *pool)
{
	if (pool->is_suspended || pool->is_closing)
		return;
	ping_some(pool, pool_waiting(pool) - pool->counts[MEMBER_CLEANING]);
	if (pool->is_stopped)
		return;
	for (int dials = count_dials(pool); dials > 0; dials--)
		dial(pool);
	pool_show_state(pool);
}

void pool_check_hope(struct pool *pool)
{
	if (pool_used(pool) > 0 || pool_waiting(pool) == 0)
		return;
	if (pool->is_stopped)
		line_answer_all(pool, REQUEST_DIAL_FAILED, false);
	else if (pool->failures > 0)
		line_answer_all(pool, REQUEST_DIAL_FAILED, true);
}

/* ---- what became of it ---- */

static int64_t keep_us(struct pool *pool, int tries)
{
	int s = keep_s[at_most(tries, (int)ARRAY_SIZE(keep_s) - 1)];
	return s *
	       (100 - KEEP_JITTER_PERCENT + dice_below(&pool->dice, 2 * KEEP_JITTER_PERCENT + 1)) *
	       10000;
}

/* Dials that were under way together fail together: that is one failure more, not four. */
static void back_off(struct pool *pool, int64_t began_us)
{
	int64_t now_us = pool_now(pool);

	if (pool->failures > 0 && began_us < pool->failed_us)
		return;
	int tries = pool->failures++;
	pool->failed_us = now_us;
	pool->dial_after_us =
		now_us + retry_delay_ms(&retry_pace_dial, tries + 1, &pool->dice) * 1000;
	pool->keep_after_us = now_us + keep_us(pool, tries);
}

/* More dials make it worse for everybody: what there is has to do, or one where there is none. */
static void lower_ceiling(struct pool *pool)
{
	int total = pool_total(pool);

	pool->ceiling = total > 1 ? total : 1;
	pool->raise_us = pool_now(pool) + POOL_CEILING_STEP_US;
	pool_alarm_by(pool, pool->raise_us);
	log_event(LOG_LEVEL_WARN, "pool", "the server is full",
		LOG_FIELDS(LOG_TEXT("server", pool->place), LOG_INT("at_most", pool->ceiling),
			LOG_INT("limit", pool_limit(pool))));
}

static void lift_ceiling(struct pool *pool)
{
	pool->ceiling = 0;
	pool->raise_us = 0;
}

int64_t pool_raise_ceiling(struct pool *pool, int64_t now_us)
{
	if (pool->ceiling == 0)
		return POOL_NEVER;
	if (pool->raise_us <= now_us) {
		pool->raise_us = now_us + POOL_CEILING_STEP_US;
		if (++pool->ceiling >= pool_limit(pool))
			lift_ceiling(pool);
	}
	return pool->ceiling > 0 ? pool->raise_us : POOL_NEVER;
}

static void dialed(struct pool_member *member)
{
	struct pool *pool = member->pool;
	int64_t now_us = pool_now(pool), life_us = pool->options.recycle_ms * 1000;

	pool->counters.creates++;
	histogram_add(&pool->connect, now_us, now_us - member->since_us);
	pool->failures = 0;
	pool->dial_after_us = pool->keep_after_us = 0;
	pool->is_stopped = false;
	if (pool->ceiling > 0 && pool->ceiling <= pool_total(pool))
		pool->ceiling = pool_total(pool) + 1; /* with this one; it was under way */
	member->is_fresh = true;
	member->answered_us = now_us;
	member->expires_us = POOL_NEVER;
	if (life_us > 0)
		member->expires_us = now_us + life_us -
				     dice_below(&pool->dice, life_us / POOL_LIFE_JITTER_PARTS);
	show_success(pool);
	pool_hand_on(member);
	log_event(LOG_LEVEL_DEBUG, "pool", "grown",
		LOG_FIELDS(LOG_TEXT("server", pool->place), LOG_INT("total", pool_total(pool))));
	pool_want(pool);
}

static void dial_failed(struct pool_member *member)
{
	struct pool *pool = member->pool;
	enum pool_verdict verdict = judge(pool, POOL_DIAL_FAILED, member->conn);
	bool is_stop = verdict == POOL_STOP;
	struct conn *conn = member->conn;

	pool->counters.create_errors++;
	back_off(pool, member->since_us);
	pool->is_stopped |= is_stop;
	show_failure(pool, conn);
	log_event(LOG_LEVEL_WARN, "pool", "a dial failed",
		LOG_FIELDS(LOG_TEXT("server", pool->place), LOG_TEXT("why", pool->failure.text),
			LOG_TEXT("sqlstate", pool->failure.sqlstate),
			LOG_TEXT("again", is_stop ? "no" : "yes")));
	member_destroy(member, POOL_REASON_BROKEN);
	if (verdict == POOL_FULL)
		lower_ceiling(pool);
	pool_check_hope(pool); /* before the next dial looks like hope to the hasty */
	pool_want(pool);
}

/* Once for each link: what does it say of the others? */
static enum pool_verdict mourn(struct pool_member *member)
{
	struct pool *pool = member->pool;

	if (member->is_lost)
		return POOL_REPLACE;
	enum pool_verdict verdict = judge(pool, POOL_LINK_LOST, member->conn);
	member->is_lost = true;
	if (verdict == POOL_REPLACE)
		return verdict;
	pool->suspect_us = pool_now(pool);
	if (!pool->is_stopped) /* else the reason why nobody dials any more stays */
		show_failure(pool, member->conn);
	if (pool->keep_after_us < pool->suspect_us) /* a server that hangs up again and again */
		pool->keep_after_us = pool->suspect_us + keep_us(pool, 0);
	return verdict;
}

void pool_bury(struct pool_member *member)
{
	struct pool *pool = member->pool;
	enum pool_verdict verdict = mourn(member);

	member_destroy(member, POOL_REASON_BROKEN);
	if (verdict == POOL_EVICT)
		pool_drain(pool, POOL_REASON_ROLE, NULL, NULL);
}

/* Whoever holds it finds out, and gives it back; an idle one leaves now. */
static void lost(struct pool_member *member)
{
	struct pool *pool = member->pool;

	if (member->state == MEMBER_IDLE)
		pool_bury(member);
	else if (mourn(member) == POOL_EVICT)
		pool_drain(pool, POOL_REASON_ROLE, NULL, NULL);
	pool_serve(pool);
}

void pool_member_changed(void *arg, struct conn *conn)
{
	struct pool_member *member = arg;
	struct pool *pool = member->pool;
	enum link_state state = conn_view(conn)->state;

	if (state == LINK_UP) {
		pool->view.identity = conn_view(conn)->identity;
		pool_tell(pool);
	}
	if (member->state == MEMBER_DIALING) {
		if (state == LINK_UP)
			dialed(member);
		else if (state == LINK_STOPPED)
			dial_failed(member);
	} else if (state != LINK_UP) {
		lost(member);
	}
}

void pool_retry(struct pool *pool)
{
	pool->is_stopped = false;
	pool->failures = 0;
	pool->dial_after_us = pool->keep_after_us = 0;
	lift_ceiling(pool);
	pool_want(pool);
	pool_show_state(pool);
}

void pool_set_info(struct pool *pool, const struct conninfo *info)
{
	struct conninfo *old = pool->info;
	struct str place = { 0 };

	pool->info = conninfo_copy(info);
	conninfo_free(old);
	conninfo_words(info, &place);
	free(pool->place);
	pool->place = mem_strdup(str_c(&place));
	str_release(&place);
	pool_retry(pool);
}
