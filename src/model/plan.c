// SPDX-License-Identifier: GPL-3.0-or-later
#include "model/plan.h"

#include <string.h>

#include "base/compiler.h"

static const char *const hazard_words[HAZARD_KIND_COUNT] = {
	[HAZARD_DATA_LOSS] = "data-loss",
	[HAZARD_REWRITE] = "rewrite",
	[HAZARD_SCAN_LOCK] = "scan-lock",
	[HAZARD_LOCK_EXCLUSIVE] = "lock-exclusive",
	[HAZARD_LOCK_SHARE] = "lock-share",
	[HAZARD_LOCK_OTHER_TABLE] = "lock-other-table",
	[HAZARD_INDEX_BUILD] = "index-build",
	[HAZARD_RENAME] = "rename",
	[HAZARD_PRIVILEGE] = "privilege",
	[HAZARD_CASCADE] = "cascade",
	[HAZARD_NO_WHERE] = "no-where",
	[HAZARD_ENUM_ORDER] = "enum-order",
	[HAZARD_UNPARSED] = "unparsed",
	[HAZARD_OPAQUE] = "opaque",
	[HAZARD_NON_TRANSACTIONAL] = "non-transactional",
	[HAZARD_DROP] = "drop",
	[HAZARD_ROW_CHANGE] = "row-change",
};

const char *hazard_word(enum hazard_kind kind)
{
	assert_always(kind < HAZARD_KIND_COUNT, "no such hazard");
	return hazard_words[kind];
}

bool hazard_from_word(const char *word, enum hazard_kind *kind)
{
	for (size_t i = 0; i < HAZARD_KIND_COUNT; i++) {
		if (strcmp(word, hazard_words[i]) == 0) {
			*kind = (enum hazard_kind)i;
			return true;
		}
	}
	return false;
}

struct action_cost plan_cost(const struct plan_step *step, size_t statement, size_t action)
{
	const struct action *own = &step->statements[statement].sql.actions[action];

	if (step->costs && step->costs[statement])
		return step->costs[statement][action];
	return (struct action_cost){ .scan = own->scan, .rewrite = own->rewrite };
}
