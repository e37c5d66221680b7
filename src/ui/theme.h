/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Theme: what each role looks like. A theme is a text of `key = value` lines with two sections:
 *
 *	name = Dusk
 *	kind = dark			# dark, light, any
 *	inherit = native		# where missing roles come from
 *	[palette]
 *	amber = #ffd75f 221 yellow	# 24 bit, 256 index, one of sixteen names: its own fallbacks
 *	[roles]
 *	status.warn = amber bold	# fg [on bg] [bold dim underline reverse]
 *
 * A bad line is reported with file and line and the nearest valid name, and skipped: a theme never keeps dbtop from
 * starting. Looked for in the user's folder, the installed one, and among those built in.
 */
#ifndef DBTOP_UI_THEME_H
#define DBTOP_UI_THEME_H

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"
#include "base/span.h"
#include "ui/style.h"

enum color_depth { DEPTH_MONO, DEPTH_16, DEPTH_256, DEPTH_RGB };

struct color {
	bool is_default; /* the terminal's own */
	uint32_t rgb;
	int16_t index256;
	int16_t name16; /* 0 … 15; -1 = default */
};

struct style {
	struct color fg, bg;
	bool is_set;
	bool has_bg; /* written with `on`: not the background of text */
	bool bold, dim, underline, reverse;
};

enum theme_kind { THEME_ANY, THEME_DARK, THEME_LIGHT };

enum { THEME_NAME_BYTES = 32, THEME_PROBLEMS_MAX = 8 };

struct theme {
	char name[THEME_NAME_BYTES]; /* as its file is called */
	char title[64];
	enum theme_kind kind;
	struct style roles[ROLE_COUNT];
	char problems[THEME_PROBLEMS_MAX][160]; /* "dusk.theme:7: …" */
	int problem_count;
	char *path; /* owned; NULL = built in */
};

/* Find and read it; with problems it is usable. False and e when no theme has that name (the nearest is offered). */
bool theme_load(struct theme *theme, const char *name, struct err *e) MUST_CHECK;
/* From text; `file` is for the problems. Roles not set stay as they are. */
void theme_read(struct theme *theme, const char *file, struct span text);
void theme_release(struct theme *theme);

/* Which theme when nobody said: mono without colours or with NO_COLOR, else native, paper or dusk by COLORFGBG. */
const char *theme_default_name(const char *no_color, const char *colorfgbg, int colors);
enum color_depth theme_depth(const struct theme *theme, int colors);
/* The number ncurses paints it with at that depth; -1 = the terminal's own. */
int color_number(const struct color *color, enum color_depth depth);

/* Names of the themes built in, in the order of the list a picker shows. */
const char *theme_builtin_name(int index); /* NULL at the end */

#endif
