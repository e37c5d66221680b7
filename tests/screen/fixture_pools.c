// SPDX-License-Identifier: GPL-3.0-or-later
/*
 * Pools that the configuration declares.
 */
#include "core/attention.h"
#include "screen/fixtures.h"

static void declare(
	struct app *app, const struct app_pool *pool, const struct app_pool_state *state)
{
	size_t i = app->target.app_pool_count++;

	app->target.app_pools[i] = *pool;
	app->model.app_pools[i] = *state;
}

void fixture_declared(struct app *app)
{
	fixture_pool_trouble(&app->model);
	app->model.own_pool = (struct pool_stats){
		.pool_size = 4, .checked_in = 2, .checked_out = 1, .total = 3
	};
	declare(app, &(const struct app_pool){ .name = "web", .size = 5, .workers = 8 },
		&(const struct app_pool_state){ .total = 41,
			.checked_in = 9,
			.checked_out = 32,
			.overflow = 1,
			.status = STATUS_CRIT,
			.reason = "41 sessions, 1 more than it may open" });
	declare(app, &(const struct app_pool){ .name = "jobs", .size = 20, .workers = 1 },
		&(const struct app_pool_state){ .total = 12,
			.checked_in = 8,
			.checked_out = 4,
			.reason = "4 of 20 connections are out" });
}

/* The server is well; a declared pool is not, and dbtop's own has no room. */
void fixture_starved(struct app *app)
{
	struct model *model = &app->model;

	model->own_pool = (struct pool_stats){
		.pool_size = 60, .checked_in = 2, .checked_out = 1, .total = 3
	};
	declare(app, &(const struct app_pool){ .name = "batch", .size = 3, .workers = 1 },
		&(const struct app_pool_state){ .total = 3,
			.checked_out = 3,
			.status = STATUS_CRIT,
			.reason = "starved: all 3 connections are out" });
	declare(app, &(const struct app_pool){ .name = "web", .size = 5, .workers = 2 },
		&(const struct app_pool_state){
			.status = STATUS_INFO, .reason = "no session on the server" });
	model->budget[model->budget_count++] = (struct budget_line){ .name = "dbtop",
		.is_own = true,
		.words = "(60 + 0) * 1 = 60 connections, not below 80% of 37 slots (29.6)" };
	model->budget[model->budget_count++] = (struct budget_line){ .name = "all of them",
		.words = "3 pools = 73 connections, not below 80% of 37 slots (29.6)" };
	attention_update(app);
}
