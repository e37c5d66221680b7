/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Seed files: NAME.csv and NAME.sql of the directory of seeds, by name. Anything else there is left alone.
 */
#ifndef DBTOP_SETUP_SEED_FILES_H
#define DBTOP_SETUP_SEED_FILES_H

#include "base/err.h"
#include "base/span.h"
#include "model/setup.h"

/* dir NULL = none. A directory that is named and cannot be read, or a name that is not UTF-8, is an error. */
bool seed_files(
	const char *dir, struct arena *arena, struct setup_names *out, struct err *e) MUST_CHECK;
bool seed_is_csv(const char *file);
/* "retailer.csv" → "retailer": the table it is for. */
struct span seed_table_name(const char *file);

#endif
