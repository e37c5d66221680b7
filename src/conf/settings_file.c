// SPDX-License-Identifier: GPL-3.0-or-later
/*
 * One configuration file into settings, with every check a file alone allows.
 */
#include "base/ini.h"
#include "base/mem.h"
#include "base/words.h"
#include "conf/pools.h"
#include "conf/settings.h"
#include "conf/setup.h"

struct file_reading {
	struct settings *settings;
	enum layer layer;
	const char *path;
	settings_wrong_fn *wrong;
	void *arg;
	bool was_stopped;
};

/* Sections whose keys are not options: bindings, colours, patterns, applications' pools, setups. */
static bool is_free_section(const char *section)
{
	return strcmp(section, "theme") == 0 || strcmp(section, "keys") == 0 ||
	       strcmp(section, "env") == 0 || section_pool(section) || section_setup(section);
}

static bool check_section(const char *section, struct err *e)
{
	static const char *const names[] = { "dbtop", "target", "pool", "setup", "theme", "keys",
		"env" };
	const char *target = section_target(section), *pool = section_pool(section);
	const char *setup = section_setup(section);

	if ((pool && !*pool) || strcmp(section, "pool") == 0)
		return err_set(e, ERR_PARSE, "[pool] needs a name: [pool NAME]");
	if ((setup && !*setup) || strcmp(section, "setup") == 0)
		return err_set(e, ERR_PARSE, "[setup] needs the name of a target: [setup NAME]");
	if (!*section || strcmp(section, "dbtop") == 0 || is_free_section(section))
		return true;
	if (target && *target)
		return true;
	if (strcmp(section, "target") == 0 || target)
		return err_set(e, ERR_PARSE, "[target] needs a name: [target NAME]");
	char *word = mem_strndup(section, strcspn(section, " \t"));
	const char *nearest = words_nearest(word, names, ARRAY_SIZE(names));
	free(word);
	err_set(e, ERR_PARSE, "there is no section [%s]", section);
	if (nearest)
		err_hint(e, "did you mean [%s]?", nearest);
	return false;
}

static bool fails_unknown(const char *key, bool is_target, struct err *e)
{
	const char **names = mem_zero(option_count * sizeof(*names));
	size_t count = 0;

	for (size_t i = 0; i < option_count; i++) {
		enum option_scope scope = options[i].scope;
		if (scope == OPTION_TARGET || (scope == OPTION_GLOBAL && !is_target) ||
			(scope == OPTION_TARGET_ONLY && is_target))
			names[count++] = options[i].key;
	}
	const char *nearest = words_nearest(key, names, count);
	free(names);
	err_set(e, ERR_PARSE, "there is no key %s here", key);
	if (nearest)
		err_hint(e, "did you mean %s?", nearest);
	return false;
}

/* May this option stand in this section of this kind of file? */
static bool check_place(const struct file_reading *r, const struct option *option, const char *key,
	bool is_target, struct err *e)
{
	if (!option)
		return fails_unknown(key, is_target, e);
	if (option->scope == OPTION_COMMAND_LINE)
		return err_set(e, ERR_PARSE, "%s is said on the command line, not in a file", key);
	if (option->scope == OPTION_GLOBAL && is_target)
		return err_set(e, ERR_PARSE, "%s belongs in [dbtop]", key);
	if (option->scope == OPTION_TARGET_ONLY && !is_target)
		return err_set(e, ERR_PARSE, "%s belongs in a [target NAME]", key);
	if (option->is_personal && r->layer == LAYER_PROJECT_FILE) {
		err_set(e, ERR_PARSE, "%s may not be set by a file found in the working directory",
			key);
		return err_hint(e, "put it into your own file, or say it with a flag");
	}
	return true;
}

static bool check_pattern(
	const struct file_reading *r, const char *key, const char *value, struct err *e)
{
	struct span rest = span_of(value);

	if (r->layer == LAYER_PROJECT_FILE)
		return err_set(e, ERR_PARSE,
			"[env] may not be set by a file found in the working directory");
	if (strcmp(key, "dev") != 0 && strcmp(key, "stage") != 0 && strcmp(key, "prod") != 0)
		return err_set(e, ERR_PARSE, "[env] knows dev, stage and prod, not %s", key);
	while (rest.len) {
		const char *comma = memchr(rest.data, ',', rest.len);
		size_t len = comma ? (size_t)(comma - rest.data) : rest.len;
		struct span one = span_trim(span_from(rest.data, len));
		if (!(span_starts(one, "host:") && one.len > 5) &&
			!(span_starts(one, "service:") && one.len > 8))
			return err_set(e, ERR_PARSE,
				"\"%.*s\" is no pattern: host:GLOB or service:GLOB", (int)one.len,
				one.data);
		rest = comma ? span_from(comma + 1, rest.len - len - 1) : (struct span){ 0 };
	}
	return true;
}

static bool check_twice(
	const struct file_reading *r, const char *section, const char *key, struct err *e)
{
	for (size_t i = 0; i < r->settings->count; i++) {
		const struct setting *item = &r->settings->items[i];
		if (item->layer == r->layer && strcmp(item->section, section) == 0 &&
			strcmp(item->key, key) == 0)
			return err_set(
				e, ERR_PARSE, "%s is set twice, first in line %d", key, item->line);
	}
	return true;
}

static bool check_pair(const struct file_reading *r, const char *section, const char *key,
	const char *value, struct err *e)
{
	const struct option *option = option_find(key);
	bool is_target = section_target(section) != NULL;

	if (!check_section(section, e))
		return false;
	if (strcmp(section, "keys") == 0 && r->layer == LAYER_PROJECT_FILE)
		return err_set(e, ERR_PARSE,
			"[keys] may not be set by a file found in the working directory");
	if (strcmp(section, "keys") == 0) /* many lines of the same key: each binds another */
		return strcmp(key, "bind") == 0 ||
		       err_set(e, ERR_PARSE, "[keys] knows bind = VIEW KEY COMMAND, not %s", key);
	if (!check_twice(r, section, key, e))
		return false;
	if (strcmp(section, "env") == 0)
		return check_pattern(r, key, value, e);
	if (section_pool(section))
		return pools_check_pair(key, value, e);
	if (section_setup(section))
		return setup_check_pair(key, value, e);
	if (is_free_section(section))
		return true;
	return check_place(r, option, key, is_target, e) && option_check(option, value, e);
}

static bool take_pair(
	void *arg, const char *section, const char *key, const char *value, int line, struct err *e)
{
	struct file_reading *r = arg;
	struct err why = { 0 };

	if (strcmp(section, "dbtop") == 0)
		section = "";
	if (!check_pair(r, section, key, value, &why)) {
		why.kind = ERR_PARSE;
		why.file = r->path;
		why.line = line;
		r->was_stopped = !r->wrong(r->arg, &why);
		*e = why;
		return !r->was_stopped;
	}
	char *source = mem_printf("%s:%d", r->path, line);
	settings_add(
		r->settings, &(struct setting){ .layer = r->layer,
				     .option = is_free_section(section) ? NULL : option_find(key),
				     .section = section,
				     .key = key,
				     .value = value,
				     .source = source,
				     .line = line });
	free(source);
	return true;
}

bool settings_read_file(struct settings *settings, enum layer layer, const char *path,
	settings_wrong_fn *wrong, void *arg)
{
	struct file_reading r = {
		.settings = settings, .layer = layer, .path = path, .wrong = wrong, .arg = arg
	};
	struct err e = { 0 };

	if (ini_read(path, take_pair, &r, &e))
		return true;
	/* What stopped it in the middle has been told; a broken line or an unreadable file not yet. */
	if (!r.was_stopped)
		wrong(arg, &e);
	return false;
}
