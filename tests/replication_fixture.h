/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Replication_fixture: answers as a server would send them, made by hand: a primary of timeline 1 whose end is at 0/A000000,
 * and followers that are level with it until a test says otherwise.
 */
#ifndef DBTOP_TESTS_REPLICATION_FIXTURE_H
#define DBTOP_TESTS_REPLICATION_FIXTURE_H

#include "probe/replication.h"

#define FIXTURE_END	   INT64_C(0xA000000)
#define FIXTURE_START_US   INT64_C(1700000000000000)
#define FIXTURE_STARTED_US INT64_C(1600000000000000) /* its postmaster */

enum { FIXTURE_ROWS = 80 };

struct fixture {
	struct replication replication;
	struct replication_answer answer;
	struct replication_row rows[FIXTURE_ROWS];
	struct replicas replicas; /* what the last sample gave */
	int64_t now_us;		  /* mono; the server's clock runs beside it */
};

void fixture_init(struct fixture *fixture);
void fixture_release(struct fixture *fixture);
void lsn_print(char out[24], lsn_t lsn);
/* A streaming standby, level, answering a second ago. */
struct replication_row *fixture_standby(struct fixture *fixture, const char *name);
/* A physical slot; active = it belongs to the row before. */
struct replication_row *fixture_slot(struct fixture *fixture, const char *slot);
/* All four positions of a row that many bytes before the end. */
void row_set_behind(struct replication_row *row, lsn_t end, int64_t bytes);
/* The log grows, time passes, and the server is asked. */
void fixture_write(struct fixture *fixture, int64_t bytes);
void fixture_sample(struct fixture *fixture, int64_t passed_ms);
/* A row of the last sample; fails when there is none. */
const struct replica *fixture_row(const struct fixture *fixture, const char *name);

#endif
