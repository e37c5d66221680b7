// SPDX-License-Identifier: GPL-3.0-or-later
#include "model/setup.h"

void setup_spec_release(struct setup_spec *spec)
{
	arena_release(&spec->arena);
	*spec = (struct setup_spec){ 0 };
}

const char *setup_state_word(enum setup_state state)
{
	static const char *const words[] = {
		[SETUP_NOT_SEEN] = "not seen",
		[SETUP_THERE] = "there",
		[SETUP_MISSING] = "missing",
		[SETUP_DIFFERS] = "differs",
		[SETUP_MADE] = "made",
		[SETUP_WAITS] = "waits",
		[SETUP_ADMIN] = "needs a right",
		[SETUP_FAILED] = "failed",
		[SETUP_RUNS] = "runs",
	};

	return words[state];
}
