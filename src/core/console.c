// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/console.h"

#include <stdlib.h>

#include "base/compiler.h"
#include "base/str.h"
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

char *console_keys(const struct app *app)
{
	const char *const *keys, *const *values;
	size_t count = app->conf ? conf_section(app->conf, "keys", &keys, &values) : 0;
	struct str text = { 0 };

	for (size_t i = 0; i < count; i++)
		str_addf(&text, "%s\n", values[i]);
	return count ? str_detach(&text) : NULL;
}

const char *console_editor(const struct app *app)
{
	static const char *const variables[] = { "PSQL_EDITOR", "EDITOR", "VISUAL" };
	const char *own = app->conf ? chosen(app, "editor") : NULL;

	for (size_t i = 0; !own && i < ARRAY_SIZE(variables); i++) {
		own = getenv(variables[i]);
		if (own && !*own)
			own = NULL;
	}
	return own ? own : "vi";
}
