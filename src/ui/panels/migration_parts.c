// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/panels/migration_parts.h"

#include <string.h>

#include "base/words.h"
#include "ui/wrap.h"

enum status level_status(int level)
{
	return level >= 3 ? STATUS_CRIT : level == 2 ? STATUS_WARN : STATUS_OK;
}

enum status migration_status(const struct migration_row *row)
{
	switch (row->state) {
	case MIGRATION_PENDING: return row->level < 0 ? STATUS_INFO : level_status(row->level);
	case MIGRATION_APPLIED: return STATUS_OK;
	case MIGRATION_PARTIAL:
	case MIGRATION_FAILED: return STATUS_CRIT;
	case MIGRATION_MISSING:
	case MIGRATION_CHANGED:
	case MIGRATION_LATE: return STATUS_WARN;
	}
	return STATUS_OK;
}

void migrations_head(const struct panel *panel, const struct model *model, struct panel_head *head)
{
	const struct migrations_view *view = &model->migrations;
	(void)panel;
	*head = (struct panel_head){ .status = view->status, .has_status = view->is_known };
	head->has_status |= view->problem != NULL;
	if (view->problem && view->status == STATUS_CRIT)
		snprintf(head->words, sizeof(head->words), "cannot be planned");
	else if (view->problem)
		snprintf(head->words, sizeof(head->words), "look");
	else if (!view->is_known)
		snprintf(head->words, sizeof(head->words), "not read yet");
	else if (view->lock_holder[0])
		snprintf(
			head->words, sizeof(head->words), "lock held by %.100s", view->lock_holder);
	else if (view->pending_count)
		snprintf(head->words, sizeof(head->words), "%zu to run", view->pending_count);
	else
		snprintf(head->words, sizeof(head->words), "nothing to run");
}

static bool is_next(const struct migrations_view *view, const struct migration_row *row)
{
	return view->ahead_count && row == &view->rows[view->row_count - view->ahead_count];
}

const char *migration_words(const struct migrations_view *view, const struct migration_row *row)
{
	if (row->state == MIGRATION_PENDING)
		return is_next(view, row) ? "NEXT" : "planned";
	return migration_state_word(row->state);
}

const struct migration_row *migration_at(const struct model *model, size_t place)
{
	const struct migrations_view *view = &model->migrations;
	if (place == view->ahead_count)
		return NULL;
	size_t from_end = place < view->ahead_count ? place + 1 : place;
	return &view->rows[view->row_count - from_end];
}

/* Those around "now" are enough: they are what a list shows. */
int revision_columns(const struct migrations_view *view)
{
	enum { WHOLE = 8, AROUND = 200 };
	size_t longest = 0, unique = WHOLE;
	size_t applied = view->row_count - view->ahead_count;
	size_t first = applied > AROUND ? applied - AROUND : 0;
	for (size_t i = first; i < view->row_count && i < applied + AROUND; i++) {
		size_t len = strlen(view->rows[i].rev), same = 0;
		const char *before = i ? view->rows[i - 1].rev : "";
		while (before[same] && before[same] == view->rows[i].rev[same])
			same++;
		longest = len > longest ? len : longest;
		unique = same + 1 > unique ? same + 1 : unique;
	}
	return (int)(unique < longest ? unique : longest);
}

void statement_words(const struct statement *statement, struct str *out)
{
	str_add(out, *statement->tag ? statement->tag : "(empty)");
	for (size_t i = 0; i < statement->action_count; i++) {
		const struct action *action = &statement->actions[i];
		if (!action->object.name)
			continue;
		str_addf(out, " %s", action->object.name);
		if (action->part)
			str_addf(out, ".%s", action->part);
		return;
	}
}

const struct action *statement_lock(const struct statement *statement)
{
	const struct action *strongest = NULL;
	for (size_t i = 0; i < statement->action_count; i++) {
		const struct action *action = &statement->actions[i];
		if (action->lock > LOCK_ACCESS_SHARE && action->table.name &&
			(!strongest || action->lock > strongest->lock))
			strongest = action;
	}
	return strongest;
}

const struct table_size *plan_size_of(const struct plan *plan, const struct object_name *name)
{
	for (size_t i = 0; plan && i < plan->size_count; i++) {
		const struct table_size *size = &plan->sizes[i];
		bool same_schema =
			!name->schema || !size->schema || strcmp(size->schema, name->schema) == 0;
		if (size->exists && same_schema && strcmp(size->name, name->name) == 0)
			return size;
	}
	return NULL;
}

int migration_draw_problem(const struct migrations_view *view, struct surface *s, int y)
{
	enum { ROOMY = 6 };
	struct rect at = { 1, y, s->width - 2, s->height - y };
	if (!view->problem)
		return y;
	y = wrap_draw(s, at, role_of_status(view->status), view->problem, 0);
	at = (struct rect){ 1, y, s->width - 2, s->height - y };
	if (view->remedy)
		y = wrap_draw(s, at, ROLE_TEXT, view->remedy, 0);
	if (s->height - y >= ROOMY) {
		struct pen pen = pen_at(s, 1, y++);
		pen_text(&pen, ROLE_DIM, "r reads files and history again");
	}
	return y;
}

void migration_draw_empty(const struct migrations_view *view, struct surface *s)
{
	char text[512];
	snprintf(text, sizeof(text),
		"no migrations in %.200s\n`dbtop create \"Add user table\"` makes the first; "
		"--dir DIR names another directory",
		view->dir ? view->dir : "migrations");
	wrap_draw(s, (struct rect){ 1, 0, s->width - 2, s->height }, ROLE_DIM, text, 0);
}

/* ---- the grid: newest planned on top, the rule, then history ---- */

static size_t place_count(const struct model *model)
{
	return model->migrations.row_count ? model->migrations.row_count + 1 : 0;
}

static bool place_rule(const struct model *model, size_t place, char out[GRID_CELL_BYTES])
{
	const char *current = model->migrations.current;
	if (migration_at(model, place))
		return false;
	const struct migration_row *newest = current ? migration_at(model, place + 1) : NULL;
	snprintf(out, GRID_CELL_BYTES, "you are here: %.100s%s",
		current ? current : "nothing applied",
		newest && migration_is_half_done(newest) ? ", half done" : "");
	return true;
}

/* The next one to run, or the newest applied. */
static size_t place_start(const struct model *model)
{
	size_t ahead = model->migrations.ahead_count;
	return ahead ? ahead - 1 : 1;
}

static void place_id(const struct model *model, size_t place, char out[GRID_ID_BYTES])
{
	const struct migration_row *row = migration_at(model, place);
	snprintf(out, GRID_ID_BYTES, "%s", row ? row->rev : "");
}

static void cell_mark(const struct model *model, size_t place, struct grid_cell *cell)
{
	const struct migration_row *row = migration_at(model, place);
	enum status status = row ? migration_status(row) : STATUS_OK;
	cell->has_glyph = true;
	cell->glyph = glyph_of_status(status);
	cell->role = role_of_status(status);
}

static void cell_rev(const struct model *model, size_t place, struct grid_cell *cell)
{
	const struct migration_row *row = migration_at(model, place);
	snprintf(cell->text, sizeof(cell->text), "%s", row ? row->rev : "");
}

static void cell_name(const struct model *model, size_t place, struct grid_cell *cell)
{
	const struct migration_row *row = migration_at(model, place);
	snprintf(cell->text, sizeof(cell->text), "%s", row && row->name ? row->name : "");
}

static void cell_state(const struct model *model, size_t place, struct grid_cell *cell)
{
	const struct migration_row *row = migration_at(model, place);
	if (!row)
		return;
	snprintf(cell->text, sizeof(cell->text), "%s", migration_words(&model->migrations, row));
	bool is_plain = row->state == MIGRATION_APPLIED || row->state == MIGRATION_PENDING;
	cell->role = is_next(&model->migrations, row) ? ROLE_TITLE
		     : is_plain			      ? ROLE_DIM
						      : role_of_status(migration_status(row));
}

static void cell_when(const struct model *model, size_t place, struct grid_cell *cell)
{
	const struct migration_row *row = migration_at(model, place);
	if (!row)
		return;
	bool is_pending = row->state == MIGRATION_PENDING || row->state == MIGRATION_LATE;
	if (is_pending && row->level < 0) /* no plan was made of it */
		snprintf(cell->text, sizeof(cell->text), "-");
	else if (is_pending)
		snprintf(cell->text, sizeof(cell->text), "%zu stmt%s", row->statement_count,
			row->statement_count == 1 ? "" : "s");
	else if (value_is_known(row->applied_us))
		words_ago(row->applied_us, model->now_wall_us, cell->text);
	else
		snprintf(cell->text, sizeof(cell->text), "?");
}

static void cell_took(const struct model *model, size_t place, struct grid_cell *cell)
{
	const struct migration_row *row = migration_at(model, place);
	bool is_done = row && row->state != MIGRATION_PENDING && row->state != MIGRATION_LATE;
	if (is_done)
		number_ms(row->took_ms, cell->text);
	cell->role = ROLE_DIM;
}

static void cell_words(const struct model *model, size_t place, struct grid_cell *cell)
{
	const struct migration_row *row = migration_at(model, place);
	if (!row)
		return;
	bool is_pending = row->state == MIGRATION_PENDING || row->state == MIGRATION_LATE;
	snprintf(cell->text, sizeof(cell->text), "%s",
		is_pending && row->words ? row->words
		: row->actor		 ? row->actor
					 : "");
	cell->role =
		is_pending && row->level >= 2 ? role_of_status(level_status(row->level)) : ROLE_DIM;
}

static const struct grid_column columns[] = {
	{ "", NULL, 1, 1, 0, false, cell_mark, NULL },
	{ "REVISION", "REV", 4, 14, 0, false, cell_rev, NULL },
	{ "NAME", NULL, 8, 36, 1, false, cell_name, NULL },
	{ "STATE", NULL, 7, 12, 2, false, cell_state, NULL },
	{ "WHEN", NULL, 8, 12, 3, false, cell_when, NULL },
	{ "TOOK", NULL, 6, 8, 5, true, cell_took, NULL },
	{ "WHAT, WHO", "WHAT", 10, 0, 4, false, cell_words, NULL },
};

const struct grid migration_grid = {
	.columns = columns,
	.column_count = ARRAY_SIZE(columns),
	.count = place_count,
	.id = place_id,
	.rule = place_rule,
	.start = place_start,
	.empty = "no migrations",
};
