// SPDX-License-Identifier: GPL-3.0-or-later
#include "conf/pools.h"

#include <stdlib.h>

#include "base/words.h"
#include "conf/conf_private.h"

static const char match_prefix[] = "application_name:";

enum { COUNT_MAX = 100000 };

/* The keys of a section, and where their numbers go; match is none. */
static const struct pool_key {
	const char *name;
	int64_t min;
	size_t offset;
} pool_keys[] = {
	{ "match", 0, 0 },
	{ "size", 1, offsetof(struct app_pool, size) },
	{ "overflow", 0, offsetof(struct app_pool, overflow) },
	{ "workers", 1, offsetof(struct app_pool, workers) },
};

const char *section_pool(const char *section)
{
	if (strncmp(section, "pool ", 5) != 0)
		return NULL;
	section += 5;
	return section + strspn(section, " \t");
}

static const struct pool_key *find_key(const char *name)
{
	for (size_t i = 0; i < ARRAY_SIZE(pool_keys); i++)
		if (strcmp(pool_keys[i].name, name) == 0)
			return &pool_keys[i];
	return NULL;
}

static bool refuse_key(const char *key, struct err *e)
{
	const char *names[ARRAY_SIZE(pool_keys)];

	for (size_t i = 0; i < ARRAY_SIZE(pool_keys); i++)
		names[i] = pool_keys[i].name;
	const char *nearest = words_nearest(key, names, ARRAY_SIZE(names));
	err_set(e, ERR_PARSE, "[pool] knows match, size, overflow and workers, not %s", key);
	if (nearest)
		err_hint(e, "did you mean %s?", nearest);
	return false;
}

static bool read_count(const char *text, int64_t *count)
{
	size_t digits = strspn(text, "0123456789");

	*count = strtoll(text, NULL, 10);
	return digits > 0 && digits < 10 && !text[digits];
}

bool pools_check_pair(const char *key, const char *value, struct err *e)
{
	const struct pool_key *known = find_key(key);
	size_t prefix = strlen(match_prefix);
	int64_t count;

	if (!known)
		return refuse_key(key, e);
	if (known == &pool_keys[0]) {
		struct app_pool pool;
		if (strncmp(value, match_prefix, prefix) != 0 || !value[prefix])
			return err_set(e, ERR_PARSE,
				"match = \"%s\": wanted is application_name:GLOB, as in "
				"application_name:web-*",
				value);
		return strlen(value) - prefix < sizeof(pool.pattern) ||
		       err_set(e, ERR_PARSE, "match is longer than %zu bytes",
			       sizeof(pool.pattern) - 1);
	}
	if (read_count(value, &count) && count >= known->min && count <= COUNT_MAX)
		return true;
	return err_set(e, ERR_PARSE, "%s = \"%s\": wanted is a number from %lld to %d", key, value,
		(long long)known->min, COUNT_MAX);
}

static void fill_pair(struct app_pool *pool, const struct setting *item)
{
	const struct pool_key *key = find_key(item->key);

	if (key == &pool_keys[0])
		snprintf(pool->pattern, sizeof(pool->pattern), "%s",
			item->value + strlen(match_prefix));
	else
		*(int64_t *)((char *)pool + key->offset) = strtoll(item->value, NULL, 10);
}

static struct app_pool *find_pool(struct app_pool *pools, size_t *count, const char *name)
{
	for (size_t i = 0; i < *count; i++)
		if (strcmp(pools[i].name, name) == 0)
			return &pools[i];
	if (*count == APP_POOLS_MAX)
		return NULL;
	pools[*count] = (struct app_pool){ .workers = 1 };
	snprintf(pools[*count].name, sizeof(pools[*count].name), "%s", name);
	return &pools[(*count)++];
}

/* Files come in the order of their strength, so what is read later is stronger. */
static size_t list(const struct settings *settings, struct app_pool *out, size_t *left_out)
{
	size_t count = 0;

	*left_out = 0;
	for (size_t i = 0; i < settings->count; i++) {
		const struct setting *item = &settings->items[i];
		const char *name = section_pool(item->section);
		struct app_pool *pool = name ? find_pool(out, &count, name) : NULL;
		if (pool)
			fill_pair(pool, item);
		else if (name)
			++*left_out;
	}
	return count;
}

size_t pools_list(const struct conf *conf, struct app_pool *out)
{
	size_t left_out;

	return list(&conf->settings, out, &left_out);
}

void pools_check(const struct settings *settings, settings_wrong_fn *wrong, void *arg)
{
	struct app_pool pools[APP_POOLS_MAX];
	size_t left_out, count = list(settings, pools, &left_out);
	struct err e;

	for (size_t i = 0; i < count; i++) {
		const char *missing = !*pools[i].pattern ? "match" : !pools[i].size ? "size" : NULL;
		if (!missing)
			continue;
		err_set(&e, ERR_PARSE, "[pool %s] says no %s", pools[i].name, missing);
		if (!wrong(arg, &e))
			return;
	}
	if (left_out > 0) {
		err_set(&e, ERR_PARSE, "more than %d [pool] sections", APP_POOLS_MAX);
		wrong(arg, &e);
	}
}
