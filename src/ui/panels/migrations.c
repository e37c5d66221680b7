// SPDX-License-Identifier: GPL-3.0-or-later
/*
 * Migration history and plan: future above "you are here", past below; beside it what the selected one does.
 */
#include <string.h>

#include "base/clock.h"
#include "core/prompt.h"
#include "ui/box.h"
#include "ui/panels/migration_parts.h"
#include "ui/panels/panels.h"
#include "ui/wrap.h"

struct migrations_list {
	struct grid_state grid;
};

static const struct migration_row *selected(const struct panel *panel, const struct model *model)
{
	const struct migrations_list *list = panel->state;
	size_t place;
	if (!grid_selected(&migration_grid, &list->grid, model, &place))
		return NULL;
	return migration_at(model, place);
}

static int draw_fact(struct surface *s, int y, const char *word, const char *text)
{
	if (y >= s->height || !text || !*text)
		return y;
	struct pen pen = pen_at(s, 1, y);
	pen_field(&pen, ROLE_DIM, word, 10);
	pen_text(&pen, ROLE_TEXT, text);
	return y + 1;
}

/* A path too long keeps its end: the name says more than the folders. */
static int draw_path(struct surface *s, int y, const char *path)
{
	const char *slash = strrchr(path, '/');
	bool is_long = text_columns(path) > s->width - 12;
	return draw_fact(s, y, "file", is_long && slash ? slash + 1 : path);
}

/* Red is for what stops everybody, yellow for what stops writers; the rest lets the work go on. */
static enum role lock_role(enum lock_mode lock)
{
	if (lock >= LOCK_ACCESS_EXCLUSIVE)
		return ROLE_LOCK_WANTED;
	return lock >= LOCK_SHARE ? ROLE_STATUS_WARN : ROLE_TEXT;
}

static int draw_statement(const struct plan *plan, const struct migration_statement *statement,
	size_t number, struct surface *s, int y)
{
	struct pen pen = pen_at(s, 1, y);
	struct str words = { 0 };
	const struct action *lock = statement_lock(&statement->sql);
	bool is_narrow = s->width < 70;
	statement_words(&statement->sql, &words);
	pen_printf(&pen, ROLE_DIM, "%3zu ", number);
	int field = s->width - (is_narrow ? 31 : 46);
	pen_field(&pen, ROLE_TEXT, str_c(&words), field > 12 ? field : 12);
	pen_gap(&pen, 1);
	if (lock) {
		pen_field(&pen, lock_role(lock->lock),
			is_narrow ? lock_mode_short(lock->lock) : lock_mode_words(lock->lock),
			is_narrow ? 9 : 23);
		const struct table_size *size = plan_size_of(plan, &lock->table);
		char bytes[NUMBER_BYTES];
		number_bytes(size ? size->bytes : VALUE_UNKNOWN, bytes);
		pen_text(&pen, ROLE_DIM, lock->table.name);
		if (size)
			pen_printf(&pen, ROLE_DIM, " %s", bytes);
	}
	str_release(&words);
	return y + 1;
}

static int draw_hazards(const struct plan_step *step, struct surface *s, int y)
{
	for (size_t i = 0; i < step->hazard_count && y < s->height; i++) {
		const struct hazard *hazard = &step->hazards[i];
		struct pen pen = pen_at(s, 0, y);
		char words[512], text[800];
		if (hazard->level < 2)
			continue;
		pen_status(&pen, level_status(hazard->level));
		prompt_hazard_words(hazard, words, sizeof(words));
		snprintf(text, sizeof(text), "%s%s%s", words, hazard->remedy ? "; " : "",
			hazard->remedy ? hazard->remedy : "");
		struct rect at = { 3, y, s->width - 4, s->height - y };
		y = wrap_draw(s, at, ROLE_TEXT, text, 2);
	}
	return y;
}

static int draw_plan(
	const struct plan *plan, const struct migration_row *row, struct surface *s, int y)
{
	size_t number = 1;
	for (size_t i = 0; plan && i < plan->step_count && y < s->height; i++) {
		const struct plan_step *step = &plan->steps[i];
		if (step->migration != row->migration)
			continue;
		struct pen pen = pen_at(s, 1, y++);
		pen_printf(&pen, ROLE_HEADER, "step %zu  %s", step->ordinal,
			step->is_lone ? "alone, outside a transaction" : "one transaction");
		for (size_t k = 0; k < step->statement_count && y < s->height; k++)
			y = draw_statement(plan, &step->statements[k], number++, s, y);
		y = draw_hazards(step, s, y);
	}
	return y;
}

static int draw_history(const struct migration_row *row, struct surface *s, int y)
{
	char when[CLOCK_TEXT_BYTES], took[NUMBER_BYTES];
	if (value_is_known(row->applied_us)) {
		clock_format_local(row->applied_us, when);
		y = draw_fact(s, y, "applied", when);
	} else {
		y = draw_fact(s, y, "applied", "? (this history does not say when)");
	}
	y = draw_fact(s, y, "by", row->actor ? row->actor : "?");
	number_ms(row->took_ms, took);
	return draw_fact(s, y, "took", took);
}

/* Neither applied nor not: what is known, and the key that goes on. */
static int draw_half_done(const struct migration_row *row, struct surface *s, int y)
{
	char text[96];
	snprintf(text, sizeof(text), "%s, broken off on its way %s",
		migration_state_word(row->state), row->was_going_down ? "down" : "up");
	y = draw_fact(s, y, "state", text);
	y = draw_fact(s, y, "by", row->actor ? row->actor : "?");
	return draw_fact(s, y, "next", "Enter goes on with it, as far as that is sound");
}

static void draw_detail(
	const struct model *model, const struct migration_row *row, struct surface *s)
{
	bool is_pending = row->state == MIGRATION_PENDING || row->state == MIGRATION_LATE;
	char text[64];
	int y = 0;
	const struct migration *m = row->migration;
	const struct migration_script *up = m ? &m->sections[SECTION_UP] : NULL;
	y = draw_path(s, y, up && up->path ? up->path : "missing");
	y = draw_fact(s, y, "rollback",
		m && m->irreversible ? m->irreversible
		: row->is_reversible ? "yes"
				     : "no: it has no way down");
	if (migration_is_half_done(row))
		y = draw_half_done(row, s, y);
	if (is_pending || (migration_is_half_done(row) && !row->was_going_down))
		y = draw_plan(model->migrations.plan, row, s, y);
	else if (!migration_is_half_done(row))
		y = draw_history(row, s, y);
	if (row->state == MIGRATION_CHANGED || row->state == MIGRATION_LATE)
		y = draw_fact(s, y, "state", migration_state_word(row->state));
	snprintf(text, sizeof(text), "%d, in view 6", (int)row->note_count);
	if (row->note_count)
		draw_fact(s, y, "notes", text);
}

/* Wide: side by side. Narrow: the detail below the list. Where nothing is selected the list has it all. */
static void place(
	const struct panel *panel, const struct surface *s, bool has_detail, struct rect at[2])
{
	enum layout layout = panel->context->layout;
	if (!has_detail) {
		at[0] = (struct rect){ 0, 0, s->width, s->height };
		at[1] = (struct rect){ 0 };
		return;
	}
	if (layout == LAYOUT_WIDE) {
		int left = s->width >= 160 ? s->width * 45 / 100 : s->width * 3 / 5;
		at[0] = (struct rect){ 0, 0, left, s->height };
		at[1] = (struct rect){ left, 0, s->width - left, s->height };
		return;
	}
	int lower = s->height >= 14 ? box_height(6, layout) : 0;
	at[0] = (struct rect){ 0, 0, s->width, s->height - lower };
	at[1] = (struct rect){ 0, s->height - lower, s->width, lower };
}

static void migrations_draw(const struct panel *panel, const struct model *model, struct surface *s)
{
	const struct migrations_list *list = panel->state;
	const struct migrations_view *view = &model->migrations;
	enum layout layout = panel->context->layout;
	struct panel_head head;
	struct rect at[2];
	char title[160];
	const struct migration_row *row = selected(panel, model);
	place(panel, s, row != NULL, at);
	migrations_head(panel, model, &head);
	struct box box = { .title = "Plan and history",
		.words = head.words,
		.has_status = head.has_status,
		.status = head.status,
		.is_focused = panel->is_focused };
	struct surface in = box_draw(s, at[0], &box, layout);
	int y = migration_draw_problem(view, &in, 0);
	in = surface_part(&in, (struct rect){ 0, y, in.width, in.height - y });
	if (!view->row_count) {
		if (view->is_known && !view->problem)
			migration_draw_empty(view, &in);
		return;
	}
	grid_draw(&in, &migration_grid, &list->grid, panel, model);
	if (!row || at[1].height < 3)
		return;
	snprintf(title, sizeof(title), "%.20s %.100s", row->rev, row->name ? row->name : "");
	in = box_draw(s, at[1], &(struct box){ .title = title }, layout);
	draw_detail(model, row, &in);
}

/* Down to before the selected one: so many of the newest. From a planned one: the newest applied. */
static void roll_back(
	const struct model *model, const struct migration_row *row, struct panel_answer *answer)
{
	const struct migrations_view *view = &model->migrations;
	size_t past = view->row_count - view->ahead_count, index = (size_t)(row - view->rows);
	size_t applied = 0;
	for (size_t i = index; i < past; i++)
		applied += view->rows[i].state != MIGRATION_LATE;
	if (model->run.state != RUN_NONE)
		snprintf(answer->command, sizeof(answer->command), "view.go step");
	else if (!view->applied_count)
		snprintf(answer->say, sizeof(answer->say),
			"nothing is applied: nothing to roll back");
	else if (!applied) /* as `dbtop downgrade` does when nothing is named */
		snprintf(answer->command, sizeof(answer->command), "run.down -1");
	else
		snprintf(answer->command, sizeof(answer->command), "run.down -%zu", applied);
}

/* What is half done is gone on with in the direction it was broken off in. */
static void open_row(
	const struct model *model, const struct migration_row *row, struct panel_answer *answer)
{
	bool goes_up = row->state == MIGRATION_PENDING || row->state == MIGRATION_LATE ||
		       (migration_is_half_done(row) && !row->was_going_down);
	if (model->run.state != RUN_NONE)
		snprintf(answer->command, sizeof(answer->command), "view.go step");
	else if (migration_is_half_done(row) && row->was_going_down)
		roll_back(model, row, answer);
	else if (goes_up)
		snprintf(answer->command, sizeof(answer->command), "run.up %.40s", row->rev);
	else
		snprintf(answer->say, sizeof(answer->say),
			"%.40s is applied; R steps through rolling it back", row->rev);
}

static bool migrations_command(struct panel *panel, const struct model *model, const char *command,
	struct panel_answer *answer)
{
	struct migrations_list *list = panel->state;
	const struct migration_row *row = selected(panel, model);
	if (strncmp(command, "item.", 5) != 0)
		return grid_command(&migration_grid, &list->grid, model, command, answer);
	if (!row)
		return true;
	if (strcmp(command, "item.open") == 0)
		open_row(model, row, answer);
	else if (strcmp(command, "item.rollback") == 0)
		roll_back(model, row, answer);
	else if (strcmp(command, "item.describe") == 0)
		snprintf(
			answer->command, sizeof(answer->command), "migration.show %.40s", row->rev);
	else if (strcmp(command, "item.pin") == 0) {
		snprintf(answer->command, sizeof(answer->command), "--migration");
		snprintf(answer->say, sizeof(answer->say), "%s", row->rev);
	} else {
		return false;
	}
	return true;
}

static bool migrations_copy(
	const struct panel *panel, const struct model *model, struct str *out, const char **what)
{
	const struct migration_row *row = selected(panel, model);
	const struct migration_script *up =
		row && row->migration ? &row->migration->sections[SECTION_UP] : NULL;
	if (!up || !up->is_loaded || up->end <= up->start)
		return false;
	str_add_span(out, span_from(up->text.data + up->start, up->end - up->start));
	*what = "the SQL of its way up";
	return true;
}

static void migrations_crumb(const struct panel *panel, const struct model *model, char out[128])
{
	const struct migrations_view *view = &model->migrations;
	const struct migrations_list *list = panel->state;
	out[0] = '\0';
	if (!view->is_known)
		return;
	if (list->grid.filter[0]) {
		snprintf(out, 128, "/ %.100s", list->grid.filter);
		return;
	}
	snprintf(out, 128, "%.40s   %.60s", view->format ? view->format : "",
		view->history_words ? view->history_words : "");
	if (view->plan)
		snprintf(out, 128, "%.40s   digest %.8s   %.50s", view->format ? view->format : "",
			view->plan->digest, view->history_words ? view->history_words : "");
}

const struct panel_class migrations_panel = {
	.name = "migrations",
	.title = "Migrations",
	.base = "list",
	.listens = EVENT_BIT(EVENT_MIGRATIONS) | EVENT_BIT(EVENT_RUN) | EVENT_BIT(EVENT_NOTES),
	.has_own_boxes = true,
	.state_size = sizeof(struct migrations_list),
	.draw = migrations_draw,
	.command = migrations_command,
	.grid = &migration_grid,
	.copy = migrations_copy,
	.crumb = migrations_crumb,
};
