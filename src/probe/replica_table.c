// SPDX-License-Identifier: GPL-3.0-or-later
#include "probe/replica_table.h"

#include <strings.h>

#include "base/mem.h"
#include "probe/replica_row.h"
#include "probe/replica_rules.h"
#include "probe/sync_names.h"

enum { SYNC_NAMES_MAX = 32 };

struct table {
	struct replication *replication;
	const struct replication_head *head;
	int64_t now_us;
	struct replica *rows;
	struct follower **whose;
	size_t count;
};

static struct replica *table_add(struct table *table, struct follower *follower)
{
	table->whose[table->count] = follower;
	return &table->rows[table->count++];
}

/* A slot without a walsender tells who it was that read it. */
static void row_remember(struct replica *row, const struct follower *follower, int64_t now_us)
{
	if (row->kind != REPLICA_DOWN || strcmp(row->state, "unused") == 0)
		return;
	if (!follower || follower->seen_us == 0) {
		row->gone_ms = value_is_known(row->slot_inactive_ms) ? row->slot_inactive_ms
			       : follower ? (now_us - follower->first_us) / 1000
					  : VALUE_UNKNOWN;
		return;
	}
	snprintf(row->name, sizeof(row->name), "%s", follower->name);
	snprintf(row->address, sizeof(row->address), "%s", follower->address);
	snprintf(row->state, sizeof(row->state), "down");
	row->gone_ms = (now_us - follower->seen_us) / 1000;
	if (value_is_known(row->behind_bytes) && row->gone_ms > row->lag_ms) {
		row->lag_ms = row->gone_ms;
		row->lag_is_at_least = true;
	}
}

static void table_take_answer(struct table *table, const struct replication_answer *answer)
{
	struct followers *followers = &table->replication->followers;

	for (size_t i = 0; i < answer->count; i++) {
		struct replica *row = table_add(table, NULL);
		replica_row_read(table->head, &table->replication->ring, &answer->rows[i], row);
		bool has_sender = row->kind != REPLICA_DOWN;
		table->whose[i] = follower_find(followers, row, has_sender);
		if (table->whose[i])
			follower_touch(table->whose[i], row, has_sender, table->now_us);
	}
	/* Only now: a newcomer may take the place of one that is gone, never of one that is here. */
	for (size_t i = 0; i < answer->count; i++) {
		struct replica *row = &table->rows[i];
		bool has_sender = row->kind != REPLICA_DOWN;
		if (!table->whose[i]) {
			table->whose[i] = follower_make(followers, row, has_sender, table->now_us);
			if (table->whose[i])
				follower_touch(table->whose[i], row, has_sender, table->now_us);
		}
		row_remember(row, table->whose[i], table->now_us);
	}
}

static struct replica *table_add_missing(
	struct table *table, struct follower *follower, enum replica_kind kind, const char *name)
{
	struct replica *row = table_add(table, follower);

	*row = (struct replica){
		.kind = kind,
		.pid = VALUE_NONE,
		.to_send_bytes = VALUE_UNKNOWN,
		.write_bytes = VALUE_UNKNOWN,
		.flush_bytes = VALUE_UNKNOWN,
		.apply_bytes = VALUE_UNKNOWN,
		.behind_bytes = VALUE_UNKNOWN,
		.at_risk_bytes = VALUE_UNKNOWN,
		.lag_ms = VALUE_UNKNOWN,
		.reply_age_ms = VALUE_UNKNOWN,
		.drain_bytes_s = VALUE_UNKNOWN,
		.catch_up_ms = VALUE_UNKNOWN,
		.retained_bytes = VALUE_NONE,
		.safe_bytes = VALUE_NONE,
		.slot_inactive_ms = VALUE_NONE,
		.to_lost_ms = VALUE_NONE,
		.xmin_age = VALUE_NONE,
		.gone_ms = VALUE_UNKNOWN,
	};
	snprintf(row->name, sizeof(row->name), "%s", name);
	snprintf(row->state, sizeof(row->state), "%s", kind == REPLICA_DOWN ? "down" : "absent");
	return row;
}

/* Backups end, and a logical follower without its slot was dismissed: only these are missed. */
static void table_take_gone(struct table *table)
{
	struct followers *followers = &table->replication->followers;

	for (size_t i = 0; i < followers->count; i++) {
		struct follower *follower = followers->list[i];
		if (follower->is_here || follower->seen_us == 0)
			continue;
		if (follower->kind != REPLICA_STANDBY && follower->kind != REPLICA_ARCHIVER)
			continue;
		struct replica *row =
			table_add_missing(table, follower, REPLICA_DOWN, follower->name);
		snprintf(row->address, sizeof(row->address), "%s", follower->address);
		row->gone_ms = (table->now_us - follower->seen_us) / 1000;
		row->lag_ms = row->gone_ms;
		row->lag_is_at_least = true;
	}
}

static bool word_is(const char *expected, const char *actual)
{
	return expected[0] && strcasecmp(expected, actual) == 0;
}

static bool table_has(const struct table *table, const struct replica_expected *expected)
{
	for (size_t i = 0; i < table->count; i++) {
		const struct replica *row = &table->rows[i];
		if (word_is(expected->name, row->name) || word_is(expected->slot, row->slot) ||
			word_is(expected->address, row->address))
			return true;
	}
	return false;
}

static void table_miss(
	struct table *table, const struct replica_expected *expected, const char *sync)
{
	if (table_has(table, expected))
		return;
	struct replica probe = { 0 };
	snprintf(probe.name, sizeof(probe.name), "%s",
		expected->name[0]   ? expected->name
		: expected->slot[0] ? expected->slot
				    : expected->address);
	probe.kind = REPLICA_ABSENT;
	struct followers *followers = &table->replication->followers;
	struct follower *follower = follower_find(followers, &probe, true);
	if (!follower)
		follower = follower_make(followers, &probe, false, table->now_us);
	if (follower)
		follower_touch(follower, &probe, false, table->now_us);
	struct replica *row = table_add_missing(table, follower, REPLICA_ABSENT, probe.name);
	snprintf(row->sync, sizeof(row->sync), "%s", sync);
}

static void table_take_missed(struct table *table)
{
	struct replica_expected named = { 0 };
	const char *rest = table->head->sync_names;

	for (int i = 0; i < SYNC_NAMES_MAX; i++) {
		if (!sync_names_next(&rest, named.name, sizeof(named.name)))
			break;
		table_miss(table, &named, "sync");
	}
	for (size_t i = 0; i < table->replication->expected_count; i++)
		table_miss(table, &table->replication->expected[i], "");
}

/* ---- judged, in order, cut ---- */

static void row_judge(struct table *table, struct replicas *out, size_t index)
{
	struct replica *row = &table->rows[index];
	struct follower *follower = table->whose[index];
	struct mark nothing_before[FOLLOWER_MARKS] = { 0 };

	if (follower) {
		follower_measure(follower, row, table->now_us);
		bool is_catchup = strcmp(row->state, "catchup") == 0;
		if (!is_catchup || follower->catchup_us == 0)
			follower->catchup_us = is_catchup ? table->now_us : 0;
	}
	row->to_lost_ms = slot_to_lost_ms(row, out->wal_bytes_s);
	struct replica_case given = {
		.head = table->head,
		.row = row,
		.follower = follower,
		.now_us = table->now_us,
	};
	replica_judge(&given, follower ? follower->marks : nothing_before,
		follower ? table->replication->raise_after : 1, row);
	if (row->status == STATUS_OK && out->is_restricted && row->kind == REPLICA_STANDBY)
		snprintf(row->reason, sizeof(row->reason), "no permission: needs pg_monitor");
}

static bool slot_is_broken(const struct replica *row)
{
	return row->invalidation[0] || strcmp(row->wal_status, "lost") == 0;
}

static int row_order(const void *a, const void *b)
{
	const struct replica *left = a, *right = b;

	if (left->status != right->status)
		return left->status > right->status ? -1 : 1;
	if (slot_is_broken(left) != slot_is_broken(right))
		return slot_is_broken(left) ? -1 : 1;
	if (left->behind_bytes != right->behind_bytes)
		return left->behind_bytes > right->behind_bytes ? -1 : 1;
	return strcmp(left->name, right->name);
}

static void table_publish(struct table *table, struct replicas *out)
{
	qsort(table->rows, table->count, sizeof(table->rows[0]), row_order);
	out->total = table->count;
	out->count = table->count < REPLICAS_MAX ? table->count : REPLICAS_MAX;
	memcpy(out->rows, table->rows, out->count * sizeof(out->rows[0]));
	if (out->count == 0)
		return;
	const struct replica *worst = &out->rows[0];
	out->status = worst->status;
	if (worst->status >= STATUS_WARN)
		snprintf(out->reason, sizeof(out->reason), "%.48s: %.76s", worst->name,
			worst->reason);
}

void replica_table_read(struct replication *replication, const struct replication_answer *answer,
	int64_t now_us, struct replicas *out)
{
	size_t room = answer->count + FOLLOWERS_MAX + SYNC_NAMES_MAX + replication->expected_count;
	struct table table = {
		.replication = replication,
		.head = &answer->head,
		.now_us = now_us,
		.rows = mem_resize(NULL, room, sizeof(struct replica)),
		.whose = mem_resize(NULL, room, sizeof(struct follower *)),
	};

	followers_begin(&replication->followers, now_us);
	table_take_answer(&table, answer);
	table_take_gone(&table);
	table_take_missed(&table);
	for (size_t i = 0; i < table.count; i++)
		row_judge(&table, out, i);
	table_publish(&table, out);
	/* The server sends a thousand rows at most, and says how many there are. */
	if (answer->count && (size_t)answer->rows[0].total > answer->count)
		out->total += (size_t)answer->rows[0].total - answer->count;
	free(table.rows);
	free(table.whose);
}
