// SPDX-License-Identifier: GPL-3.0-or-later
#include "pg/circuit.h"

#include "base/mem.h"

enum { SHARE_AT_FIRST = 10 };

/* Legal steps, one row a state: where it may go from there. A step to itself is none. */
#define BIT(state) (1u << (state))
enum {
	AWAY = BIT(CIRCUIT_SUSPECT) | BIT(CIRCUIT_DOWN) | BIT(CIRCUIT_AUTH_FAILED) |
	       BIT(CIRCUIT_DRAINING),
	SERVING = BIT(CIRCUIT_PRIMARY) | BIT(CIRCUIT_REPLICA) | BIT(CIRCUIT_LAGGING),
};
static const unsigned steps[CIRCUIT_STATES] = {
	[CIRCUIT_UNKNOWN] = SERVING | AWAY,
	[CIRCUIT_PRIMARY] = SERVING | AWAY | BIT(CIRCUIT_UNKNOWN),
	[CIRCUIT_REPLICA] = SERVING | AWAY | BIT(CIRCUIT_UNKNOWN),
	[CIRCUIT_LAGGING] = SERVING | AWAY | BIT(CIRCUIT_UNKNOWN),
	[CIRCUIT_SUSPECT] = SERVING | AWAY | BIT(CIRCUIT_UNKNOWN),
	[CIRCUIT_DOWN] = SERVING | AWAY,
	[CIRCUIT_AUTH_FAILED] = SERVING | AWAY,
	[CIRCUIT_DRAINING] = BIT(CIRCUIT_UNKNOWN),
};

static void enter(struct circuit *circuit, enum circuit_state state, int64_t now_us)
{
	if (circuit->state == state)
		return;
	assert_always(
		steps[circuit->state] & BIT(state), "a circuit takes a step that is not legal");
	circuit->state = state;
	circuit->entered_us = now_us;
}

void circuit_init(struct circuit *circuit, int64_t lag_limit_bytes, int64_t now_us)
{
	*circuit = (struct circuit){
		.lag_limit_bytes = lag_limit_bytes,
		.lag_bytes = -1,
		.entered_us = now_us,
	};
	dice_init(&circuit->dice);
}

/* In between the limit and its half a standby stays what it was: no flapping. */
static enum circuit_state standby_state(const struct circuit *circuit)
{
	int64_t limit = circuit->lag_limit_bytes, lag = circuit->lag_bytes;

	if (limit == 0)
		return CIRCUIT_REPLICA;
	if (lag < 0 || lag > limit)
		return CIRCUIT_LAGGING;
	if (circuit->state == CIRCUIT_REPLICA || lag <= limit / 2)
		return CIRCUIT_REPLICA;
	return CIRCUIT_LAGGING;
}

static enum circuit_state serving_state(const struct circuit *circuit)
{
	if (circuit->is_fenced)
		return CIRCUIT_SUSPECT;
	return circuit->is_standby ? standby_state(circuit) : CIRCUIT_PRIMARY;
}

static bool was_away(const struct circuit *circuit)
{
	return circuit->state == CIRCUIT_DOWN || circuit->state == CIRCUIT_AUTH_FAILED;
}

void circuit_hear_role(struct circuit *circuit, bool is_standby, int64_t timeline, int64_t now_us)
{
	circuit->has_role = true;
	circuit->is_standby = is_standby;
	if (timeline > 0)
		circuit->timeline = timeline;
	if (is_standby)
		circuit->is_fenced = false;
	else
		circuit->lag_bytes = -1;
	circuit->failures = circuit->downs = 0;
	if (circuit->state == CIRCUIT_DRAINING)
		return;
	if (was_away(circuit)) {
		circuit->readmitted_us = now_us;
		circuit->lag_bytes = -1; /* what it was before it went is no news */
	}
	enter(circuit, serving_state(circuit), now_us);
}

void circuit_hear_lag(struct circuit *circuit, int64_t lag_bytes, int64_t now_us)
{
	bool is_serving = circuit->state == CIRCUIT_REPLICA || circuit->state == CIRCUIT_LAGGING;

	circuit->lag_bytes = lag_bytes;
	if (is_serving)
		enter(circuit, standby_state(circuit), now_us);
}

static int64_t down_ms(struct circuit *circuit)
{
	int64_t ms = CIRCUIT_DOWN_MS;

	for (int i = 1; i < circuit->downs && ms < CIRCUIT_DOWN_MOST_MS; i++)
		ms += ms / 2;
	if (ms > CIRCUIT_DOWN_MOST_MS)
		ms = CIRCUIT_DOWN_MOST_MS;
	return ms * (80 + dice_below(&circuit->dice, 41)) / 100;
}

static void go_down(struct circuit *circuit, int64_t now_us)
{
	circuit->downs++;
	circuit->until_us = now_us + down_ms(circuit) * 1000;
	enter(circuit, CIRCUIT_DOWN, now_us);
}

/* Two in a row within the window, or one more while it is away already. */
static void count_failure(struct circuit *circuit, int64_t now_us)
{
	bool is_old = now_us - circuit->first_failure_us > CIRCUIT_FAILURE_WINDOW_MS * 1000LL;

	if (circuit->failures == 0 || is_old) {
		circuit->failures = 0;
		circuit->first_failure_us = now_us;
	}
	circuit->failures++;
	if (circuit->failures >= CIRCUIT_FAILURES_TO_DOWN || was_away(circuit))
		go_down(circuit, now_us);
	else
		enter(circuit, CIRCUIT_SUSPECT, now_us);
}

static void forget_role(struct circuit *circuit, int64_t now_us)
{
	circuit->has_role = false;
	if (BIT(circuit->state) & SERVING)
		enter(circuit, CIRCUIT_UNKNOWN, now_us);
}

void circuit_hear_failure(struct circuit *circuit, enum retry_news news, int64_t now_us)
{
	if (circuit->state == CIRCUIT_DRAINING)
		return;
	switch (news) {
	case RETRY_NEWS_NONE:
	case RETRY_NEWS_FULL: /* it serves those who are in */ break;
	case RETRY_NEWS_FAILED:
	case RETRY_NEWS_LEAVING: count_failure(circuit, now_us); break;
	case RETRY_NEWS_REFUSED:
	case RETRY_NEWS_STARTING: go_down(circuit, now_us); break;
	case RETRY_NEWS_DEMOTED: forget_role(circuit, now_us); break;
	case RETRY_NEWS_AUTH:
		circuit->until_us = now_us + CIRCUIT_AUTH_MS * 1000LL;
		enter(circuit, CIRCUIT_AUTH_FAILED, now_us);
		break;
	case RETRY_NEWS_CORRUPT: circuit->is_alarmed = true; break;
	}
}

void circuit_fence(struct circuit *circuit, bool is_fenced, int64_t now_us)
{
	circuit->is_fenced = is_fenced;
	if (is_fenced && circuit->state == CIRCUIT_PRIMARY)
		enter(circuit, CIRCUIT_SUSPECT, now_us);
	else if (!is_fenced && circuit->state == CIRCUIT_SUSPECT && circuit->failures == 0 &&
		 circuit->has_role)
		enter(circuit, serving_state(circuit), now_us);
}

void circuit_drain(struct circuit *circuit, bool is_draining, int64_t now_us)
{
	if (is_draining)
		enter(circuit, CIRCUIT_DRAINING, now_us);
	else if (circuit->state == CIRCUIT_DRAINING)
		enter(circuit, CIRCUIT_UNKNOWN, now_us);
}

bool circuit_is_due(const struct circuit *circuit, int64_t now_us)
{
	return !was_away(circuit) || now_us >= circuit->until_us;
}

int circuit_share_percent(const struct circuit *circuit, int64_t now_us)
{
	int64_t back_ms = (now_us - circuit->readmitted_us) / 1000;

	if (circuit->readmitted_us == 0 || back_ms >= CIRCUIT_SLOW_START_MS)
		return 100;
	return SHARE_AT_FIRST + (int)((100 - SHARE_AT_FIRST) * back_ms / CIRCUIT_SLOW_START_MS);
}

const char *circuit_state_word(enum circuit_state state)
{
	static const char *const words[CIRCUIT_STATES] = {
		[CIRCUIT_UNKNOWN] = "unknown",
		[CIRCUIT_PRIMARY] = "primary",
		[CIRCUIT_REPLICA] = "replica",
		[CIRCUIT_LAGGING] = "lagging",
		[CIRCUIT_SUSPECT] = "suspect",
		[CIRCUIT_DOWN] = "down",
		[CIRCUIT_AUTH_FAILED] = "authentication failed",
		[CIRCUIT_DRAINING] = "draining",
	};
	return words[state];
}
