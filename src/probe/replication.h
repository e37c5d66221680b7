/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Replication: what follows this server, and how far behind it is. Rows are walsenders joined with slots, standbys
 * that were here and are gone, and expected ones nobody has seen.
 *
 *        end ---- sent ---- write ---- flush ---- replay
 *         | to send  |  write   |  flush   |  apply  |          bytes of each stage
 *         |---------- at risk: lost at a failover ---|
 *         |------------------- behind ---------------|
 *
 * Bytes come first. replay_lag alone lies: it freezes with a frozen standby. The time shown is the larger of it and of
 * the ring's estimate, "at least" while nobody answers, and 0 only where nothing is behind and answers are fresh.
 */
#ifndef DBTOP_PROBE_REPLICATION_H
#define DBTOP_PROBE_REPLICATION_H

#include "model/replicas.h"
#include "pg/result.h"
#include "probe/expected.h"
#include "probe/follower.h"
#include "probe/wal_ring.h"

/* The answer as the server sent it; "" and VALUE_UNKNOWN are nulls. */
struct replication_head {
	bool is_standby, has_monitor, has_receiver;
	char has_upstream[4]; /* "t", "f"; "" = may not be seen */
	int64_t now_us;	      /* the server's clock */
	char end_lsn[24];
	int64_t timeline;
	int64_t sender_timeout_ms, max_wal_bytes, slot_keep_bytes;
	char sync_names[1024];
	int64_t sync_waits;
	char receive_lsn[24], own_replay_lsn[24];
	int64_t own_replay_age_ms;
	char replay_pause[24];
	int64_t apply_delay_ms, receiver_timeout_ms;
	char receiver_status[24];
	int64_t receiver_age_ms;
};

struct replication_row {
	int64_t total;
	int64_t pid; /* of the walsender; unknown: a slot alone */
	char name[64], address[64], state[24], sync[16];
	char sent_lsn[24], write_lsn[24], flush_lsn[24], replay_lsn[24];
	int64_t replay_lag_ms, reply_age_ms;
	char slot[64], slot_type[16];
	bool slot_is_active;
	char restart_lsn[24], confirmed_lsn[24], wal_status[16];
	int64_t safe_bytes, xmin_age, slot_inactive_ms;
	char invalidation[32];
};

extern const struct field replication_fields[], replication_row_fields[];
extern const size_t replication_field_count, replication_row_field_count;

struct replication_answer {
	struct replication_head head;
	struct replication_row *rows; /* owned */
	size_t count;
};

void replication_decode(const struct result *result, struct replication_answer *out);
void replication_answer_release(struct replication_answer *answer);

/* What must be remembered between samples. */
struct replication {
	struct wal_ring ring;
	struct followers followers;
	struct replica_expected *expected; /* owned */
	size_t expected_count;
	struct mark receiver, sync;
	int64_t started_us;	  /* wall: of the server that answered last */
	int64_t receiver_seen_us; /* mono; when a walreceiver was last here, or we first looked */
	int raise_after;
};

void replication_init(struct replication *replication, int raise_after);
void replication_release(struct replication *replication);
/* Copies. Configured standbys; those in synchronous_standby_names are expected without being told. */
void replication_expect(
	struct replication *replication, const struct replica_expected *expected, size_t count);

/* Who answered, and when (mono). */
struct replication_moment {
	const char *system_identifier;
	int64_t started_us; /* wall: this server; 0 = not known */
	int64_t now_us;
};
/* One answer to one sample; out's three times of the sample stay as they are. */
void replication_read(struct replication *replication, const struct replication_answer *answer,
	const struct replication_moment *moment, struct replicas *out);

#endif
