// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/metrics.h"
#include "config.h"

#include <stdio.h>

#include "core/app.h"
#include "core/fleet.h"
#include "pg/lease.h"

/* A sample lives for so many intervals, and not less than some seconds: a scrape between two of them sees the last. */
enum { FRESH_INTERVALS = 3, FRESH_MIN_MS = 10000 };

static const struct metric build = { "dbtop_build_info", "Version of the dbtop that tells this",
	METRIC_GAUGE, 0 };
static const struct metric up = { "dbtop_server_up",
	"1 while dbtop is connected to the server, 0 after it tried in vain", METRIC_GAUGE, 0 };
static const struct metric primary = { "dbtop_server_is_primary",
	"1 for a primary, 0 for a standby, as the server last said", METRIC_GAUGE, 0 };

static const struct metric circuit = { "dbtop_server_state",
	"1 for what the server is good for now, 0 for the rest; down: left alone for a while",
	METRIC_GAUGE, 0 };

bool metrics_is_fresh(const struct metrics_place *place, int64_t sampled_us)
{
	const struct model *model = &place->app->model;
	int64_t limit_ms = model->interval_ms * FRESH_INTERVALS;

	if (limit_ms < FRESH_MIN_MS)
		limit_ms = FRESH_MIN_MS;
	return sampled_us != 0 && model->link.state == LINK_UP &&
	       model->now_us - sampled_us <= limit_ms * 1000;
}

void metrics_put(const struct metrics_place *place, const struct metric *metric, int64_t number)
{
	metrics_add(place->text, metric,
		METRIC_LABELS({ "target", place->target }, { "server", place->server }), number);
}

void metrics_put_label(const struct metrics_place *place, const struct metric *metric,
	const char *label, const char *value, int64_t number)
{
	metrics_add(place->text, metric,
		METRIC_LABELS(
			{ "target", place->target }, { "server", place->server }, { label, value }),
		number);
}

static void put_link(const struct metrics_place *place, const struct link_view *link)
{
	switch (link->state) {
	case LINK_CLOSED:
	case LINK_CONNECTING: break;
	case LINK_UP:
		metrics_put(place, &up, 1);
		metrics_put(place, &primary, !link->identity.is_standby);
		break;
	case LINK_WAITING:
	case LINK_STOPPED: metrics_put(place, &up, 0); break;
	}
}

static void put_circuit(const struct metrics_place *place, int server)
{
	enum circuit_state now = servers_circuit(fleet_servers(place->app), server)->state;

	for (enum circuit_state s = CIRCUIT_UNKNOWN; s < CIRCUIT_STATES; s++)
		metrics_put_label(place, &circuit, "state", circuit_state_word(s), s == now);
}

static void collect_standby(const struct app *app, struct metrics_place *place, size_t i)
{
	char server[FLEET_NAME_BYTES];

	fleet_name(app, fleet_other(app, i), server);
	place->server = server;
	put_link(place, endpoint_view(app->standbys[i]));
	put_circuit(place, fleet_other(app, i));
	metrics_collect_pool(place, app->standbys[i]);
}

void metrics_collect(struct app *app, struct metrics_text *text)
{
	char server[FLEET_NAME_BYTES];
	struct metrics_place place = {
		.app = app, .text = text, .target = app->target.name, .server = server
	};

	metrics_add(text, &build, METRIC_LABELS({ "version", PACKAGE_VERSION }), 1);
	if (!app->primary)
		return;
	app->model.link = *endpoint_view(app->primary);
	fleet_name(app, fleet_here(app), server);
	put_link(&place, &app->model.link);
	put_circuit(&place, fleet_here(app));
	metrics_collect_pool(&place, app->primary);
	metrics_collect_server(&place);
	metrics_collect_replicas(&place);
	metrics_collect_migrations(&place);
	for (size_t i = 0; i < app->standby_count; i++)
		collect_standby(app, &place, i);
}
