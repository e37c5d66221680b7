/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Replicas: one sample of what follows this server. Rows are walsenders joined with slots, and configured
 * standbys nobody has seen. Filled by probe/replication.c; the formulas stand there.
 *
 * Bytes first, then time: time alone understates a stall and grows on an idle primary.
 */
#ifndef DBTOP_MODEL_REPLICAS_H
#define DBTOP_MODEL_REPLICAS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "model/value.h"

enum replica_kind {
	REPLICA_STANDBY,
	REPLICA_LOGICAL,
	REPLICA_ARCHIVER, /* pg_receivewal: never replays */
	REPLICA_BACKUP,
	REPLICA_DOWN,	/* a slot nobody reads, or one that was here and is gone */
	REPLICA_ABSENT, /* configured, and not streaming from here */
	REPLICA_RIVAL,	/* configured as a standby, and a primary itself */
};

struct replica {
	enum replica_kind kind;
	char name[64];
	char address[64];
	char slot[64];	  /* "" = none */
	char state[24];	  /* streaming, catchup, startup, "absent", "down", "primary" */
	char sync[16];	  /* sync, async, quorum, potential, "cascade"; "" = unknown */
	int64_t timeline; /* as a configured standby says itself; else VALUE_UNKNOWN */
	int64_t pid;
	/* bytes between the stages; unknown is VALUE_UNKNOWN */
	int64_t to_send_bytes; /* end - sent */
	int64_t write_bytes;   /* sent - write */
	int64_t flush_bytes;   /* write - flush */
	int64_t apply_bytes;   /* flush - replay */
	int64_t behind_bytes;  /* end - replay (logical: confirmed flush; down slot: restart) */
	int64_t at_risk_bytes; /* end - flush: lost at a failover now */
	int64_t lag_ms;	       /* honest time; VALUE_UNKNOWN while replies are missing */
	bool lag_is_at_least;  /* "≥": nothing was heard since */
	int64_t reply_age_ms;
	int64_t drain_bytes_s; /* net change of behind: negative = catching up */
	int64_t catch_up_ms; /* at that rate; VALUE_NONE = level, VALUE_UNKNOWN = cannot be said */
	bool is_falling_behind; /* for half a minute: never at this rate */
	/* slot */
	int64_t retained_bytes, safe_bytes; /* safe: VALUE_NONE = no limit set */
	char wal_status[16];		    /* "" = no slot */
	bool slot_is_active;
	bool slot_is_logical;
	int64_t slot_inactive_ms; /* VALUE_NONE = somebody reads it, or there is none */
	int64_t to_lost_ms; /* until the slot is lost at the present rate; VALUE_NONE = no limit */
	char invalidation[32]; /* why the slot is invalid; "" = it is not, or before 16 */
	int64_t xmin_age;      /* transactions it holds back from vacuum; VALUE_NONE = none */
	int64_t gone_ms;       /* since it was last seen; VALUE_NONE = it is here */
	enum status status;
	char reason[192];
};

enum { REPLICAS_MAX = 64 };

struct replicas {
	int64_t sampled_us, sampled_wall_us, took_us; /* as in pool_health */
	bool is_standby;			      /* this server itself follows another */
	char end_lsn[24];
	int64_t timeline;
	int64_t max_wal_bytes;
	int64_t sync_waits; /* commits waiting for a synchronous standby; VALUE_NONE = none is named */
	int64_t wal_bytes_s; /* written per second; VALUE_UNKNOWN on the first sample */
	struct replica rows[REPLICAS_MAX]; /* worst first */
	size_t count;
	size_t total;
	int64_t worst_lag_bytes; /* of standbys; VALUE_NONE = none follow */
	enum status status;
	char reason[192];
	char split_words[192]; /* two primaries among the configured servers, in words; "" = no */
	bool is_restricted;
	/* this server's own way to its upstream, on a standby */
	char receiver_state
		[24]; /* "streaming", "disconnected", "archive", "paused", "delayed"; "" = primary */
	int64_t own_replay_bytes, own_lag_ms;
	bool own_lag_is_at_least;
	bool is_replay_paused;
	int64_t receiver_age_ms; /* since the upstream's last message */
};

#endif
