/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Stage: a server played by rules, for tests of what stands above pg/: leases, connections and results are its own, so
 * a test program that links it never reaches the real ones. Time is virtual.
 *
 * Every text sent is matched against the rules, the newest first; without one it is answered as an obliging server
 * would: locks are given, a transaction has the id 700, the history does not exist.
 *
 * Rows are written as lines: names of columns, then values, with | between; ~ is null.
 */
#ifndef DBTOP_TESTS_FAULT_STAGE_H
#define DBTOP_TESTS_FAULT_STAGE_H

#include "base/str.h"
#include "loop/loop.h"
#include "pg/lease.h"

struct stage;

struct stage *stage_new(void);
void stage_free(struct stage *stage);
struct loop *stage_loop(struct stage *stage);
struct endpoint *stage_endpoint(struct stage *stage);

/* The next `times` texts that hold `part` (0 = all of them) … */
void stage_rows(struct stage *stage, const char *part, int times, const char *rows);
void stage_tag(struct stage *stage, const char *part, int times, const char *tag);
void stage_fail(struct stage *stage, const char *part, int times, const char *sqlstate);
/* … break the connection without an answer, */
void stage_lose(struct stage *stage, const char *part, int times);
/* … are not answered until stage_let_go(), or until somebody cancels (57014). */
void stage_hold(struct stage *stage, const char *part, int times);
void stage_let_go(struct stage *stage);
/* The next dials fail; kind CONNECT: nobody there; CONFLICT: another server, a standby, a pooler. */
void stage_refuse(struct stage *stage, int times, enum err_kind kind);

/*
 * What was sent so far and the server came to, one text a line, blanks and newlines folded; "<dial>", "<closed>" and,
 * before texts that travel together, "<flight>" between.
 */
const char *stage_log(const struct stage *stage);
/* Was that sent as a parameter? */
bool stage_was_given(const struct stage *stage, const char *param);
int stage_count(const struct stage *stage, const char *part);
void stage_forget_log(struct stage *stage);

#endif
