/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What conf.c and target.c share. Private to this folder.
 */
#ifndef DBTOP_CONF_CONF_PRIVATE_H
#define DBTOP_CONF_CONF_PRIVATE_H

#include "conf/conf.h"
#include "conf/settings.h"

struct conf {
	struct settings settings;
	struct err *error; /* while loading: the caller's */
	const char *flag;  /* of --config; borrowed from the command line; NULL = not given */
	/* What conf_section() and target_list() handed out last; owned. */
	const char **listed_keys, **listed_values;
};

/* As conf_number(), for an option of a target; section NULL = ad hoc. */
int64_t conf_target_number(const struct conf *conf, const char *section, const char *key);
/* Puts the source of a bad value before the text of its error. */
void conf_err_from(struct err *e, const char *source);
/* Each [target NAME] says where it is exactly once; `wrong` hears of those that do not. */
void target_check(const struct settings *settings, settings_wrong_fn *wrong, void *arg);

#endif
