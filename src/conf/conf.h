/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Conf: what is set, from where. Owned by the app; read-only once loaded.
 */
#ifndef DBTOP_CONF_CONF_H
#define DBTOP_CONF_CONF_H

#include "base/arena.h"
#include "conf/options.h"
#include "model/target.h"

struct conf;

/* One flag of the command line, in the order given. */
struct conf_flag {
	const struct option *option;
	const char *value; /* NULL for a flag without one */
};

/*
 * Read the user file, the project file in the working directory (--config FILE replaces the user file), DBTOP_
 * variables and flags. The first thing that is wrong stops with its name, source, line and allowed range.
 */
struct conf *conf_new(const struct conf_flag *flags, size_t count, struct err *e) MUST_CHECK;
/* Nothing but defaults, and where the files would be: for looking at what conf_new() refuses. */
struct conf *conf_new_bare(const struct conf_flag *flags, size_t count);
void conf_free(struct conf *conf);

const char *conf_text(const struct conf *conf, const char *key); /* NULL = not set, no default */
int64_t conf_number(
	const struct conf *conf, const char *key);	/* ms, bytes, percent; negative = off */
bool conf_is(const struct conf *conf, const char *key); /* OPTION_BOOL */
const char *conf_source(const struct conf *conf,
	const char *key); /* "dbtop.conf:4", "DBTOP_THEME", "--theme", "default" */
/* [keys] and [theme] of the files, in order, for the screen: key and value pairs. The lists live until the next call. */
size_t conf_section(const struct conf *conf, const char *section, const char *const **keys,
	const char *const **values);
/* The same, as the section [target NAME] has it; section NULL = an ad-hoc target. Flags and variables still win. */
const char *conf_target_text(const struct conf *conf, const char *section, const char *key);
const char *conf_target_source(const struct conf *conf, const char *section, const char *key);

/* Everything wrong in the files, not only the first thing: for `config check`. Sentences with file:line. */
size_t conf_check(
	const char *const *files, size_t file_count, struct arena *arena, const char ***findings);
/* The files that exist or were asked for, in order of precedence; the caller frees nothing (arena). */
size_t conf_files(const struct conf *conf, struct arena *arena, const char ***files);

#endif
