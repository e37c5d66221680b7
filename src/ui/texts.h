/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Texts built in: src/ui/keys.txt and the files of themes/, as embed.awk made them.
 */
#ifndef DBTOP_UI_TEXTS_H
#define DBTOP_UI_TEXTS_H

#include <stddef.h>

struct ui_theme_text {
	const char *name; /* "dusk" */
	const char *text;
};

extern const char ui_keys_text[];
extern const struct ui_theme_text ui_themes[];
extern const size_t ui_theme_count;

#endif
