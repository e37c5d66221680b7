/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Pool health: one sample of the server's connection slots and who holds them. Filled by
 * probe/pool_health.c. Counts are VALUE_UNKNOWN where the role may not see them.
 */
#ifndef DBTOP_MODEL_POOL_HEALTH_H
#define DBTOP_MODEL_POOL_HEALTH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "model/value.h"

struct session_group {
	char name[64]; /* application_name; "" = unset */
	int64_t total, active, idle, idle_in_txn, aborted, lock_waits;
	int64_t oldest_idle_in_txn_ms; /* VALUE_NONE = no session is in that state */
	int64_t oldest_aborted_ms;     /* likewise */
	int64_t hidden; /* sessions whose state the role may not see: if any, the counts above but total are unknown */
	enum status status;
	char reason[96];
};

struct oldest_transaction {
	int64_t age_ms; /* VALUE_NONE = no transaction is open */
	int64_t pid;
	char app[64];
	char state[32];
};

/* What a reason speaks of. */
enum pool_topic { POOL_SLOTS, POOL_OLDEST, POOL_HOARDED, POOL_SESSIONS };

enum { POOL_GROUPS_MAX = 64, POOL_REASONS_MAX = 8 };

struct pool_health {
	int64_t sampled_us; /* mono, when the answer came; 0 = no sample yet */
	int64_t sampled_wall_us;
	int64_t took_us; /* the question's round trip */
	/* slots */
	int64_t max_connections, superuser_reserved, reserved;
	int64_t ceiling; /* max_connections - superuser_reserved - reserved: where new logins stop */
	int64_t used;	 /* client backends, ours among them */
	int64_t used_percent; /* of the ceiling */
	/* CONNECTION LIMIT of the role we are and of the database we are in, and who counts; limit -1 = none */
	int64_t role_limit, role_used, database_limit, database_used;
	/* sessions by state, dbtop's own left out */
	int64_t active, idle, idle_in_txn, aborted, other;
	int64_t idle_long; /* of the idle: for more than ten minutes */
	int64_t lock_waits;
	int64_t hidden; /* as in session_group; `used` is then nearly right */
	int64_t own;	/* dbtop's own sessions, of any dbtop */
	struct oldest_transaction oldest;
	struct session_group groups[POOL_GROUPS_MAX]; /* worst first */
	size_t group_count;
	size_t group_total; /* may be more than are kept */
	enum status status;
	char reasons[POOL_REASONS_MAX][128]; /* each mark explains itself */
	enum pool_topic reason_topics[POOL_REASONS_MAX];
	enum status reason_status[POOL_REASONS_MAX];
	size_t reason_count; /* worst first */
	bool is_restricted;  /* pg_monitor is missing: "?" columns, and why */
};

#endif
