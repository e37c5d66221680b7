// SPDX-License-Identifier: GPL-3.0-or-later
/*
 * Files and history laid side by side: one row a migration, with its state; and what the planner wants to know of
 * the history.
 */
#include <stdio.h>

#include "base/mem.h"
#include "core/migrations.h"
#include "migrate/source/source.h"

const char *migration_state_word(enum migration_state state)
{
	static const char *const words[] = {
		[MIGRATION_PENDING] = "pending",
		[MIGRATION_APPLIED] = "applied",
		[MIGRATION_PARTIAL] = "partial",
		[MIGRATION_FAILED] = "failed",
		[MIGRATION_MISSING] = "file missing",
		[MIGRATION_CHANGED] = "changed",
		[MIGRATION_LATE] = "late",
	};
	return words[state];
}

static bool is_same_text(const struct migration *m, const struct history_row *row)
{
	return !row->sha256 || !*m->sha256 || strcmp(row->sha256, m->sha256) == 0;
}

/* Content other than formatting differs from what was applied. Only a text that differs is worth its tokens. */
static bool is_changed(
	struct migration_set *set, struct migration *m, const struct history_row *row)
{
	struct err e;

	if (is_same_text(m, row))
		return false;
	if (row->sha256_norm && !*m->sha256_norm && !source_normalize(set, m, &e))
		return true;
	return !row->sha256_norm || strcmp(row->sha256_norm, m->sha256_norm) != 0;
}

static enum migration_state state_of_row(
	struct migration_set *set, struct migration *m, const struct history_row *row)
{
	switch (row->state) {
	case HISTORY_PARTIAL: return MIGRATION_PARTIAL;
	case HISTORY_FAILED: return MIGRATION_FAILED;
	case HISTORY_APPLIED:
	case HISTORY_STAMPED: break;
	}
	return is_changed(set, m, row) ? MIGRATION_CHANGED : MIGRATION_APPLIED;
}

/* What the store knows of a guest's migration that never came to its end: a dirty row may mean another one. */
static void correct_by_store(struct migration_row *row, const struct history *history)
{
	const struct history_unfinished *unfinished = history ? history->unfinished : NULL;

	if (!unfinished)
		return;
	if (unfinished->number == row->migration->number) {
		row->state = MIGRATION_PARTIAL;
		row->was_going_down = unfinished->direction == SECTION_DOWN;
	} else if (row->state == MIGRATION_PARTIAL) {
		row->state = MIGRATION_APPLIED;
	}
}

static void fill_row(struct migration_row *row, const struct inspection *inspection,
	struct migration *m, bool *has_file)
{
	const struct history *history = inspection->history;
	const struct history_row *applied = history ? history_find(history, m) : NULL;

	*row = (struct migration_row){ .rev = m->rev,
		.name = m->name,
		.migration = m,
		.applied_us = VALUE_NONE,
		.took_ms = VALUE_NONE,
		.level = -1,
		.words = "",
		.is_reversible = m->sections[SECTION_DOWN].is_present && !m->irreversible };
	if (applied) {
		has_file[applied - history->rows] = true;
		row->state = state_of_row(inspection->set, m, applied);
		row->applied_us = applied->applied_us;
		row->took_ms = applied->took_ms;
		row->actor = applied->actor;
		row->was_going_down = applied->direction == SECTION_DOWN;
	} else if (history && history_is_applied(history, m)) {
		row->state = MIGRATION_APPLIED;
		row->applied_us = row->took_ms = VALUE_UNKNOWN;
	}
	correct_by_store(row, history);
}

static void add_missing(struct migrations_view *view, const struct history_row *applied)
{
	view->rows[view->row_count++] =
		(struct migration_row){ .rev = arena_strdup(&view->arena, applied->rev),
			.name = arena_strdup(&view->arena, applied->name ? applied->name : ""),
			.state = MIGRATION_MISSING,
			.applied_us = applied->applied_us,
			.took_ms = applied->took_ms,
			.actor = arena_strdup(&view->arena, applied->actor),
			.level = -1,
			.words = "" };
}

static bool is_applied(const struct migration_row *row)
{
	return row->state != MIGRATION_PENDING && row->state != MIGRATION_LATE;
}

static int compare_missing(const void *a, const void *b)
{
	const struct migration_row *left = a, *right = b;
	return strcmp(left->rev, right->rev);
}

/* Applied revisions without a file go where their revision sorts among the rows in front of "you are here". */
static void place_missing(
	struct migrations_view *view, const struct inspection *inspection, const bool *has_file)
{
	const struct history *history = inspection->history;
	size_t before = view->row_count;

	for (size_t i = 0; history && i < history->row_count; i++) {
		if (!has_file[i])
			add_missing(view, &history->rows[i]);
	}
	qsort(view->rows + before, view->row_count - before, sizeof(*view->rows), compare_missing);
	for (size_t i = before; i < view->row_count; i++) {
		struct migration_row missing = view->rows[i];
		size_t at = i;
		while (at > 0 && strcmp(view->rows[at - 1].rev, missing.rev) > 0)
			at--;
		memmove(&view->rows[at + 1], &view->rows[at], (i - at) * sizeof(*view->rows));
		view->rows[at] = missing;
	}
}

static void mark_late_and_count(struct migrations_view *view)
{
	size_t newest = 0;

	for (size_t i = 0; i < view->row_count; i++) {
		if (is_applied(&view->rows[i])) {
			newest = i + 1;
			view->current = view->rows[i].rev;
			view->applied_count++;
		}
	}
	for (size_t i = 0; i < view->row_count; i++) {
		if (is_applied(&view->rows[i]))
			continue;
		view->pending_count++;
		if (i < newest)
			view->rows[i].state = MIGRATION_LATE;
	}
	view->ahead_count = view->row_count - newest;
}

/* The worst thing a migration would do, in two or three words for a row of the screen. */
static const char *hazard_words(struct arena *arena, const struct hazard *hazard)
{
	switch (hazard->kind) {
	case HAZARD_DATA_LOSS: return "loses data";
	case HAZARD_CASCADE: return "cascades";
	case HAZARD_REWRITE: return "rewrites";
	case HAZARD_NO_WHERE: return "touches all rows";
	case HAZARD_UNPARSED: return "not understood";
	case HAZARD_OPAQUE: return "opaque code";
	case HAZARD_INDEX_BUILD: return "builds an index";
	case HAZARD_NON_TRANSACTIONAL: return "runs alone";
	case HAZARD_SCAN_LOCK:
	case HAZARD_LOCK_EXCLUSIVE:
	case HAZARD_LOCK_SHARE:
	case HAZARD_LOCK_OTHER_TABLE:
		return hazard->object ? arena_printf(arena, "locks %s", hazard->object) : "locks";
	case HAZARD_RENAME:
	case HAZARD_PRIVILEGE:
	case HAZARD_ENUM_ORDER:
	case HAZARD_DROP:
	case HAZARD_ROW_CHANGE:
	case HAZARD_KIND_COUNT: break;
	}
	return hazard_word(hazard->kind);
}

static struct migration_row *find_row(struct migrations_view *view, const struct migration *m)
{
	for (size_t i = 0; i < view->row_count; i++) {
		if (view->rows[i].migration == m)
			return &view->rows[i];
	}
	return NULL;
}

static void add_plan(struct migrations_view *view, const struct plan *plan)
{
	struct migration_row *row = NULL;

	for (size_t i = 0; i < plan->step_count; i++) {
		const struct plan_step *step = &plan->steps[i];
		if (!row || row->migration != step->migration)
			row = find_row(view, step->migration);
		if (!row)
			continue;
		row->statement_count += step->statement_count;
		if (step->level > row->level)
			row->level = step->level;
		for (size_t h = 0; h < step->hazard_count; h++) {
			if (step->hazards[h].level == row->level && step->hazards[h].level > 0 &&
				step->hazards[h].level == step->level)
				row->words = hazard_words(&view->arena, &step->hazards[h]);
		}
	}
}

void migrations_view_fail(struct migrations_view *view, const struct err *e)
{
	view->problem = e->file ? arena_printf(&view->arena, "%s:%d:%d: %s", e->file, e->line,
					  e->column, e->text)
				: arena_strdup(&view->arena, e->text);
	view->remedy = *e->hint ? arena_strdup(&view->arena, e->hint) : NULL;
	view->status = STATUS_CRIT;
}

/* A directory without any of what is applied is most likely the wrong one. */
static bool is_elsewhere(const struct migrations_view *view, const struct inspection *inspection)
{
	return !inspection->set->count && view->applied_count;
}

bool migration_is_half_done(const struct migration_row *row)
{
	return row->state == MIGRATION_PARTIAL || row->state == MIGRATION_FAILED;
}

static void set_problem(struct migrations_view *view, const struct inspection *inspection)
{
	view->status = STATUS_OK;
	if (is_elsewhere(view, inspection)) {
		view->problem =
			arena_printf(&view->arena, "%zu applied, and none of their files in %s",
				view->applied_count, inspection->set->dir);
		view->remedy = "start dbtop in the project's directory, or name theirs: --dir DIR";
		view->status = STATUS_CRIT;
		return;
	}
	if (inspection->plan_error.kind != ERR_NONE) {
		migrations_view_fail(view, &inspection->plan_error);
		return;
	}
	for (size_t i = 0; i < view->row_count && !view->problem; i++) {
		const struct migration_row *row = &view->rows[i];
		if (row->state == MIGRATION_PENDING || row->state == MIGRATION_APPLIED)
			continue;
		view->problem = arena_printf(&view->arena, "%s %s: %s%s", row->rev, row->name,
			migration_state_word(row->state),
			!migration_is_half_done(row) ? ""
			: row->was_going_down	     ? ", broken off on its way down"
						     : ", broken off on its way up");
		view->status = row->state == MIGRATION_LATE || row->state == MIGRATION_MISSING
				       ? STATUS_WARN
				       : STATUS_CRIT;
	}
}

/* Not wrong, and worth a word when nothing is. */
static void note_formatting(struct migrations_view *view, const struct inspection *inspection)
{
	const struct history *history = inspection->history;

	for (size_t i = 0; history && i < view->row_count && !view->problem; i++) {
		const struct migration *m = view->rows[i].migration;
		const struct history_row *row = m ? history_find(history, m) : NULL;
		if (!row || view->rows[i].state != MIGRATION_APPLIED || is_same_text(m, row))
			continue;
		view->problem = arena_printf(&view->arena,
			"%s %s: another formatting than when it was applied", m->rev, m->name);
		view->status = STATUS_WARN;
	}
}

static size_t common_length(const char *a, const char *b)
{
	size_t n = 0;

	while (a[n] && a[n] == b[n])
		n++;
	return n;
}

void migrations_short_rev(
	const struct migrations_view *view, const char *rev, char out[SHORT_REV_BYTES])
{
	enum { DAY = 8, WORTH = 3 }; /* digits of a date; what is saved at least */
	size_t len = strlen(rev), keep = DAY;

	for (size_t i = 0; i < view->row_count; i++) {
		size_t same = common_length(view->rows[i].rev, rev);
		if (same < len && same + 1 > keep)
			keep = same + 1;
	}
	if (!view->is_known || keep + WORTH > len)
		keep = len;
	snprintf(out, SHORT_REV_BYTES, "%.*s", (int)keep, rev);
}

void migrations_view_fill(struct migrations_view *view, const struct inspection *inspection)
{
	const struct migration_set *set = inspection->set;
	size_t applied = inspection->history ? inspection->history->row_count : 0;
	bool *has_file = mem_zero(applied);

	view->is_known = true;
	view->dir = set->dir;
	view->format = set->format;
	view->format_words = set->format_words;
	view->history_words = inspection->history ? history_words(inspection->history) : NULL;
	view->missing = inspection->missing;
	view->is_dirty = inspection->history && inspection->history->is_dirty;
	view->rows = arena_array(&view->arena, struct migration_row, set->count + applied + 1);
	for (size_t i = 0; i < set->count; i++)
		fill_row(&view->rows[view->row_count++], inspection, set->items[i], has_file);
	place_missing(view, inspection, has_file);
	free(has_file);
	mark_late_and_count(view);
	view->plan = inspection->plan;
	if (inspection->plan)
		add_plan(view, inspection->plan);
	set_problem(view, inspection);
	note_formatting(view, inspection);
}

void migrations_view_release(struct migrations_view *view)
{
	arena_release(&view->arena);
	*view = (struct migrations_view){ 0 };
}
