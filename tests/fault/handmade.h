/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Handmade: a migration set and a plan written down by a test, without files and without the parser, for tests of what
 * runs a plan. Everything hangs in the set's and the plan's arenas.
 */
#ifndef DBTOP_TESTS_FAULT_HANDMADE_H
#define DBTOP_TESTS_FAULT_HANDMADE_H

#include "migrate/history/history.h"
#include "model/plan.h"

struct handmade {
	struct migration_set set;
	struct plan plan;
};

void handmade_init(struct handmade *handmade, const char *format, enum plan_direction direction);
void handmade_release(struct handmade *handmade);

/* The next migration; its parent is the one before it. */
struct migration *handmade_migration(struct handmade *handmade, const char *rev, const char *name);
/* The next step of that migration, in the plan's direction; sql holds statements, ended by NULL. */
struct plan_step *handmade_group(
	struct handmade *handmade, struct migration *migration, const char *const *sql);
/* A statement that may not stand in a transaction, and what it does to which object of which table. */
struct plan_step *handmade_lone(struct handmade *handmade, struct migration *migration,
	const char *sql, struct action action);
/* A query of the verify section. */
void handmade_verify(struct handmade *handmade, struct migration *migration, const char *sql);
/* Number the steps of each migration, once all are there. */
void handmade_finish(struct handmade *handmade);

/* The history of a database where nothing was ever written: what such a plan is made on. The caller frees it. */
struct history *handmade_history(const struct handmade *handmade);

#endif
