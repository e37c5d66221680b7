// SPDX-License-Identifier: GPL-3.0-or-later
#include "fake/pool_world.h"

#include "test.h"

#include "base/log.h"
#include "base/mem.h"
#include "base/path.h"
#include "scratch.h"

int pool_world_setup(void **state)
{
	struct pool_world *w = mem_new(struct pool_world);

	conn_world_init(&w->c);
	w->options = pool_defaults;
	w->options.driver = fake_driver(w->c.fake);
	w->options.info = w->c.info;
	w->options.conn.purpose = CONN_MONITOR;
	w->options.seed = 42;
	for (int i = 0; i < POOL_WORLD_HOLDERS; i++)
		w->holders[i].world = w;
	*state = w;
	return 0;
}

int pool_world_teardown(void **state)
{
	struct pool_world *w = *state;

	pool_free(w->pool);
	fake_check_done(w->c.fake);
	conn_world_release(&w->c);
	log_close();
	if (w->scratch)
		scratch_remove(w->scratch);
	free(w->log_path);
	free(w);
	return 0;
}

void pool_world_open(struct pool_world *w)
{
	struct err e = { 0 };

	w->pool = pool_new(w->c.loop, &w->options, &e);
	if (!w->pool)
		fail_msg("%s", e.text);
}

static void serve(struct holder *holder, struct pool_lease lease)
{
	holder->answers++;
	holder->turn = ++holder->world->served;
	holder->lease = lease;
	if (!holder->gives_back_at_once)
		return;
	holder->lease = (struct pool_lease){ 0 };
	pool_give_back(holder->world->pool, lease);
}

static void leased(void *arg, struct pool_lease lease, const struct err *e)
{
	struct holder *holder = arg;

	assert_true(!lease.serial != !e);
	if (!e) {
		serve(holder, lease);
		return;
	}
	holder->answers++;
	holder->error = *e;
}

bool pool_world_take(struct pool_world *w, int i)
{
	struct holder *holder = &w->holders[i];
	struct pool_lease lease;

	holder->request.done = leased;
	holder->request.arg = holder;
	if (!holder->request.tag)
		holder->request.tag = "a test";
	holder->answers = 0;
	holder->error = (struct err){ .kind = ERR_NONE };
	bool is_at_once = pool_take(w->pool, &holder->request, &lease);
	assert_int_equal(holder->answers, 0); /* never before a turn */
	if (is_at_once)
		serve(holder, lease);
	pool_world_ms(w, 0);
	return is_at_once;
}

void pool_world_take_many(struct pool_world *w, int first, int count)
{
	for (int i = first; i < first + count; i++)
		pool_world_take(w, i);
}

bool pool_world_has(const struct pool_world *w, int i)
{
	return w->holders[i].lease.serial != 0;
}

void pool_world_give_back(struct pool_world *w, int i)
{
	assert_true(pool_world_has(w, i));
	struct pool_lease lease = w->holders[i].lease;
	w->holders[i].lease = (struct pool_lease){ 0 };
	assert_true(pool_give_back(w->pool, lease));
	pool_world_ms(w, 0);
}

struct conn *pool_world_conn(const struct pool_world *w, int i)
{
	return pool_conn(w->pool, w->holders[i].lease);
}

void pool_world_ask(struct pool_world *w, int i, const char *sql)
{
	const struct query query = { .sql = sql, .is_simple = true };

	conn_query(pool_world_conn(w, i), &query, conn_world_done, &w->c);
	pool_world_ms(w, 0);
}

void pool_world_settled(void *arg, const struct err *e)
{
	struct pool_world *w = arg;

	w->settled++;
	w->settled_error = e ? *e : (struct err){ .kind = ERR_NONE };
}

struct pool_stats pool_world_stats(struct pool_world *w)
{
	struct pool_stats stats;

	pool_stats(w->pool, &stats);
	return stats;
}

void pool_world_log(struct pool_world *w)
{
	struct err e = { 0 };

	w->scratch = scratch_new();
	w->log_path = path_join(w->scratch, "log");
	assert_true(log_open(
		&(struct log_options){ .sink = w->log_path, .level = LOG_LEVEL_DEBUG }, &e));
}

int pool_world_said(struct pool_world *w, const char *words)
{
	struct err e = { 0 };
	size_t len;
	int times = 0;
	char *text = path_read(w->log_path, 1000000, &len, &e);

	assert_non_null(text);
	for (const char *at = text; (at = strstr(at, words)); at += strlen(words))
		times++;
	free(text);
	return times;
}
