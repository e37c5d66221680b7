/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Rig: a real server and everything between a directory of migrations and its history: source, planner, executor. Each
 * rig has a database and a directory of its own; several may share a server.
 */
#ifndef DBTOP_TESTS_FAULT_RIG_H
#define DBTOP_TESTS_FAULT_RIG_H

#include "base/str.h"
#include "migrate/run/executor.h"
#include "parse/deep.h"
#include "pg/server.h"

struct run;

struct rig {
	struct cluster *cluster; /* borrowed */
	struct loop *loop;
	struct deep *deep;
	struct driver driver; /* libpq's, unless the test changes a member before rig_connect() */
	struct endpoint *endpoint;
	char *conninfo, *database, *dir; /* owned */
	const char *format;		 /* NULL = detect */
	const char *project;		 /* "main" unless the test says otherwise */
	const char *migrate_role;	 /* NULL = none */
	struct journal *journal;	 /* NULL = none */
	int64_t lock_timeout_ms, lock_wait_ms, resolve_ms;
	unsigned choices; /* RUN_CHOICE_BIT()s the rig takes when they are proposed */
	/* Called when something is told; NULL = nothing. */
	void (*on_event)(struct rig *rig, const char *line);
	void *arg;

	/* of the last run */
	struct str told;
	struct run_end end;
	struct run_trouble trouble; /* the first one; its file's name is kept here */
	char trouble_file[256];
	enum exit_code plan_exit; /* when no run came of it */
	struct err plan_error;
	struct executor *executor;
	bool is_finished;
	struct run *run; /* owned while there is one */
};

/* A new database on node 0, and an empty directory. */
struct rig *rig_new(struct cluster *cluster);
/* The same database and directory, for a second operator. */
struct rig *rig_beside(const struct rig *first);
/* Make the endpoint, with rig->driver; every run does it, once. */
void rig_connect(struct rig *rig);
void rig_free(struct rig *rig);

void rig_file(struct rig *rig, const char *name, const char *text);
void rig_remove_file(struct rig *rig, const char *name);
/* Read the history, make the plan, run it to its end; the exit code it ended with. */
enum exit_code rig_up(struct rig *rig, const char *goal);
enum exit_code rig_down(struct rig *rig, const char *goal);
/* The same in pieces: start it, and turn the loop until it is finished or `line` was told. */
bool rig_start(struct rig *rig, enum plan_direction direction, const char *goal);
void rig_turn_until(struct rig *rig, const char *line);
enum exit_code rig_end(struct rig *rig);

/* Look at the database. The caller frees the text. */
char *rig_cell(const struct rig *rig, const char *sql);
void rig_expect(const struct rig *rig, const char *sql, const char *text);
void rig_sql(const struct rig *rig, const char *sql);

#endif
