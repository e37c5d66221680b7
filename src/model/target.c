// SPDX-License-Identifier: GPL-3.0-or-later
#include "model/target.h"

#include <stdlib.h>

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

void tls_rule_release(struct tls_rule *rule)
{
	free(rule->version);
	free(rule->version_source);
	free(rule->channel_binding);
	free(rule->channel_binding_source);
	*rule = (struct tls_rule){ 0 };
}
