/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Setup: the [setup NAME] sections, each saying what the database of [target NAME] and its surroundings shall be. Lists
 * are divided by commas; a name that holds a comma or begins or ends with a blank stands in "…", where "" is one quote.
 *
 *   [setup shop]
 *   maintenance_db = postgres               default
 *   owner          = shop_owner             default: whoever connects
 *   encoding       = UTF8                   default
 *   locale         = C.UTF-8                default: the server's
 *   extensions     = pg_trgm 1.6, citext    NAME [VERSION]
 *   app_roles      = shop_web, shop_jobs    read and write rows, own nothing
 *   monitor_roles  = shop_watch             pg_monitor
 *   schemas        = public                 default: where the application's tables are
 *   seed           = seed                   default: seed/ beside the migrations, where it is
 *   checks         = checks.sql             queries that must return only true
 */
#ifndef DBTOP_CONF_SETUP_H
#define DBTOP_CONF_SETUP_H

#include "conf/conf.h"
#include "model/setup.h"

/* "setup shop" → "shop"; NULL when it is another kind of section. */
const char *section_setup(const char *section);
/* One pair of such a section: is the key known, the value well formed? */
bool setup_check_pair(const char *key, const char *value, struct err *e) MUST_CHECK;

/* Fill what [setup NAME] says, and defaults. False: there is no such section (the defaults are filled all the same). */
bool setup_read(const struct conf *conf, const char *name, struct setup_spec *out);
/* Of the sections there are the one nearest in name; NULL = there is none at all. */
const char *setup_nearest(const struct conf *conf, const char *name);

#endif
