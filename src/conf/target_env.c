// SPDX-License-Identifier: GPL-3.0-or-later
/*
 * The environment class of a target: the most severe of all that is said.
 */
#include <fnmatch.h>

#include "base/mem.h"
#include "conf/conf_private.h"
#include "conf/target.h"

static enum env_class env_of(const char *word)
{
	for (int env = ENV_DEV; env <= ENV_PROD; env++) {
		if (strcmp(env_word((enum env_class)env), word) == 0)
			return (enum env_class)env;
	}
	return ENV_UNLABELLED;
}

/* The first to say the most severe word is named as the source. */
static void consider(struct target *target, const char *word, const char *source)
{
	enum env_class env = env_of(word);

	if (env <= target->env)
		return;
	target->env = env;
	free(target->env_source);
	target->env_source = mem_strdup(source);
}

static void consider_section(const struct conf *conf, struct target *target, const char *section)
{
	for (int layer = LAYER_USER_FILE; layer <= LAYER_FLAG; layer++) {
		const struct setting *said =
			settings_find_in(&conf->settings, (enum layer)layer, section, "env");
		if (said)
			consider(target, said->value, said->source);
	}
}

static bool matches(struct span pattern, const char *prefix, const char *name)
{
	if (!name || !span_starts(pattern, prefix))
		return false;
	size_t skip = strlen(prefix);
	char *glob = mem_strndup(pattern.data + skip, pattern.len - skip);
	bool ok = fnmatch(glob, name, FNM_CASEFOLD) == 0;
	free(glob);
	return ok;
}

static bool patterns_match(const char *patterns, const char *host, const char *service)
{
	struct span rest = span_of(patterns);
	bool found = false;

	while (rest.len && !found) {
		const char *comma = memchr(rest.data, ',', rest.len);
		size_t len = comma ? (size_t)(comma - rest.data) : rest.len;
		struct span one = span_trim(span_from(rest.data, len));
		found = matches(one, "host:", host) || matches(one, "service:", service);
		rest = comma ? span_from(comma + 1, rest.len - len - 1) : (struct span){ 0 };
	}
	return found;
}

void target_set_env(const struct conf *conf, struct target *target, const char *host,
	const char *service, const char *const *equal_targets, size_t count)
{
	const struct settings *settings = &conf->settings;

	consider_section(conf, target, target->section);
	for (size_t i = 0; i < count; i++)
		consider_section(conf, target, equal_targets[i]);
	for (size_t i = 0; i < settings->count; i++) {
		const struct setting *item = &settings->items[i];
		if (strcmp(item->section, "env") == 0 && patterns_match(item->value, host, service))
			consider(target, item->key, item->source);
	}
}
