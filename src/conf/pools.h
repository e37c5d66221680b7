/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Pools: the [pool NAME] sections, each an application's connection pool that dbtop watches and counts into the
 * connection budget.
 *
 *   [pool web]
 *   match    = application_name:web-*
 *   size     = 20
 *   overflow = 0        default 0
 *   workers  = 8        default 1
 */
#ifndef DBTOP_CONF_POOLS_H
#define DBTOP_CONF_POOLS_H

#include "conf/conf.h"
#include "conf/settings.h"
#include "model/app_pool.h"

/* "pool web" → "web"; NULL when it is another kind of section. */
const char *section_pool(const char *section);
/* One pair of such a section: is the key known, the value well formed? */
bool pools_check_pair(const char *key, const char *value, struct err *e) MUST_CHECK;
/* Each pool says what it matches and how big it is, and there are no more than APP_POOLS_MAX. */
void pools_check(const struct settings *settings, settings_wrong_fn *wrong, void *arg);

/* Fill up to APP_POOLS_MAX in the order of their names' first lines; of two files the project's says more. */
size_t pools_list(const struct conf *conf, struct app_pool *out);

#endif
