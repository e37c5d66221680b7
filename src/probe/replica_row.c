// SPDX-License-Identifier: GPL-3.0-or-later
#include "probe/replica_row.h"

#include "base/compiler.h"

/* Twice wal_receiver_status_interval as it comes; a shorter sender timeout makes standbys answer sooner. */
#define REPLY_LATE_MS INT64_C(20000)

int64_t reply_late_ms(int64_t sender_timeout_ms)
{
	if (!value_is_known(sender_timeout_ms) || sender_timeout_ms <= 0)
		return REPLY_LATE_MS;
	int64_t late_ms = sender_timeout_ms * 2 / 3;
	return late_ms < REPLY_LATE_MS ? late_ms : REPLY_LATE_MS;
}

static int64_t not_negative(int64_t value)
{
	return value_is_known(value) && value < 0 ? 0 : value;
}

static bool is_word_of(const char *word, const char *const *words)
{
	for (; *words; words++)
		if (strcmp(word, *words) == 0)
			return true;
	return false;
}

static enum replica_kind replica_kind(const struct replication_row *row)
{
	static const char *const backups[] = { "pg_basebackup", "pg_rewind", NULL };

	if (row->pid == VALUE_UNKNOWN)
		return REPLICA_DOWN;
	if (strcmp(row->slot_type, "logical") == 0)
		return REPLICA_LOGICAL;
	if (strcmp(row->state, "backup") == 0 || is_word_of(row->name, backups))
		return REPLICA_BACKUP;
	/* It has answered, and has nothing to replay into: pg_receivewal. Without the right to see, all is null. */
	if (strcmp(row->state, "streaming") == 0 && row->replay_lsn[0] == '\0' &&
		row->reply_age_ms != VALUE_UNKNOWN)
		return REPLICA_ARCHIVER;
	return REPLICA_STANDBY;
}

static void names_read(const struct replication_row *row, struct replica *out)
{
	const char *name = row->name[0] ? row->name : row->address;

	if (row->pid == VALUE_UNKNOWN || name[0] == '\0')
		name = row->slot;
	snprintf(out->name, sizeof(out->name), "%s", name);
	snprintf(out->address, sizeof(out->address), "%s", row->address);
	snprintf(out->slot, sizeof(out->slot), "%s", row->slot);
	snprintf(out->sync, sizeof(out->sync), "%s", row->sync);
	const char *state = row->state[0] ? row->state : "?";
	if (row->pid == VALUE_UNKNOWN)
		state = row->restart_lsn[0] || row->wal_status[0] ? "inactive" : "unused";
	snprintf(out->state, sizeof(out->state), "%s", state);
}

/* The position up to which this kind of follower has what it wants. */
static lsn_t replica_position(const struct replication_row *row, enum replica_kind kind)
{
	bool is_logical = strcmp(row->slot_type, "logical") == 0;
	lsn_t flush = lsn_parse(row->flush_lsn);

	switch (kind) {
	case REPLICA_STANDBY: return lsn_parse(row->replay_lsn);
	case REPLICA_LOGICAL: return lsn_parse(row->confirmed_lsn);
	case REPLICA_ARCHIVER: return flush != LSN_UNKNOWN ? flush : lsn_parse(row->write_lsn);
	case REPLICA_DOWN: return lsn_parse(is_logical ? row->confirmed_lsn : row->restart_lsn);
	case REPLICA_BACKUP:
	case REPLICA_ABSENT:
	case REPLICA_RIVAL: break;
	}
	return LSN_UNKNOWN;
}

static void stages_read(const struct replication_row *row, lsn_t end, struct replica *out)
{
	lsn_t sent = lsn_parse(row->sent_lsn), write = lsn_parse(row->write_lsn);
	lsn_t flush = lsn_parse(row->flush_lsn), replay = lsn_parse(row->replay_lsn);

	out->to_send_bytes = lsn_distance(end, sent);
	out->write_bytes = lsn_distance(sent, write);
	out->flush_bytes = lsn_distance(write, flush);
	out->apply_bytes = lsn_distance(flush, replay);
	out->at_risk_bytes = lsn_distance(end, flush);
	out->behind_bytes = lsn_distance(end, replica_position(row, out->kind));
	if (out->kind == REPLICA_STANDBY || out->kind == REPLICA_DOWN)
		return;
	/* Nobody fails over to these, and they replay nothing. */
	out->at_risk_bytes = out->apply_bytes = VALUE_NONE;
	if (out->kind == REPLICA_BACKUP)
		out->behind_bytes = VALUE_NONE;
}

static int64_t larger(int64_t a, int64_t b)
{
	return a > b ? a : b; /* unknown is the smallest number there is */
}

/* 0 where nothing is behind and somebody says so; else the larger of what the server and the ring say. */
static void time_read(const struct replication_head *head, const struct wal_ring *ring,
	const struct replication_row *row, struct replica *out)
{
	bool is_fresh = value_is_known(out->reply_age_ms) &&
			out->reply_age_ms <= reply_late_ms(head->sender_timeout_ms);

	out->lag_ms = VALUE_UNKNOWN;
	if (!value_is_known(out->behind_bytes)) {
		out->lag_ms = out->kind == REPLICA_BACKUP ? VALUE_NONE : VALUE_UNKNOWN;
		return;
	}
	struct wal_age age = wal_ring_age(ring, replica_position(row, out->kind));
	if (is_fresh && out->behind_bytes == 0) {
		out->lag_ms = 0;
		return;
	}
	out->lag_ms = age.ms;
	out->lag_is_at_least = age.is_at_least;
	/* The server's own measure may be larger than what a short ring can prove; frozen it is never the last word. */
	if (out->kind == REPLICA_STANDBY)
		out->lag_ms = larger(age.ms, row->replay_lag_ms);
	if (is_fresh)
		return;
	out->lag_ms = larger(out->lag_ms, out->reply_age_ms);
	out->lag_is_at_least = true;
}

static void slot_read(const struct replication_head *head, const struct replication_row *row,
	lsn_t end, struct replica *out)
{
	out->retained_bytes = out->safe_bytes = out->slot_inactive_ms = VALUE_NONE;
	out->to_lost_ms = VALUE_NONE;
	if (row->slot[0] == '\0')
		return;
	snprintf(out->wal_status, sizeof(out->wal_status), "%s", row->wal_status);
	snprintf(out->invalidation, sizeof(out->invalidation), "%s", row->invalidation);
	out->slot_is_active = row->slot_is_active;
	out->slot_is_logical = strcmp(row->slot_type, "logical") == 0;
	out->retained_bytes = lsn_distance(end, lsn_parse(row->restart_lsn));
	if (out->wal_status[0] == '\0') /* a slot nobody ever used holds nothing back */
		out->retained_bytes = VALUE_NONE;
	out->safe_bytes = head->slot_keep_bytes == -1 ? VALUE_NONE : row->safe_bytes;
	if (!row->slot_is_active)
		out->slot_inactive_ms = not_negative(row->slot_inactive_ms);
}

void replica_row_read(const struct replication_head *head, const struct wal_ring *ring,
	const struct replication_row *row, struct replica *out)
{
	lsn_t end = lsn_parse(head->end_lsn);

	*out = (struct replica){ .kind = replica_kind(row),
		.pid = row->pid,
		.gone_ms = VALUE_NONE,
		.timeline = VALUE_UNKNOWN };
	names_read(row, out);
	out->reply_age_ms = not_negative(row->reply_age_ms);
	out->xmin_age = row->xmin_age == VALUE_UNKNOWN ? VALUE_NONE : row->xmin_age;
	stages_read(row, end, out);
	time_read(head, ring, row, out);
	slot_read(head, row, end, out);
}
