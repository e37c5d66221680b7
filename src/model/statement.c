// SPDX-License-Identifier: GPL-3.0-or-later
#include "model/statement.h"

static const struct {
	const char *words, *brief;
} modes[] = {
	[LOCK_NONE] = { "none", "-" },
	[LOCK_ACCESS_SHARE] = { "ACCESS SHARE", "AccShr" },
	[LOCK_ROW_SHARE] = { "ROW SHARE", "RowShr" },
	[LOCK_ROW_EXCLUSIVE] = { "ROW EXCLUSIVE", "RowExcl" },
	[LOCK_SHARE_UPDATE_EXCLUSIVE] = { "SHARE UPDATE EXCLUSIVE", "ShUpd" },
	[LOCK_SHARE] = { "SHARE", "Share" },
	[LOCK_SHARE_ROW_EXCLUSIVE] = { "SHARE ROW EXCLUSIVE", "ShrRow" },
	[LOCK_EXCLUSIVE] = { "EXCLUSIVE", "Excl" },
	[LOCK_ACCESS_EXCLUSIVE] = { "ACCESS EXCLUSIVE", "AccExcl" },
};

const char *lock_mode_words(enum lock_mode mode)
{
	return modes[mode].words;
}

const char *lock_mode_short(enum lock_mode mode)
{
	return modes[mode].brief;
}
