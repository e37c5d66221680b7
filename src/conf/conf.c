// SPDX-License-Identifier: GPL-3.0-or-later
#include "conf/conf.h"

#include "base/mem.h"
#include "base/path.h"
#include "base/words.h"
#include "conf/conf_private.h"
#include "conf/pools.h"

static const char project_file[] = "dbtop.conf";

/* The user's file: --config, DBTOP_CONFIG, or the place of XDG. *is_asked_for: its absence is an error. */
static char *user_file(const char *flag, bool *is_asked_for)
{
	const char *variable = getenv("DBTOP_CONFIG");

	*is_asked_for = true;
	if (flag)
		return mem_strdup(flag);
	if (variable && *variable)
		return mem_strdup(variable);
	*is_asked_for = false;
	char *dir = path_xdg(PATH_CONFIG);
	char *path = dir ? path_join(dir, "config") : NULL;
	free(dir);
	return path;
}

void conf_err_from(struct err *e, const char *source)
{
	char *text = mem_printf("%s: %s", source, e->text);

	snprintf(e->text, sizeof(e->text), "%s", text);
	free(text);
}

/* e->file is borrowed, and the path of the user's file dies with the conf: so the place goes into the text. */
static bool keep_first(void *arg, const struct err *e)
{
	struct err *first = arg;

	*first = *e;
	first->file = NULL;
	if (e->file) {
		char *place = mem_printf("%s:%d", e->file, e->line);
		conf_err_from(first, place);
		free(place);
	}
	return false;
}

static bool pools_are_whole(const struct conf *conf, struct err *e)
{
	*e = (struct err){ .kind = ERR_NONE };
	pools_check(&conf->settings, keep_first, e);
	return e->kind == ERR_NONE;
}

static bool read_files(struct conf *conf, struct err *e)
{
	bool is_asked_for;
	char *user = user_file(conf->flag, &is_asked_for);
	bool ok = true;

	if (user && (is_asked_for || path_is_file(user)))
		ok = settings_read_file(&conf->settings, LAYER_USER_FILE, user, keep_first, e);
	free(user);
	if (ok && path_is_file(project_file))
		ok = settings_read_file(
			&conf->settings, LAYER_PROJECT_FILE, project_file, keep_first, e);
	return ok && pools_are_whole(conf, e);
}

/* Errors of variables and flags say where the value came from. */
static bool add_checked(struct conf *conf, enum layer layer, const struct option *option,
	const char *value, const char *source)
{
	struct err *e = conf->error;

	if (!option_check(option, value, e)) {
		conf_err_from(e, source);
		return false;
	}
	settings_add(&conf->settings, &(struct setting){ .layer = layer,
					      .option = option,
					      .section = "",
					      .key = option->key,
					      .value = value,
					      .source = source });
	return true;
}

static bool read_variables(struct conf *conf)
{
	const char *no_color = getenv("NO_COLOR");

	if (no_color && *no_color &&
		!add_checked(conf, LAYER_ENVIRONMENT, option_find("color"), "never", "NO_COLOR"))
		return false;
	for (size_t i = 0; i < option_count; i++) {
		const char *name = options[i].variable;
		const char *value = name ? getenv(name) : NULL;
		if (value && *value &&
			!add_checked(conf, LAYER_ENVIRONMENT, &options[i], value, name))
			return false;
	}
	return true;
}

static bool read_flags(struct conf *conf, const struct conf_flag *flags, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		const struct option *option = flags[i].option;
		const char *value = flags[i].value ? flags[i].value : "yes";
		const char *source = option->flag ? option->flag : option->key;
		if (option->sets) {
			value = option->sets_value;
			option = option_find(option->sets);
		}
		if (!add_checked(conf, LAYER_FLAG, option, value, source))
			return false;
	}
	return true;
}

struct conf *conf_new_bare(const struct conf_flag *flags, size_t count)
{
	struct conf *conf = mem_new(struct conf);

	for (size_t i = 0; i < count; i++) {
		if (strcmp(flags[i].option->key, "config") == 0)
			conf->flag = flags[i].value;
	}
	return conf;
}

struct conf *conf_new(const struct conf_flag *flags, size_t count, struct err *e)
{
	struct conf *conf = conf_new_bare(flags, count);

	conf->error = e;
	bool ok = read_files(conf, e) && read_variables(conf) && read_flags(conf, flags, count);
	conf->error = NULL;
	if (ok)
		return conf;
	conf_free(conf);
	return NULL;
}

void conf_free(struct conf *conf)
{
	if (!conf)
		return;
	settings_release(&conf->settings);
	free(conf->listed_keys);
	free(conf->listed_values);
	free(conf);
}

static const struct option *must_find(const char *key)
{
	const struct option *option = option_find(key);

	assert_always(option, "a key that is not in the table of options");
	return option;
}

const char *conf_target_text(const struct conf *conf, const char *section, const char *key)
{
	const struct option *option = must_find(key);
	const struct setting *found = settings_find(&conf->settings, section, key);

	return found ? found->value : option->fallback;
}

const char *conf_text(const struct conf *conf, const char *key)
{
	return conf_target_text(conf, NULL, key);
}

int64_t conf_target_number(const struct conf *conf, const char *section, const char *key)
{
	const char *text = conf_target_text(conf, section, key);
	int64_t number = -1;
	struct err e;

	/* Every value was checked when it was read, every default by a test. */
	if (text && !option_number(must_find(key), text, &number, &e))
		return -1;
	return number;
}

int64_t conf_number(const struct conf *conf, const char *key)
{
	return conf_target_number(conf, NULL, key);
}

bool conf_is(const struct conf *conf, const char *key)
{
	return conf_number(conf, key) == 1;
}

const char *conf_target_source(const struct conf *conf, const char *section, const char *key)
{
	const struct option *option = must_find(key);
	const struct setting *found = settings_find(&conf->settings, section, key);

	if (found)
		return found->source;
	return option->fallback ? "default" : NULL;
}

const char *conf_source(const struct conf *conf, const char *key)
{
	const char *source = conf_target_source(conf, NULL, key);
	return source ? source : "default";
}

size_t conf_section(const struct conf *conf, const char *section, const char *const **keys,
	const char *const **values)
{
	struct conf *lists = (struct conf *)conf; /* what was listed last is kept there */
	const struct settings *settings = &conf->settings;
	size_t count = 0;

	lists->listed_keys =
		mem_resize(lists->listed_keys, settings->count + 1, sizeof(*lists->listed_keys));
	lists->listed_values = mem_resize(
		lists->listed_values, settings->count + 1, sizeof(*lists->listed_values));
	for (size_t i = 0; i < settings->count; i++) {
		if (strcmp(settings->items[i].section, section) != 0)
			continue;
		lists->listed_keys[count] = settings->items[i].key;
		lists->listed_values[count++] = settings->items[i].value;
	}
	*keys = lists->listed_keys;
	*values = lists->listed_values;
	return count;
}

size_t conf_files(const struct conf *conf, struct arena *arena, const char ***files)
{
	bool is_asked_for;
	char *user = user_file(conf->flag, &is_asked_for);
	size_t count = 0;

	*files = arena_array(arena, const char *, 2);
	if (path_is_file(project_file))
		(*files)[count++] = project_file;
	if (user && (is_asked_for || path_is_file(user)))
		(*files)[count++] = arena_strdup(arena, user);
	free(user);
	return count;
}

struct findings {
	struct arena *arena;
	const char **items;
	size_t count, capacity;
};

static bool keep_all(void *arg, const struct err *e)
{
	struct findings *f = arg;
	struct str line = { 0 };

	if (e->file)
		str_addf(&line, "%s:%d:%d: ", e->file, e->line, e->column ? e->column : 1);
	str_add(&line, e->text);
	if (*e->hint)
		str_addf(&line, "; %s", e->hint);
	f->items = arena_room(f->arena, f->items, f->count, &f->capacity, sizeof(*f->items));
	f->items[f->count++] = arena_strdup(f->arena, str_c(&line));
	str_release(&line);
	return true;
}

size_t conf_check(
	const char *const *files, size_t file_count, struct arena *arena, const char ***findings)
{
	struct findings f = { .arena = arena };

	for (size_t i = 0; i < file_count; i++) {
		struct settings settings = { 0 };
		bool is_project = strcmp(files[i], project_file) == 0;
		enum layer layer = is_project ? LAYER_PROJECT_FILE : LAYER_USER_FILE;
		size_t before = f.count;
		bool ok = settings_read_file(&settings, layer, files[i], keep_all, &f);
		assert_always(ok || f.count > before, "a fault nobody was told of");
		target_check(&settings, keep_all, &f);
		pools_check(&settings, keep_all, &f);
		settings_release(&settings);
	}
	*findings = f.items;
	return f.count;
}
