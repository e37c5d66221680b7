// SPDX-License-Identifier: GPL-3.0-or-later
#include <stdio.h>

#include "screen/fixtures.h"

#define TEXT(field, words) snprintf(field, sizeof(field), "%s", words)

void fixture_pooled(struct app *app)
{
	app->model.link.identity.is_pooled = true;
}

/* A standby was promoted beside its primary; another streams from the first one. */
void fixture_split(struct app *app)
{
	struct replicas *replicas = &app->model.replicas;
	struct replica *rival = &replicas->rows[0], *cascade = &replicas->rows[1];
	struct attention *attention = &app->model.attention[0];

	rival->kind = REPLICA_RIVAL;
	TEXT(rival->state, "primary");
	TEXT(rival->sync, "");
	TEXT(rival->slot, "");
	TEXT(rival->wal_status, "");
	TEXT(rival->address, "pg-b.prod:5432");
	rival->to_send_bytes = rival->write_bytes = rival->flush_bytes = VALUE_UNKNOWN;
	rival->apply_bytes = rival->behind_bytes = rival->at_risk_bytes = VALUE_UNKNOWN;
	rival->lag_ms = rival->reply_age_ms = rival->drain_bytes_s = VALUE_UNKNOWN;
	rival->retained_bytes = VALUE_NONE;
	rival->timeline = 2;
	rival->status = STATUS_CRIT;
	TEXT(rival->reason,
		"split brain: is a primary too, on timeline 2; this server is on timeline 1");
	TEXT(cascade->sync, "cascade");
	TEXT(cascade->address, "via pg-d:5432");
	replicas->status = STATUS_CRIT;
	TEXT(replicas->reason, "pg-b: split brain: is a primary too, on timeline 2; this server "
			       "is on timeline 1");
	TEXT(replicas->split_words,
		"split brain: pg-b.prod:5432 is a primary, on timeline 2, and this server is one, "
		"on timeline 1");
	*attention = (struct attention){
		.status = STATUS_CRIT, .since_wall_us = FIXTURE_WALL_US - 4000000, .view = 3
	};
	TEXT(attention->words,
		"pg-b: split brain: is a primary too, on timeline 2; this server is on timeline 1");
	app->model.attention_count = 1;
}
