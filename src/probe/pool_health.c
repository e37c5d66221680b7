// SPDX-License-Identifier: GPL-3.0-or-later
#include "probe/pool_health.h"

#include "base/compiler.h"
#include "base/words.h"

#define MINUTE_MS INT64_C(60000)

/* ---- columns ---- */

const struct field pool_fields[] = {
	FIELD_INT_OF(struct pool_health, max_connections, "max_connections"),
	FIELD_INT_OF(struct pool_health, superuser_reserved, "superuser_reserved"),
	FIELD_INT_OF(struct pool_health, reserved, "reserved"),
	FIELD_INT_OF(struct pool_health, used, "used"),
	FIELD_INT_OF(struct pool_health, own, "own"),
	FIELD_INT_OF(struct pool_health, role_limit, "role_limit"),
	FIELD_INT_OF(struct pool_health, role_used, "role_used"),
	FIELD_INT_OF(struct pool_health, database_limit, "database_limit"),
	FIELD_INT_OF(struct pool_health, database_used, "database_used"),
	FIELD_INT_OF(struct pool_health, hidden, "hidden"),
	FIELD_INT_OF(struct pool_health, active, "active"),
	FIELD_INT_OF(struct pool_health, idle, "idle"),
	FIELD_INT_OF(struct pool_health, idle_long, "idle_long"),
	FIELD_INT_OF(struct pool_health, idle_in_txn, "idle_in_txn"),
	FIELD_INT_OF(struct pool_health, aborted, "aborted"),
	FIELD_INT_OF(struct pool_health, other, "other"),
	FIELD_INT_OF(struct pool_health, lock_waits, "lock_waits"),
	FIELD_INT_OF(struct pool_health, oldest.pid, "oldest_pid"),
	FIELD_TEXT_OF(struct pool_health, oldest.app, "oldest_app"),
	FIELD_TEXT_OF(struct pool_health, oldest.state, "oldest_state"),
	FIELD_INT_OF(struct pool_health, oldest.age_ms, "oldest_age_ms"),
};
const size_t pool_field_count = ARRAY_SIZE(pool_fields);

struct pool_row {
	int64_t group_total;
	struct session_group group;
};

const struct field pool_group_fields[] = {
	FIELD_INT_OF(struct pool_row, group_total, "group_total"),
	FIELD_TEXT_OF(struct pool_row, group.name, "app"),
	FIELD_INT_OF(struct pool_row, group.total, "app_total"),
	FIELD_INT_OF(struct pool_row, group.hidden, "app_hidden"),
	FIELD_INT_OF(struct pool_row, group.active, "app_active"),
	FIELD_INT_OF(struct pool_row, group.idle, "app_idle"),
	FIELD_INT_OF(struct pool_row, group.idle_in_txn, "app_idle_in_txn"),
	FIELD_INT_OF(struct pool_row, group.aborted, "app_aborted"),
	FIELD_INT_OF(struct pool_row, group.lock_waits, "app_lock_waits"),
	FIELD_INT_OF(struct pool_row, group.oldest_idle_in_txn_ms, "app_oldest_idle_in_txn_ms"),
	FIELD_INT_OF(struct pool_row, group.oldest_aborted_ms, "app_oldest_aborted_ms"),
};
const size_t pool_group_field_count = ARRAY_SIZE(pool_group_fields);

void pool_health_decode(const struct result *result, struct pool_health *out)
{
	result_fill(result, 0, pool_fields, pool_field_count, out);
	for (int i = 0; i < result_rows(result) && out->group_count < POOL_GROUPS_MAX; i++) {
		struct pool_row row = { 0 };
		result_fill(result, i, pool_group_fields, pool_group_field_count, &row);
		out->group_total = (size_t)row.group_total;
		if (value_is_known(row.group.total)) /* a null row says that nobody else is here */
			out->groups[out->group_count++] = row.group;
	}
	pool_health_complete(out);
}

/* ---- what follows from the counts ---- */

/* Nobody in that state: an age does not apply. Clocks of two processors may differ by a millisecond. */
static int64_t age_of(int64_t age_ms, int64_t hidden)
{
	if (hidden > 0)
		return VALUE_UNKNOWN;
	if (age_ms == VALUE_UNKNOWN)
		return VALUE_NONE;
	return age_ms < 0 ? 0 : age_ms;
}

static void group_complete(struct session_group *group)
{
	group->oldest_idle_in_txn_ms = age_of(group->oldest_idle_in_txn_ms, group->hidden);
	group->oldest_aborted_ms = age_of(group->oldest_aborted_ms, group->hidden);
	if (group->hidden == 0)
		return;
	group->active = group->idle = group->idle_in_txn = group->aborted = VALUE_UNKNOWN;
	group->lock_waits = VALUE_UNKNOWN;
}

void pool_health_complete(struct pool_health *pool)
{
	bool has_ceiling = value_is_known(pool->max_connections) &&
			   value_is_known(pool->superuser_reserved) &&
			   value_is_known(pool->reserved);

	pool->ceiling = VALUE_UNKNOWN;
	if (has_ceiling)
		pool->ceiling = pool->max_connections - pool->superuser_reserved - pool->reserved;
	pool->used_percent = VALUE_UNKNOWN;
	if (pool->ceiling > 0 && value_is_known(pool->used))
		pool->used_percent = pool->used * 100 / pool->ceiling;
	pool->oldest.age_ms = age_of(pool->oldest.age_ms, pool->hidden);
	for (size_t i = 0; i < pool->group_count; i++)
		group_complete(&pool->groups[i]);
	pool->is_restricted = pool->hidden > 0;
	if (!pool->is_restricted)
		return;
	pool->active = pool->idle = pool->idle_in_txn = pool->aborted = pool->other = VALUE_UNKNOWN;
	pool->idle_long = pool->lock_waits = VALUE_UNKNOWN;
	pool->oldest.pid = VALUE_UNKNOWN;
}

/* ---- rules of one application ---- */

struct group_rule {
	enum status (*judge)(const struct session_group *group);
	void (*words)(const struct session_group *group, char *out, size_t bytes);
};

static const char *group_name(const struct session_group *group)
{
	return group->name[0] ? group->name : "(unset)";
}

static enum status group_lock_waits(const struct session_group *group)
{
	int64_t waits = group->lock_waits;

	if (!value_is_known(waits) || waits == 0)
		return STATUS_OK;
	/* One of two sessions waiting is no fifth of a crowd. */
	return waits > 10 || (waits > 2 && waits * 5 > group->active) ? STATUS_CRIT : STATUS_WARN;
}

static void group_lock_waits_words(const struct session_group *group, char *out, size_t bytes)
{
	snprintf(out, bytes, "%.40s: %lld of %lld active wait for a lock", group_name(group),
		(long long)group->lock_waits, (long long)group->active);
}

static enum status group_idle_in_txn(const struct session_group *group)
{
	return status_above(group->oldest_idle_in_txn_ms, 30000, 5 * MINUTE_MS);
}

static void group_idle_in_txn_words(const struct session_group *group, char *out, size_t bytes)
{
	char age[WORDS_BYTES];

	words_ms(group->oldest_idle_in_txn_ms, age);
	snprintf(out, bytes, "%.40s: idle in transaction for %s", group_name(group), age);
}

static enum status group_aborted(const struct session_group *group)
{
	return status_above(group->oldest_aborted_ms, 5001, INT64_MAX);
}

static void group_aborted_words(const struct session_group *group, char *out, size_t bytes)
{
	char age[WORDS_BYTES];

	words_ms(group->oldest_aborted_ms, age);
	snprintf(out, bytes, "%.40s: %lld in an aborted transaction for %s", group_name(group),
		(long long)group->aborted, age);
}

static const struct group_rule group_rules[POOL_GROUP_RULES] = {
	{ group_lock_waits, group_lock_waits_words },
	{ group_idle_in_txn, group_idle_in_txn_words },
	{ group_aborted, group_aborted_words },
};

static struct pool_group_memory *group_memory(struct pool_memory *memory, const char *name)
{
	for (size_t i = 0; i < memory->group_count; i++)
		if (strcmp(memory->groups[i].name, name) == 0)
			return &memory->groups[i];
	assert_always(memory->group_count < ARRAY_SIZE(memory->groups), "two samples fit");
	struct pool_group_memory *group = &memory->groups[memory->group_count++];
	*group = (struct pool_group_memory){ 0 };
	snprintf(group->name, sizeof(group->name), "%s", name);
	return group;
}

static void group_judge(struct session_group *group, struct pool_memory *memory, int raise_after)
{
	struct pool_group_memory *known = group_memory(memory, group->name);

	known->is_here = true;
	for (size_t i = 0; i < POOL_GROUP_RULES; i++) {
		struct mark *mark = &known->marks[i];
		enum status now = group_rules[i].judge(group);
		if (now >= STATUS_WARN)
			group_rules[i].words(group, mark->words, sizeof(mark->words));
		enum status shown = mark_feed(mark, now, raise_after);
		if (shown <= group->status)
			continue;
		group->status = shown;
		snprintf(group->reason, sizeof(group->reason), "%s", mark->words);
	}
}

static void memory_sweep(struct pool_memory *memory)
{
	size_t kept = 0;

	for (size_t i = 0; i < memory->group_count; i++) {
		if (!memory->groups[i].is_here)
			continue;
		memory->groups[i].is_here = false;
		memory->groups[kept++] = memory->groups[i];
	}
	memory->group_count = kept;
}

/* ---- rules of the whole server ---- */

struct pool_rule {
	enum pool_topic topic;
	enum status (*judge)(const struct pool_health *pool);
	void (*words)(const struct pool_health *pool, char *out, size_t bytes);
};

static enum status pool_slots(const struct pool_health *pool)
{
	return status_above(pool->used_percent, 80, 90);
}

static void pool_slots_words(const struct pool_health *pool, char *out, size_t bytes)
{
	snprintf(out, bytes, "server slots %lld%%, %lld of %lld%s", (long long)pool->used_percent,
		(long long)pool->used, (long long)pool->ceiling,
		pool->used >= pool->ceiling ? ": new logins are refused" : "");
}

static enum status pool_oldest(const struct pool_health *pool)
{
	return status_above(pool->oldest.age_ms, 5 * MINUTE_MS, 30 * MINUTE_MS);
}

static void pool_oldest_words(const struct pool_health *pool, char *out, size_t bytes)
{
	char age[WORDS_BYTES];

	words_ms(pool->oldest.age_ms, age);
	snprintf(out, bytes, "oldest transaction %s, pid %lld %.40s", age,
		(long long)pool->oldest.pid, pool->oldest.app);
}

/* Slots are short while far more sessions idle than work: the applications' pools are too big. */
static enum status pool_hoarded(const struct pool_health *pool)
{
	return value_is_known(pool->idle_long) && value_is_known(pool->active) &&
			       pool->used_percent > 60 && pool->idle_long > 5 * pool->active
		       ? STATUS_WARN
		       : STATUS_OK;
}

static void pool_hoarded_words(const struct pool_health *pool, char *out, size_t bytes)
{
	snprintf(out, bytes, "%lld sessions idle for over 10 minutes beside %lld active",
		(long long)pool->idle_long, (long long)pool->active);
}

static const struct pool_rule pool_rules[POOL_RULES] = {
	{ POOL_SLOTS, pool_slots, pool_slots_words },
	{ POOL_OLDEST, pool_oldest, pool_oldest_words },
	{ POOL_HOARDED, pool_hoarded, pool_hoarded_words },
};

static int group_order(const void *a, const void *b)
{
	const struct session_group *left = a, *right = b;

	if (left->status != right->status)
		return left->status > right->status ? -1 : 1;
	if (left->total != right->total)
		return left->total > right->total ? -1 : 1;
	return strcmp(left->name, right->name);
}

struct pool_word {
	enum pool_topic topic;
	enum status status;
	const char *text;
};

static void pool_say(struct pool_health *pool, enum status level, struct pool_word word)
{
	size_t i = pool->reason_count;

	if (word.status != level || i == POOL_REASONS_MAX)
		return;
	pool->reason_topics[i] = word.topic;
	pool->reason_status[i] = level;
	snprintf(pool->reasons[i], sizeof(pool->reasons[i]), "%s", word.text);
	pool->reason_count++;
}

static void pool_say_level(struct pool_health *pool, const struct mark *marks, enum status level)
{
	for (size_t i = 0; i < POOL_RULES; i++)
		pool_say(pool, level,
			(struct pool_word){
				pool_rules[i].topic, mark_shown(&marks[i]), marks[i].words });
	for (size_t i = 0; i < pool->group_count; i++)
		pool_say(pool, level,
			(struct pool_word){
				POOL_SESSIONS, pool->groups[i].status, pool->groups[i].reason });
}

void pool_health_judge(struct pool_health *pool, struct pool_memory *memory, int raise_after)
{
	pool->status = STATUS_OK;
	for (size_t i = 0; i < POOL_RULES; i++) {
		struct mark *mark = &memory->marks[i];
		enum status now = pool_rules[i].judge(pool);
		if (now >= STATUS_WARN)
			pool_rules[i].words(pool, mark->words, sizeof(mark->words));
		pool->status = status_worse(pool->status, mark_feed(mark, now, raise_after));
	}
	for (size_t i = 0; i < pool->group_count; i++) {
		group_judge(&pool->groups[i], memory, raise_after);
		pool->status = status_worse(pool->status, pool->groups[i].status);
	}
	memory_sweep(memory);
	qsort(pool->groups, pool->group_count, sizeof(pool->groups[0]), group_order);
	pool->reason_count = 0;
	pool_say_level(pool, memory->marks, STATUS_CRIT);
	pool_say_level(pool, memory->marks, STATUS_WARN);
}
