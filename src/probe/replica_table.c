// SPDX-License-Identifier: GPL-3.0-or-later
#include "probe/replica_table.h"

#include <strings.h>

#include "base/mem.h"
#include "probe/replica_row.h"
#include "probe/replica_rules.h"
#include "probe/standby_rules.h"
#include "probe/sync_names.h"

enum { SYNC_NAMES_MAX = 32 };

struct table {
	struct replication *replication;
	const struct replication_head *head;
	int64_t now_us;
	struct replica *rows;
	struct follower **whose;
	const struct replica_expected **expected; /* NULL = the configuration does not name it */
	size_t count;
};

static struct replica *table_add(struct table *table, struct follower *follower)
{
	table->whose[table->count] = follower;
	table->expected[table->count] = NULL;
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
		.timeline = VALUE_UNKNOWN,
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

static bool table_has(const struct table *table, const char *name)
{
	for (size_t i = 0; i < table->count; i++)
		if (name[0] && strcasecmp(name, table->rows[i].name) == 0)
			return true;
	return false;
}

static struct replica *table_miss(struct table *table, const char *name)
{
	struct followers *followers = &table->replication->followers;
	struct replica probe = { .kind = REPLICA_ABSENT };

	snprintf(probe.name, sizeof(probe.name), "%s", name);
	struct follower *follower = follower_find(followers, &probe, true);
	if (!follower)
		follower = follower_make(followers, &probe, false, table->now_us);
	if (follower)
		follower_touch(follower, &probe, false, table->now_us);
	return table_add_missing(table, follower, REPLICA_ABSENT, probe.name);
}

static void table_take_named(struct table *table)
{
	char name[sizeof(table->rows[0].name)];
	const char *rest = table->head->sync_names;

	for (int i = 0; i < SYNC_NAMES_MAX; i++) {
		if (!sync_names_next(&rest, name, sizeof(name)))
			break;
		if (table_has(table, name))
			continue;
		struct replica *row = table_miss(table, name);
		snprintf(row->sync, sizeof(row->sync), "sync");
	}
}

/* It streams from another standby: only it can say how far it is, and a moment later than this server spoke. */
static void row_cascades(
	const struct table *table, const struct replica_expected *expected, struct replica *row)
{
	int64_t behind =
		lsn_distance(lsn_parse(table->head->end_lsn), lsn_parse(expected->replay_lsn));

	row->kind = REPLICA_STANDBY;
	snprintf(row->state, sizeof(row->state), "streaming");
	snprintf(row->sync, sizeof(row->sync), "cascade");
	snprintf(row->address, sizeof(row->address), "via %.58s", expected->upstream);
	row->gone_ms = VALUE_NONE;
	if (value_is_known(behind) && expected->timeline == table->head->timeline)
		row->behind_bytes = behind > 0 ? behind : 0;
}

static void row_take_own_words(
	const struct table *table, const struct replica_expected *expected, struct replica *row)
{
	if (!row->address[0])
		snprintf(row->address, sizeof(row->address), "%.63s", expected->place);
	if (row->kind == REPLICA_DOWN && strcmp(row->name, row->slot) == 0)
		snprintf(row->name, sizeof(row->name), "%.63s", expected_name(expected));
	if (expected->state != EXPECTED_ANSWERED)
		return;
	row->timeline = expected->timeline;
	const struct replica_case given = {
		.head = table->head,
		.row = row,
		.expected = expected,
		.system_identifier = table->replication->ring.system_identifier,
		.started_us = table->replication->started_us,
	};
	if (standby_rival(&given) != STATUS_OK) {
		row->kind = REPLICA_RIVAL;
		snprintf(row->state, sizeof(row->state), "primary");
	} else if (row->kind == REPLICA_ABSENT && expected_is_elsewhere(expected) &&
		   standby_stranger(&given) == STATUS_OK) {
		row_cascades(table, expected, row);
	}
}

/* Nobody has asked it yet: where more samples come, the next one knows who it is. */
static bool is_early(const struct table *table, const struct replica_expected *expected)
{
	return expected->state == EXPECTED_UNASKED && table->replication->raise_after > 1;
}

static void table_take_expected(struct table *table)
{
	const struct replica_expected *list = table->replication->expected;
	size_t count = table->replication->expected_count;
	int *row_of = mem_resize(NULL, count + 1, sizeof(*row_of));

	expected_match(list, count, table->rows, table->count, row_of);
	for (size_t i = 0; i < count; i++) {
		if (row_of[i] == EXPECTED_NONE && is_early(table, &list[i]))
			continue;
		if (row_of[i] == EXPECTED_NONE) {
			row_of[i] = (int)table->count;
			table_miss(table, expected_name(&list[i]));
		}
		table->expected[row_of[i]] = &list[i];
		row_take_own_words(table, &list[i], &table->rows[row_of[i]]);
	}
	free(row_of);
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
		.expected = table->expected[index],
		.system_identifier = table->replication->ring.system_identifier,
		.started_us = table->replication->started_us,
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
		snprintf(out->reason, sizeof(out->reason), "%.48s: %.140s", worst->name,
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
		.expected = mem_resize(NULL, room, sizeof(struct replica_expected *)),
	};

	followers_begin(&replication->followers, now_us);
	table_take_answer(&table, answer);
	table_take_gone(&table);
	table_take_named(&table);
	table_take_expected(&table);
	for (size_t i = 0; i < table.count; i++)
		row_judge(&table, out, i);
	table_publish(&table, out);
	/* The server sends a thousand rows at most, and says how many there are. */
	if (answer->count && (size_t)answer->rows[0].total > answer->count)
		out->total += (size_t)answer->rows[0].total - answer->count;
	free(table.rows);
	free(table.whose);
	free(table.expected);
}
