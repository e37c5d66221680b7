/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Theme texts by name, from wherever they lie; what theme.c and the reader of `inherit` share.
 */
#ifndef DBTOP_UI_THEME_READ_H
#define DBTOP_UI_THEME_READ_H

#include <stdbool.h>

#include "base/span.h"

struct theme_text {
	char file[64]; /* as named in problems: "dusk.theme" */
	char *path;    /* owned; NULL = built in */
	char *memory;  /* owned; NULL = built in */
	struct span text;
};

/* The user's folder, the installed one, then those built in. */
bool theme_text_find(struct theme_text *found, const char *name);
void theme_text_release(struct theme_text *text);
const char *theme_name_nearest(const char *name);

#endif
