// SPDX-License-Identifier: GPL-3.0-or-later
/*
 * Securing: what the target says of TLS, turned into libpq's options. sslmode only ever grows stricter here.
 */
#include "base/mem.h"
#include "base/path.h"
#include "pg/conninfo_private.h"

/* From the weakest; the order is what makes "at least". */
static const char *const modes[] = { "disable", "allow", "prefer", "require", "verify-ca",
	"verify-full" };
static const char *const versions[] = { "TLSv1", "TLSv1.1", "TLSv1.2", "TLSv1.3" };

static size_t rank(const char *const *words, size_t count, const char *word)
{
	size_t i = 0;
	while (i < count && strcmp(words[i], word) != 0)
		i++;
	return i;
}

static size_t mode_rank(const char *mode)
{
	return rank(modes, ARRAY_SIZE(modes), mode);
}

static size_t version_rank(const char *version)
{
	return rank(versions, ARRAY_SIZE(versions), version);
}

/* "tls = 1.3 (dbtop.conf:4)" */
static char *rule_words(const char *key, const char *value, const char *source)
{
	return mem_printf("%s = %s (%s)", key, value, source);
}

static bool contradiction(
	const struct conninfo *info, const char *rule, const char *keyword, struct err *e)
{
	err_set(e, ERR_USAGE, "%.100s and %s = %.20s (%.80s) contradict each other", rule, keyword,
		conninfo_get(info, keyword), conninfo_source(info, keyword));
	return err_hint(e, "keep one of the two");
}

/* No plain fallback. What was asked for in so many words and cannot be is an error, and not overruled in silence. */
static bool demand_tls(struct conninfo *info, const char *rule, struct err *e)
{
	const char *mode = conninfo_get_or(info, "sslmode", "prefer");

	if (strcmp(mode, "disable") == 0)
		return contradiction(info, rule, "sslmode", e);
	if (mode_rank(mode) < mode_rank("require"))
		conninfo_set_from(info, "sslmode", "require", rule);
	return true;
}

static bool demand_version(
	struct conninfo *info, const char *version, const char *rule, struct err *e)
{
	char *floor = mem_printf("TLSv%s", version);
	const char *least = conninfo_get_or(info, "ssl_min_protocol_version", "TLSv1");
	const char *most = conninfo_get_or(info, "ssl_max_protocol_version", "TLSv1.3");
	bool ok = version_rank(most) >= version_rank(floor);

	if (!ok)
		contradiction(info, rule, "ssl_max_protocol_version", e);
	else if (version_rank(least) < version_rank(floor))
		conninfo_set_from(info, "ssl_min_protocol_version", floor, rule);
	free(floor);
	return ok && demand_tls(info, rule, e);
}

/* The root certificate libpq would verify with, when there is one; the caller frees. */
static char *find_root(const struct conninfo *info)
{
	const char *said = conninfo_get(info, "sslrootcert");

	if (said && *said)
		return mem_strdup(said);
	char *path = conninfo_home_file(".postgresql/root.crt");
	if (path && path_is_file(path))
		return path;
	free(path);
	return NULL;
}

/* Who keeps a root certificate wants servers verified; sslmode, said anywhere, is the way to want less. */
static void verify_with_root(struct conninfo *info)
{
	char *root = conninfo_is_said(info, "sslmode") ? NULL : find_root(info);

	if (!root)
		return;
	char *source = mem_printf("a root certificate is at hand (%s)", root);
	bool has_name = *conninfo_get_or(info, "host", "");
	conninfo_set_from(info, "sslmode", has_name ? "verify-full" : "verify-ca", source);
	free(source);
	free(root);
}

static bool refuse_local(
	const struct conninfo *info, const char *rule, const char *key, struct err *e)
{
	err_set(e, ERR_USAGE, "%.100s cannot hold: %.100s is a local socket, and it takes no TLS",
		rule, conninfo_get(info, "host"));
	return err_hint(e, "name the server by host, or say %s = auto for this target", key);
}

static bool secure_version(struct conninfo *info, const struct tls_rule *rule, struct err *e)
{
	if (!rule->version)
		return true;
	char *words = rule_words("tls", rule->version, rule->version_source);
	bool ok = conninfo_is_local(info) ? refuse_local(info, words, "tls", e)
					  : demand_version(info, rule->version, words, e);
	free(words);
	return ok;
}

/* The binding is of the password exchange to the TLS channel: it needs one. */
static bool secure_binding(struct conninfo *info, const struct tls_rule *rule, struct err *e)
{
	const char *binding = rule->channel_binding;

	if (!binding)
		return true;
	char *words = rule_words("channel_binding", binding, rule->channel_binding_source);
	bool is_required = strcmp(binding, "require") == 0;
	bool ok = true;
	if (is_required && conninfo_is_local(info))
		ok = refuse_local(info, words, "channel_binding", e);
	else if (is_required)
		ok = demand_tls(info, words, e);
	if (ok)
		conninfo_set_from(info, "channel_binding", binding, words);
	free(words);
	return ok;
}

/* A tunnel's end has an address of this machine too, but it goes by the name of the server behind it. */
static bool is_this_machine(const struct conninfo *info)
{
	const char *host = conninfo_get_or(info, "host", "");

	if (!*host)
		host = conninfo_get_or(info, "hostaddr", "");
	return strcmp(host, "localhost") == 0 || strncmp(host, "127.", 4) == 0 ||
	       strcmp(host, "::1") == 0;
}

bool conninfo_is_exposed(const struct conninfo *info)
{
	const char *mode = conninfo_get_or(info, "sslmode", "prefer");

	if (conninfo_is_local(info) || is_this_machine(info))
		return false;
	return !conninfo_is_said(info, "sslmode") || mode_rank(mode) >= mode_rank("require");
}

bool conninfo_secure(struct conninfo *info, const struct tls_rule *rule, struct err *e)
{
	if (!conninfo_is_local(info))
		verify_with_root(info);
	return secure_version(info, rule, e) && secure_binding(info, rule, e);
}
