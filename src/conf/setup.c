// SPDX-License-Identifier: GPL-3.0-or-later
#include "conf/setup.h"

#include "base/str.h"
#include "base/utf8.h"
#include "base/words.h"
#include "conf/conf_private.h"

enum { NAME_BYTES_MAX = 63, SECTIONS_MAX = 64 };

enum form { FORM_NAME, FORM_NAMES, FORM_EXTENSIONS, FORM_TEXT };

/* The keys of a section, what form their values have, and where they go. */
static const struct setup_key {
	const char *name;
	enum form form;
	size_t offset;
} setup_keys[] = {
	{ "app_roles", FORM_NAMES, offsetof(struct setup_spec, app_roles) },
	{ "checks", FORM_TEXT, offsetof(struct setup_spec, checks) },
	{ "encoding", FORM_NAME, offsetof(struct setup_spec, encoding) },
	{ "extensions", FORM_EXTENSIONS, 0 },
	{ "locale", FORM_NAME, offsetof(struct setup_spec, locale) },
	{ "maintenance_db", FORM_NAME, offsetof(struct setup_spec, maintenance_db) },
	{ "monitor_roles", FORM_NAMES, offsetof(struct setup_spec, monitor_roles) },
	{ "owner", FORM_NAME, offsetof(struct setup_spec, owner) },
	{ "schemas", FORM_NAMES, offsetof(struct setup_spec, schemas) },
	{ "seed", FORM_TEXT, offsetof(struct setup_spec, seed) },
};

const char *section_setup(const char *section)
{
	static const char prefix[] = "setup ";

	if (strncmp(section, prefix, sizeof(prefix) - 1) != 0)
		return NULL;
	section += sizeof(prefix) - 1;
	return section + strspn(section, " \t");
}

static const struct setup_key *find_key(const char *name)
{
	for (size_t i = 0; i < ARRAY_SIZE(setup_keys); i++)
		if (strcmp(setup_keys[i].name, name) == 0)
			return &setup_keys[i];
	return NULL;
}

static bool refuse_key(const char *key, struct err *e)
{
	const char *names[ARRAY_SIZE(setup_keys)];
	struct str list = { 0 };

	for (size_t i = 0; i < ARRAY_SIZE(setup_keys); i++) {
		names[i] = setup_keys[i].name;
		str_addf(&list, "%s%s", i ? ", " : "", names[i]);
	}
	const char *nearest = words_nearest(key, names, ARRAY_SIZE(names));
	err_set(e, ERR_PARSE, "[setup] knows no key %s", key);
	if (nearest)
		err_hint(e, "did you mean %s?", nearest);
	else
		err_hint(e, "it knows %s", str_c(&list));
	str_release(&list);
	return false;
}

/* ---- lists ---- */

static bool check_name(const struct str *name, struct err *e)
{
	if (name->len == 0)
		return err_set(e, ERR_PARSE, "a name is empty");
	if (name->len > NAME_BYTES_MAX)
		return err_set(e, ERR_PARSE, "\"%.20s…\" is longer than %d bytes", str_c(name),
			NAME_BYTES_MAX);
	if (utf8_valid(str_span(name)) != name->len)
		return err_set(e, ERR_PARSE, "a name is not UTF-8");
	return true;
}

/* "na""me": the name, and what follows it. */
static bool read_quoted(struct span *rest, struct str *name, struct err *e)
{
	size_t at = 1;

	for (; at < rest->len; at++) {
		bool is_quote = rest->data[at] == '"';
		if (is_quote && (at + 1 == rest->len || rest->data[at + 1] != '"'))
			break;
		at += is_quote;
		str_add_char(name, rest->data[at]);
	}
	if (at >= rest->len)
		return err_set(e, ERR_PARSE, "a name in \"…\" does not end");
	*rest = span_from(rest->data + at + 1, rest->len - at - 1);
	return true;
}

/* Cuts one item off: its name, and, where a version may stand, the word after it. */
static bool read_item(struct span *rest, struct str *name, struct str *version, struct err *e)
{
	struct span word;

	*rest = span_trim(*rest);
	if (rest->len && *rest->data == '"' && !read_quoted(rest, name, e))
		return false;
	const char *comma = memchr(rest->data, ',', rest->len);
	size_t len = comma ? (size_t)(comma - rest->data) : rest->len;
	struct span plain = span_trim(span_from(rest->data, len));
	*rest = comma ? span_from(comma + 1, rest->len - len - 1) : (struct span){ 0 };
	if (version && !name->len && span_word(&plain, &word))
		str_add_span(name, word);
	plain = span_trim(plain);
	if (version)
		str_add_span(version, plain);
	else if (!name->len)
		str_add_span(name, plain);
	else if (plain.len)
		return err_set(e, ERR_PARSE, "a comma is missing before \"%.*s\"", (int)plain.len,
			plain.data);
	if (version && version->len &&
		(memchr(plain.data, ' ', plain.len) || !check_name(version, e)))
		return err_set(e, ERR_PARSE, "\"%.*s\" is no version", (int)plain.len, plain.data);
	return check_name(name, e);
}

/* A name alone: as it stands, or in quotes. */
static bool read_single(const char *value, struct str *name, struct err *e)
{
	struct span rest = span_of(value);

	if (*value != '"')
		str_add(name, value);
	else if (!read_quoted(&rest, name, e))
		return false;
	else if (rest.len)
		return err_set(e, ERR_PARSE, "something stands behind the name");
	return check_name(name, e);
}

typedef void item_fn(void *arg, const char *name, const char *version);

/* Calls take for each item; NULL = only checks. */
static bool each_item(const char *value, bool has_versions, item_fn *take, void *arg, struct err *e)
{
	struct span rest = span_of(value);
	struct str name = { 0 }, version = { 0 };
	bool ok = true;

	while (ok && rest.len) {
		str_clear(&name);
		str_clear(&version);
		ok = read_item(&rest, &name, has_versions ? &version : NULL, e);
		if (ok && take)
			take(arg, str_c(&name), version.len ? str_c(&version) : NULL);
	}
	str_release(&name);
	str_release(&version);
	return ok;
}

bool setup_check_pair(const char *key, const char *value, struct err *e)
{
	const struct setup_key *known = find_key(key);
	struct str text = { 0 };
	bool ok = true;

	if (!known)
		return refuse_key(key, e);
	switch (known->form) {
	case FORM_NAME: ok = read_single(value, &text, e); break;
	case FORM_NAMES: ok = each_item(value, false, NULL, NULL, e); break;
	case FORM_EXTENSIONS: ok = each_item(value, true, NULL, NULL, e); break;
	case FORM_TEXT: ok = *value || err_set(e, ERR_PARSE, "it is empty"); break;
	}
	str_release(&text);
	if (!ok) {
		char why[sizeof(e->text)];
		memcpy(why, e->text, sizeof(why));
		err_set(e, ERR_PARSE, "%s = \"%.80s\": %.120s", key, value, why);
	}
	return ok;
}

/* ---- filling ---- */

struct filling {
	struct arena *arena;
	struct setup_names *names;
	struct setup_spec *spec;
};

static void take_name(void *arg, const char *name, const char *version)
{
	struct filling *f = arg;

	(void)version;
	f->names->items[f->names->count++] = arena_strdup(f->arena, name);
}

static void take_extension(void *arg, const char *name, const char *version)
{
	struct filling *f = arg;

	f->spec->extensions[f->spec->extension_count++] =
		(struct setup_extension){ .name = arena_strdup(f->arena, name),
			.version = arena_strdup(f->arena, version) };
}

static size_t items_at_most(const char *value)
{
	size_t count = 1;

	for (; *value; value++)
		count += *value == ',';
	return count;
}

static void fill_pair(struct setup_spec *spec, const char *key, const char *value)
{
	const struct setup_key *known = find_key(key);
	void *member = (char *)spec + known->offset;
	struct filling f = { .arena = &spec->arena, .spec = spec, .names = member };
	struct str text = { 0 };
	bool ok = true;
	struct err e;

	switch (known->form) {
	case FORM_NAME:
		ok = read_single(value, &text, &e);
		*(const char **)member = arena_strdup(&spec->arena, str_c(&text));
		break;
	case FORM_TEXT: *(const char **)member = arena_strdup(&spec->arena, value); break;
	case FORM_NAMES:
		*f.names = (struct setup_names){ .items = arena_array(&spec->arena, const char *,
							 items_at_most(value)) };
		ok = each_item(value, false, take_name, &f, &e);
		break;
	case FORM_EXTENSIONS:
		spec->extension_count = 0;
		spec->extensions =
			arena_array(&spec->arena, struct setup_extension, items_at_most(value));
		ok = each_item(value, true, take_extension, &f, &e);
		break;
	}
	str_release(&text);
	assert_always(ok, "a list that was not checked when it was read");
}

/* Files come in the order of their strength, so what is read later is stronger. */
bool setup_read(const struct conf *conf, const char *name, struct setup_spec *out)
{
	const struct settings *settings = &conf->settings;
	bool is_there = false;

	*out = (struct setup_spec){ .maintenance_db = "postgres", .encoding = "UTF8" };
	fill_pair(out, "schemas", "public");
	for (size_t i = 0; i < settings->count; i++) {
		const struct setting *item = &settings->items[i];
		const char *section = section_setup(item->section);
		if (!section || strcmp(section, name) != 0)
			continue;
		fill_pair(out, item->key, item->value);
		is_there = true;
	}
	return is_there;
}

const char *setup_nearest(const struct conf *conf, const char *name)
{
	const struct settings *settings = &conf->settings;
	const char *names[SECTIONS_MAX];
	size_t count = 0;

	for (size_t i = 0; i < settings->count && count < SECTIONS_MAX; i++) {
		const char *section = section_setup(settings->items[i].section);
		if (section)
			names[count++] = section;
	}
	if (!count)
		return NULL;
	const char *nearest = words_nearest(name, names, count);
	return nearest ? nearest : names[0];
}
