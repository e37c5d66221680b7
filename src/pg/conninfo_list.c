// SPDX-License-Identifier: GPL-3.0-or-later
#include "pg/conninfo_list.h"

#include "base/mem.h"
#include "base/span.h"
#include "pg/conninfo_private.h"

static const char default_port[] = "5432"; /* libpq's own, whatever PGPORT says */

/* ---- lists as libpq writes them ---- */

static size_t element_count(const char *list)
{
	size_t count = *list != '\0';

	for (const char *p = list; *p; p++)
		count += *p == ',';
	return count;
}

/* The only one stands for all. The caller frees. */
static char *element_at(const char *list, size_t index)
{
	if (!strchr(list, ','))
		return mem_strdup(list);
	for (; index > 0; index--)
		list += strcspn(list, ",") + 1;
	return mem_strndup(list, strcspn(list, ","));
}

/* Addresses count where there are any. */
static size_t host_count(const struct conninfo *info)
{
	size_t count = element_count(conninfo_get_or(info, "hostaddr", ""));

	if (count == 0)
		count = element_count(conninfo_get_or(info, "host", ""));
	return count ? count : 1;
}

static bool fits(const struct conninfo *info, const char *keyword, bool takes_one, struct err *e)
{
	size_t hosts = host_count(info);
	size_t count = element_count(conninfo_get_or(info, keyword, ""));

	if (count == 0 || count == hosts || (takes_one && count == 1))
		return true;
	bool has_addresses = conninfo_is_said(info, "hostaddr");
	const char *what = has_addresses ? "address" : "host";
	const char *many = has_addresses ? "es" : "s";
	return err_set(e, ERR_USAGE, "%.120s: %zu %s%s for %zu %s%s",
		conninfo_source(info, keyword), count, keyword, count == 1 ? "" : "s", hosts, what,
		hosts == 1 ? "" : many);
}

bool conninfo_hosts_fit(const struct conninfo *info, struct err *e)
{
	if (!fits(info, "host", false, e))
		return err_hint(e, "give each host its address, in the same order");
	if (!fits(info, "port", true, e))
		return err_hint(e, "give one port for all of them, or one for each");
	return true;
}

/* The directory libpq looks for sockets in: known to it alone, and told for a host that is empty. */
static char *default_host(void)
{
	static const char *const keywords[] = { "host", "hostaddr", "port", NULL };
	static const char *const values[] = { ",", ",", "1", NULL };
	PGconn *pg = PQconnectStartParams(keywords, values, 0);

	if (!pg)
		die("out of memory");
	char *host = mem_strdup(PQhost(pg));
	PQfinish(pg);
	return host;
}

/* ---- one host of them ---- */

static void set_element(struct conninfo *one, const struct conninfo *info, const char *keyword,
	size_t index, char *(*otherwise)(void))
{
	const char *list = conninfo_get_or(info, keyword, "");
	char *value = element_at(list, index);

	if (*value || !otherwise) {
		conninfo_set_from(
			one, keyword, value, *list ? conninfo_source(info, keyword) : "default");
	} else {
		char *own = otherwise();
		conninfo_set_from(one, keyword, own, "default");
		free(own);
	}
	free(value);
}

static char *own_port(void)
{
	return mem_strdup(default_port);
}

static struct conninfo *host_of(const struct conninfo *info, size_t index)
{
	struct conninfo *one = conninfo_copy(info);

	set_element(one, info, "hostaddr", index, NULL);
	bool has_address = *conninfo_get_or(one, "hostaddr", "");
	set_element(one, info, "host", index, has_address ? NULL : default_host);
	set_element(one, info, "port", index, own_port);
	return one;
}

/* What is empty would be filled from the variable again, with all of its list. */
static bool is_filled_again(const struct conninfo *one)
{
	const char *addresses = getenv("PGHOSTADDR");

	return addresses && *addresses && !*conninfo_get_or(one, "hostaddr", "");
}

static bool check_one(
	const struct conninfo *info, const struct conninfo *one, size_t index, struct err *e)
{
	size_t count = host_count(info);
	const char *source = conninfo_source(info, "port");

	if (!conninfo_is_port(conninfo_get_or(one, "port", default_port))) {
		err_set(e, ERR_USAGE,
			"%.120s: host %zu of %zu: the port is not a number from 1 to 65535",
			source ? source : "default", index + 1, count);
		return err_hint(e, "in a URI, a / in the password is %%2F, @ is %%40, : is %%3A, "
				   ", is %%2C");
	}
	if (is_filled_again(one))
		return err_set(e, ERR_USAGE, "PGHOSTADDR: host %zu of %zu has no address",
			index + 1, count);
	return true;
}

/* ---- all of them ---- */

static bool is_known(const struct conninfo_list *list, const struct conninfo *info)
{
	for (size_t i = 0; i < list->count; i++)
		if (conninfo_same_place(list->items[i], info))
			return true;
	return false;
}

void conninfo_list_take(struct conninfo_list *list, struct conninfo *info)
{
	if (is_known(list, info)) {
		conninfo_free(info);
		return;
	}
	list->items = mem_resize(list->items, list->count + 1, sizeof(struct conninfo *));
	list->items[list->count++] = info;
}

static bool take_all(struct conninfo_list *list, const struct conninfo *info, struct err *e)
{
	size_t count = host_count(info);

	for (size_t i = 0; i < count; i++) {
		struct conninfo *one = host_of(info, i);
		if (!check_one(info, one, i, e)) {
			conninfo_free(one);
			return false;
		}
		conninfo_list_take(list, one);
	}
	return true;
}

bool conninfo_list_read(struct conninfo_list *list, const char *text,
	const struct conninfo_override *override, struct err *e)
{
	struct conninfo *info = conninfo_read(text, override, e);
	bool ok = false;

	*list = (struct conninfo_list){ 0 };
	if (info && host_count(info) == 1 && conninfo_check_one(info, e)) {
		conninfo_list_take(list, info);
		return true;
	}
	if (info && host_count(info) > 1)
		ok = take_all(list, info, e);
	conninfo_free(info);
	if (!ok)
		conninfo_list_release(list);
	return ok;
}

void conninfo_list_release(struct conninfo_list *list)
{
	for (size_t i = 0; i < list->count; i++)
		conninfo_free(list->items[i]);
	free(list->items);
	*list = (struct conninfo_list){ 0 };
}

bool conninfo_lists_meet(const struct conninfo_list *a, const struct conninfo_list *b)
{
	for (size_t i = 0; i < b->count; i++)
		if (is_known(a, b->items[i]))
			return true;
	return false;
}

bool conninfo_list_secure(struct conninfo_list *list, const struct tls_rule *rule, struct err *e)
{
	for (size_t i = 0; i < list->count; i++)
		if (!conninfo_secure(list->items[i], rule, e))
			return false;
	return true;
}

void conninfo_list_set(struct conninfo_list *list, const char *keyword, const char *value)
{
	for (size_t i = 0; i < list->count; i++)
		conninfo_set(list->items[i], keyword, value);
}

static void join(struct conninfo *whole, const struct conninfo_list *list, const char *keyword)
{
	struct str values = { 0 };

	for (size_t i = 0; i < list->count; i++)
		str_addf(&values, "%s%s", i ? "," : "",
			conninfo_get_or(list->items[i], keyword, ""));
	if (values.len >= list->count)
		conninfo_set_from(
			whole, keyword, str_c(&values), conninfo_source(list->items[0], keyword));
	str_release(&values);
}

struct conninfo *conninfo_list_whole(const struct conninfo_list *list)
{
	struct conninfo *whole = conninfo_copy(list->items[0]);

	if (list->count == 1)
		return whole;
	join(whole, list, "host");
	join(whole, list, "hostaddr");
	join(whole, list, "port");
	return whole;
}

/* ---- target_session_attrs ---- */

bool conninfo_list_suits_primary(const struct conninfo_list *list, struct err *e)
{
	const struct conninfo *first = list->items[0];

	if (list->count == 1 || first->wanted != CONNINFO_WANTS_STANDBY)
		return true;
	err_set(e, ERR_USAGE,
		"%.120s: target_session_attrs wants a standby, and dbtop looks for the primary "
		"among these %zu hosts",
		first->wanted_source, list->count);
	return err_hint(e, "leave it out, or name that standby alone");
}

/* The variable speaks of the target as a whole. */
bool conninfo_list_suits_standbys(const struct conninfo_list *list, struct err *e)
{
	const struct conninfo *first = list->items[0];

	if (first->wanted != CONNINFO_WANTS_PRIMARY ||
		strcmp(first->wanted_source, "PGTARGETSESSIONATTRS") == 0)
		return true;
	err_set(e, ERR_USAGE, "%.120s: target_session_attrs wants the primary among the replicas",
		first->wanted_source);
	return err_hint(e, "leave it out, or name the server in primary");
}
