// SPDX-License-Identifier: GPL-3.0-or-later
/*
 * Notes: the list, and the text of the selected one. Nothing is asked here, because everything can be undone.
 */
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/str.h"
#include "ui/box.h"
#include "ui/panels/panels.h"
#include "ui/pen.h"
#include "ui/widgets/grid.h"
#include "ui/wrap.h"

struct notes_view {
	struct grid_state grid;
};

/* The index of the place-th note that is not deleted. */
static const struct note *note_at(const struct model *model, size_t place)
{
	for (size_t i = 0; i < model->notes.count; i++)
		if (!model->notes.items[i].is_deleted && place-- == 0)
			return &model->notes.items[i];
	return NULL;
}

static size_t note_count(const struct model *model)
{
	size_t count = 0;
	for (size_t i = 0; i < model->notes.count; i++)
		count += !model->notes.items[i].is_deleted;
	return count;
}

static void note_id(const struct model *model, size_t place, char out[GRID_ID_BYTES])
{
	snprintf(out, GRID_ID_BYTES, "%lld", (long long)note_at(model, place)->id);
}

static void cell_id(const struct model *model, size_t place, struct grid_cell *cell)
{
	snprintf(cell->text, sizeof(cell->text), "#%lld", (long long)note_at(model, place)->id);
}

static void cell_time(const struct model *model, size_t place, struct grid_cell *cell)
{
	char text[CLOCK_TEXT_BYTES];
	clock_format_local(note_at(model, place)->at_us, text);
	snprintf(cell->text, sizeof(cell->text), "%.16s", text);
	cell->role = ROLE_DIM;
}

static void cell_kind(const struct model *model, size_t place, struct grid_cell *cell)
{
	const struct note *note = note_at(model, place);
	cell->has_glyph = true;
	cell->glyph = !note->is_todo ? GLYPH_NOTE : note->is_done ? GLYPH_TODO_DONE : GLYPH_TODO;
	cell->role = note->is_todo && !note->is_done ? ROLE_STATUS_WARN : ROLE_DIM;
}

static void cell_pin(const struct model *model, size_t place, struct grid_cell *cell)
{
	const struct note *note = note_at(model, place);
	snprintf(cell->text, sizeof(cell->text), "%s%s%.60s", note_pin_word(note->pin),
		note->object ? " " : "", note->object ? note->object : "");
	cell->role = ROLE_DIM;
}

static void cell_text(const struct model *model, size_t place, struct grid_cell *cell)
{
	const char *text = note_at(model, place)->text;
	snprintf(cell->text, sizeof(cell->text), "%.*s", (int)strcspn(text, "\n"), text);
}

static const struct grid_column columns[] = {
	{ "NOTE", "#", 3, 6, 0, false, cell_id, NULL },
	{ "", NULL, 1, 3, 1, false, cell_kind, NULL },
	{ "PINNED TO", NULL, 16, 16, 3, false, cell_time, NULL },
	{ "ABOUT", NULL, 5, 24, 4, false, cell_pin, NULL },
	{ "TEXT", NULL, 12, 0, 0, false, cell_text, NULL },
};

static const struct grid notes_grid = {
	.columns = columns,
	.column_count = ARRAY_SIZE(columns),
	.count = note_count,
	.id = note_id,
	.empty = "no notes yet",
};

static const char nothing_yet[] = "no notes yet\n\nn writes one, t a todo; in every other view m "
				  "pins one to what is selected "
				  "there.\nThey stay on this machine, and also without a server.";

static const struct note *selected(const struct panel *panel, const struct model *model)
{
	const struct notes_view *view = panel->state;
	size_t place;
	return grid_selected(&notes_grid, &view->grid, model, &place) ? note_at(model, place)
								      : NULL;
}

static void draw_note(const struct note *note, struct surface *s)
{
	char at[CLOCK_TEXT_BYTES], edited[CLOCK_TEXT_BYTES];
	struct rect text = { 1, 0, s->width - 2, s->height > 4 ? s->height - 3 : s->height };
	int y = wrap_draw(s, text, ROLE_TEXT, note->text, 0);
	clock_format_local(note->at_us, at);
	clock_format_local(note->edited_us ? note->edited_us : note->created_us, edited);
	if (++y + 1 >= s->height)
		return;
	struct pen pen = pen_at(s, 1, y);
	pen_printf(&pen, ROLE_DIM, "pinned to %s", at);
	if (note->object)
		pen_printf(&pen, ROLE_DIM, " and %s %s", note_pin_word(note->pin), note->object);
	pen = pen_at(s, 1, y + 1);
	pen_printf(&pen, ROLE_DIM, "by %s, edited %s", note->author ? note->author : "?", edited);
}

static void place(
	const struct panel *panel, const struct surface *s, bool has_detail, struct rect at[2])
{
	if (!has_detail) {
		at[0] = (struct rect){ 0, 0, s->width, s->height };
		at[1] = (struct rect){ 0 };
		return;
	}
	if (panel->context->layout == LAYOUT_WIDE) {
		int left = s->width / 2;
		at[0] = (struct rect){ 0, 0, left, s->height };
		at[1] = (struct rect){ left, 0, s->width - left, s->height };
		return;
	}
	int lower = s->height >= 12 ? s->height / 2 : 0;
	at[0] = (struct rect){ 0, 0, s->width, s->height - lower };
	at[1] = (struct rect){ 0, s->height - lower, s->width, lower };
}

static void notes_draw(const struct panel *panel, const struct model *model, struct surface *s)
{
	const struct notes_view *view = panel->state;
	enum layout layout = panel->context->layout;
	struct rect at[2];
	char title[64];
	const struct note *note = selected(panel, model);
	place(panel, s, note != NULL, at);
	struct box box = { .title = "6 Notes",
		.is_focused = panel->is_focused,
		.has_status = model->notes_read_only,
		.status = STATUS_WARN,
		.words = model->notes_read_only ? model->store_words : NULL };
	struct surface in = box_draw(s, at[0], &box, layout);
	if (note_count(model))
		grid_draw(&in, &notes_grid, &view->grid, panel, model);
	else
		wrap_draw(&in, (struct rect){ 1, 0, in.width - 2, in.height }, ROLE_DIM,
			nothing_yet, 0);
	if (!note || at[1].height < 3)
		return;
	snprintf(title, sizeof(title), "#%lld%s", (long long)note->id,
		!note->is_todo	? ""
		: note->is_done ? "  todo, done"
				: "  todo");
	in = box_draw(s, at[1], &(struct box){ .title = title }, layout);
	draw_note(note, &in);
}

static bool notes_command(struct panel *panel, const struct model *model, const char *command,
	struct panel_answer *answer)
{
	static const char *const commands[][2] = {
		{ "item.edit", "note.change" },
		{ "item.editor", "note.editor" },
		{ "item.open", "note.change" },
		{ "item.mark", "note.done" },
		{ "item.delete", "note.delete" },
	};
	struct notes_view *view = panel->state;
	const struct note *note = selected(panel, model);
	for (size_t i = 0; i < ARRAY_SIZE(commands); i++) {
		if (strcmp(command, commands[i][0]) != 0)
			continue;
		if (note)
			snprintf(answer->command, sizeof(answer->command), "%s %lld",
				commands[i][1], (long long)note->id);
		return true;
	}
	return grid_command(&notes_grid, &view->grid, model, command, answer);
}

static bool notes_copy(
	const struct panel *panel, const struct model *model, struct str *out, const char **what)
{
	const struct note *note = selected(panel, model);
	if (!note)
		return false;
	str_add(out, note->text);
	*what = "this note";
	return true;
}

static void notes_crumb(const struct panel *panel, const struct model *model, char out[128])
{
	const struct notes_view *view = panel->state;
	int len = snprintf(
		out, 128, "%zu note%s", note_count(model), note_count(model) == 1 ? "" : "s");
	if (view->grid.filter[0])
		snprintf(out + len, 128 - (size_t)len, "   / %s", view->grid.filter);
}

const struct panel_class notes_panel = {
	.name = "notes",
	.title = "6 Notes",
	.base = "list",
	.listens = EVENT_BIT(EVENT_NOTES),
	.has_own_boxes = true,
	.state_size = sizeof(struct notes_view),
	.draw = notes_draw,
	.command = notes_command,
	.grid = &notes_grid,
	.copy = notes_copy,
	.crumb = notes_crumb,
};
