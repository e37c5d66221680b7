/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Trio: the same two tables as migrations of the three formats, each up and down in one transaction, and what the
 * catalog answers as long as the history tells the truth about them.
 */
#ifndef DBTOP_TESTS_FAULT_TRIO_H
#define DBTOP_TESTS_FAULT_TRIO_H

#include "fault/rig.h"

struct trio {
	const char *name;
	void (*write)(struct rig *rig);
	const char *truth;   /* true: table n is there exactly when the history says so */
	const char *applied; /* how many the history calls applied */
};

/* Own, golang-migrate, goose. */
extern const struct trio trio_own, trio_golang_migrate, trio_goose;

#endif
