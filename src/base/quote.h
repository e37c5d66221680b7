/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Quote: the only place that writes SQL identifiers and literals, and that fills the :"name" slots of a query
 * text. Values travel as parameters wherever the server allows.
 */
#ifndef DBTOP_BASE_QUOTE_H
#define DBTOP_BASE_QUOTE_H

#include <stdbool.h>

#include "base/str.h"

/* name → "na""me". Always quoted. The text must be valid UTF-8 without NUL: anything else is a bug upstream. */
void quote_identifier(struct str *out, const char *name);
/* text → 'te''xt', with E'' when it holds backslashes. */
void quote_literal(struct str *out, const char *text);

struct quote_slot {
	const char *name;  /* without :"" */
	const char *value; /* put in as a quoted identifier */
	/* or several, divided by commas, each with the qualifier the slot has: t.:"keys" → t."a", t."b" */
	const char *const *values;
	size_t value_count;
};
/* Copy sql with each :"name" replaced; an unknown slot is a bug. Returns text the caller frees. */
char *quote_slots(const char *sql, const struct quote_slot *slots, size_t count);

#endif
