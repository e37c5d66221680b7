// SPDX-License-Identifier: GPL-3.0-or-later
#include "conf/target.h"

#include "base/mem.h"
#include "base/path.h"
#include "base/words.h"
#include "conf/conf_private.h"
#include "conf/pools.h"
#include "base/service.h"

/* The ways a section can say where its target is. */
static const char *const place_keys[] = { "dsn", "primary", "service" };

/* 'it''s' for libpq: quote and backslash are escaped by a backslash. */
static char *conninfo_of(const char *keyword, const char *value)
{
	struct str out = { 0 };

	str_addf(&out, "%s='", keyword);
	for (; *value; value++) {
		if (*value == '\'' || *value == '\\')
			str_add_char(&out, '\\');
		str_add_char(&out, *value);
	}
	str_add_char(&out, '\'');
	return str_detach(&out);
}

/* The strongest way said; *clash: another one of the same file. NULL when none is said. */
static const struct setting *find_place(
	const struct settings *settings, const char *section, const struct setting **clash)
{
	const struct setting *best = NULL;

	*clash = NULL;
	for (size_t i = 0; i < ARRAY_SIZE(place_keys); i++) {
		const struct setting *found = settings_find(settings, section, place_keys[i]);
		if (found && best && found->layer == best->layer)
			*clash = found;
		if (found && (!best || found->layer > best->layer))
			best = found;
	}
	if (*clash && (*clash)->layer != best->layer)
		*clash = NULL;
	return best;
}

/* The first setting of every [target NAME], each name once; layer -1 = of all files. */
static size_t each_target(const struct settings *settings, int layer, const struct setting **out)
{
	size_t count = 0;

	for (size_t i = 0; i < settings->count; i++) {
		const struct setting *item = &settings->items[i];
		bool is_new = section_target(item->section) != NULL &&
			      (layer < 0 || item->layer == (enum layer)layer);
		for (size_t j = 0; is_new && j < count; j++)
			is_new = strcmp(section_target(out[j]->section),
					 section_target(item->section)) != 0;
		if (is_new)
			out[count++] = item;
	}
	return count;
}

static const struct setting **list_targets(
	const struct settings *settings, int layer, size_t *count)
{
	const struct setting **list = mem_zero((settings->count + 1) * sizeof(*list));

	*count = each_target(settings, layer, list);
	return list;
}

static bool check_place(const struct settings *settings, const char *name,
	const struct setting **place, struct err *e)
{
	const struct setting *clash;

	*place = find_place(settings, name, &clash);
	if (!*place)
		return err_set(e, ERR_PARSE,
			"[target %s] does not say where it is: it needs dsn, primary or service",
			name);
	if (clash)
		return err_set(e, ERR_PARSE, "[target %s] says both %s and %s: keep one", name,
			(*place)->key, clash->key);
	return true;
}

void target_check(const struct settings *settings, settings_wrong_fn *wrong, void *arg)
{
	size_t count;
	const struct setting **list = list_targets(settings, -1, &count);

	for (size_t i = 0; i < count; i++) {
		const struct setting *place;
		struct err e = { 0 };
		if (check_place(settings, section_target(list[i]->section), &place, &e))
			continue;
		conf_err_from(&e, list[i]->source);
		wrong(arg, &e);
	}
	free(list);
}

/* ---- the names of places, without libpq and without a word of a password ---- */

static char *name_of_uri(const char *uri)
{
	const char *path = strchr(strstr(uri, "://") + 3, '/');
	size_t len = path ? strcspn(path + 1, "?") : 0;

	return len ? mem_strndup(path + 1, len) : NULL;
}

/* Reads keyword = value pairs by libpq's rules as far as the wanted keyword. */
static char *name_of_keywords(const char *text, const char *wanted)
{
	struct str value = { 0 };
	bool is_found = false;

	while (!is_found && *(text += strspn(text, " \t\n\r"))) {
		size_t key_len = strcspn(text, "= \t\n\r");
		is_found = span_is(span_from(text, key_len), wanted);
		text += key_len;
		text += strspn(text, " \t\n\r");
		if (*text++ != '=')
			break;
		text += strspn(text, " \t\n\r");
		bool is_quoted = *text == '\'';
		text += is_quoted;
		str_clear(&value);
		while (*text && (is_quoted ? *text != '\'' : !strchr(" \t\n\r", *text))) {
			if (*text == '\\' && text[1])
				text++;
			str_add_char(&value, *text++);
		}
		text += is_quoted && *text;
	}
	if (is_found && value.len)
		return str_detach(&value);
	str_release(&value);
	return NULL;
}

static bool is_uri(const char *text)
{
	return strncmp(text, "postgres://", 11) == 0 || strncmp(text, "postgresql://", 13) == 0;
}

static char *default_name(void)
{
	static const char *const variables[] = { "PGSERVICE", "PGDATABASE", "PGUSER", "USER" };

	for (size_t i = 0; i < ARRAY_SIZE(variables); i++) {
		const char *value = getenv(variables[i]);
		if (value && *value)
			return mem_strdup(value);
	}
	return mem_strdup("postgres");
}

static char *name_of(const char *conninfo)
{
	static const char *const keywords[] = { "dbname", "service", "user" };
	char *name = is_uri(conninfo) ? name_of_uri(conninfo) : NULL;

	for (size_t i = 0; !name && !is_uri(conninfo) && i < ARRAY_SIZE(keywords); i++)
		name = name_of_keywords(conninfo, keywords[i]);
	return name ? name : default_name();
}

/* ---- filling the struct ---- */

static char *default_dir(void)
{
	static const char *const places[] = { "migrations", "db/migrations" };

	for (size_t i = 0; i < ARRAY_SIZE(places); i++) {
		if (path_is_dir(places[i]))
			return mem_strdup(places[i]);
	}
	return NULL;
}

static enum late_order late_of(const char *word)
{
	static const char *const words[] = {
		[LATE_REFUSE] = "refuse",
		[LATE_ASK] = "ask",
		[LATE_ALLOW] = "allow",
	};

	for (size_t i = LATE_REFUSE; word && i < ARRAY_SIZE(words); i++) {
		if (strcmp(words[i], word) == 0)
			return (enum late_order)i;
	}
	return LATE_DEFAULT;
}

static void fill_gate(const struct conf *conf, const char *section, struct target *out)
{
	struct gate_limits *gate = &out->gate;
	struct err e;

	gate->lag_bytes = conf_target_number(conf, section, "gate.lag");
	gate->slots_percent = conf_target_number(conf, section, "gate.slots");
	gate->oldest_ms = conf_target_number(conf, section, "gate.oldest");
	gate->wait_ms = conf_target_text(conf, section, "gate.wait")
				? conf_target_number(conf, section, "gate.wait")
				: out->lock_timeout_ms;
	const char *blocked = conf_target_text(conf, section, "gate.blocked");
	bool ok = option_count_for(
		option_find("gate.blocked"), blocked, &gate->blocked_count, &gate->blocked_ms, &e);
	assert_always(ok, "a gate.blocked that was not checked when it was read");
}

static void fill_pool(const struct conf *conf, const char *s, struct target *out)
{
	static const char *const words[] = {
		[PRE_PING_AUTO] = "auto", [PRE_PING_OFF] = "off", [PRE_PING_ALWAYS] = "always"
	};
	const char *ping = conf_target_text(conf, s, "pool_pre_ping");
	int64_t recycle_ms = conf_target_number(conf, s, "pool_recycle");

	out->pool = (struct pool_limits){
		.size = conf_target_number(conf, s, "pool_size"),
		.max_overflow = conf_target_number(conf, s, "max_overflow"),
		.timeout_ms = conf_target_number(conf, s, "pool_timeout"),
		.recycle_ms = recycle_ms > 0 ? recycle_ms : 0,
	};
	for (size_t i = 0; i < ARRAY_SIZE(words); i++)
		if (strcmp(words[i], ping) == 0)
			out->pool.pre_ping = (enum pool_pre_ping)i;
	out->app_pool_count = pools_list(conf, out->app_pools);
}

/* A keyword that tells more of the server named before it: "host=b port=1 host=c" are two. */
static bool continues(struct span word)
{
	static const char *const begins[] = { "host=", "hostaddr=", "service=" };
	bool is_more = !span_starts(word, "postgres://") && !span_starts(word, "postgresql://");

	for (size_t i = 0; is_more && i < ARRAY_SIZE(begins); i++)
		is_more = !span_starts(word, begins[i]);
	return is_more;
}

static void extend(char **text, struct span word)
{
	char *longer = mem_printf("%s %.*s", *text, (int)word.len, word.data);

	mem_free_secret(*text);
	*text = longer;
}

static void fill_replicas(const char *text, struct target *out)
{
	struct span rest = span_of(text), word;
	size_t capacity = 0;

	while (span_word(&rest, &word)) {
		if (out->replica_count && continues(word)) {
			extend(&out->replicas[out->replica_count - 1], word);
			continue;
		}
		out->replicas = mem_room(
			out->replicas, out->replica_count, &capacity, sizeof(*out->replicas));
		out->replicas[out->replica_count++] = mem_strndup(word.data, word.len);
	}
}

static char *copy(const struct conf *conf, const char *section, const char *key)
{
	return mem_strdup(conf_target_text(conf, section, key));
}

/* The value and where it was said; both NULL for auto. */
static void copy_unless_auto(
	const struct conf *conf, const char *section, const char *key, char **value, char **source)
{
	const char *text = conf_target_text(conf, section, key);

	if (strcmp(text, "auto") == 0)
		return;
	*value = mem_strdup(text);
	*source = mem_strdup(conf_target_source(conf, section, key));
}

static void fill_tls(const struct conf *conf, const char *section, struct tls_rule *out)
{
	copy_unless_auto(conf, section, "tls", &out->version, &out->version_source);
	copy_unless_auto(conf, section, "channel_binding", &out->channel_binding,
		&out->channel_binding_source);
}

/* Everything but name, conninfo and env; out->section says whose settings count. */
static void fill_settings(const struct conf *conf, struct target *out)
{
	const char *s = out->section;

	out->dir = copy(conf, s, "migrations");
	if (!out->dir)
		out->dir = default_dir();
	out->format = copy(conf, s, "format");
	out->project = copy(conf, s, "project");
	out->history_table = copy(conf, s, "history_table");
	out->migrate_role = copy(conf, s, "migrate_role");
	out->monitor_user = copy(conf, s, "monitor_user");
	out->late = late_of(conf_target_text(conf, s, "order"));
	out->pooler_is_session = strcmp(conf_target_text(conf, s, "pooler"), "session") == 0;
	out->is_read_only = conf_target_number(conf, s, "read_only") == 1;
	out->hazard_size_bytes = conf_target_number(conf, s, "hazard.size");
	out->lock_timeout_ms = conf_target_number(conf, s, "lock_timeout");
	out->lock_wait_ms = conf_target_number(conf, s, "lock_wait");
	out->connect_timeout_ms = conf_target_number(conf, s, "connect_timeout");
	out->interval_ms = conf_target_number(conf, s, "interval");
	if (s && conf_target_text(conf, s, "replicas")) {
		out->replicas_source = mem_strdup(conf_target_source(conf, s, "replicas"));
		fill_replicas(conf_target_text(conf, s, "replicas"), out);
	}
	fill_tls(conf, s, &out->tls);
	fill_gate(conf, s, out);
	fill_pool(conf, s, out);
}

/* ---- which one ---- */

static bool choose_section(
	const struct conf *conf, const char *name, struct target *out, struct err *e)
{
	const struct setting *place;

	if (!check_place(&conf->settings, name, &place, e))
		return false;
	out->name = mem_strdup(name);
	out->section = mem_strdup(name);
	out->source = mem_strdup(place->source);
	bool is_service = strcmp(place->key, "service") == 0;
	out->conninfo =
		is_service ? conninfo_of("service", place->value) : mem_strdup(place->value);
	return true;
}

static bool is_section(const struct conf *conf, const char *name)
{
	size_t count;
	const struct setting **list = list_targets(&conf->settings, -1, &count);
	bool found = false;

	for (size_t i = 0; i < count && !found; i++)
		found = strcmp(section_target(list[i]->section), name) == 0;
	free(list);
	return found;
}

static bool choose_word(const struct conf *conf, const char *word, const char *source,
	struct target *out, struct err *e)
{
	if (!*word)
		return err_set(e, ERR_USAGE, "the target's name is empty");
	if (is_section(conf, word))
		return choose_section(conf, word, out, e);
	out->source = mem_strdup(source);
	if (is_uri(word) || strchr(word, '=')) {
		out->conninfo = mem_strdup(word);
		out->name = name_of(word);
		return true;
	}
	out->name = mem_strdup(word);
	out->conninfo = conninfo_of(service_exists(word) ? "service" : "dbname", word);
	return true;
}

/* The only [target] of the project file; NULL when it has none or several. */
static const struct setting *only_project_target(const struct conf *conf)
{
	size_t count;
	const struct setting **list = list_targets(&conf->settings, LAYER_PROJECT_FILE, &count);
	const struct setting *only = count == 1 ? list[0] : NULL;

	free(list);
	return only;
}

static bool choose_unnamed(
	const struct conf *conf, struct target *out, struct target_rival *rival, struct err *e)
{
	const struct setting *only = only_project_target(conf);
	const char *url = getenv("DATABASE_URL");

	if (url && !*url)
		url = NULL;
	if (only) {
		rival->conninfo = url;
		rival->project_file = only->source;
		return choose_section(conf, section_target(only->section), out, e);
	}
	out->conninfo = mem_strdup(url ? url : "");
	out->source = mem_strdup(url ? "DATABASE_URL" : NULL);
	out->name = name_of(out->conninfo);
	return true;
}

bool target_choose(const struct conf *conf, const char *word, struct target *out,
	struct target_rival *rival, struct err *e)
{
	*out = (struct target){ 0 };
	*rival = (struct target_rival){ 0 };
	const char *source = word ? "the command line" : conf_source(conf, "target");
	if (!word)
		word = conf_text(conf, "target");
	bool ok = word ? choose_word(conf, word, source, out, e)
		       : choose_unnamed(conf, out, rival, e);
	if (!ok) {
		target_release(out);
		return false;
	}
	fill_settings(conf, out);
	char *service = name_of_keywords(is_uri(out->conninfo) ? "" : out->conninfo, "service");
	target_set_env(conf, out, NULL, service, NULL, 0);
	free(service);
	return true;
}

/* Lives as long as the conf. A dsn is not copied, so that it is wiped once and for all. */
static const char *place_conninfo(struct conf *conf, const struct setting *place)
{
	if (strcmp(place->key, "service") != 0)
		return place->value;
	char *text = conninfo_of("service", place->value);
	const char *kept = arena_strdup(&conf->settings.arena, text);
	free(text);
	return kept;
}

size_t target_list(
	const struct conf *conf, const char *const **names, const char *const **conninfos)
{
	struct conf *lists = (struct conf *)conf; /* what was listed last is kept there */
	size_t count, kept = 0;
	const struct setting **list = list_targets(&conf->settings, -1, &count);

	lists->listed_keys = mem_resize(lists->listed_keys, count + 1, sizeof(*lists->listed_keys));
	lists->listed_values =
		mem_resize(lists->listed_values, count + 1, sizeof(*lists->listed_values));
	for (size_t i = 0; i < count; i++) {
		const char *name = section_target(list[i]->section);
		const struct setting *place;
		struct err e;
		if (!check_place(&conf->settings, name, &place, &e))
			continue;
		lists->listed_keys[kept] = name;
		lists->listed_values[kept++] = place_conninfo(lists, place);
	}
	free(list);
	*names = lists->listed_keys;
	*conninfos = lists->listed_values;
	return kept;
}

void target_release(struct target *target)
{
	for (size_t i = 0; i < target->replica_count; i++)
		mem_free_secret(target->replicas[i]);
	free(target->replicas);
	free(target->replicas_source);
	mem_free_secret(target->conninfo);
	free(target->source);
	tls_rule_release(&target->tls);
	free(target->name);
	free(target->section);
	free(target->env_source);
	free(target->dir);
	free(target->format);
	free(target->project);
	free(target->history_table);
	free(target->migrate_role);
	free(target->monitor_user);
	*target = (struct target){ 0 };
}
