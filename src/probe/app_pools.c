// SPDX-License-Identifier: GPL-3.0-or-later
#include "probe/app_pools.h"

#include <fnmatch.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/compiler.h"

int64_t app_pool_capacity(const struct app_pool *pool)
{
	return (pool->size + pool->overflow) * pool->workers;
}

/* An unknown part makes the whole unknown. */
static void add(int64_t *sum, int64_t part)
{
	if (*sum == VALUE_UNKNOWN || part == VALUE_UNKNOWN)
		*sum = VALUE_UNKNOWN;
	else
		*sum += part;
}

static void count_group(const struct session_group *group, struct app_pool_state *out)
{
	add(&out->total, group->total);
	add(&out->checked_in, group->idle);
	add(&out->checked_out, group->active);
	add(&out->checked_out, group->idle_in_txn);
	add(&out->checked_out, group->aborted);
}

static void say(struct app_pool_state *out, enum status status, const char *fmt, ...) PRINTF(3, 4);

static void say(struct app_pool_state *out, enum status status, const char *fmt, ...)
{
	va_list args;

	out->status = status;
	va_start(args, fmt);
	vsnprintf(out->reason, sizeof(out->reason), fmt, args);
	va_end(args);
}

static void judge(struct app_pool_state *out)
{
	long long total = out->total, capacity = out->capacity, busy = out->checked_out;

	if (total > capacity)
		say(out, STATUS_CRIT, "%lld sessions, %lld more than it may open", total,
			total - capacity);
	else if (!value_is_known(busy))
		say(out, STATUS_INFO, "%lld sessions; what they do is hidden: grant pg_monitor",
			total);
	else if (busy >= capacity)
		say(out, STATUS_CRIT, "starved: all %lld connections are out", capacity);
	else if (busy * 5 >= capacity * 4)
		say(out, STATUS_WARN, "%lld of %lld connections are out", busy, capacity);
	else if (total == 0)
		say(out, STATUS_INFO, "no session on the server");
	else if (out->overflow > 0)
		say(out, STATUS_INFO, "%lld connections above its size", (long long)out->overflow);
	else
		say(out, STATUS_OK, "%lld of %lld connections are out", busy, capacity);
}

void app_pool_measure(
	const struct app_pool *pool, const struct pool_health *sample, struct app_pool_state *out)
{
	*out = (struct app_pool_state){ .capacity = app_pool_capacity(pool),
		.is_at_least = sample->group_total > sample->group_count };
	for (size_t i = 0; i < sample->group_count; i++)
		if (fnmatch(pool->pattern, sample->groups[i].name, 0) == 0)
			count_group(&sample->groups[i], out);
	out->overflow = out->total - pool->size * pool->workers;
	if (out->overflow < 0)
		out->overflow = 0;
	judge(out);
}

/* need < 0.8 * usable, in whole numbers. */
static bool fits(int64_t need, int64_t usable)
{
	return need * 5 < usable * 4;
}

static void finish_line(struct budget_line *line, const char *sum, int64_t usable)
{
	line->fits = fits(line->need, usable);
	snprintf(line->words, sizeof(line->words),
		"%.60s = %lld connections, %s 80%% of %lld slots (%lld.%lld)", sum,
		(long long)line->need, line->fits ? "below" : "not below", (long long)usable,
		(long long)(usable * 8 / 10), (long long)(usable * 8 % 10));
}

static void judge_pool(const struct app_pool *pool, int64_t usable, struct budget_line *line)
{
	char sum[64];

	snprintf(line->name, sizeof(line->name), "%s", pool->name);
	line->need = app_pool_capacity(pool);
	snprintf(sum, sizeof(sum), "(%lld + %lld) * %lld", (long long)pool->size,
		(long long)pool->overflow, (long long)pool->workers);
	finish_line(line, sum, usable);
}

size_t budget_judge(
	const struct app_pool *pools, size_t count, int64_t usable, struct budget_line *out)
{
	int64_t all = 0;
	char sum[64];

	if (!value_is_known(usable))
		return 0;
	for (size_t i = 0; i < count; i++) {
		out[i] = (struct budget_line){ 0 };
		judge_pool(&pools[i], usable, &out[i]);
		all += out[i].need;
	}
	if (count < 2)
		return count;
	out[count] = (struct budget_line){ .name = "all of them", .need = all };
	snprintf(sum, sizeof(sum), "%zu pools", count);
	finish_line(&out[count], sum, usable);
	return count + 1;
}
