// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/console.h"

#include "conf/conf.h"

static const char *chosen(const struct app *app, const char *key)
{
	const char *text = conf_text(app->conf, key);

	return text && strcmp(text, "auto") != 0 ? text : NULL;
}

const char *console_theme(const struct app *app)
{
	const char *color = chosen(app, "color");

	return color && strcmp(color, "never") == 0 ? "mono" : chosen(app, "theme");
}

const char *console_glyphs(const struct app *app)
{
	return chosen(app, "glyphs");
}
