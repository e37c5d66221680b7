// SPDX-License-Identifier: GPL-3.0-or-later
/*
 * The mouse, when somebody turned it on: a click goes to a tab, a panel, a row; the wheel moves. It never answers a
 * question. Rows are found by what was drawn: panels know cursors, not places on the screen.
 */
#include "ui/frame_private.h"

#include "ui/lineedit.h"

enum { WHEEL_ROWS = 3, CORRECTIONS = 3 };

static bool is_inside(struct rect at, int x, int y)
{
	return x >= at.x && x < at.x + at.width && y >= at.y && y < at.y + at.height;
}

static bool focus_at(struct frame *f, int x, int y)
{
	const struct view *view = frame_view(f);
	for (size_t i = 0; i < VIEW_PANELS_MAX && view->panels[i]; i++) {
		if (!is_inside(frame_panel(f, view->panels[i])->at, x, y))
			continue;
		f->focus = i;
		frame_draw(f, true);
		return true;
	}
	return false;
}

/* The digit of the tab at or left of a column; 0 = none. */
static int tab_at(const struct frame *f, int x)
{
	for (; x > 0; x--) {
		const struct cell *cell = surface_cell(&f->now, x, 1);
		bool is_key = cell->role == ROLE_KEY || cell->role == ROLE_TITLE;
		if (is_key && cell->codes[0] >= '1' && cell->codes[0] <= '7')
			return (int)cell->codes[0] - '0';
	}
	return 0;
}

static void go_to_tab(struct frame *f, int x)
{
	int digit = tab_at(f, x);
	for (size_t i = 0; digit && i < view_count; i++)
		if (views[i].digit == digit)
			frame_go(f, &views[i]);
}

/* The selected row of the box the column is in; -1 = there is none. */
static int cursor_row(const struct frame *f, struct rect at, int x)
{
	for (int y = at.y; y < at.y + at.height; y++)
		if (surface_cell(&f->now, x, y)->role == ROLE_SELECTED)
			return y;
	return -1;
}

static bool is_border(const struct frame *f, int x, int y)
{
	uint8_t role = surface_cell(&f->now, x, y)->role;
	return role == ROLE_BORDER || role == ROLE_BORDER_FOCUS;
}

/* Another box begins where two borders touch; one alone is a rule between rows ("you are here"). */
static bool is_other_box(const struct frame *f, int x, int from, int to)
{
	int step = from < to ? 1 : -1;
	if (is_border(f, x, to))
		return true;
	for (int y = from; y != to; y += step)
		if (is_border(f, x, y) && is_border(f, x, y + step))
			return true;
	return false;
}

/* A rule between rows is no row, so that a move may land beside: looked at again and corrected. */
static void select_row(struct frame *f, int x, int y)
{
	struct rect at = frame_focused(f)->at;
	for (int tries = 0; tries < CORRECTIONS; tries++) {
		int here = cursor_row(f, at, x);
		if (here < 0 || here == y || is_other_box(f, x, here, y))
			return;
		int rows = here < y ? y - here : here - y;
		for (int i = 0; i < rows; i++)
			frame_panel_command(f, here < y ? "cursor.down" : "cursor.up");
		frame_draw(f, true);
	}
}

static void wheel(struct frame *f, const char *command)
{
	for (int i = 0; i < WHEEL_ROWS; i++)
		frame_panel_command(f, command);
}

void frame_mouse(struct frame *f, struct mouse mouse)
{
	bool is_deaf = lineedit_is_open() || f->prompt.is_open || f->layout < LAYOUT_COMPACT;
	if (is_deaf || mouse.x < 0 || mouse.y < 0 || mouse.x >= f->columns || mouse.y >= f->rows)
		return;
	if (mouse.y == 1 && f->depth == 1 && f->layout > LAYOUT_COMPACT) {
		if (mouse.act == MOUSE_CLICK)
			go_to_tab(f, mouse.x);
		return;
	}
	if (!focus_at(f, mouse.x, mouse.y))
		return;
	switch (mouse.act) {
	case MOUSE_CLICK: select_row(f, mouse.x, mouse.y); break;
	case MOUSE_WHEEL_UP: wheel(f, "cursor.up"); break;
	case MOUSE_WHEEL_DOWN: wheel(f, "cursor.down"); break;
	}
	f->is_after_key = true;
	frame_dirty(f);
}
