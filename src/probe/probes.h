/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Probes: the watching of one endpoint. A table of questions, and the clock that asks them: at most two statements a tick,
 * over the monitoring connection, each prepared once per connection. While the link is down nothing is asked, and the
 * last sample stays with its age. When asking takes over a fifth of the interval, the interval grows, and says so.
 *
 * A tick starts only after the one before has ended, one interval after that one started, or at once when that is past:
 * a laptop that slept eight hours asks once.
 *
 * Reports by callback, in the loop; what is handed out stays valid until the next report of its kind.
 */
#ifndef DBTOP_PROBE_PROBES_H
#define DBTOP_PROBE_PROBES_H

#include "loop/loop.h"
#include "model/link.h"
#include "model/pool_health.h"
#include "model/replicas.h"
#include "pg/lease.h"
#include "probe/replication.h"

struct probes;

/* What a promotion, a restart or a grant changes without the connection breaking. */
struct endpoint_facts {
	bool is_standby, has_monitor;
	char system_identifier[24];
	int64_t timeline, started_us;
};

/* Any may be NULL. */
struct probes_news {
	void (*pool)(void *arg, const struct pool_health *pool);
	void (*replicas)(void *arg, const struct replicas *replicas);
	void (*facts)(void *arg, const struct endpoint_facts *facts);
	/* The question was not answered; the sample of before stands. */
	void (*failed)(void *arg, const char *probe, const struct err *e);
	/* The interval in effect changed. */
	void (*interval)(void *arg, int64_t interval_ms, bool is_lengthened);
};

struct probes_options {
	struct loop *loop;
	struct endpoint *endpoint; /* borrowed: lives longer */
	int64_t interval_ms;
	bool is_single_look; /* thresholds speak with the first sample: for a command that asks once */
	struct probes_news news;
	void *arg;
};

/* Starts when the link is up. */
struct probes *probes_new(const struct probes_options *options);
/* Nothing is reported afterwards. What is under way ends first, so the endpoint must still be turned or freed. */
void probes_free(struct probes *probes);
/* Standbys that should be here; copied. */
void probes_expect(struct probes *probes, const struct replica_expected *expected, size_t count);
/* 2 s, 1 s while stepping. */
void probes_set_interval(struct probes *probes, int64_t interval_ms);
/* To be called when the endpoint's link changed. A link that came up is asked at once. */
void probes_link_changed(struct probes *probes);
/* Ask everything now. */
void probes_refresh(struct probes *probes);

int64_t probes_interval_ms(const struct probes *probes);
bool probes_is_lengthened(const struct probes *probes);

/* The table, for the tests that hold it against the SQL. */
struct probe {
	const char *name; /* of the SQL text, and in messages */
	const struct field *fields, *row_fields;
	const size_t *field_count, *row_field_count; /* NULL = none */
	int64_t every_ms;			     /* 0 = each tick */
	void (*read)(struct probes *probes, const struct result *result);
};
enum { PROBE_POOL, PROBE_REPLICATION, PROBE_ENDPOINT, PROBE_COUNT };
extern const struct probe probe_table[PROBE_COUNT];

#endif
