// SPDX-License-Identifier: GPL-3.0-or-later
#include "fake/conn_world.h"

#include "test.h"

static void count_change(void *arg, struct conn *conn)
{
	struct conn_world *w = arg;

	(void)conn;
	w->changes++;
}

static void keep_notice(void *arg, const char *severity, const char *text)
{
	struct conn_world *w = arg;
	snprintf(w->notice, sizeof(w->notice), "%s: %s", severity, text);
}

void conn_world_init(struct conn_world *w)
{
	struct err e;

	*w = (struct conn_world){ .loop = loop_new_virtual() };
	w->fake = fake_new(w->loop);
	loop_virtual_host(w->loop, "pg-a", "192.0.2.1");
	w->info =
		conninfo_new("host=pg-a port=5432 user=ann dbname=shop password=sesame", NULL, &e);
	assert_non_null(w->info);
	w->options = (struct conn_options){ .purpose = CONN_MONITOR,
		.keep_up = true,
		.connect_timeout_ms = 5000,
		.statement_timeout_ms = 1500,
		.lock_timeout_ms = 100 };
}

void conn_world_open(struct conn_world *w)
{
	w->conn = conn_new(w->loop, fake_driver(w->fake), w->info, &w->options, count_change, w);
	conn_on_notice(w->conn, keep_notice, w);
	conn_open(w->conn);
	loop_advance_ms(w->loop, 0);
}

void conn_world_done(void *arg, const struct result *result, const struct err *e)
{
	struct conn_world *w = arg;
	bool has_cell = result && result_columns(result) > 0 && result_rows(result) > 0;

	assert_true(!result != !e);
	w->answers++;
	w->error = e ? *e : (struct err){ .kind = ERR_NONE };
	snprintf(w->tag, sizeof(w->tag), "%s", result ? result_tag(result) : "");
	const char *cell = has_cell ? result_text(result, 0, 0) : NULL;
	snprintf(w->cell, sizeof(w->cell), "%s", cell ? cell : "");
}

void conn_world_ask(struct conn_world *w, const struct query *query)
{
	int before = w->answers;

	conn_query(w->conn, query, conn_world_done, w);
	assert_int_equal(w->answers, before); /* never before a turn */
	loop_advance_ms(w->loop, 0);
}

void conn_world_release(struct conn_world *w)
{
	conn_free(w->conn);
	loop_free(w->loop);
	conninfo_free(w->info);
	fake_free(w->fake);
}

int conn_world_setup(void **state)
{
	struct conn_world *w = calloc(1, sizeof(*w));

	conn_world_init(w);
	conn_world_open(w);
	*state = w;
	return 0;
}

int conn_world_teardown(void **state)
{
	struct conn_world *w = *state;

	fake_check_done(w->fake);
	conn_world_release(w);
	free(w);
	return 0;
}
