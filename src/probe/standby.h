/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Standby: the watching of one standby the configuration names, over a monitoring connection of its own: who it is,
 * whether it still is one, whom it receives from, and how its primary knows it. Its host name is resolved off the loop, for
 * the time it does not answer itself. Reports by callback, in the loop.
 */
#ifndef DBTOP_PROBE_STANDBY_H
#define DBTOP_PROBE_STANDBY_H

#include "loop/loop.h"
#include "pg/conninfo.h"
#include "pg/lease.h"
#include "pg/result.h"
#include "probe/expected.h"

struct standby;

struct standby_options {
	struct loop *loop;
	struct endpoint *endpoint;   /* borrowed: lives longer */
	const struct conninfo *info; /* borrowed for the call */
	int64_t interval_ms;
	void (*changed)(void *arg); /* something else is known of it than before */
	void *arg;
};

struct standby *standby_new(const struct standby_options *options);
/* Nothing is reported afterwards. What is under way ends first, so the endpoint must still be turned or freed. */
void standby_free(struct standby *standby);
/* To be called when the endpoint's link changed. One that came up is asked at once. */
void standby_link_changed(struct standby *standby);
void standby_set_interval(struct standby *standby, int64_t interval_ms);

const struct replica_expected *standby_known(const struct standby *standby);
/* It has answered, or cannot be asked. */
bool standby_is_settled(const struct standby *standby);

/* The columns of probe-standby.sql. */
extern const struct field standby_fields[];
extern const size_t standby_field_count;

#endif
