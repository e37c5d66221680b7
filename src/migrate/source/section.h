/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Section: from bytes to the statements of one section, with the directives above each. Formats add the parts of the
 * file that belong to it, in order; no statement reaches across the end of a part.
 */
#ifndef DBTOP_MIGRATE_SOURCE_SECTION_H
#define DBTOP_MIGRATE_SOURCE_SECTION_H

#include <stdbool.h>

#include "migrate/source/text.h"
#include "parse/script.h"

struct section_reader {
	struct migration_set *set;
	const struct source_text *file;
	struct script script;
};

void section_start(
	struct section_reader *reader, struct migration_set *set, const struct source_text *file);
bool section_add(struct section_reader *reader, size_t start, size_t end, struct err *e) MUST_CHECK;
/* script_split for whole files, with a hint for what the splitter says without one. */
bool section_split(struct script *script, struct err *e) MUST_CHECK;
/* Fills statements and count; what the statements do is not known yet. */
bool section_end(
	struct section_reader *reader, struct migration_script *script, struct err *e) MUST_CHECK;

#endif
