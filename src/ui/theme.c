// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/theme.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/path.h"
#include "base/words.h"
#include "ui/texts.h"
#include "ui/theme_read.h"

enum { THEME_FILE_LIMIT = 64 * 1024, THEMES_MAX = 16 };

/* A name is one word: it never leaves the folders of themes. */
static bool name_is_plain(const char *name)
{
	return *name && *name != '.' && !strchr(name, '/') && strlen(name) < THEME_NAME_BYTES;
}

static bool read_from(struct theme_text *found, const char *dir, const char *file)
{
	struct err ignored;
	size_t len = 0;
	char *path = path_join(dir, file);
	if (path_is_file(path))
		found->memory = path_read(path, THEME_FILE_LIMIT, &len, &ignored);
	if (!found->memory) {
		free(path);
		return false;
	}
	found->text = span_from(found->memory, len);
	found->path = path;
	return true;
}

bool theme_text_find(struct theme_text *found, const char *name)
{
	*found = (struct theme_text){ 0 };
	if (!name_is_plain(name))
		return false;
	snprintf(found->file, sizeof(found->file), "%s.theme", name);
	char *config = path_xdg(PATH_CONFIG);
	char *user = config ? path_join(config, "themes") : NULL;
	bool is_found = (user && read_from(found, user, found->file)) ||
			read_from(found, DBTOP_DATADIR "/themes", found->file);
	free(user);
	free(config);
	for (size_t i = 0; !is_found && i < ui_theme_count; i++) {
		if (strcmp(ui_themes[i].name, name) == 0) {
			found->text = span_of(ui_themes[i].text);
			is_found = true;
		}
	}
	return is_found;
}

void theme_text_release(struct theme_text *text)
{
	free(text->path);
	free(text->memory);
	*text = (struct theme_text){ 0 };
}

const char *theme_name_nearest(const char *name)
{
	const char *names[THEMES_MAX];
	size_t count = 0;
	for (; count < ui_theme_count && count < THEMES_MAX; count++)
		names[count] = ui_themes[count].name;
	return words_nearest(name, names, count);
}

const char *theme_builtin_name(int index)
{
	return index >= 0 && (size_t)index < ui_theme_count ? ui_themes[index].name : NULL;
}

/* What a theme does not say it has from native. */
static void read_native(struct theme *theme)
{
	struct theme base = { 0 };
	for (size_t i = 0; i < ui_theme_count; i++)
		if (strcmp(ui_themes[i].name, "native") == 0)
			theme_read(&base, "native.theme", span_of(ui_themes[i].text));
	for (int i = 0; i < ROLE_COUNT; i++)
		if (!theme->roles[i].is_set)
			theme->roles[i] = base.roles[i];
}

bool theme_load(struct theme *theme, const char *name, struct err *e)
{
	struct theme_text found;
	if (!theme_text_find(&found, name)) {
		const char *nearest = theme_name_nearest(name);
		err_set(e, ERR_USAGE, "no theme \"%s\"", name);
		return nearest ? err_hint(e, "did you mean \"%s\"?", nearest)
			       : err_hint(
					 e, "dusk, paper, tidal, mono and native are always there");
	}
	*theme = (struct theme){ 0 };
	snprintf(theme->name, sizeof(theme->name), "%s", name);
	snprintf(theme->title, sizeof(theme->title), "%s", name);
	theme_read(theme, found.file, found.text);
	read_native(theme);
	theme->path = found.path;
	found.path = NULL;
	theme_text_release(&found);
	return true;
}

void theme_release(struct theme *theme)
{
	free(theme->path);
	*theme = (struct theme){ 0 };
}

const char *theme_default_name(const char *no_color, const char *colorfgbg, int colors)
{
	if ((no_color && *no_color) || colors < 8)
		return "mono";
	const char *bg = colorfgbg ? strrchr(colorfgbg, ';') : NULL;
	if (!bg)
		return "native";
	return strcmp(bg, ";7") == 0 || strcmp(bg, ";15") == 0 ? "paper" : "dusk";
}

static bool style_has_color(const struct style *style)
{
	return !style->fg.is_default || (style->has_bg && !style->bg.is_default);
}

enum color_depth theme_depth(const struct theme *theme, int colors)
{
	bool has_color = false;
	for (int i = 0; i < ROLE_COUNT; i++)
		has_color |= style_has_color(&theme->roles[i]);
	if (!has_color || colors < 8)
		return DEPTH_MONO;
	if (colors > 0xffff)
		return DEPTH_RGB;
	return colors >= 256 ? DEPTH_256 : DEPTH_16;
}

int color_number(const struct color *color, enum color_depth depth)
{
	if (color->is_default || depth == DEPTH_MONO)
		return -1;
	if (depth == DEPTH_RGB)
		return (int)color->rgb;
	return depth == DEPTH_256 && color->index256 >= 0 ? color->index256 : color->name16;
}
