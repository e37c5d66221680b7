/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Graph: which migration builds on which. Other tools' directories are a line by version. Own files are a line by
 * name, unless `parents` says otherwise; then the order of application is by parents first and by name second.
 */
#ifndef DBTOP_MIGRATE_SOURCE_GRAPH_H
#define DBTOP_MIGRATE_SOURCE_GRAPH_H

#include "base/err.h"
#include "model/migration.h"
#include "model/report.h"

/*
 * Duplicates, missing parents and cycles are refused (EXIT_GRAPH); items are put in order of application, parents,
 * positions and heads filled in. Several heads are no error here: graph_head() says so when one is asked for.
 */
enum exit_code graph_resolve(struct migration_set *set, struct err *e) MUST_CHECK;

/* The only head, NULL while the set is empty. Several are refused with their names (EXIT_GRAPH). */
enum exit_code graph_head(
	const struct migration_set *set, struct migration **head, struct err *e) MUST_CHECK;

/* How a person names where to go: `head`, `heads`, `base`, `+N`, `-N`, or a revision. */
enum goal_kind { GOAL_HEAD, GOAL_HEADS, GOAL_BASE, GOAL_UP_BY, GOAL_DOWN_BY, GOAL_REVISION };

struct goal {
	enum goal_kind kind;
	size_t count;		     /* of +N and -N */
	struct migration *migration; /* of REVISION */
};

/* EXIT_USAGE when the word names nothing, or more than one revision. */
enum exit_code goal_parse(const struct migration_set *set, const char *word, struct goal *goal,
	struct err *e) MUST_CHECK;

/* In full, by number, or by a unique beginning or end of four or more characters. EXIT_USAGE otherwise. */
enum exit_code graph_find(const struct migration_set *set, const char *word,
	struct migration **migration, struct err *e) MUST_CHECK;
/* In full or, with digits only, by number; NULL = none. For what a history names. */
struct migration *graph_find_exact(const struct migration_set *set, const char *rev);

#endif
