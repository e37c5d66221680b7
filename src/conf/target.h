/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Choosing the target: the word typed or -d; DBTOP_TARGET; the only [target] of the project file; DATABASE_URL;
 * libpq's defaults. A word is looked up as [target], service, URI or conninfo, database name.
 */
#ifndef DBTOP_CONF_TARGET_H
#define DBTOP_CONF_TARGET_H

#include "conf/conf.h"

/* What else was said beside the chosen one: core compares the places (conf knows no libpq). */
struct target_rival {
	/* DATABASE_URL's text when the project file's only target won; NULL = none */
	const char *conninfo;
	const char *project_file; /* where that target stands: "dbtop.conf:3" */
};

/* Fill *out (owned; target_release). word: NULL = none typed. */
bool target_choose(const struct conf *conf, const char *word, struct target *out,
	struct target_rival *rival, struct err *e) MUST_CHECK;
/*
 * The environment class from all that is known after connecting too: --env, DBTOP_ENV, the target in both files, the
 * [env] patterns against host and service; an ad-hoc connection to a configured place takes that place's
 * class (core passes the names of equal targets). The most severe wins.
 */
void target_set_env(const struct conf *conf, struct target *target, const char *host,
	const char *service, const char *const *equal_targets, size_t count);
/*
 * Names and conninfo of every configured target, for comparing places and completion. The lists live until the next
 * call of this or of conf_section().
 */
size_t target_list(
	const struct conf *conf, const char *const **names, const char *const **conninfos);
void target_release(struct target *target);

#endif
