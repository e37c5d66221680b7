/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Catalog: what a plan asks of the server's catalog, and what that says. plan/forecast.c makes the question,
 * schema/catalog.c asks it, plan/verdict.c judges by the answer. What is not in the answer is unknown, and unknown
 * counts as the worst there is.
 */
#ifndef DBTOP_MODEL_CATALOG_H
#define DBTOP_MODEL_CATALOG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "model/statement.h"

/* A table that is locked along with another: one statement cannot tell, the catalog can. */
struct table_partner {
	const char *schema, *name;
	/* the foreign key between them; NULL: the parent of this partition */
	const char *constraint;
	bool points_out;	    /* the key stands on the table itself, not on the partner */
	const char *const *columns; /* of the table itself, in the key */
	size_t column_count;
};

/* A column a statement changes. Partitions and children of its table have it too, and count. */
struct table_column {
	const char *name;
	const char *type;      /* as format_type() prints it; of a domain, what that is made of */
	const char *collation; /* "schema.name" or "default"; NULL: the type has none */
	bool is_domain;
	bool is_not_null;
	bool is_proven;		 /* NOT NULL, or a valid CHECK (column IS NOT NULL) */
	bool is_key;		 /* of a foreign key, at either end */
	int64_t checks;		 /* valid ones that look at it */
	int64_t indexes;	 /* that rest on it */
	int64_t special_indexes; /* of these: partial, of expressions, of a partition: never kept */
};

/* What the catalog says of a table a plan touches. */
struct table_size {
	const char *schema, *name; /* as the statement names it; schema NULL = by search_path */
	const char *found_schema;  /* where the catalog found it; NULL = not asked, not there */
	bool exists;
	int64_t bytes; /* with indexes, partitions and children; VALUE_UNKNOWN when not asked */
	int64_t rows;  /* the planner's estimate */
	int64_t part_count;  /* partitions and children, at any depth */
	int64_t index_count; /* theirs included */
	const struct table_partner *partners;
	size_t partner_count;
	const struct table_column *columns; /* those asked for that are there */
	size_t column_count;
};

/* A type that is not the server's own. */
struct type_fact {
	const char *schema, *name; /* as the statement names it */
	bool exists;
	const char *base; /* itself, or what a domain is made of, as format_type() prints it */
	bool is_domain;
	bool is_bound; /* a domain whose values are checked */
};

struct column_question {
	size_t table; /* index in the question's tables */
	const char *name;
};

/* Everything of it lives where the asker says, until the answer is there. */
struct catalog_question {
	const struct object_name *tables;
	const bool *is_sized; /* each table: does its size decide something? */
	size_t table_count;
	const struct column_question *columns;
	size_t column_count;
	const struct object_name *types;
	size_t type_count;
};

struct catalog_answer {
	const struct table_size *sizes; /* one for each table asked for, in that order */
	size_t size_count;
	const struct type_fact *types; /* likewise */
	size_t type_count;
	const char *time_zone; /* of a session that changes something; NULL = not surely known */
};

#endif
