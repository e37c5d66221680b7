/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * INI: the only reader of that form, over inih. `#` comments stand on their own line; a `;` after a blank does not
 * start a comment (conninfo may hold one); lines over 4,000 bytes are refused, not cut.
 */
#ifndef DBTOP_BASE_INI_H
#define DBTOP_BASE_INI_H

#include <stdbool.h>

#include "base/err.h"

/* Called for each `key = value`; false with e set stops the reading. section is "" before the first one. */
typedef bool ini_fn(void *arg, const char *section, const char *key, const char *value, int line,
	struct err *e);

/* e carries file and line of what is wrong. A missing file is an error too: ask before. */
bool ini_read(const char *path, ini_fn *fn, void *arg, struct err *e) MUST_CHECK;

#endif
