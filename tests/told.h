/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Told: what a statement does in one line of text, for tests. "CREATE INDEX lone: create-index i > t ShUpd scan":
 * tag, "lone" and "read", then the actions: word, object, "> table" where it is another, "#part", "::type", lock,
 * flags.
 */
#ifndef DBTOP_TESTS_TOLD_H
#define DBTOP_TESTS_TOLD_H

#include "model/statement.h"

/* The caller frees it. */
char *told_new(const struct statement *statement);

#endif
