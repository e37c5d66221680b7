/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Migrations view: history and plan as the screen and the reports show them. Filled by core/migrations.c.
 */
#ifndef DBTOP_MODEL_MIGRATIONS_VIEW_H
#define DBTOP_MODEL_MIGRATIONS_VIEW_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "model/plan.h"

enum migration_state {
	MIGRATION_PENDING,
	MIGRATION_APPLIED,
	MIGRATION_PARTIAL, /* lone steps: some done */
	MIGRATION_FAILED,  /* a lone step failed; remains may stand */
	MIGRATION_MISSING, /* applied, its file is gone */
	MIGRATION_CHANGED, /* applied, its file is another now */
	MIGRATION_LATE,	   /* pending, older than the newest applied */
};

const char *migration_state_word(enum migration_state state); /* "file missing" … */

struct migration_row;
/* PARTIAL or FAILED: neither here nor there until a run goes on with it. */
bool migration_is_half_done(const struct migration_row *row);

struct migration_row {
	const char *rev, *name;
	enum migration_state state;
	const struct migration *migration; /* NULL when the file is missing */
	int64_t applied_us;		   /* wall; VALUE_UNKNOWN where the history cannot tell */
	int64_t took_ms;
	const char *actor; /* NULL = not known */
	int level;	   /* highest hazard level of what is pending; -1 = not planned */
	size_t statement_count;
	const char *words; /* "loses data", "locks orders" … for pending ones; "" otherwise */
	bool is_reversible;
	bool was_going_down; /* PARTIAL, FAILED: the way it was on */
	int64_t note_count;
};

struct migrations_view {
	struct arena arena;
	bool is_known;	   /* false until files and history were read once */
	int64_t loaded_us; /* mono */
	const char *dir, *format, *format_words,
		*history_words;	    /* "guest: public.schema_migrations" */
	struct migration_row *rows; /* oldest first: up to the newest applied, then what is ahead */
	size_t row_count, ahead_count; /* late ones are pending and not ahead */
	size_t pending_count, applied_count;
	const char *current;	 /* newest applied revision; NULL = base */
	const struct plan *plan; /* upgrade to head; NULL when there is none or it cannot be made */
	const char *problem;	 /* why there is no plan, one sentence; NULL = fine */
	const char *remedy;	 /* what to do about it; NULL = nothing is known */
	const char *missing;	 /* applied before a failover, and not here; NULL = nothing */
	enum status status;
	bool is_dirty;
	char lock_holder[160]; /* who holds the migration lock; "" = free */
};

enum { SHORT_REV_BYTES = 48 };
/*
 * A revision as people write it: a long one is cut after the digits that tell it from all others (a day's, at least),
 * which is still a name that every command takes.
 */
void migrations_short_rev(
	const struct migrations_view *view, const char *rev, char out[SHORT_REV_BYTES]);

#endif
