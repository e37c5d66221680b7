/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Hazards: the one table of what the actions of a statement may hurt (changing.md 2), with the words a tired person
 * understands and what to do instead. To add one: a row. It knows one action at a time; assess.c knows what stands
 * around it.
 */
#ifndef DBTOP_MIGRATE_PLAN_HAZARDS_H
#define DBTOP_MIGRATE_PLAN_HAZARDS_H

#include <stdbool.h>

#include "model/plan.h"

enum { HAZARD_ACTIONS_MAX = 8 };

/* What must hold for a rule, beside its actions. */
enum hazard_condition {
	HAZARD_ALWAYS,
	HAZARD_IF_REWRITE,   /* under a lock that blocks writes or more */
	HAZARD_IF_SCAN,	     /* likewise, and no rewrite */
	HAZARD_IF_EXCLUSIVE, /* ACCESS EXCLUSIVE, and neither scan nor rewrite */
	HAZARD_IF_SHARE,     /* SHARE, SHARE ROW EXCLUSIVE or EXCLUSIVE likewise */
	HAZARD_IF_CASCADE,
	HAZARD_IF_REPLACE, /* OR REPLACE: it may have been there */
	HAZARD_IF_UNPARSED,
	HAZARD_IF_PARSED,
	HAZARD_IF_LONE,
};

struct hazard_rule {
	enum hazard_kind kind;
	int level; /* or by size */
	enum hazard_condition condition;
	int flags;
	enum action_kind actions[HAZARD_ACTIONS_MAX];
	const char *words;  /* with braces: see hazards.c */
	const char *remedy; /* NULL = nothing better */
};

/* One action, as rules see it. */
struct hazard_subject {
	const struct migration_statement *statement;
	const struct action *action;
	bool is_new; /* made by the plan itself, or temporary: nobody else can be waiting for it */
	bool is_small; /* known to be, or known not to be there yet */
};

/* The rules that fit, at most one a kind. */
size_t hazards_match(
	const struct hazard_subject *subject, const struct hazard_rule *found[HAZARD_KIND_COUNT]);
/* By size: 2 above hazard.size or when nobody knows, else 1. */
int hazard_level(const struct hazard_rule *rule, bool is_small);
/* What the action means without any hazard: 0 for what is new and harmless, else 1. */
int hazard_base_level(const struct hazard_subject *subject);

/* Works through the rows of its table: as long as they are many. */
bool hazard_is_long(const struct action *action);
/* Said of a table ({t}) that stays locked while a later statement of its group works through another ({o}). */
extern const struct hazard_rule hazard_held;

/* Is the partner, which only the catalog knows, locked by what the action does to its table? */
bool hazard_takes_partner(const struct action *action, const struct table_partner *partner);
/* Said of it ({t}); {o} is the table of the action. */
extern const struct hazard_rule hazard_partner;

/* What of the action's table may decide a level: that it is there, how big it is, what its column is. */
bool hazard_asks_table(const struct action *action);
bool hazard_asks_size(const struct action *action);
bool hazard_asks_column(const struct action *action);

#endif
