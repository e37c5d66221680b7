// SPDX-License-Identifier: GPL-3.0-or-later
#include "fake/servers_world.h"

#include "test.h"

#include "base/mem.h"

static const char *const names[SERVERS_WORLD_COUNT] = { "pg-a", "pg-b", "pg-c" };

int servers_world_setup(void **state)
{
	struct servers_world *w = calloc(1, sizeof(*w));

	assert_non_null(w);
	w->loop = loop_new_virtual();
	for (int i = 0; i < SERVERS_WORLD_COUNT; i++) {
		struct err e;
		char *text = mem_printf("host=%s port=5432 user=ann dbname=shop", names[i]);
		loop_virtual_host(w->loop, names[i], "192.0.2.1");
		w->infos[i] = conninfo_new(text, NULL, &e);
		assert_non_null(w->infos[i]);
		free(text);
		w->fakes[i] = fake_new(w->loop);
		w->fakes[i]->first_fd = 1000 * (i + 1);
		w->fakes[i]->identity.started_us = i + 1;
		snprintf(w->fakes[i]->identity.host, sizeof(w->fakes[i]->identity.host), "%s",
			names[i]);
		if (i > 0)
			servers_world_demote(w, i);
	}
	w->pool = pool_defaults;
	w->options = (struct servers_options){ .connect_timeout_ms = 5000, .seed = 1 };
	w->work.wish = (struct servers_wish){
		.class = ROUTE_PRIMARY, .tag = "test", .deadline_ms = 10000
	};
	w->work.is_replayable = true;
	*state = w;
	return 0;
}

int servers_world_teardown(void **state)
{
	struct servers_world *w = *state;

	servers_free(w->servers);
	loop_advance_ms(w->loop, 0);
	for (int i = 0; i < SERVERS_WORLD_COUNT; i++) {
		fake_check_done(w->fakes[i]);
		conninfo_free(w->infos[i]);
	}
	for (int i = 0; i < SERVERS_WORLD_HOLDERS; i++)
		if (w->holders[i].lease)
			server_lease_give_back(w->holders[i].lease);
	loop_free(w->loop);
	for (int i = 0; i < SERVERS_WORLD_COUNT; i++)
		fake_free(w->fakes[i]);
	free(w);
	return 0;
}

static void on_changed(void *arg, int server)
{
	struct servers_world *w = arg;

	(void)server;
	w->changes++;
}

void servers_world_open(struct servers_world *w, int count)
{
	struct server_place places[SERVERS_WORLD_COUNT];

	for (int i = 0; i < count; i++)
		places[i] = (struct server_place){ .driver = fake_driver(w->fakes[i]),
			.info = w->infos[i] };
	w->options.places = places;
	w->options.count = (size_t)count;
	w->options.pool = &w->pool;
	w->options.changed = on_changed;
	w->options.arg = w;
	w->servers = servers_new(w->loop, &w->options);
}

static void granted(void *arg, struct server_lease *lease, const struct err *e)
{
	struct servers_holder *holder = arg;

	assert_true(!lease != !e);
	holder->answers++;
	holder->lease = lease;
	holder->error = e ? *e : (struct err){ .kind = ERR_NONE };
}

struct servers_wish servers_world_wish(enum route_class class)
{
	return (struct servers_wish){ .class = class, .tag = "test", .deadline_ms = 10000 };
}

int servers_world_ask(struct servers_world *w, int holder, const struct servers_wish *wish)
{
	struct servers_holder *h = &w->holders[holder];

	*h = (struct servers_holder){ 0 };
	servers_ask(w->servers, wish, granted, h);
	assert_int_equal(h->answers, 0); /* never before a turn */
	loop_advance_ms(w->loop, 0);
	return h->lease ? server_lease_server(h->lease) : SERVERS_NONE;
}

void servers_world_give_back(struct servers_world *w, int holder)
{
	server_lease_give_back(w->holders[holder].lease);
	w->holders[holder].lease = NULL;
	loop_advance_ms(w->loop, 0);
}

void servers_world_forget(struct servers_world *w, int holder)
{
	servers_forget(w->servers, granted, &w->holders[holder]);
	loop_advance_ms(w->loop, 0);
}

void servers_world_look(struct servers_world *w)
{
	servers_look(w->servers);
	loop_advance_ms(w->loop, 0);
}

void servers_world_promote(struct servers_world *w, int server, int64_t timeline)
{
	w->fakes[server]->identity.is_standby = false;
	w->fakes[server]->identity.timeline = timeline;
	w->fakes[server]->in_hot_standby = "off";
}

void servers_world_demote(struct servers_world *w, int server)
{
	w->fakes[server]->identity.is_standby = true;
	w->fakes[server]->in_hot_standby = "on";
}

void servers_world_kill(struct servers_world *w, int server, int dials)
{
	struct fake *fake = w->fakes[server];

	for (int i = 0; i < dials; i++)
		fake_refuse(fake, "connection to server failed: Connection refused\n");
	fake_cut_all(fake);
	loop_advance_ms(w->loop, 0);
}

/* ---- work ---- */

static void on_answer(void *arg, struct work *work, const struct result *result)
{
	const struct servers_world *w = arg;

	(void)result;
	work_commit(work);
	if (w->is_canceled_at_commit)
		work_cancel(work);
}

static void body(void *arg, struct work *work)
{
	struct servers_world *w = arg;
	const struct query query = { .sql = w->sql };

	w->bodies++;
	if (w->sql)
		work_run(work, &query, on_answer);
	else
		work_commit(work);
}

static void ended(void *arg, const struct work_end *end)
{
	struct servers_world *w = arg;

	w->ends++;
	w->under_way = NULL;
	w->end = *end;
	w->error = end->e ? *end->e : (struct err){ .kind = ERR_NONE };
}

void servers_world_work(struct servers_world *w, const char *sql)
{
	w->sql = sql;
	w->bodies = w->ends = 0;
	w->under_way = work_start(w->servers, &w->work, body, ended, w);
	assert_int_equal(w->ends, 0); /* never before a turn */
	loop_advance_ms(w->loop, 0);
}

void servers_world_expect_insert(struct servers_world *w, int server)
{
	struct fake *fake = w->fakes[server];

	fake_expect(fake, "BEGIN");
	fake_tag(fake, "BEGIN");
	fake_expect(fake, "INSERT");
	fake_rows(fake, "xact_id", "741");
}

void servers_world_expect_commit(struct servers_world *w, int server)
{
	struct fake *fake = w->fakes[server];

	fake_expect(fake, "COMMIT");
	fake_tag(fake, "COMMIT");
	fake_expect(fake, "SELECT pg_catalog.pg_current_wal_insert_lsn()");
	fake_rows(fake, "lsn", "0/2000000");
}
