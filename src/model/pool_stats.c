// SPDX-License-Identifier: GPL-3.0-or-later
#include "model/pool_stats.h"

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
