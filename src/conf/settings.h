/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Settings: every value somebody set, with its source, in one list: files, variables, flags. Private to this folder.
 * A setting of a higher layer beats one of a lower, within a file [target NAME] beats [dbtop].
 */
#ifndef DBTOP_CONF_SETTINGS_H
#define DBTOP_CONF_SETTINGS_H

#include "base/arena.h"
#include "conf/options.h"

enum layer { LAYER_USER_FILE, LAYER_PROJECT_FILE, LAYER_ENVIRONMENT, LAYER_FLAG };

struct setting {
	enum layer layer;
	const struct option *option; /* NULL in [theme], [keys], [env], [pool NAME] */
	const char *section;	     /* "" for [dbtop], variables and flags; else as written */
	const char *key, *value;
	const char *source; /* "dbtop.conf:4", "DBTOP_THEME", "--theme" */
	int line;
};

struct settings {
	struct arena arena;
	struct setting *items;
	size_t count, capacity;
};

void settings_release(struct settings *settings);
void settings_add(struct settings *settings, const struct setting *setting); /* copies the texts */

/* The strongest one of that key. section: NAME of a target, NULL = none. NULL when nobody set it. */
const struct setting *settings_find(
	const struct settings *settings, const char *section, const char *key);
/* The strongest one of one layer. */
const struct setting *settings_find_in(
	const struct settings *settings, enum layer layer, const char *section, const char *key);

/* "target shop" → "shop"; NULL when it is another kind of section. */
const char *section_target(const char *section);

/*
 * Read one configuration file. Each thing wrong is told to `wrong` with its place in e; when that returns false reading
 * stops. False when it was stopped, or the file could not be read on.
 */
typedef bool settings_wrong_fn(void *arg, const struct err *e);
bool settings_read_file(struct settings *settings, enum layer layer, const char *path,
	settings_wrong_fn *wrong, void *arg);

#endif
