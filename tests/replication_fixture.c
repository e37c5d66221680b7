// SPDX-License-Identifier: GPL-3.0-or-later
#include "test.h"

#include "replication_fixture.h"

void lsn_print(char out[24], lsn_t lsn)
{
	snprintf(out, 24, "%X/%X", (unsigned)(lsn >> 32), (unsigned)(lsn & UINT32_MAX));
}

void fixture_init(struct fixture *fixture)
{
	memset(fixture, 0, sizeof(*fixture));
	replication_init(&fixture->replication, MARK_RAISE_SAMPLES);
	fixture->now_us = 5000000;
	fixture->answer.rows = fixture->rows;
	fixture->answer.head = (struct replication_head){
		.has_monitor = true,
		.now_us = FIXTURE_START_US,
		.timeline = 1,
		.sender_timeout_ms = 60000,
		.max_wal_bytes = INT64_C(1) << 30,
		.slot_keep_bytes = -1,
		.sync_waits = VALUE_UNKNOWN,
		.own_replay_age_ms = VALUE_UNKNOWN,
		.apply_delay_ms = VALUE_UNKNOWN,
		.receiver_timeout_ms = VALUE_UNKNOWN,
		.receiver_age_ms = VALUE_UNKNOWN,
	};
	lsn_print(fixture->answer.head.end_lsn, FIXTURE_END);
}

void fixture_release(struct fixture *fixture)
{
	replication_release(&fixture->replication);
}

void row_set_behind(struct replication_row *row, lsn_t end, int64_t bytes)
{
	lsn_print(row->sent_lsn, end - bytes);
	lsn_print(row->write_lsn, end - bytes);
	lsn_print(row->flush_lsn, end - bytes);
	lsn_print(row->replay_lsn, end - bytes);
}

static struct replication_row *fixture_row_add(struct fixture *fixture)
{
	assert_true(fixture->answer.count < FIXTURE_ROWS);
	struct replication_row *row = &fixture->rows[fixture->answer.count++];
	*row = (struct replication_row){
		.pid = VALUE_UNKNOWN,
		.replay_lag_ms = VALUE_UNKNOWN,
		.reply_age_ms = VALUE_UNKNOWN,
		.safe_bytes = VALUE_UNKNOWN,
		.xmin_age = VALUE_UNKNOWN,
		.slot_inactive_ms = VALUE_UNKNOWN,
	};
	return row;
}

struct replication_row *fixture_standby(struct fixture *fixture, const char *name)
{
	struct replication_row *row = fixture_row_add(fixture);

	row->pid = 100 + (int64_t)fixture->answer.count;
	row->reply_age_ms = 1000;
	snprintf(row->name, sizeof(row->name), "%s", name);
	snprintf(row->state, sizeof(row->state), "streaming");
	snprintf(row->sync, sizeof(row->sync), "async");
	row_set_behind(row, lsn_parse(fixture->answer.head.end_lsn), 0);
	return row;
}

struct replication_row *fixture_slot(struct fixture *fixture, const char *slot)
{
	struct replication_row *row = fixture_row_add(fixture);

	snprintf(row->slot, sizeof(row->slot), "%s", slot);
	snprintf(row->slot_type, sizeof(row->slot_type), "physical");
	snprintf(row->wal_status, sizeof(row->wal_status), "reserved");
	lsn_print(row->restart_lsn, lsn_parse(fixture->answer.head.end_lsn));
	return row;
}

void fixture_write(struct fixture *fixture, int64_t bytes)
{
	char *end = fixture->answer.head.end_lsn;
	lsn_print(end, lsn_parse(end) + bytes);
}

void fixture_sample(struct fixture *fixture, int64_t passed_ms)
{
	struct replication_moment moment = { .system_identifier = "7000000000000000001",
		.started_us = FIXTURE_STARTED_US };

	fixture->now_us += passed_ms * 1000;
	fixture->answer.head.now_us += passed_ms * 1000;
	moment.now_us = fixture->now_us;
	replication_read(&fixture->replication, &fixture->answer, &moment, &fixture->replicas);
}

const struct replica *fixture_row(const struct fixture *fixture, const char *name)
{
	for (size_t i = 0; i < fixture->replicas.count; i++)
		if (strcmp(fixture->replicas.rows[i].name, name) == 0)
			return &fixture->replicas.rows[i];
	fail_msg("no row called %s", name);
	return NULL;
}
