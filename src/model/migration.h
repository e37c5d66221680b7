/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Migration: a file or a pair of files, and its revision. Made by migrate/source, in two steps: scan (names
 * only, so that five thousand files cost little) and load (read, split, classify one section).
 */
#ifndef DBTOP_MODEL_MIGRATION_H
#define DBTOP_MODEL_MIGRATION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "model/statement.h"

enum migration_section { SECTION_UP, SECTION_DOWN, SECTION_VERIFY, SECTION_COUNT };

/* How the statements of a section meet transactions. */
enum tx_mode {
	TX_AUTO, /* one transaction; stepwise as soon as one statement may not stand in one */
	TX_ONE,
	TX_STEP, /* a transaction a statement */
	TX_NONE, /* each statement alone (goose NO TRANSACTION) */
};

/* `-- dbtop: ack KIND reason` before a statement. */
struct ack {
	const char *hazard; /* kind word of changing.md 2 */
	const char *reason;
	int line;
};

/* A statement of a migration with the directives written above it. */
struct migration_statement {
	struct statement sql;
	const char *step_name; /* `step NAME`; NULL = none */
	const char *probe;     /* `probe QUERY` returning one boolean: did it happen? NULL = none */
	const struct ack *acks;
	size_t ack_count;
};

struct migration_script {
	bool is_present; /* the file or section exists */
	bool is_loaded;
	bool is_empty;	  /* own format: present, but holds no statement */
	const char *path; /* as shown in errors; NULL when absent */
	struct migration_statement *statements;
	size_t statement_count;
	int first_line;	   /* of the section in its file */
	struct span text;  /* of the whole file, once read; borrowed from the set's arena */
	size_t start, end; /* bytes of the section in it */
};

struct migration {
	const char *rev;      /* identity: digits as written */
	uint64_t number;      /* its numeric value, for order; 0 when not numeric */
	const char *name;     /* slug: "add_user_table" */
	const char **parents; /* revisions, in full once the graph is resolved */
	size_t parent_count;
	struct migration **parent_items; /* the same, as files; set by graph_resolve() */
	size_t position;		 /* in set->items; set by graph_resolve() */
	bool is_head;			 /* nothing builds on it; set by graph_resolve() */
	bool has_own_parents;		 /* written in the file, not implied by order */
	enum tx_mode tx;
	int64_t lock_timeout_ms;      /* -1 = not said */
	int64_t statement_timeout_ms; /* -1 = not said */
	const char *irreversible;     /* reason; NULL = reversible as far as it says */
	struct migration_script sections[SECTION_COUNT];
	char sha256[65];      /* of the up file's bytes, hex; "" until read */
	char sha256_norm[65]; /* of its tokens without comments and blanks */
	bool is_content_read; /* header directives, sha256 known */
};

/* What the server says of a revision. The history fills these, oldest first in order of application. */
enum applied_state {
	APPLIED_DONE,
	APPLIED_PARTIAL, /* some of its lone steps are done, others are not */
	APPLIED_FAILED,	 /* a lone step failed, or verify did */
};

struct applied_revision {
	const char *rev;
	enum applied_state state;
	bool was_going_down; /* PARTIAL, FAILED: the direction that was interrupted */
	size_t steps_done;   /* PARTIAL, FAILED: of that direction; the run continues behind them */
	const char *sha256;  /* of the up file when it was applied; NULL = the history keeps none */
	const char *sha256_norm; /* NULL as well */
};

/* A directory as its format reads it. Everything hangs in the arena. */
struct digest; /* base/digest.h */

struct migration_set {
	struct arena arena;
	struct deep *deep;     /* thread of the parser, borrowed; NULL while nothing is loaded */
	struct digest *digest; /* for the files' texts, made with the first; owned */
	const char *dir;
	const char *format;	  /* "dbtop", "golang-migrate", "goose"; "" = nothing found */
	const char *format_words; /* why it was taken for that: shown as a guess; NULL = told */
	struct migration **items; /* in order of application */
	size_t count, capacity;
	struct migration **by_rev; /* the same by number, then revision; set by graph_resolve() */
	const char **warnings;	   /* sentences with file:line:column */
	size_t warning_count, warning_capacity;
};

const char *migration_section_word(enum migration_section section); /* "up" */

#endif
