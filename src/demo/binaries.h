/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Binaries: where PostgreSQL's server programs are. Debian puts them outside PATH, one directory a version.
 */
#ifndef DBTOP_DEMO_BINARIES_H
#define DBTOP_DEMO_BINARIES_H

#include "base/err.h"

/*
 * The directory of initdb, postgres and pg_basebackup, in this order: $PG_BINDIR; what `pg_config --bindir`
 * says; the highest /usr/lib/postgresql/VERSION/bin; PATH. The caller frees it. NULL: none is complete, and e
 * says where was looked and what to install.
 */
char *binaries_find(struct err *e) MUST_CHECK;

#endif
