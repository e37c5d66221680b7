// SPDX-License-Identifier: GPL-3.0-or-later
/*
 * Settings: themes, each shown as soon as the cursor stands on it; Esc takes the old one back.
 */
#include <string.h>

#include "core/app.h"
#include "ui/box.h"
#include "ui/panels/panels.h"
#include "ui/pen.h"
#include "ui/theme.h"
#include "ui/widgets/scroll.h"
#include "ui/wrap.h"

enum { NAME = 10 };

static const char *theme_words(const char *name)
{
	static const struct {
		const char *name, *words;
	} rows[] = {
		{ "native", "the terminal's own colours, no background" },
		{ "dusk", "dark" },
		{ "paper", "light" },
		{ "tidal", "dark, for colour blindness, projectors and the night" },
		{ "mono", "no colour: bold, dim and reverse" },
	};
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++)
		if (strcmp(rows[i].name, name) == 0)
			return rows[i].words;
	return "";
}

static int theme_count(void)
{
	int count = 0;
	while (theme_builtin_name(count))
		count++;
	return count;
}

/* Where the theme in use stands; -1 = it is one of the user's own. */
static int theme_index(const char *name)
{
	for (int i = 0; theme_builtin_name(i); i++)
		if (strcmp(theme_builtin_name(i), name) == 0)
			return i;
	return -1;
}

static int draw_themes(const struct panel *panel, struct surface *s, int y)
{
	int here = theme_index(panel->context->theme);
	for (int i = 0; theme_builtin_name(i) && y < s->height; i++, y++) {
		struct pen pen = pen_at(s, 1, y);
		pen_field(&pen, ROLE_KEY, theme_builtin_name(i), NAME);
		pen_text(&pen, ROLE_TEXT, theme_words(theme_builtin_name(i)));
		if (i != here)
			continue;
		surface_restyle(s, (struct rect){ 0, y, s->width, 1 }, ROLE_SELECTED);
		surface_glyph(s, 0, y, ROLE_SELECTED, GLYPH_CURSOR, 1);
	}
	if (here < 0 && y < s->height) {
		struct pen pen = pen_at(s, 1, y++);
		pen_printf(&pen, ROLE_DIM, "now %s, your own", panel->context->theme);
	}
	return y;
}

/* What the theme makes of the words that matter. */
static int draw_sample(struct surface *s, int y)
{
	static const struct {
		enum status status;
		const char *word;
	} marks[] = { { STATUS_OK, "fine" }, { STATUS_WARN, "look" }, { STATUS_CRIT, "act" },
		{ STATUS_STALE, "stale" } };
	static const struct {
		enum role role;
		const char *word;
	} bars[] = { { ROLE_ENV_DEV, " DEV " }, { ROLE_ENV_STAGE, " STAGE " },
		{ ROLE_ENV_PROD, " PROD " }, { ROLE_ENV_NONE, " ?ENV " } };
	struct pen pen = pen_at(s, 0, y);
	for (size_t i = 0; i < ARRAY_SIZE(marks); i++) {
		pen_status(&pen, marks[i].status);
		pen_printf(&pen, role_of_status(marks[i].status), " %s", marks[i].word);
		pen_gap(&pen, 2);
	}
	pen = pen_at(s, 1, y + 1);
	for (size_t i = 0; i < ARRAY_SIZE(bars); i++) {
		pen_text(&pen, bars[i].role, bars[i].word);
		pen_gap(&pen, 1);
	}
	return y + 2;
}

static void settings_draw(const struct panel *panel, const struct model *model, struct surface *s)
{
	char text[400];
	struct surface in = box_draw(s, surface_rect(s),
		&(struct box){ .title = "Settings: theme",
			.words = "moving shows it at once",
			.is_focused = panel->is_focused },
		panel->context->layout);
	int y = draw_themes(panel, &in, 0);
	if (y + 3 < in.height)
		y = draw_sample(&in, y + 1);
	snprintf(text, sizeof(text),
		"It holds until you quit. For ever: theme = %s in your configuration (dbtop paths "
		"says where).\n\n+ and - change the interval, now %.1f s; M turns the mouse on and "
		"off.",
		panel->context->theme, (double)model->interval_ms / 1000);
	struct rect rest = { 1, y + 1, in.width - 2, in.height - y - 1 };
	if (rest.height > 0)
		wrap_draw(&in, rest, ROLE_DIM, text, 0);
}

static bool settings_command(struct panel *panel, const struct model *model, const char *command,
	struct panel_answer *answer)
{
	long rows;
	(void)model;
	if (!scroll_rows(command, &rows))
		return false;
	long last = theme_count() - 1, to = theme_index(panel->context->theme) + rows;
	to = to < 0 ? 0 : to > last ? last : to;
	snprintf(answer->command, sizeof(answer->command), "theme.set %s",
		theme_builtin_name((int)to));
	return true;
}

const struct panel_class settings_panel = {
	.name = "settings",
	.title = "Settings",
	.base = "text",
	.listens = EVENT_BIT(EVENT_THEME) | EVENT_BIT(EVENT_TICK),
	.has_own_boxes = true,
	.draw = settings_draw,
	.command = settings_command,
};
