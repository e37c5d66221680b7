// SPDX-License-Identifier: GPL-3.0-or-later
#include "fake/fake_private.h"

#include "test.h"

#include <utlist.h>

#include "base/mem.h"
#include "sql/sql.h"

static struct fake_link *to_link(struct driver_conn *conn)
{
	return (struct fake_link *)conn;
}

static void set_ready(struct fake_link *link)
{
	int events = LOOP_WRITE;

	if (link->answers || !link->is_alive)
		events |= LOOP_READ;
	if (link->is_silent || (link->dial && link->dial->kind == DIAL_HANG))
		events = link->dial && link->dial->kind == DIAL_HANG ? 0 : LOOP_WRITE;
	loop_virtual_ready(link->fake->loop, link->fd, events);
}

static void break_link(struct fake_link *link)
{
	link->is_alive = false;
	snprintf(link->error, sizeof(link->error), "server closed the connection unexpectedly\n");
	set_ready(link);
}

void fake_cut(struct fake *fake)
{
	assert_non_null(fake->link);
	break_link(fake->link);
}

void fake_cut_all(struct fake *fake)
{
	struct fake_link *link;

	LL_FOREACH (fake->links, link)
		break_link(link);
}

void fake_pick(struct fake *fake, int dial)
{
	LL_SEARCH_SCALAR(fake->links, fake->link, fd, fake->first_fd + dial - 1);
	assert_non_null(fake->link);
}

void fake_goodbye(struct fake *fake, const char *sqlstate, const char *text)
{
	struct driver_result *notice = fake_result_error("FATAL", sqlstate, text, 0);

	assert_non_null(fake->link);
	notice->act = FAKE_ACT_NOTICE;
	LL_APPEND(fake->link->answers, notice);
	set_ready(fake->link);
}

static const char *value_of(
	const char *const *keywords, const char *const *values, const char *keyword)
{
	for (size_t i = 0; keywords[i]; i++)
		if (strcmp(keywords[i], keyword) == 0)
			return values[i];
	return "";
}

static struct driver_conn *fake_start(
	void *state, const char *const *keywords, const char *const *values)
{
	struct fake *fake = state;
	struct fake_link *link = mem_new(struct fake_link);

	link->fake = fake;
	link->fd = fake->first_fd + fake->dials++;
	link->is_alive = true;
	link->dial = fake->dial_script;
	if (link->dial)
		LL_DELETE(fake->dial_script, link->dial);
	snprintf(fake->last_options, sizeof(fake->last_options), "%s",
		value_of(keywords, values, "options"));
	snprintf(fake->last_keepalives, sizeof(fake->last_keepalives), "%s %s %s %s",
		value_of(keywords, values, "keepalives_idle"),
		value_of(keywords, values, "keepalives_interval"),
		value_of(keywords, values, "keepalives_count"),
		value_of(keywords, values, "tcp_user_timeout"));
	snprintf(fake->last_hostaddr, sizeof(fake->last_hostaddr), "%s",
		value_of(keywords, values, "hostaddr"));
	snprintf(fake->last_application, sizeof(fake->last_application), "%s",
		value_of(keywords, values, "application_name"));
	fake->link = link;
	LL_PREPEND(fake->links, link);
	set_ready(link);
	return (struct driver_conn *)link;
}

static enum driver_poll fake_poll(struct driver_conn *conn)
{
	struct fake_link *link = to_link(conn);

	if (!link->dial || link->dial->kind == DIAL_ADMIT)
		return DRIVER_POLL_OK;
	assert_int_equal(link->dial->kind, DIAL_REFUSE);
	snprintf(link->error, sizeof(link->error), "%s", link->dial->message);
	link->is_alive = false;
	return DRIVER_POLL_FAILED;
}

static void fake_finish(struct driver_conn *conn)
{
	struct fake_link *link = to_link(conn);

	link->fake->finishes++;
	LL_DELETE(link->fake->links, link);
	if (link->fake->link == link)
		link->fake->link = NULL;
	loop_virtual_ready(link->fake->loop, link->fd, 0);
	fake_free_answers(link->answers);
	if (link->dial)
		free(link->dial->message);
	free(link->dial);
	str_release(&link->copied);
	free(link);
}

static int fake_socket(struct driver_conn *conn)
{
	return to_link(conn)->fd;
}

static bool fake_is_alive(struct driver_conn *conn)
{
	return to_link(conn)->is_alive;
}

static const char *fake_error_text(struct driver_conn *conn)
{
	return to_link(conn)->error;
}

static bool fake_needs_password(struct driver_conn *conn)
{
	return to_link(conn)->fake->needs_password;
}

static bool fake_shows_password(struct driver_conn *conn)
{
	return to_link(conn)->fake->wants_clear_password;
}

static enum driver_txn fake_txn(struct driver_conn *conn)
{
	return to_link(conn)->txn;
}

static int fake_backend_pid(struct driver_conn *conn)
{
	return to_link(conn)->fake->backend_pid;
}

static int fake_server_version(struct driver_conn *conn)
{
	return to_link(conn)->fake->server_version;
}

static const char *fake_parameter(struct driver_conn *conn, const char *name)
{
	if (strcmp(name, "server_version") == 0)
		return "15.18 (fake)";
	return strcmp(name, "in_hot_standby") == 0 ? to_link(conn)->fake->in_hot_standby : NULL;
}

static const char *fake_host(struct driver_conn *conn)
{
	return to_link(conn)->fake->identity.host;
}

static const char *fake_port(struct driver_conn *conn)
{
	return to_link(conn)->fake->identity.port;
}

static const char *fake_tls(struct driver_conn *conn)
{
	return to_link(conn)->fake->identity.tls;
}

static void fake_set_notice(struct driver_conn *conn, driver_notice_fn *notice, void *arg)
{
	to_link(conn)->notice = notice;
	to_link(conn)->notice_arg = arg;
}

/* ---- questions ---- */

static bool is_identity(const struct fake *fake, const char *sql)
{
	return !fake->is_identity_scripted &&
	       strcmp(sql, sql_get("identity", fake->server_version)) == 0;
}

static bool is_look(const struct fake *fake, const char *sql)
{
	return !fake->is_identity_scripted &&
	       strcmp(sql, sql_get("servers-look", fake->server_version)) == 0;
}

static struct driver_result *look(struct fake *fake)
{
	char *row = mem_printf("%s|%s|%lld", fake->identity.is_standby ? "t" : "f", fake->lsn,
		(long long)fake->identity.timeline);
	struct driver_result *result = fake_result_rows("is_standby|lsn|timeline", row);

	fake->looks++;
	free(row);
	return result;
}

static void write_down(struct fake *fake, const char *sql)
{
	size_t used = strlen(fake->asked);
	snprintf(fake->asked + used, sizeof(fake->asked) - used, "%s\n", sql);
}

static bool ask(struct fake_link *link, const char *sql)
{
	struct fake *fake = link->fake;
	struct fake_step *step = fake->script;

	if (!link->is_alive)
		return false;
	if (is_identity(fake, sql) || is_look(fake, sql)) {
		struct driver_result *row =
			is_look(fake, sql) ? look(fake) : fake_result_identity(&fake->identity);
		LL_APPEND(link->answers, row);
		set_ready(link);
		return true;
	}
	write_down(fake, sql);
	if (!step && fake->is_obliging) {
		struct driver_result *done = fake_result_tag("");
		LL_APPEND(link->answers, done);
		set_ready(link);
		return true;
	}
	if (!step || strncmp(sql, step->prefix, strlen(step->prefix)) != 0)
		fail_msg("asked: %s\nexpected: %s", sql, step ? step->prefix : "nothing");
	LL_DELETE(fake->script, step);
	if (!step->answers)
		step->answers = fake_result_tag("");
	LL_CONCAT(link->answers, step->answers);
	free(step->prefix);
	free(step);
	set_ready(link);
	return true;
}

static bool fake_send(
	struct driver_conn *conn, const char *sql, int count, const char *const *params)
{
	(void)count;
	(void)params;
	return ask(to_link(conn), sql);
}

static void write_settings(struct fake *fake, const struct driver_text *settings)
{
	struct str text = { 0 };

	str_add(&text, settings->sql);
	for (int i = 0; i < settings->count; i++)
		str_addf(&text, " %s", settings->params[i] ? settings->params[i] : "~");
	snprintf(fake->last_local, sizeof(fake->last_local), "%s", str_c(&text));
	str_release(&text);
}

static bool fake_send_pair(
	struct driver_conn *conn, const struct driver_text *first, const struct driver_text *second)
{
	struct fake_link *link = to_link(conn);
	char *text = mem_printf("LOCAL %s", second->sql);
	bool ok = ask(link, is_identity(link->fake, second->sql) ? second->sql : text);

	write_settings(link->fake, first);
	free(text);
	return ok;
}

static bool fake_prepare(struct driver_conn *conn, const char *name, const char *sql, int count)
{
	char *text = mem_printf("PREPARE %s: %s", name, sql);
	bool ok = ask(to_link(conn), text);

	(void)count;
	free(text);
	return ok;
}

static bool fake_send_prepared(
	struct driver_conn *conn, const char *name, int count, const char *const *params)
{
	char *text = mem_printf("EXECUTE %s", name);
	bool ok = ask(to_link(conn), text);

	(void)count;
	(void)params;
	free(text);
	return ok;
}

static bool fake_send_simple(struct driver_conn *conn, const char *sql)
{
	return ask(to_link(conn), sql);
}

static bool fake_train_start(struct driver_conn *conn)
{
	return to_link(conn)->is_train = to_link(conn)->is_alive;
}

static bool fake_train_push(struct driver_conn *conn)
{
	return to_link(conn)->fake->pushes++ >= 0;
}

static int fake_flush(struct driver_conn *conn)
{
	struct fake *fake = to_link(conn)->fake;
	return fake->full_sockets > 0 ? fake->full_sockets-- > 0 : 0;
}

static bool fake_consume(struct driver_conn *conn)
{
	return to_link(conn)->is_alive;
}

/* Notices, silence and breaks stand among the answers and act when they are read. */
static bool act(struct fake_link *link)
{
	struct driver_result *first = link->answers;

	if (!first || first->act == FAKE_ACT_NONE)
		return false;
	if (first->act == FAKE_ACT_SILENCE) {
		link->is_silent = true;
		set_ready(link);
		return false;
	}
	LL_DELETE(link->answers, first);
	if (first->act == FAKE_ACT_NOTICE) {
		link->notice(link->notice_arg, &link->fake->driver, first);
	} else {
		fake_free_answers(
			link->answers); /* of a train: what stands behind is not answered */
		link->answers = NULL;
		break_link(link);
	}
	fake_result_free(first);
	set_ready(link);
	return true;
}

static bool fake_is_busy(struct driver_conn *conn)
{
	struct fake_link *link = to_link(conn);

	while (act(link))
		;
	return link->is_silent || link->is_copying;
}

/* BEGIN, COMMIT and ROLLBACK are known by their tags. */
static void follow_transaction(struct fake_link *link, const struct driver_result *result)
{
	if (result->kind == DRIVER_ERROR && link->txn == DRIVER_TXN_INTRANS)
		link->txn = DRIVER_TXN_INERROR;
	if (strcmp(result->tag, "BEGIN") == 0)
		link->txn = DRIVER_TXN_INTRANS;
	if (strcmp(result->tag, "COMMIT") == 0 || strcmp(result->tag, "ROLLBACK") == 0)
		link->txn = DRIVER_TXN_IDLE;
}

static struct driver_result *fake_next_result(struct driver_conn *conn)
{
	struct fake_link *link = to_link(conn);

	while (act(link))
		;
	struct driver_result *result = link->answers;
	if (!result) {
		link->is_train = false;
		set_ready(link);
		return NULL;
	}
	LL_DELETE(link->answers, result);
	if (link->is_train && result->kind == DRIVER_ERROR) {
		fake_free_answers(link->answers);
		link->answers = NULL;
	}
	link->is_copying = result->kind == DRIVER_COPY_IN;
	follow_transaction(link, result);
	set_ready(link);
	return result;
}

static int fake_copy_data(struct driver_conn *conn, const char *data, size_t len)
{
	struct fake_link *link = to_link(conn);

	if (link->fake->full_sockets > 0) {
		link->fake->full_sockets--;
		return 0;
	}
	str_add_bytes(&link->copied, data, len);
	return 1;
}

static int fake_copy_end(struct driver_conn *conn, const char *error)
{
	struct fake_link *link = to_link(conn);

	link->is_copying = false;
	write_down(link->fake, error ? error : str_c(&link->copied));
	return 1;
}

static void *fake_cancel_new(struct driver_conn *conn, const struct driver_text *by_sql)
{
	(void)by_sql;
	return to_link(conn)->fake;
}

static bool fake_cancel_send(void *cancel, char *text, size_t bytes)
{
	struct fake *fake = cancel;
	struct fake_link *link = fake->link;

	(void)text;
	(void)bytes;
	fake->cancels++;
	if (!link || !link->is_silent)
		return true;
	link->is_silent = false;
	fake_free_answers(link->answers);
	link->answers =
		fake_result_error("ERROR", "57014", "canceling statement due to user request", 0);
	set_ready(link);
	return true;
}

static void fake_cancel_free(void *cancel)
{
	(void)cancel;
}

static const struct driver fake_driver_table = {
	.start = fake_start,
	.poll = fake_poll,
	.finish = fake_finish,
	.socket = fake_socket,
	.is_alive = fake_is_alive,
	.error = fake_error_text,
	.needs_password = fake_needs_password,
	.shows_password = fake_shows_password,
	.txn = fake_txn,
	.backend_pid = fake_backend_pid,
	.server_version = fake_server_version,
	.parameter = fake_parameter,
	.host = fake_host,
	.port = fake_port,
	.tls = fake_tls,
	.set_notice = fake_set_notice,
	.send = fake_send,
	.send_pair = fake_send_pair,
	.prepare = fake_prepare,
	.send_prepared = fake_send_prepared,
	.send_simple = fake_send_simple,
	.train_start = fake_train_start,
	.train_push = fake_train_push,
	.train_end = fake_is_alive,
	.flush = fake_flush,
	.consume = fake_consume,
	.is_busy = fake_is_busy,
	.next_result = fake_next_result,
	.copy_data = fake_copy_data,
	.copy_end = fake_copy_end,
	.cancel_new = fake_cancel_new,
	.cancel_send = fake_cancel_send,
	.cancel_free = fake_cancel_free,
};

void fake_link_methods(struct driver *driver)
{
	*driver = fake_driver_table;
}
