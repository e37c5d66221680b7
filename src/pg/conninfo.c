// SPDX-License-Identifier: GPL-3.0-or-later
#include "pg/conninfo_private.h"

#include "base/mem.h"
#include "base/path.h"

static const char by_default[] = "default";

static size_t find(const struct conninfo *info, const char *keyword)
{
	size_t i = 0;
	while (i < info->count && strcmp(info->keywords[i], keyword) != 0)
		i++;
	return i;
}

const char *conninfo_get(const struct conninfo *info, const char *keyword)
{
	size_t i = find(info, keyword);
	return i < info->count ? info->values[i] : NULL;
}

const char *conninfo_source(const struct conninfo *info, const char *keyword)
{
	size_t i = find(info, keyword);
	return i < info->count && *info->values[i] ? info->sources[i] : NULL;
}

bool conninfo_is_said(const struct conninfo *info, const char *keyword)
{
	const char *source = conninfo_source(info, keyword);
	return source && strcmp(source, by_default) != 0;
}

/* Empty means unset, as for libpq. */
void conninfo_set_from(
	struct conninfo *info, const char *keyword, const char *value, const char *source)
{
	size_t i = find(info, keyword);

	if (i == info->count) {
		if (!value || !*value)
			return;
		assert_always(i < CONNINFO_MAX, "more connection options than libpq knows");
		info->keywords[info->count++] = mem_strdup(keyword);
	}
	char *kept = mem_strdup(value ? value : ""); /* the old ones may be what is copied */
	char *from = mem_strdup(source);
	mem_free_secret(info->values[i]);
	free(info->sources[i]);
	info->values[i] = kept;
	info->sources[i] = from;
}

void conninfo_set(struct conninfo *info, const char *keyword, const char *value)
{
	conninfo_set_from(info, keyword, value, "dbtop");
}

const char *conninfo_warning(const struct conninfo *info)
{
	return info->warning;
}

bool conninfo_is_secret(const char *keyword)
{
	return strcmp(keyword, "password") == 0 || strcmp(keyword, "sslpassword") == 0;
}

char *conninfo_home_file(const char *name)
{
	const char *home = getenv("HOME");
	return home && *home ? path_join(home, name) : NULL;
}

const char *const *conninfo_keywords(const struct conninfo *info)
{
	return (const char *const *)info->keywords;
}

const char *const *conninfo_values(const struct conninfo *info)
{
	return (const char *const *)info->values;
}

void conninfo_free(struct conninfo *info)
{
	if (!info)
		return;
	for (size_t i = 0; i < info->count; i++) {
		free(info->keywords[i]);
		mem_free_secret(info->values[i]);
		free(info->sources[i]);
	}
	free(info->warning);
	free(info->wanted_source);
	free(info);
}

struct conninfo *conninfo_copy(const struct conninfo *info)
{
	struct conninfo *copy = mem_new(struct conninfo);

	for (size_t i = 0; i < info->count; i++)
		conninfo_set_from(copy, info->keywords[i], info->values[i], info->sources[i]);
	copy->warning = mem_strdup(info->warning);
	copy->wanted = info->wanted;
	copy->wanted_source = mem_strdup(info->wanted_source);
	return copy;
}

const char *conninfo_get_or(const struct conninfo *info, const char *keyword, const char *otherwise)
{
	const char *value = conninfo_get(info, keyword);
	return value && *value ? value : otherwise;
}

static const char *place(const struct conninfo *info)
{
	return conninfo_get_or(info, "host", conninfo_get_or(info, "hostaddr", ""));
}

void conninfo_words(const struct conninfo *info, struct str *out)
{
	const char *host = place(info);
	bool is_ipv6 = *host != '/' && strchr(host, ':');

	str_addf(out, "%s@%s%s%s:%s/%s", conninfo_get_or(info, "user", ""), is_ipv6 ? "[" : "",
		host, is_ipv6 ? "]" : "", conninfo_get_or(info, "port", "5432"),
		conninfo_get_or(info, "dbname", ""));
}

bool conninfo_is_local(const struct conninfo *info)
{
	const char *host = conninfo_get_or(info, "host", "");

	return (*host == '/' || *host == '@') && !*conninfo_get_or(info, "hostaddr", "");
}

bool conninfo_has_password(const struct conninfo *info)
{
	return *conninfo_get_or(info, "password", "");
}

/* Shorter ones would turn the message into stars, and show themselves by what is missing. */
enum { REDACT_BYTES_MIN = 3 };

bool conninfo_redact(const struct conninfo *info, char *text)
{
	const char *password = conninfo_get_or(info, "password", "");
	size_t len = strlen(password);
	bool did = false;

	if (len < REDACT_BYTES_MIN)
		return false;
	for (char *at = text; (at = strstr(at, password)); did = true) {
		memset(at, '*', REDACT_BYTES_MIN);
		memmove(at + REDACT_BYTES_MIN, at + len, strlen(at + len) + 1);
		at += REDACT_BYTES_MIN;
	}
	return did;
}

bool conninfo_same_place(const struct conninfo *a, const struct conninfo *b)
{
	return strcmp(place(a), place(b)) == 0 &&
	       strcmp(conninfo_get_or(a, "port", "5432"), conninfo_get_or(b, "port", "5432")) ==
		       0 &&
	       strcmp(conninfo_get_or(a, "dbname", ""), conninfo_get_or(b, "dbname", "")) == 0;
}

/* One word of `options`, as the server cuts them: blanks divide, a backslash takes the next character as it is. */
static bool next_word(const char **text, struct str *word)
{
	const char *p = *text + strspn(*text, " \t\n\r\v\f");
	bool is_there = *p != '\0';

	str_clear(word);
	for (; *p && !strchr(" \t\n\r\v\f", *p); p++) {
		if (*p == '\\' && p[1])
			p++;
		str_add_char(word, *p);
	}
	*text = p;
	return is_there;
}

/* "name=value" of that name, where a dash stands for an underscore too. */
static bool take_setting(const char *text, const char *name, struct str *value)
{
	for (; *name; name++, text++) {
		if (*text != *name && !(*text == '-' && *name == '_'))
			return false;
	}
	if (*text != '=')
		return false;
	str_clear(value);
	str_add(value, text + 1);
	return true;
}

bool conninfo_startup_option(const struct conninfo *info, const char *name, struct str *value)
{
	const char *text = conninfo_get(info, "options");
	struct str word = { 0 };
	bool is_found = false;

	while (text && next_word(&text, &word)) {
		const char *setting = str_c(&word);
		if (strcmp(setting, "-c") == 0 && next_word(&text, &word))
			setting = str_c(&word);
		else if (strncmp(setting, "-c", 2) == 0 || strncmp(setting, "--", 2) == 0)
			setting += 2;
		is_found = take_setting(setting, name, value) || is_found;
	}
	str_release(&word);
	return is_found;
}
