/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Report: what a command answers with: a tree of named values and tables, with the exit code. Text, CSV and JSON
 * print the same tree; the screen shows its sentences. Names are JSON keys and carry units (lag_bytes); the
 * label is for people, the unit says how a number is printed for them.
 */
#ifndef DBTOP_MODEL_REPORT_H
#define DBTOP_MODEL_REPORT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/err.h"
#include "model/value.h"

enum exit_code {
	EXIT_DONE = 0,
	EXIT_ERROR = 1,
	EXIT_USAGE = 2,
	EXIT_PENDING = 3,
	EXIT_LOCKED = 4,
	EXIT_FAILED_UNCHANGED = 5,
	EXIT_FAILED_PARTWAY = 6,
	EXIT_MISMATCH = 7,
	EXIT_NOT_CONFIRMED = 8,
	EXIT_GUARD = 9,
	EXIT_GRAPH = 10,
	EXIT_LINT = 11,
	EXIT_NO_CONNECTION = 12,
	EXIT_OUTCOME_UNKNOWN = 13,
	EXIT_SIGNAL = 128, /* plus the signal's number */
};

/* What is now true of the database, after a failure. */
enum database_state { DATABASE_NOT_SAID, DATABASE_UNCHANGED, DATABASE_PARTIAL, DATABASE_UNKNOWN };

/* "unchanged", as in JSON and in the store; NULL = not said. */
const char *database_state_word(enum database_state state);

enum node_kind { NODE_OBJECT, NODE_LIST, NODE_TABLE, NODE_TEXT, NODE_INT, NODE_BOOL, NODE_NULL };

struct node {
	enum node_kind kind;
	enum unit unit;
	const char *name;  /* JSON key; NULL inside lists */
	const char *label; /* for people; NULL = not shown in text */
	int64_t number;	   /* INT, BOOL; VALUE_UNKNOWN and VALUE_NONE print as null */
	const char *text;
	struct node *first, *last, *next; /* children of OBJECT, LIST; rows (OBJECTs) of TABLE */
};

/* Every row of a table has the same names and labels: each is kept once. */
enum { REPORT_WORDS = 64 };

struct report {
	struct arena arena;
	const char *words[REPORT_WORDS]; /* in the arena */
	const char *command;
	const char *target;
	enum exit_code exit;
	enum database_state database;
	bool has_error;
	struct err error;
	struct node *data;     /* OBJECT */
	struct node *says;     /* LIST of TEXT: sentences for people, in order */
	struct node *warnings; /* LIST of TEXT */
};

void report_init(struct report *report, const char *command);
void report_release(struct report *report);
/* Fails: exit code, error, what is true of the database. Returns false. */
bool report_fail(struct report *report, enum exit_code exit, enum database_state database,
	const struct err *e);
void report_say(struct report *report, const char *fmt, ...) PRINTF(2, 3);
void report_warn(struct report *report, const char *fmt, ...) PRINTF(2, 3);

/* Add a child to an OBJECT, LIST or TABLE; strings are copied into the report's arena. */
struct node *report_object(
	struct report *report, struct node *parent, const char *name, const char *label);
struct node *report_list(
	struct report *report, struct node *parent, const char *name, const char *label);
struct node *report_table(
	struct report *report, struct node *parent, const char *name, const char *label);
struct node *report_row(struct report *report, struct node *table);
void report_text(struct report *report, struct node *parent, const char *name, const char *label,
	const char *text);
void report_int(struct report *report, struct node *parent, const char *name, const char *label,
	int64_t number, enum unit unit);
void report_bool(struct report *report, struct node *parent, const char *name, const char *label,
	bool is_true);

#endif
