/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Probe of a step: did a lone statement happen? The catalog is asked, by the kind of the statement, or the file's own
 * `probe` query. IF NOT EXISTS never counts as proof of a build: after a failure it says "exists" of an invalid index.
 */
#ifndef DBTOP_MIGRATE_RUN_PROBE_STEP_H
#define DBTOP_MIGRATE_RUN_PROBE_STEP_H

#include <stdbool.h>

#include "model/migration.h"

enum probe_verdict {
	PROBE_CANNOT_TELL, /* neither the catalog nor the file says */
	PROBE_DONE,
	PROBE_NOT_DONE, /* and nothing is left of it */
	PROBE_REMAINS,	/* something half done is there, and can be cleared */
	PROBE_REPEAT,	/* no trace either way; running it again does no harm */
};

enum probe_clear { PROBE_CLEAR_NONE, PROBE_CLEAR_INDEX, PROBE_CLEAR_DETACH };

struct probe_finding {
	enum probe_verdict verdict;
	enum probe_clear clear;
	char schema[64], name[64]; /* of what remains */
	char parent_schema[64], parent[64];
	char words[256]; /* "index public.orders_idx is there and invalid" */
};

struct probe_rule; /* one row of probe_step.c */

/* What to ask, and how to read the answer. Texts are borrowed from the statement. */
struct probe_question {
	const struct probe_rule *rule; /* NULL: the file's own query, or nothing to ask */
	const char *sql; /* name in src/sql; NULL: the file's own query, or nothing to ask */
	const char *own; /* the file's query; NULL = none */
	const char *params[3];
	int param_count;
	const char *name;		     /* for words */
	struct probe_finding without_asking; /* when both sql and own are NULL */
};

struct result;

void probe_ask(const struct migration_statement *statement, struct probe_question *question);
void probe_read(const struct probe_question *question, const struct result *result,
	struct probe_finding *finding);

#endif
