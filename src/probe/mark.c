// SPDX-License-Identifier: GPL-3.0-or-later
#include "probe/mark.h"

static void level_feed(struct mark_level *level, bool is_reached, int raise_after)
{
	if (is_reached == level->is_raised) {
		level->streak = 0;
		return;
	}
	level->streak++;
	if (level->streak >= (level->is_raised ? MARK_CLEAR_SAMPLES : raise_after)) {
		level->is_raised = is_reached;
		level->streak = 0;
	}
}

enum status mark_shown(const struct mark *mark)
{
	if (mark->crit.is_raised)
		return STATUS_CRIT;
	return mark->warn.is_raised ? STATUS_WARN : STATUS_OK;
}

enum status mark_feed(struct mark *mark, enum status now, int raise_after)
{
	level_feed(&mark->warn, now >= STATUS_WARN, raise_after);
	level_feed(&mark->crit, now >= STATUS_CRIT, raise_after);
	return mark_shown(mark);
}

enum status status_above(int64_t value, int64_t warn, int64_t crit)
{
	if (!value_is_known(value))
		return STATUS_OK;
	if (value >= crit)
		return STATUS_CRIT;
	return value >= warn ? STATUS_WARN : STATUS_OK;
}

enum status status_below(int64_t value, int64_t warn, int64_t crit)
{
	if (!value_is_known(value))
		return STATUS_OK;
	if (value < crit)
		return STATUS_CRIT;
	return value < warn ? STATUS_WARN : STATUS_OK;
}

enum status status_worse(enum status a, enum status b)
{
	return a > b ? a : b;
}
