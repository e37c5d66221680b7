// SPDX-License-Identifier: GPL-3.0-or-later
#include "model/target.h"

const char *env_word(enum env_class env)
{
	static const char *const words[] = {
		[ENV_UNLABELLED] = "?ENV",
		[ENV_DEV] = "dev",
		[ENV_STAGE] = "stage",
		[ENV_PROD] = "prod",
	};
	return words[env];
}
