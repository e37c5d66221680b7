// SPDX-License-Identifier: GPL-3.0-or-later
/*
 * Migrations on the overview: where the database stands, what comes next, what was last.
 */
#include <string.h>

#include "base/words.h"
#include "ui/panels/migration_parts.h"
#include "ui/panels/panels.h"
#include "ui/wrap.h"

enum { LABEL = 7, WORDS = 29, NAME_LEAST = 16 };

struct widths {
	int rev, name;
};

/* As wide as the longest name around "now", within what the words after it leave. */
static struct widths widths_of(const struct migrations_view *view, int room)
{
	enum { AROUND = 24 };
	struct widths widths = { .rev = revision_columns(view), .name = 8 };
	size_t applied = view->row_count - view->ahead_count;
	size_t first = applied > AROUND ? applied - AROUND : 0;
	for (size_t i = first; i < view->row_count && i < applied + AROUND; i++) {
		int columns = view->rows[i].name ? text_columns(view->rows[i].name) : 0;
		widths.name = columns > widths.name ? columns : widths.name;
	}
	room -= LABEL + widths.rev + 2 + WORDS;
	room = room < NAME_LEAST ? NAME_LEAST : room;
	widths.name = widths.name < room ? widths.name : room;
	return widths;
}

static void draw_row(const struct model *model, const struct migration_row *row, const char *label,
	struct surface *s, int y)
{
	struct pen pen = pen_at(s, 1, y);
	struct widths widths = widths_of(&model->migrations, s->width);
	int rev = widths.rev + 2 < 6 ? 6 : widths.rev + 2;
	char when[WORDS_BYTES], took[NUMBER_BYTES], short_rev[SHORT_REV_BYTES];
	pen_field(&pen, ROLE_TITLE, label, LABEL);
	migrations_short_rev(&model->migrations, row->rev, short_rev);
	pen_field(&pen, ROLE_TEXT, short_rev, widths.rev);
	pen_to(&pen, LABEL + 1 + rev);
	pen_field(&pen, ROLE_TEXT, row->name ? row->name : "", widths.name);
	pen_gap(&pen, 1);
	pen_status(&pen, migration_status(row));
	pen_gap(&pen, 1);
	if (row->state == MIGRATION_PENDING || row->state == MIGRATION_LATE) {
		pen_printf(&pen, ROLE_DIM, "%zu stmt%s  ", row->statement_count,
			row->statement_count == 1 ? "" : "s");
		pen_text(&pen,
			row->level >= 2 ? role_of_status(level_status(row->level)) : ROLE_DIM,
			row->words);
		return;
	}
	if (row->state != MIGRATION_APPLIED) {
		pen_text(&pen, role_of_status(migration_status(row)),
			migration_state_word(row->state));
		pen_gap(&pen, 2);
	}
	if (value_is_known(row->applied_us)) {
		words_ago(row->applied_us, model->now_wall_us, when);
		pen_text(&pen, ROLE_DIM, when);
		pen_gap(&pen, 2);
	}
	number_ms(row->took_ms, took);
	if (value_is_known(row->took_ms))
		pen_printf(&pen, ROLE_DIM, "%s  ", took);
	if (row->actor)
		pen_text(&pen, ROLE_DIM, row->actor);
}

static void draw_state(const struct migrations_view *view, struct surface *s, int y)
{
	struct pen pen = pen_at(s, 1, y);
	pen_printf(&pen, ROLE_DIM, "%zu applied, %zu to run", view->applied_count,
		view->pending_count);
	if (view->format && *view->format)
		pen_printf(&pen, ROLE_DIM, "  %s", view->format);
	pen_text(&pen, ROLE_DIM, view->lock_holder[0] ? "  lock held" : "  lock free");
	if (view->is_dirty)
		pen_text(&pen, ROLE_STATUS_CRIT, "  dirty");
}

static void migrations_box_draw(
	const struct panel *panel, const struct model *model, struct surface *s)
{
	const struct migrations_view *view = &model->migrations;
	size_t pending = view->ahead_count, applied = view->row_count - pending;
	int y = migration_draw_problem(view, s, 0);
	(void)panel;
	if (!view->row_count) {
		if (view->is_known && !view->problem)
			migration_draw_empty(view, s);
		return;
	}
	if (applied && y < s->height)
		draw_row(model, &view->rows[applied - 1], "NOW", s, y++);
	size_t room = s->height > 8 ? (size_t)s->height - 6 : s->height > 2 ? 2 : 1;
	for (size_t i = 0; i < pending && i < room && y < s->height; i++)
		draw_row(model, &view->rows[applied + i], i ? "" : "NEXT", s, y++);
	if (y < s->height)
		draw_state(view, s, y++);
	y++;
	for (size_t i = 2; i <= applied && y < s->height; i++)
		draw_row(model, &view->rows[applied - i], "", s, y++);
}

static bool migrations_box_command(struct panel *panel, const struct model *model,
	const char *command, struct panel_answer *answer)
{
	(void)panel;
	(void)model;
	if (strcmp(command, "item.open") != 0)
		return false;
	snprintf(answer->command, sizeof(answer->command), "view.go migrations");
	return true;
}

const struct panel_class migrations_box_panel = {
	.name = "overview.migrations",
	.title = "4 Migrations",
	.listens = EVENT_BIT(EVENT_MIGRATIONS) | EVENT_BIT(EVENT_RUN),
	.min_height = 5,
	.compact_height = 3,
	.head = migrations_head,
	.draw = migrations_box_draw,
	.command = migrations_box_command,
};
