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

/* ---- the budget ---- */

/* Where logins stop for a pool, and what stops them there. */
struct ceiling {
	int64_t usable;
	const char *what; /* "slots" */
};

static struct ceiling nearer(struct ceiling ceiling, int64_t limit, const char *what)
{
	bool is_near = value_is_known(limit) && limit >= 0 && limit < ceiling.usable;

	return is_near ? (struct ceiling){ limit, what } : ceiling;
}

static struct ceiling ceiling_of(const struct pool_health *sample, bool is_own)
{
	struct ceiling ceiling = { sample->ceiling, "slots" };

	ceiling = nearer(ceiling, sample->database_limit, "connections of this database");
	return is_own ? nearer(ceiling, sample->role_limit, "connections of dbtop's role")
		      : ceiling;
}

/* need < 0.8 * usable, in whole numbers. */
static bool fits(int64_t need, int64_t usable)
{
	return need * 5 < usable * 4;
}

/* sum: what comes before the number. */
static void finish_line(struct budget_line *line, const char *sum, struct ceiling ceiling)
{
	line->fits = fits(line->need, ceiling.usable);
	snprintf(line->words, sizeof(line->words),
		"%.60s %lld connections, %s 80%% of %lld %s (%lld.%lld)", sum,
		(long long)line->need, line->fits ? "below" : "not below",
		(long long)ceiling.usable, ceiling.what, (long long)(ceiling.usable * 8 / 10),
		(long long)(ceiling.usable * 8 % 10));
}

static void judge_pool(
	const struct app_pool *pool, struct ceiling ceiling, struct budget_line *line)
{
	char sum[64];

	*line = (struct budget_line){ .need = app_pool_capacity(pool) };
	snprintf(line->name, sizeof(line->name), "%s", pool->name);
	snprintf(sum, sizeof(sum), "(%lld + %lld) * %lld =", (long long)pool->size,
		(long long)pool->overflow, (long long)pool->workers);
	finish_line(line, sum, ceiling);
}

/* The first is dbtop's, which has no pattern: its sessions are in no group. */
static bool is_declared(const struct app_pool *pools, size_t count, const char *application)
{
	for (size_t i = 1; i < count; i++)
		if (fnmatch(pools[i].pattern, application, 0) == 0)
			return true;
	return false;
}

/* Who holds nearly everything and was not declared. Two cannot: that would be more than there is. */
static bool judge_undeclared(const struct app_pool *pools, size_t count,
	const struct pool_health *sample, struct budget_line *line)
{
	struct ceiling ceiling = ceiling_of(sample, false);

	for (size_t i = 0; i < sample->group_count; i++) {
		const struct session_group *group = &sample->groups[i];
		if (fits(group->total, ceiling.usable) || is_declared(pools, count, group->name))
			continue;
		*line = (struct budget_line){ .need = group->total, .is_undeclared = true };
		snprintf(line->name, sizeof(line->name), "%s",
			*group->name ? group->name : "(no application_name)");
		finish_line(line, "not declared as a [pool], and holds", ceiling);
		return true;
	}
	return false;
}

size_t budget_judge(const struct app_pool *pools, size_t count, const struct pool_health *sample,
	struct budget_line out[BUDGET_LINES_MAX])
{
	size_t lines = 0;
	int64_t all = 0;
	char sum[64];

	if (!value_is_known(sample->ceiling))
		return 0;
	for (; lines < count; lines++) {
		judge_pool(&pools[lines], ceiling_of(sample, lines == 0), &out[lines]);
		out[lines].is_own = lines == 0;
		all += out[lines].need;
	}
	lines += judge_undeclared(pools, count, sample, &out[lines]);
	if (count < 2)
		return lines;
	out[lines] = (struct budget_line){ .name = "all of them", .need = all };
	snprintf(sum, sizeof(sum), "%zu pools =", count);
	finish_line(&out[lines], sum, ceiling_of(sample, false));
	return lines + 1;
}

static struct app_pool own_pool(const struct target *target)
{
	return (struct app_pool){ .name = "dbtop",
		.size = target->pool.size,
		.overflow = target->pool.max_overflow,
		.workers = 1 };
}

size_t budget_pools(const struct target *target, struct app_pool out[APP_POOLS_MAX + 1])
{
	out[0] = own_pool(target);
	memcpy(out + 1, target->app_pools, target->app_pool_count * sizeof(*out));
	return target->app_pool_count + 1;
}

/* The most that stays below four fifths. */
static int64_t most_below(int64_t usable)
{
	int64_t most = usable * 4 / 5;

	return fits(most, usable) ? most : most - 1;
}

bool budget_check_own(const struct target *target, const struct pool_health *sample, struct err *e)
{
	const struct app_pool own = own_pool(target);
	struct ceiling ceiling = ceiling_of(sample, true);
	struct budget_line line;

	if (sample->sampled_us == 0 || !value_is_known(sample->ceiling))
		return true;
	judge_pool(&own, ceiling, &line);
	if (line.fits)
		return true;
	err_set(e, ERR_CONFLICT, "dbtop's own pool is too large for this server: %s", line.words);
	int64_t most = most_below(ceiling.usable) - own.overflow;
	if (most >= 1)
		err_hint(e, "set pool_size to %lld or less (--pool-size %lld)", (long long)most,
			(long long)most);
	else
		err_hint(e,
			"there is room for no pool at all: set max_overflow to 0 and raise the "
			"number of %s",
			ceiling.what);
	return false;
}
