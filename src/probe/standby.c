// SPDX-License-Identifier: GPL-3.0-or-later
#include "probe/standby.h"

#include <string.h>

#include "base/mem.h"
#include "sql/sql.h"

enum { DEADLINE_MS = 3000 }; /* the server gives up after 1.5 s */

/* A name on its way through the resolver. The standby may be gone when it comes back. */
struct naming {
	struct standby *standby;
};

struct standby {
	struct standby_options options;
	struct replica_expected known;
	struct loop_timer *timer; /* to the next question */
	struct lease *lease;	  /* while one is asked */
	struct naming *naming;
	bool is_waiting; /* for a lease */
	bool is_freed;
};

/* As the server says it. */
struct answer {
	bool is_standby;
	int64_t timeline;
	char slot[64], name[64], receiver_status[24], upstream[96], replay_lsn[24];
};

const struct field standby_fields[] = {
	FIELD_BOOL_OF(struct answer, is_standby, "is_standby"),
	FIELD_INT_OF(struct answer, timeline, "timeline"),
	FIELD_TEXT_OF(struct answer, slot, "slot"),
	FIELD_TEXT_OF(struct answer, name, "name"),
	FIELD_TEXT_OF(struct answer, receiver_status, "receiver_status"),
	FIELD_TEXT_OF(struct answer, upstream, "upstream"),
	FIELD_TEXT_OF(struct answer, replay_lsn, "replay_lsn"),
};
const size_t standby_field_count = ARRAY_SIZE(standby_fields);

static void ask(void *arg);

static void tell(struct standby *standby)
{
	if (!standby->is_freed)
		standby->options.changed(standby->options.arg);
}

static void arm(struct standby *standby, int64_t delay_ms)
{
	loop_timer_stop(standby->timer);
	standby->timer = loop_timer_start(standby->options.loop, delay_ms, 0, ask, standby);
}

/* ---- its own words ---- */

static void known_keep(char *known, size_t bytes, const char *said)
{
	if (said[0])
		snprintf(known, bytes, "%s", said);
}

/* Slot and name stay when it receives nothing: so it is known in the rows it left behind. */
static void known_take(struct replica_expected *known, const struct answer *answer,
	const struct identity *identity)
{
	known->state = EXPECTED_ANSWERED;
	known->error[0] = '\0';
	known->is_primary = !answer->is_standby;
	known->timeline = answer->timeline != VALUE_UNKNOWN ? answer->timeline : identity->timeline;
	known->started_us = identity->started_us;
	snprintf(known->system_identifier, sizeof(known->system_identifier), "%s",
		identity->system_identifier);
	known_keep(known->slot, sizeof(known->slot), answer->slot);
	known_keep(known->name, sizeof(known->name), answer->name);
	known_keep(known->address, sizeof(known->address), identity->address);
	memcpy(known->receiver_status, answer->receiver_status, sizeof(known->receiver_status));
	memcpy(known->upstream, answer->upstream, sizeof(known->upstream));
	memcpy(known->replay_lsn, answer->replay_lsn, sizeof(known->replay_lsn));
}

static void end_question(struct standby *standby)
{
	struct lease *lease = standby->lease;

	standby->lease = NULL;
	if (lease)
		lease_give_back(lease);
	if (standby->is_freed)
		loop_defer_free(standby->options.loop, standby);
	else
		arm(standby, standby->options.interval_ms);
}

static void on_answer(void *arg, const struct result *result, const struct err *e)
{
	struct standby *standby = arg;
	struct answer answer = { 0 };

	if (!e && !standby->is_freed && result_rows(result) > 0) {
		result_fill(result, 0, standby_fields, standby_field_count, &answer);
		known_take(
			&standby->known, &answer, &conn_view(lease_conn(standby->lease))->identity);
		tell(standby);
	}
	end_question(standby);
}

static void on_lease(void *arg, struct lease *lease, const struct err *e)
{
	struct standby *standby = arg;

	(void)e;
	standby->is_waiting = false;
	standby->lease = lease;
	if (!lease || standby->is_freed) {
		end_question(standby);
		return;
	}
	const struct query query = {
		.sql = sql_get("probe-standby",
			endpoint_view(standby->options.endpoint)->identity.server_version),
		.is_prepared = true,
		.deadline_ms = DEADLINE_MS,
	};
	conn_query(lease_conn(lease), &query, on_answer, standby);
}

static void ask(void *arg)
{
	struct standby *standby = arg;

	standby->timer = NULL;
	if (endpoint_view(standby->options.endpoint)->state != LINK_UP)
		return; /* the link's change rings again */
	standby->is_waiting = true;
	lease_take(standby->options.endpoint, CONN_MONITOR, NULL, standby->options.interval_ms,
		on_lease, standby);
}

/* ---- its link ---- */

/* A server that is starting or going away does not serve; any other word of it means that we are not wanted. */
static enum expected_state lost_state(const struct link_view *link)
{
	return link->sqlstate[0] && strncmp(link->sqlstate, "57P", 3) != 0 ? EXPECTED_REFUSED
									   : EXPECTED_UNREACHED;
}

void standby_link_changed(struct standby *standby)
{
	const struct link_view *link = endpoint_view(standby->options.endpoint);
	struct replica_expected *known = &standby->known;
	bool is_asking = standby->is_waiting || standby->lease;

	if (link->state == LINK_UP && !is_asking && known->state != EXPECTED_ANSWERED)
		arm(standby, 0);
	if (link->state != LINK_WAITING && link->state != LINK_STOPPED)
		return;
	enum expected_state state = lost_state(link);
	if (known->state == state && strcmp(known->error, link->error) == 0)
		return;
	known->state = state;
	snprintf(known->error, sizeof(known->error), "%.127s", link->error);
	tell(standby);
}

/* ---- where its name leads ---- */

static void on_addresses(void *arg, const char *const *addresses, size_t count, const struct err *e)
{
	struct naming *naming = arg;
	struct standby *standby = naming->standby;

	free(naming);
	if (!standby)
		return;
	standby->naming = NULL;
	for (size_t i = 0; !e && i < count && i < EXPECTED_ADDRESSES; i++)
		snprintf(standby->known.addresses[i], sizeof(standby->known.addresses[i]), "%s",
			addresses[i]);
	if (!e)
		tell(standby);
}

static void resolve(struct standby *standby, const char *host)
{
	standby->naming = mem_new(struct naming);
	standby->naming->standby = standby;
	loop_resolve_start(standby->options.loop, host, on_addresses, standby->naming);
}

static void know_from_config(struct replica_expected *known, const struct conninfo *info)
{
	const char *name = conninfo_get(info, "fallback_application_name");
	const char *address = conninfo_get(info, "hostaddr");
	const char *host = conninfo_get(info, "host");
	const char *port = conninfo_get(info, "port");

	*known = (struct replica_expected){ .timeline = VALUE_UNKNOWN };
	known_keep(known->name, sizeof(known->name), name ? name : "");
	known_keep(known->address, sizeof(known->address), address ? address : "");
	if (!host || !*host)
		host = address && *address ? address : "local";
	snprintf(known->place, sizeof(known->place), "%.80s:%.7s", *host == '/' ? "local" : host,
		port && *port ? port : "5432");
}

struct standby *standby_new(const struct standby_options *options)
{
	struct standby *standby = mem_new(struct standby);
	const char *host = conninfo_get(options->info, "host");

	standby->options = *options;
	standby->options.info = NULL;
	know_from_config(&standby->known, options->info);
	if (host && *host && *host != '/' && *host != '@' && !standby->known.address[0])
		resolve(standby, host);
	return standby;
}

void standby_free(struct standby *standby)
{
	if (!standby)
		return;
	standby->is_freed = true;
	if (standby->naming)
		standby->naming->standby = NULL;
	loop_timer_stop(standby->timer);
	standby->timer = NULL;
	if (standby->is_waiting)
		lease_forget(standby->options.endpoint, on_lease, standby);
	else if (!standby->lease)
		loop_defer_free(standby->options.loop, standby);
}

void standby_set_interval(struct standby *standby, int64_t interval_ms)
{
	if (standby->options.interval_ms == interval_ms)
		return;
	standby->options.interval_ms = interval_ms;
	if (standby->timer)
		arm(standby, interval_ms);
}

const struct replica_expected *standby_known(const struct standby *standby)
{
	return &standby->known;
}

bool standby_is_settled(const struct standby *standby)
{
	return standby->known.state != EXPECTED_UNASKED;
}
