/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Catalog: what the server's catalog says of the tables a plan touches: whether they exist, how big they are, who
 * is tied to them, what their columns are made of; and which indexes are invalid. One query each, over a connection that is up and idle.
 */
#ifndef DBTOP_MIGRATE_SCHEMA_CATALOG_H
#define DBTOP_MIGRATE_SCHEMA_CATALOG_H

#include "base/arena.h"
#include "model/plan.h"
#include "pg/conn.h"

struct catalog_request {
	const struct catalog_question *question; /* borrowed until done() */
	/* whose search_path counts on a connection that has none, as in history_request */
	const char *role, *acts_as, *path;
};

/* The answer hangs in `arena`; on failure it is NULL. */
typedef void catalog_facts_fn(void *arg, const struct catalog_answer *answer, const struct err *e);
void catalog_facts_start(struct conn *conn, struct arena *arena,
	const struct catalog_request *request, catalog_facts_fn *done, void *arg);

struct invalid_index {
	const char *schema, *name, *table;
	int64_t bytes;
	bool is_building; /* somebody's CREATE INDEX CONCURRENTLY is under way */
};

typedef void catalog_indexes_fn(
	void *arg, const struct invalid_index *indexes, size_t count, const struct err *e);
void catalog_invalid_indexes_start(
	struct conn *conn, struct arena *arena, catalog_indexes_fn *done, void *arg);

#endif
