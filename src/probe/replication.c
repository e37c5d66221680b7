// SPDX-License-Identifier: GPL-3.0-or-later
#include "probe/replication.h"

#include "base/mem.h"
#include "probe/receiver.h"
#include "probe/replica_table.h"
#include "probe/standby_rules.h"

#define HEAD_TEXT(member, name) FIELD_TEXT_OF(struct replication_head, member, name)
#define HEAD_INT(member, name)	FIELD_INT_OF(struct replication_head, member, name)
#define HEAD_BOOL(member, name) FIELD_BOOL_OF(struct replication_head, member, name)
#define ROW_TEXT(member, name)	FIELD_TEXT_OF(struct replication_row, member, name)
#define ROW_INT(member, name)	FIELD_INT_OF(struct replication_row, member, name)

const struct field replication_fields[] = {
	HEAD_BOOL(is_standby, "is_standby"),
	HEAD_INT(now_us, "now_us"),
	HEAD_TEXT(end_lsn, "end_lsn"),
	HEAD_INT(timeline, "timeline"),
	HEAD_INT(sender_timeout_ms, "sender_timeout_ms"),
	HEAD_INT(max_wal_bytes, "max_wal_bytes"),
	HEAD_INT(slot_keep_bytes, "slot_keep_bytes"),
	HEAD_TEXT(sync_names, "sync_names"),
	HEAD_INT(sync_waits, "sync_waits"),
	HEAD_TEXT(receive_lsn, "receive_lsn"),
	HEAD_TEXT(own_replay_lsn, "own_replay_lsn"),
	HEAD_INT(own_replay_age_ms, "own_replay_age_ms"),
	HEAD_TEXT(replay_pause, "replay_pause"),
	HEAD_INT(apply_delay_ms, "apply_delay_ms"),
	HEAD_INT(receiver_timeout_ms, "receiver_timeout_ms"),
	HEAD_TEXT(has_upstream, "has_upstream"),
	HEAD_BOOL(has_receiver, "has_receiver"),
	HEAD_TEXT(receiver_status, "receiver_status"),
	HEAD_INT(receiver_age_ms, "receiver_age_ms"),
	HEAD_BOOL(has_monitor, "has_monitor"),
};
const size_t replication_field_count = ARRAY_SIZE(replication_fields);

const struct field replication_row_fields[] = {
	ROW_INT(total, "total"),
	ROW_INT(pid, "pid"),
	ROW_TEXT(name, "name"),
	ROW_TEXT(address, "address"),
	ROW_TEXT(state, "state"),
	ROW_TEXT(sync, "sync_state"),
	ROW_TEXT(sent_lsn, "sent_lsn"),
	ROW_TEXT(write_lsn, "write_lsn"),
	ROW_TEXT(flush_lsn, "flush_lsn"),
	ROW_TEXT(replay_lsn, "replay_lsn"),
	ROW_INT(replay_lag_ms, "replay_lag_ms"),
	ROW_INT(reply_age_ms, "reply_age_ms"),
	ROW_TEXT(slot, "slot"),
	ROW_TEXT(slot_type, "slot_type"),
	FIELD_BOOL_OF(struct replication_row, slot_is_active, "slot_is_active"),
	ROW_TEXT(restart_lsn, "restart_lsn"),
	ROW_TEXT(confirmed_lsn, "confirmed_lsn"),
	ROW_TEXT(wal_status, "wal_status"),
	ROW_INT(safe_bytes, "safe_bytes"),
	ROW_INT(xmin_age, "xmin_age"),
	ROW_INT(slot_inactive_ms, "slot_inactive_ms"),
	ROW_TEXT(invalidation, "slot_invalidation"),
};
const size_t replication_row_field_count = ARRAY_SIZE(replication_row_fields);

void replication_decode(const struct result *result, struct replication_answer *out)
{
	int rows = result_rows(result);

	*out = (struct replication_answer){ 0 };
	result_fill(result, 0, replication_fields, replication_field_count, &out->head);
	out->rows = mem_resize(NULL, (size_t)rows + 1, sizeof(out->rows[0]));
	for (int i = 0; i < rows; i++) {
		struct replication_row *row = &out->rows[out->count];
		memset(row, 0, sizeof(*row));
		result_fill(result, i, replication_row_fields, replication_row_field_count, row);
		if (row->pid != VALUE_UNKNOWN ||
			row->slot[0]) /* else the row says: nothing follows */
			out->count++;
	}
}

void replication_answer_release(struct replication_answer *answer)
{
	free(answer->rows);
	*answer = (struct replication_answer){ 0 };
}

void replication_init(struct replication *replication, int raise_after)
{
	*replication = (struct replication){ .raise_after = raise_after };
	wal_ring_init(&replication->ring);
}

void replication_release(struct replication *replication)
{
	wal_ring_release(&replication->ring);
	followers_release(&replication->followers);
	free(replication->expected);
	*replication = (struct replication){ 0 };
}

void replication_expect(
	struct replication *replication, const struct replica_expected *expected, size_t count)
{
	free(replication->expected);
	replication->expected = count ? mem_dup(expected, count * sizeof(*expected)) : NULL;
	replication->expected_count = count;
}

/* ---- one sample ---- */

/*
 * On another server or timeline nothing that is remembered means anything. A standby whose upstream is out of reach
 * does not know the timeline: it stays on the one it was on.
 */
static int64_t replication_meet(struct replication *replication,
	const struct replication_head *head, const struct replication_moment *moment)
{
	struct wal_ring *ring = &replication->ring;
	bool is_same = strcmp(ring->system_identifier, moment->system_identifier) == 0;
	int64_t timeline = head->timeline;
	lsn_t end = value_is_known(head->now_us) ? lsn_parse(head->end_lsn) : LSN_UNKNOWN;

	if (timeline == VALUE_UNKNOWN && is_same)
		timeline = ring->timeline;
	if (ring->timeline != timeline || !is_same) {
		followers_release(&replication->followers);
		replication->receiver = replication->sync = (struct mark){ 0 };
		replication->receiver_seen_us = 0;
	}
	wal_ring_push(ring, moment->system_identifier, timeline, head->now_us, end);
	return timeline;
}

/* Commits wait while the setting names standbys and none of those that are here is one of them. */
static enum status sync_judge(const struct replication_answer *answer, char *words)
{
	if (!answer->head.has_monitor || !value_is_known(answer->head.sync_waits) ||
		answer->head.sync_waits == 0)
		return STATUS_OK;
	for (size_t i = 0; i < answer->count; i++) {
		const char *sync = answer->rows[i].sync;
		if (strcmp(sync, "sync") == 0 || strcmp(sync, "quorum") == 0)
			return STATUS_OK;
	}
	snprintf(words, MARK_WORDS_BYTES, "%lld commits wait: no synchronous standby is connected",
		(long long)answer->head.sync_waits);
	return STATUS_CRIT;
}

static void replicas_take_mark(struct replicas *out, const struct mark *mark)
{
	if (mark_shown(mark) <= out->status)
		return;
	out->status = mark_shown(mark);
	snprintf(out->reason, sizeof(out->reason), "%s", mark->words);
}

/* Bytes behind of the worst standby that is here: what the gate goes by. */
static void replicas_worst(struct replicas *out)
{
	out->worst_lag_bytes = VALUE_NONE;
	for (size_t i = 0; i < out->count; i++) {
		const struct replica *row = &out->rows[i];
		if (row->kind != REPLICA_STANDBY)
			continue;
		if (!value_is_known(out->worst_lag_bytes) ||
			row->behind_bytes > out->worst_lag_bytes)
			out->worst_lag_bytes = row->behind_bytes;
	}
}

static void replicas_reset(struct replicas *out, const struct replication_head *head)
{
	int64_t sampled_us = out->sampled_us, wall_us = out->sampled_wall_us,
		took_us = out->took_us;

	*out = (struct replicas){
		.sampled_us = sampled_us,
		.sampled_wall_us = wall_us,
		.took_us = took_us,
		.is_standby = head->is_standby,
		.max_wal_bytes = head->max_wal_bytes,
		.sync_waits = head->sync_names[0] ? head->sync_waits : VALUE_NONE,
		.is_restricted = !head->has_monitor,
		.own_replay_bytes = VALUE_NONE,
		.own_lag_ms = VALUE_NONE,
		.receiver_age_ms = VALUE_NONE,
	};
	snprintf(out->end_lsn, sizeof(out->end_lsn), "%s", head->end_lsn);
}

void replication_read(struct replication *replication, const struct replication_answer *answer,
	const struct replication_moment *moment, struct replicas *out)
{
	const struct replication_head *head = &answer->head;
	int raise_after = replication->raise_after;

	replicas_reset(out, head);
	replication->started_us = moment->started_us;
	out->timeline = replication_meet(replication, head, moment);
	out->wal_bytes_s = wal_ring_rate(&replication->ring);
	replica_table_read(replication, answer, moment->now_us, out);
	standby_split_words(replication, out, out->split_words, sizeof(out->split_words));
	replicas_worst(out);
	struct mark *receiver = &replication->receiver, *sync = &replication->sync;
	mark_feed(receiver, receiver_read(replication, head, moment->now_us, out, receiver->words),
		raise_after);
	mark_feed(sync, sync_judge(answer, sync->words), raise_after);
	replicas_take_mark(out, receiver);
	replicas_take_mark(out, sync);
}
