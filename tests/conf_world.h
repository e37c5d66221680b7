/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Conf world: a working directory and a home of a test's own, and an environment in which nothing is set.
 */
#ifndef DBTOP_TESTS_CONF_WORLD_H
#define DBTOP_TESTS_CONF_WORLD_H

#include "conf/conf.h"

struct conf_world {
	char *dir; /* the working directory; home is dir/home */
	struct conf *conf;
	struct err e;
	struct conf_flag flags[8];
	size_t flag_count;
};

/* cmocka's setup and teardown; *state is the world. */
int conf_world_open(void **state);
int conf_world_close(void **state);

/* "dbtop.conf" or "home/.config/dbtop/config" */
void conf_world_write(struct conf_world *w, const char *name, const char *text);
void conf_world_flag(struct conf_world *w, const char *flag, const char *value);
bool conf_world_load(struct conf_world *w);

#endif
