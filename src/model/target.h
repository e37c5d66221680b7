/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Target: a database dbtop may change, as configuration describes it. Built by conf/, owned by the app.
 */
#ifndef DBTOP_MODEL_TARGET_H
#define DBTOP_MODEL_TARGET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "model/app_pool.h"

/* Severity grows: of several sources the most severe wins. Unlabelled counts as prod on the screen. */
enum env_class { ENV_UNLABELLED, ENV_DEV, ENV_STAGE, ENV_PROD };

const char *env_word(enum env_class env); /* "dev"; "?ENV" for unlabelled */

/* What to do with a revision older than the newest applied one. */
enum late_order { LATE_DEFAULT, LATE_REFUSE, LATE_ASK, LATE_ALLOW };

/* changing.md 11. A negative number is `off`. */
struct gate_limits {
	int64_t lag_bytes;
	int64_t slots_percent;
	int64_t blocked_count;
	int64_t blocked_ms; /* … for that long */
	int64_t oldest_ms;
	int64_t wait_ms;
};

/* Whether an idle connection of our own pool is asked before it is lent. */
enum pool_pre_ping { PRE_PING_AUTO, PRE_PING_OFF, PRE_PING_ALWAYS };

/* dbtop's own pool of connections to each server of the target. */
struct pool_limits {
	int64_t size, max_overflow;
	int64_t timeout_ms;
	int64_t recycle_ms; /* 0 = never */
	enum pool_pre_ping pre_ping;
};

/* What a target says of TLS; all owned by the target. pg/conninfo.h says what follows from it. */
struct tls_rule {
	char *version; /* "1.3", "1.2": the oldest that is taken; NULL = what sslmode says */
	char *version_source;
	char *channel_binding; /* "require" …; NULL = what the connection text or libpq says */
	char *channel_binding_source;
};

void tls_rule_release(struct tls_rule *rule);

struct target {
	char *name; /* as shown: config section, service, or database name; owned like all below */
	char *section;	 /* NAME of the [target NAME] it was read from; NULL = ad hoc */
	char *conninfo;	 /* URI or keyword string as given, may hold a password: never print it */
	char *source;	 /* where it was said: "dbtop.conf:3", "DATABASE_URL"; NULL = nowhere */
	char **replicas; /* conninfo of configured standbys */
	char *replicas_source;
	size_t replica_count;
	struct tls_rule tls;
	enum env_class env;
	char *env_source;    /* "--env", "dbtop.conf:4" …; NULL = nobody said */
	char *dir;	     /* directory of migrations; NULL = none found */
	char *format;	     /* pinned format; NULL = detect */
	char *project;	     /* "main" unless configured */
	char *history_table; /* of a foreign format, schema-qualified; NULL = find it */
	char *migrate_role;  /* SET ROLE for creating and running; NULL = none */
	char *monitor_user;  /* other role for the watching connection; NULL = the same */
	enum late_order late;
	bool pooler_is_session; /* `pooler = session` */
	bool is_read_only;	/* may never be armed */
	int64_t hazard_size_bytes;
	int64_t lock_timeout_ms;
	int64_t lock_wait_ms;
	int64_t connect_timeout_ms;
	int64_t interval_ms;
	struct gate_limits gate;
	struct pool_limits pool;
	struct app_pool app_pools[APP_POOLS_MAX]; /* [pool NAME]: of the applications */
	size_t app_pool_count;
};

#endif
