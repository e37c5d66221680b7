// SPDX-License-Identifier: GPL-3.0-or-later
#include "model/pool_stats.h"

#include "base/compiler.h"

/* Who waits longer than this for a connection notices. */
enum { WAIT_WARN_US = 1000000 };

static const char *const state_words[POOL_STATES] = {
	[POOL_OPEN] = "open",
	[POOL_SUSPENDED] = "suspended",
	[POOL_STOPPED] = "stopped",
	[POOL_CLOSING] = "closing",
	[POOL_CLOSED] = "closed",
};

static const char *const reason_words[POOL_REASONS] = {
	[POOL_REASON_LIFETIME] = "lifetime",
	[POOL_REASON_IDLE] = "idle",
	[POOL_REASON_OVERFLOW] = "overflow",
	[POOL_REASON_BROKEN] = "broken",
	[POOL_REASON_UNCLEAN] = "unclean",
	[POOL_REASON_ROLE] = "role",
	[POOL_REASON_DRAIN] = "drain",
	[POOL_REASON_RESIZE] = "resize",
	[POOL_REASON_OVERDUE] = "overdue",
	[POOL_REASON_CLOSE] = "close",
};

const char *pool_state_word(enum pool_state state)
{
	return state_words[state];
}

const char *pool_reason_word(enum pool_reason reason)
{
	return reason_words[reason];
}

int pool_stats_used_percent(const struct pool_stats *stats)
{
	int room = stats->pool_size + stats->max_overflow;
	return room > 0 ? stats->checked_out * 100 / room : 0;
}

static enum status judge_room(const struct pool_stats *stats, char reason[POOL_REASON_BYTES])
{
	int most = stats->pool_size + stats->max_overflow;

	if (stats->ceiling == 0)
		return STATUS_OK;
	snprintf(reason, POOL_REASON_BYTES, "the server has no room for more than %d of %d",
		stats->ceiling, most);
	return STATUS_WARN;
}

static enum status judge_waiting(const struct pool_stats *stats, char reason[POOL_REASON_BYTES])
{
	if (stats->waiting > 0 && stats->oldest_wait_us > WAIT_WARN_US) {
		snprintf(reason, POOL_REASON_BYTES,
			"%d wait for a connection, the first for %.1f s", stats->waiting,
			(double)stats->oldest_wait_us / 1e6);
		return STATUS_WARN;
	}
	if (stats->wait.p99 > WAIT_WARN_US) {
		snprintf(reason, POOL_REASON_BYTES,
			"one in a hundred waited %.1f s for a connection in the last minute",
			(double)stats->wait.p99 / 1e6);
		return STATUS_WARN;
	}
	return judge_room(stats, reason);
}

enum status pool_stats_judge(const struct pool_stats *stats, char reason[POOL_REASON_BYTES])
{
	reason[0] = '\0';
	switch (stats->state) {
	case POOL_STOPPED:
		snprintf(reason, POOL_REASON_BYTES, "nothing is dialed any more: %.90s",
			stats->error);
		return STATUS_CRIT;
	case POOL_SUSPENDED:
		snprintf(reason, POOL_REASON_BYTES, "suspended: nobody is served");
		return STATUS_WARN;
	case POOL_OPEN:
		if (stats->total > 0 || !stats->error[0])
			return judge_waiting(stats, reason);
		snprintf(reason, POOL_REASON_BYTES, "no connection: %.100s", stats->error);
		return STATUS_CRIT;
	case POOL_CLOSING:
	case POOL_CLOSED:
	case POOL_STATES: break;
	}
	snprintf(reason, POOL_REASON_BYTES, "closed");
	return STATUS_WARN;
}
