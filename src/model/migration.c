// SPDX-License-Identifier: GPL-3.0-or-later
#include "model/migration.h"

#include "base/compiler.h"

const char *migration_section_word(enum migration_section section)
{
	static const char *const words[SECTION_COUNT] = {
		[SECTION_UP] = "up",
		[SECTION_DOWN] = "down",
		[SECTION_VERIFY] = "verify",
	};
	assert_always(section < SECTION_COUNT, "no such section");
	return words[section];
}
