/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Box: a border with a title, or, in the compact layout, the title alone. What is drawn goes into the window it returns,
 * which keeps one column free on the left for cursors.
 */
#ifndef DBTOP_UI_BOX_H
#define DBTOP_UI_BOX_H

#include "ui/panel.h"

struct box {
	const char *title;
	const char *words; /* after the title; NULL = none */
	enum status status;
	bool has_status;
	bool is_focused;
	enum role role; /* of border and title; ROLE_TEXT = as usual */
};

struct surface box_draw(
	struct surface *s, struct rect at, const struct box *box, enum layout layout);
/* The box of a panel, with its head; dims nothing. */
struct surface box_panel(
	struct surface *s, struct rect at, const struct panel *panel, const struct model *model);
/* Rows a box needs around so many rows of text. */
int box_height(int rows, enum layout layout);

/* Older than two intervals: shown dimmed, with its age. */
bool sample_is_stale(const struct model *model, int64_t sampled_us);

/* A bar of `columns` filled to part of whole. Shows at least one filled cell above zero. */
void gauge_draw(
	struct surface *s, int x, int y, int columns, int64_t part, int64_t whole, enum role role);
#endif
