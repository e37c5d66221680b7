// SPDX-License-Identifier: GPL-3.0-or-later
#include "saboteur.h"

#include <string.h>

/* The driver's functions are given no state of ours, so there is one saboteur a program. */
static struct {
	int left; /* moments until it acts; 0 = it has */
	bool has_begun;
	bool is_answer_new; /* since the last text was sent */
	bool is_train;	    /* what was sent last are several */
	void (*act)(void *arg);
	void *arg;
	const char *cut; /* NULL = nothing to cut, or it is cut */
	bool has_arrived;
	struct driver_conn *deaf;
} plot;

static void moment(void)
{
	if (!plot.has_begun || plot.left == 0 || --plot.left > 0)
		return;
	plot.act(plot.arg);
}

static void note(const char *sql)
{
	if (strncmp(sql, "BEGIN", 5) == 0)
		plot.has_begun = true;
	moment();
}

/* False: it does not get to the server any more. */
static bool passes(struct driver_conn *conn, const char *sql)
{
	if (!plot.cut || strncmp(sql, plot.cut, strlen(plot.cut)) != 0)
		return true;
	plot.cut = NULL;
	plot.deaf = conn;
	return plot.has_arrived;
}

static bool spy_send(
	struct driver_conn *conn, const char *sql, int count, const char *const *params)
{
	note(sql);
	return passes(conn, sql) && driver_libpq.send(conn, sql, count, params);
}

static bool spy_send_pair(
	struct driver_conn *conn, const struct driver_text *first, const struct driver_text *second)
{
	note(second->sql);
	return driver_libpq.send_pair(conn, first, second);
}

static bool spy_send_prepared(
	struct driver_conn *conn, const char *name, int count, const char *const *params)
{
	moment();
	return driver_libpq.send_prepared(conn, name, count, params);
}

static bool spy_send_simple(struct driver_conn *conn, const char *sql)
{
	note(sql);
	return passes(conn, sql) && driver_libpq.send_simple(conn, sql);
}

static int spy_flush(struct driver_conn *conn)
{
	int left = driver_libpq.flush(conn);
	if (left == 0)
		moment();
	plot.is_answer_new = true;
	return left;
}

static struct driver_result *spy_next_result(struct driver_conn *conn)
{
	if (plot.is_answer_new)
		moment();
	plot.is_answer_new = false;
	if (conn == plot.deaf)
		return NULL;
	struct driver_result *result = driver_libpq.next_result(conn);
	plot.is_train = plot.is_train && result;
	plot.is_answer_new = plot.is_train;
	return result;
}

/* Each answer of a train is looked at by itself. */
static bool spy_train_start(struct driver_conn *conn)
{
	plot.is_train = true;
	return driver_libpq.train_start(conn);
}

static bool spy_consume(struct driver_conn *conn)
{
	return conn != plot.deaf && driver_libpq.consume(conn);
}

static bool spy_is_alive(struct driver_conn *conn)
{
	return conn != plot.deaf && driver_libpq.is_alive(conn);
}

static void spy_on(struct driver *driver)
{
	*driver = driver_libpq;
	driver->send = spy_send;
	driver->send_pair = spy_send_pair;
	driver->send_prepared = spy_send_prepared;
	driver->send_simple = spy_send_simple;
	driver->flush = spy_flush;
	driver->next_result = spy_next_result;
	driver->train_start = spy_train_start;
	driver->consume = spy_consume;
	driver->is_alive = spy_is_alive;
}

void saboteur_cut(struct driver *driver, const char *text, bool has_arrived)
{
	plot.left = 0;
	plot.cut = text;
	plot.has_arrived = has_arrived;
	plot.deaf = NULL;
	spy_on(driver);
}

void saboteur_arm(struct driver *driver, int at, void (*act)(void *arg), void *arg)
{
	plot.left = at;
	plot.has_begun = false;
	plot.act = act;
	plot.arg = arg;
	plot.cut = NULL;
	plot.deaf = NULL;
	spy_on(driver);
}

void saboteur_arm_at_once(struct driver *driver, int at, void (*act)(void *arg), void *arg)
{
	saboteur_arm(driver, at, act, arg);
	plot.has_begun = true;
}

bool saboteur_has_acted(void)
{
	return plot.left == 0;
}
