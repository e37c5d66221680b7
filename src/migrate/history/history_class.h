/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * History class: how one tool keeps its history: its columns, what it holds, and the text of each write.
 * To add a tool: one file history_x.c with a const struct history_class, one line in history.c.
 */
#ifndef DBTOP_MIGRATE_HISTORY_HISTORY_CLASS_H
#define DBTOP_MIGRATE_HISTORY_HISTORY_CLASS_H

#include "base/str.h"
#include "migrate/history/history.h"
#include "pg/result.h"

/* What is to be remembered. In a group it is part of the transaction; otherwise a transaction of its own. */
enum history_write_kind {
	HISTORY_WRITE_INTENT,  /* before a lone step */
	HISTORY_WRITE_STEP,    /* a step that is not the last of its migration is done */
	HISTORY_WRITE_LAST,    /* the last one: applied, or gone */
	HISTORY_WRITE_FAILED,  /* a lone step failed; what is left is not known, or remains stand */
	HISTORY_WRITE_NOTHING, /* a lone step failed and provably left nothing */
	HISTORY_WRITE_APPLIED, /* repair: a person says it is applied */
	HISTORY_WRITE_ABSENT,  /* repair: a person says it is not */
	HISTORY_WRITE_KIND_COUNT,
};

/* What a write is about. Borrowed for the call. */
struct history_entry {
	const char *project;
	const struct migration *migration;
	const char *previous; /* guest golang-migrate: the version below; NULL = none */
	enum migration_section direction;
	size_t ordinal, ordinal_count;
	bool is_lone;
	bool is_skipped;
	int attempt;
	const char *step_sha256;
	const char *client; /* "bob@laptop" */
	const char *run_id; /* uuid */
	const char *reason; /* of a skip, a repair; what the step loses; NULL = none */
	const char *sqlstate, *error;
};

enum { HISTORY_PARAMS_MAX = 20 };

/* A text to send. Numbers are printed into room; the rest is borrowed from the entry. */
struct history_write {
	const char *sql; /* NULL: this tool writes nothing at this point */
	const char *params[HISTORY_PARAMS_MAX];
	int param_count;
	char room[8][24];
	int room_used;
	struct str parents; /* with blanks between; owned by the write */
};

struct history_text {
	const char *name; /* in src/sql */
	char *sql;	  /* owned */
};

/* Texts with the table's name filled in, made once. Owned by its user. */
struct history_writer {
	const struct history_class *class;
	char *schema, *table; /* owned */
	struct history_text texts[8];
	size_t text_count;
};

struct history_class {
	const char *format; /* of the directory it belongs to */
	const char *words;  /* "guest" or "adopted" */
	const char *default_table;
	/* of another tool whose directories look the same: where only this one is there, so does the directory */
	const char *rival, *rival_table;
	/* names in order of attnum, as detect.c sees them: the first ones must be these */
	const char *columns;
	const char *read_sql; /* names in src/sql */
	const char *create_sql;
	bool is_adopted;
	bool is_single_row;
	bool has_server_intent; /* an intent stands on the server before a lone step */
	/* Fill history->rows, steps and so on from what read_sql gave. False and e: it may not be used. */
	bool (*decode)(struct history *history, const struct result *result, struct err *e);
	const char *events_sql; /* NULL: the tool keeps no story */
	void (*decode_events)(struct history *history, const struct result *result);
	/* The text's name in src/sql for that write; NULL = nothing to write. */
	const char *(*write_sql)(enum history_write_kind kind, const struct history_entry *entry);
	void (*write_params)(struct history_write *write, enum history_write_kind kind,
		const struct history_entry *entry);
	/* The other tool's advisory key; false = it takes none. */
	bool (*foreign_key)(
		const struct history_writer *writer, const char *database, int64_t *key);
};

extern const struct history_class history_dbtop, history_golang_migrate, history_goose;

/* The class for a directory's format; NULL = dbtop cannot write that tool's history. */
const struct history_class *history_class_find(const char *format);

void history_writer_init(struct history_writer *writer, const struct history_class *class,
	const char *schema, const char *table);
void history_writer_release(struct history_writer *writer);
/*
 * False when this tool writes nothing at this point. Each text returns pg_current_xact_id() as xid. An all-zero write
 * is ready; it may be used again and again, and is released at the end.
 */
bool history_writer_write(struct history_writer *writer, enum history_write_kind kind,
	const struct history_entry *entry, struct history_write *write);
/* The text that creates the tables, for the simple protocol, in one implicit transaction. The caller frees it. */
char *history_writer_create(const struct history_writer *writer);

void history_write_release(struct history_write *write);

/* For write_params: append a text (NULL = SQL null) or a number. */
void history_write_text(struct history_write *write, const char *text);
void history_write_int(struct history_write *write, int64_t number);

#endif
