// SPDX-License-Identifier: GPL-3.0-or-later
#include "pg/identity.h"

#include <inttypes.h>

#include "base/mem.h"
#include "model/value.h"
#include "pg/conninfo.h"

static const struct field fields[] = {
	FIELD_TEXT_OF(struct identity, system_identifier, "system_identifier"),
	FIELD_INT_OF(struct identity, timeline, "timeline"),
	FIELD_INT_OF(struct identity, database_oid, "database_oid"),
	FIELD_TEXT_OF(struct identity, database, "database_name"),
	FIELD_TEXT_OF(struct identity, user, "user_name"),
	FIELD_TEXT_OF(struct identity, address, "address"),
	FIELD_INT_OF(struct identity, backend_pid, "backend_pid"),
	FIELD_INT_OF(struct identity, started_us, "started_us"),
	FIELD_BOOL_OF(struct identity, is_standby, "is_standby"),
	FIELD_BOOL_OF(struct identity, is_superuser, "is_superuser"),
	FIELD_BOOL_OF(struct identity, has_monitor, "has_monitor"),
};

void identity_from_link(const struct driver *driver, struct driver_conn *link,
	const struct conninfo *info, struct identity *identity)
{
	const char *address = conninfo_get(info, "hostaddr");
	const char *host = driver->host(link);
	const char *port = driver->port(link);
	const char *words = driver->parameter(link, "server_version");

	*identity = (struct identity){ .server_version = driver->server_version(link) };
	snprintf(identity->host, sizeof(identity->host), "%s", host ? host : "");
	snprintf(identity->port, sizeof(identity->port), "%s", port ? port : "");
	identity->is_by_address = address && *address;
	/* "15.18 (Debian 15.18-1)": the first word. */
	snprintf(identity->version_words, sizeof(identity->version_words), "%.*s",
		words ? (int)strcspn(words, " ") : 0, words ? words : "");
	if (!identity_is_local(identity)) /* a socket is plain, whatever sslmode asks */
		snprintf(identity->tls, sizeof(identity->tls), "%s", driver->tls(link));
}

void identity_from_row(const struct result *result, const struct driver *driver,
	struct driver_conn *link, struct identity *identity)
{
	result_fill(result, 0, fields, ARRAY_SIZE(fields), identity);
	identity->is_pooled = identity->backend_pid != driver->backend_pid(link);
}

static bool is_known(int64_t a, int64_t b)
{
	return value_is_known(a) && value_is_known(b);
}

bool identity_check_equal(
	const struct identity *found, const struct identity *wanted, struct err *e)
{
	if (*found->system_identifier && *wanted->system_identifier &&
		strcmp(found->system_identifier, wanted->system_identifier) != 0) {
		err_set(e, ERR_CONFLICT,
			"another server answers at %.100s:%s: system identifier %s instead of %s",
			found->host, found->port, found->system_identifier,
			wanted->system_identifier);
		return err_hint(e, "make the plan again for this server, or connect to the one it "
				   "was made for");
	}
	if (is_known(found->timeline, wanted->timeline) && found->timeline != wanted->timeline) {
		err_set(e, ERR_CONFLICT,
			"another server answers at %.100s:%s (timeline %" PRId64 " -> %" PRId64 ")",
			found->host, found->port, wanted->timeline, found->timeline);
		return err_hint(e, "a standby was promoted since: look what of the run it holds, "
				   "then make the plan again");
	}
	if (is_known(found->database_oid, wanted->database_oid) &&
		found->database_oid != wanted->database_oid) {
		err_set(e, ERR_CONFLICT,
			"another database answers: %s (oid %" PRId64 ") instead of "
			"%s (oid %" PRId64 ")",
			found->database, found->database_oid, wanted->database,
			wanted->database_oid);
		return err_hint(e, "it was dropped and made again, or the connection text changed");
	}
	return true;
}
