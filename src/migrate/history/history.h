/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * History: what the server says is applied. Adopted: dbtop's own schema; guest: the table of the tool the directory
 * belongs to, written as that tool would. One file a tool, one row in history.c; detect.c finds the table.
 *
 * Looking never creates anything. The first run that writes creates, in a transaction of its own. Writes are texts
 * with parameters, which migrate/run sends where they belong: inside the group, or around the lone statement.
 */
#ifndef DBTOP_MIGRATE_HISTORY_HISTORY_H
#define DBTOP_MIGRATE_HISTORY_HISTORY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/err.h"
#include "model/migration.h"
#include "model/value.h"
#include "pg/conn.h"

enum history_state {
	HISTORY_APPLIED,
	HISTORY_STAMPED, /* marked by a person, not run */
	HISTORY_PARTIAL, /* some of its steps are done, or one is under way */
	HISTORY_FAILED,	 /* a lone step failed; remains may stand */
};

const char *history_state_word(enum history_state state);

struct history_row {
	const char *rev;
	uint64_t number; /* of rev, 0 when not numeric: guests are compared by it */
	const char *name;
	enum history_state state;
	enum migration_section direction; /* what ran or runs: DOWN only while PARTIAL or FAILED */
	int64_t applied_us;		  /* wall; VALUE_UNKNOWN where the tool cannot tell */
	int64_t took_ms;		  /* VALUE_UNKNOWN likewise */
	const char *actor; /* "app_admin (bob@laptop)"; NULL = the tool does not say */
	const char *sha256, *sha256_norm; /* NULL = the tool keeps none */
	const char *parents; /* revisions with a blank between; "" = none; NULL = not kept */
	int64_t steps_total, steps_done; /* VALUE_UNKNOWN where not kept */
	const char *error;		 /* NULL = none */
};

enum history_step_state {
	HISTORY_STEP_INTENT,
	HISTORY_STEP_DONE,
	HISTORY_STEP_FAILED,
	HISTORY_STEP_SKIPPED
};

/* A step of a migration that has lone steps. An INTENT without an outcome is an interrupted step. */
struct history_step {
	const char *rev;
	enum migration_section direction;
	int64_t ordinal; /* from 1 */
	enum history_step_state state;
	bool is_lone;
	const char *sha256; /* of its statements, as in the plan's digest line */
	int64_t attempt;
	int64_t started_us, finished_us;
	int64_t backend_pid;
	const char *backend_start; /* as the server printed it; NULL = not kept */
	const char *error;
};

/* Newest first. */
struct history_event {
	int64_t id;
	int64_t at_us;
	const char *rev, *name;
	const char *event; /* upgrade, downgrade, stamp, repair, resume, skip, step-failed … */
	const char *actor;
	int64_t took_ms;
	const char *run_id;
	const char *detail; /* reason, error; NULL = none */
};

/* A migration that never came to its end, as the operator's store knows it where the tool's table cannot. */
struct history_unfinished {
	const char *rev;
	uint64_t number;
	enum migration_section direction;
	size_t steps_done;
};

struct history_class;

/* Everything hangs in the arena. */
struct history {
	struct arena arena;
	const struct history_class *class; /* of the directory's format */
	const char *schema, *table;	   /* where it is, or would be created; never NULL */
	bool exists;			   /* false: nothing was ever written */
	/* by number, then revision; what is applied now, and what is half done */
	struct history_row *rows;
	size_t row_count;
	struct history_step *steps; /* of rows that are PARTIAL or FAILED */
	size_t step_count;
	bool is_dirty; /* golang-migrate: the row's flag; which way it went, the row does not say */
	const struct history_unfinished *unfinished; /* set by history_settle(); NULL = not known */
	struct history_event *events;		     /* adopted, and asked for */
	size_t event_count;
	/* "app.schema_migrations looks like one too, but is not on the search_path"; NULL */
	const char *warning;
};

struct history_request {
	const char *format;  /* of the directory: "dbtop", "golang-migrate", "goose" */
	const char *project; /* adopted: whose rows */
	const char *table;   /* configured "schema.table"; NULL = find it */
	bool is_guess;	    /* nobody named the format: another tool's table may speak against it */
	const char *schema; /* NULL, or the table's schema apart: table is then its bare name */
	/* whose search_path counts on a connection that has none; NULL = its own */
	const char *role;
	const char *acts_as; /* whom that role's "$user" means: migrate_role; NULL = itself */
	const char
		*path; /* search_path the role asks for while connecting; NULL = the stored one */
	int64_t event_limit; /* 0 = no events */
};

/* history is the callee's to free (history_free), NULL exactly when e is set. */
typedef void history_done_fn(void *arg, struct history *history, const struct err *e);
/*
 * Read it over a connection that is up and idle; two round trips, three with events. What request points to must
 * stay until done(). When the connection is freed meanwhile, done() comes with ERR_CANCELED.
 */
void history_read_start(struct loop *loop, struct conn *conn, const struct history_request *request,
	history_done_fn *done, void *arg);
void history_free(struct history *history);

/* The row of that migration, or NULL. Not for golang-migrate's single row: ask history_is_applied(). */
const struct history_row *history_find(
	const struct history *history, const struct migration *migration);
/* Applied or stamped. golang-migrate keeps one row: everything not newer counts; a dirty version does not. */
bool history_is_applied(const struct history *history, const struct migration *migration);
/*
 * What the store knows of an unfinished migration: decides what a dirty row means, and stands for the rows that goose
 * does not keep. Where the server itself shows how it ended, the server is right and this does nothing. Copied.
 */
void history_settle(struct history *history, const struct history_unfinished *unfinished);
/*
 * What the planner reads: everything applied or half done, oldest first in order of application. golang-migrate's one
 * row stands for every file of the set that is not newer. Hangs in the arena; texts are borrowed from history and set.
 */
const struct applied_revision *history_applied(const struct history *history,
	const struct migration_set *set, struct arena *arena, size_t *count);
/* True when only the newest revision is known (golang-migrate): when and who of the others is "?". */
bool history_is_single_row(const struct history *history);
/* A step row of that migration and direction; NULL = none. */
const struct history_step *history_step_find(const struct history *history, const char *rev,
	enum migration_section direction, size_t ordinal);
/* Same table and same revisions in the same states: a plan made on one holds on the other. */
bool history_equal(const struct history *a, const struct history *b);
/* "adopted: dbtop", "guest: public.schema_migrations"; the caller owns nothing, it hangs in the arena. */
const char *history_words(struct history *history);

#endif
