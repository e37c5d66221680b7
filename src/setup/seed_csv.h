/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Seed: one CSV file on its way into its table: read and matched with the catalog (seed_csv.c), copied and compared in a
 * transaction (seed_unit.c); where an error of the server stands in the file: said by its words (seed_place.c), or found by
 * trying (seed_blame.c). Private to this folder.
 */
#ifndef DBTOP_SETUP_SEED_CSV_H
#define DBTOP_SETUP_SEED_CSV_H

#include "base/str.h"
#include "pg/unit.h"
#include "setup/csv.h"
#include "setup/seeds.h"

extern const char seed_stage[]; /* the temporary table, as the server names it in errors */

struct seed_columns {
	const char **items;
	size_t count;
};

struct seed {
	struct setup *setup;	 /* borrowed */
	struct setup_item *item; /* borrowed */
	struct seed_request request;
	struct arena arena;
	char *text;	 /* owned */
	struct csv csv;	 /* in arena and text */
	struct str copy; /* the rows as COPY wants them */
	struct seed_columns columns, keys,
		others;		   /* all of the header; what tells rows apart; the rest */
	int64_t *sequences;	   /* by column of the header; 0 = none */
	struct unit_of_work *unit; /* owned */
	char *sql;		   /* owned: what runs */
	size_t at;		   /* the column whose sequence is next */
	int64_t changed, added;
	/* the statement that changes the table, and how many of the file's first rows it takes */
	const char *statement;
	size_t rows;
	size_t good, bad; /* while blaming: so many rows go in, and so many do not */
	struct err error;
	seed_done_fn *done;
	void *arg;
};

/* The file is through. */
void seed_finish(struct seed *seed);
void seed_fail(struct seed *seed, const struct err *e);
/* Begin the transaction; ends with one of the above. */
void seed_unit_start(struct seed *seed);

/* A text of src/sql with this seed's names in its slots, in the unit. */
void seed_run(struct seed *seed, const char *name, struct query query, query_done_fn *done);
/* seed->statement, for seed->rows of the rows. */
void seed_change(struct seed *seed, query_done_fn *done);
/* It failed with e, and a savepoint stands before it: look for the row, then seed_fail(). */
void seed_blame(struct seed *seed, const struct err *e);
extern const char seed_savepoint[];

/* The cell of a row, from 1, and a column of the header. */
void seed_place_cell(const struct csv *csv, size_t row, size_t column, struct err *e);
/* Put line and column of the file into an error of the server, as far as it says which cell it means. */
void seed_place(const struct csv *csv, struct err *e);
/* Which column of the header; column_count = none. */
size_t seed_column(const struct csv *csv, const char *name);

#endif
