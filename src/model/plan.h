/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Plan: ordered steps from what is applied to what is wanted, computed purely from files, history and, for
 * sizes, the catalog. A step is the unit of confirmation: one group of statements in one transaction
 * with its history row, or one lone statement.
 */
#ifndef DBTOP_MODEL_PLAN_H
#define DBTOP_MODEL_PLAN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "model/catalog.h"
#include "model/migration.h"
#include "model/value.h"

enum plan_direction { PLAN_UP, PLAN_DOWN };

/* Never renamed once released; the words are changing.md 2. */
enum hazard_kind {
	HAZARD_DATA_LOSS,
	HAZARD_REWRITE,
	HAZARD_SCAN_LOCK,
	HAZARD_LOCK_EXCLUSIVE,
	HAZARD_LOCK_SHARE,
	HAZARD_LOCK_OTHER_TABLE,
	HAZARD_INDEX_BUILD,
	HAZARD_RENAME,
	HAZARD_PRIVILEGE,
	HAZARD_CASCADE,
	HAZARD_NO_WHERE,
	HAZARD_ENUM_ORDER,
	HAZARD_UNPARSED,
	HAZARD_OPAQUE,
	HAZARD_NON_TRANSACTIONAL,
	HAZARD_DROP, /* of an index, constraint, view, function: level 2, clients may depend on it */
	HAZARD_ROW_CHANGE, /* UPDATE, DELETE with WHERE, on an existing table */
	HAZARD_KIND_COUNT,
};

struct hazard {
	enum hazard_kind kind;
	int level; /* 0 … 3, the hazard's own, before the environment raises prompts */
	/* "schema.name", or "name" where the schema is not known; NULL = none */
	const char *object;
	const char *words;	/* one sentence a tired person understands */
	const char *remedy;	/* what to do instead; NULL = nothing better */
	const char *ack_reason; /* acknowledged, in the file or stored with the plan; NULL = not */
	const char *ack_author; /* who stored it with the plan; NULL = it stands in the file */
	size_t statement;	/* index in the step */
};

/* What an action costs on the server at hand: the statement's own word, or the catalog's better knowledge. */
struct action_cost {
	bool scan, rewrite;
	const char *
		why; /* "integer to bigint rewrites 2.1 GB and rebuilds 3 indexes"; NULL = no more to say */
};

struct plan_step {
	const struct migration *migration;
	enum migration_section section; /* UP or DOWN */
	size_t ordinal;			/* from 1, within the migration */
	size_t ordinal_count;		/* steps of this migration in this direction */
	bool is_lone;
	bool is_last; /* of its migration: the history row says applied (or is gone) after it */
	const struct migration_statement *statements; /* borrowed from the set */
	size_t statement_count;
	/* [statement][action], NULL = the statement's own word: ask plan_cost() */
	struct action_cost *const *costs;
	struct hazard *hazards;
	size_t hazard_count;
	int level;	    /* highest of its hazards */
	bool is_reversible; /* down exists and the migration is not marked irreversible */
	bool is_skipped;    /* a person left it out of this run: nothing of it has happened */
	bool asks_late;	    /* older than the newest applied, and `order = ask`: level 1 at least */
	char sha256[65];    /* of its statements, hex */
	const char *digest_line; /* changing.md 9; the plan's digest is over these */
};

struct plan {
	struct arena arena; /* steps, hazards; the statements live in the migration_set */
	enum plan_direction direction;
	struct plan_step *steps;
	size_t step_count, step_capacity;
	size_t migration_count;
	char digest[65];		/* SHA-256, hex */
	const char *from;		/* revision applied now; NULL = base */
	const char *to;			/* revision afterwards; NULL = base */
	const struct table_size *sizes; /* of the tables touched, after forecast */
	size_t size_count;
	const struct type_fact *types; /* and those of the types named */
	size_t type_count;
	const char *time_zone; /* NULL = not surely known */
	int64_t hazard_size_bytes;
	size_t late_count;     /* migrations of the plan older than the newest applied: ask */
	const char **warnings; /* sentences; in the plan's arena */
	size_t warning_count, warning_capacity;
};

/* Of an action of a statement of the step, by index. */
struct action_cost plan_cost(const struct plan_step *step, size_t statement, size_t action);

const char *hazard_word(enum hazard_kind kind); /* "data-loss" */
/* False when no kind has that word. */
bool hazard_from_word(const char *word, enum hazard_kind *kind);

#endif
