/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Scan: which format a directory is, and its migrations by their names. No file is opened unless a mark must tell.
 */
#ifndef DBTOP_MIGRATE_SOURCE_SCAN_H
#define DBTOP_MIGRATE_SOURCE_SCAN_H

#include "migrate/source/source.h"

/* set->arena and set->dir are there; fills format, format_words and items. */
enum exit_code scan_directory(
	struct migration_set *set, const char *format, struct err *e) MUST_CHECK;

#endif
