// SPDX-License-Identifier: GPL-3.0-or-later
#include "stage.h"

#include "base/compiler.h"
#include "base/digest.h"
#include "base/mem.h"
#include "stage_result.h"

enum act { ACT_ROWS, ACT_TAG, ACT_FAIL, ACT_LOSE, ACT_HOLD };

struct rule {
	char *part; /* owned */
	int times;  /* 0 = for ever, -1 = used up */
	enum act act;
	char *text; /* owned: rows, tag or SQLSTATE */
};

struct conn {
	struct stage *stage;
	struct link_view view;
	query_done_fn *done;
	void *arg;
	struct rule *rule;	   /* of the query under way */
	char *sql;		   /* owned */
	const struct train *train; /* NULL = one question */
	size_t train_at;
	struct loop_timer *timer;
	bool is_canceled;
	bool is_given_back;
};

struct lease {
	struct conn *conn;
};

struct asking {
	struct stage *stage;
	lease_done_fn *done;
	void *arg;
};

struct stage {
	struct loop *loop;
	struct rule *rules[64];
	int rule_count;
	int refusals;
	enum err_kind refusal;
	int64_t next_pid;
	struct str log, params;
	struct conn *held;
};

struct stage *stage_new(void)
{
	struct stage *stage = mem_new(struct stage);
	stage->loop = loop_new_virtual();
	stage->next_pid = 100;
	return stage;
}

void stage_free(struct stage *stage)
{
	for (int i = 0; i < stage->rule_count; i++) {
		free(stage->rules[i]->part);
		free(stage->rules[i]->text);
		free(stage->rules[i]);
	}
	loop_free_deferred(stage->loop);
	loop_free(stage->loop);
	str_release(&stage->log);
	str_release(&stage->params);
	free(stage);
}

struct loop *stage_loop(struct stage *stage)
{
	return stage->loop;
}

struct endpoint *stage_endpoint(struct stage *stage)
{
	return (struct endpoint *)(void *)stage;
}

static void add_rule(
	struct stage *stage, const char *part, int times, enum act act, const char *text)
{
	assert_always(stage->rule_count < (int)ARRAY_SIZE(stage->rules), "a test has few rules");
	struct rule *rule = mem_new(struct rule);
	*rule = (struct rule){ mem_strdup(part), times, act, mem_strdup(text) };
	stage->rules[stage->rule_count++] = rule;
}

void stage_rows(struct stage *stage, const char *part, int times, const char *rows)
{
	add_rule(stage, part, times, ACT_ROWS, rows);
}

void stage_tag(struct stage *stage, const char *part, int times, const char *tag)
{
	add_rule(stage, part, times, ACT_TAG, tag);
}

void stage_fail(struct stage *stage, const char *part, int times, const char *sqlstate)
{
	add_rule(stage, part, times, ACT_FAIL, sqlstate);
}

void stage_lose(struct stage *stage, const char *part, int times)
{
	add_rule(stage, part, times, ACT_LOSE, "");
}

void stage_hold(struct stage *stage, const char *part, int times)
{
	add_rule(stage, part, times, ACT_HOLD, "");
}

void stage_refuse(struct stage *stage, int times, enum err_kind kind)
{
	stage->refusals = times;
	stage->refusal = kind;
}

const char *stage_log(const struct stage *stage)
{
	return str_c(&stage->log);
}

bool stage_was_given(const struct stage *stage, const char *param)
{
	return strstr(str_c(&stage->params), param) != NULL;
}

int stage_count(const struct stage *stage, const char *part)
{
	int count = 0;
	for (const char *at = stage_log(stage); (at = strstr(at, part)); at += strlen(part))
		count++;
	return count;
}

void stage_forget_log(struct stage *stage)
{
	str_clear(&stage->log);
}

/* ---- an obliging server ---- */

static const char *obliging_rows(const char *sql, char *room, size_t bytes)
{
	if (strstr(sql, "pg_try_advisory_lock"))
		return "got\nt";
	if (strstr(sql, "EXECUTE dbtop_locks")) {
		/* ours, goose's, and golang-migrate's for public.schema_migrations in "shop" */
		static const char golang[] = "public\0schema_migrations\0shop";
		uint32_t crc = digest_crc32(span_from(golang, sizeof(golang) - 1));
		snprintf(room, bytes, "class_id|object_id\n%d|%d\n0|4097083626\n0|%u", 0x6462746F,
			(int)(digest_crc32(span_of("main")) & 0xFFFFFF),
			(unsigned)(crc * UINT32_C(1486364155)));
		return room;
	}
	if (strstr(sql, "AS ours"))
		return "xid\n700";
	if (strstr(sql, "AS can_read"))
		return "schema_name|table_name|place|can_read|columns\npublic|~|~|~|~";
	if (strstr(sql, "pg_current_xact_id"))
		return "xid\n700";
	return "";
}

static const char *obliging_tag(const char *sql)
{
	return strncmp(sql, "COMMIT", 6) == 0 ? "COMMIT" : "OK";
}

static void ask_next_of_train(struct conn *conn);

/* An answer of a train on its way: only an error ends it early. */
static bool is_on_the_way(const struct conn *conn, const struct result *result)
{
	return conn->train && result && conn->train_at + 1 < conn->train->count;
}

static void pass_on(struct conn *conn, const struct result *result)
{
	const struct train *train = conn->train;
	conn->timer = NULL;
	train->answered(conn->arg, conn->train_at, result);
	if (conn->train != train || !conn->done || conn->is_given_back)
		return;
	conn->train_at++;
	ask_next_of_train(conn);
}

static void finish(struct conn *conn, const struct result *result, const struct err *e)
{
	if (is_on_the_way(conn, result)) {
		pass_on(conn, result);
		return;
	}
	query_done_fn *done = conn->done;
	conn->done = NULL;
	conn->timer = NULL;
	conn->train = NULL;
	free(conn->sql);
	conn->sql = NULL;
	done(conn->arg, result, e);
}

static void answer_rows(struct conn *conn)
{
	char room[128];
	const struct rule *rule = conn->rule;
	const char *rows = rule && rule->act == ACT_ROWS
				   ? rule->text
				   : obliging_rows(conn->sql, room, sizeof(room));
	struct result *r = mem_new(struct result);
	char *tag = mem_strdup(rule && rule->act == ACT_TAG ? rule->text : obliging_tag(conn->sql));
	r->text = mem_strdup(rows);
	r->tag = tag;
	stage_result_cut(r);
	finish(conn, r, NULL);
	free(r->text);
	free(r);
	free(tag);
}

static void answer_error(struct conn *conn, const char *sqlstate)
{
	struct err e;
	err_set(&e, ERR_SERVER, "the server says %s", sqlstate);
	snprintf(e.sqlstate, sizeof(e.sqlstate), "%s", sqlstate);
	finish(conn, NULL, &e);
}

static void answer(void *arg)
{
	struct conn *conn = arg;
	struct err e;
	enum act act = conn->rule ? conn->rule->act : ACT_ROWS;
	switch (act) {
	case ACT_ROWS:
	case ACT_TAG: answer_rows(conn); break;
	case ACT_FAIL: answer_error(conn, conn->rule->text); break;
	case ACT_LOSE:
		conn->view.state = LINK_CLOSED;
		err_set(&e, ERR_CONNECT, "the connection broke");
		finish(conn, NULL, &e);
		break;
	case ACT_HOLD: conn->stage->held = conn; break;
	}
}

static void answer_held(void *arg)
{
	struct conn *conn = arg;
	if (conn->is_canceled)
		answer_error(conn, "57014");
	else
		answer_rows(conn);
}

static struct rule *find_rule(struct stage *stage, const char *sql)
{
	for (int i = stage->rule_count - 1; i >= 0; i--) {
		struct rule *rule = stage->rules[i];
		if (rule->times < 0 || !strstr(sql, rule->part))
			continue;
		if (rule->times > 0 && --rule->times == 0)
			rule->times = -1;
		return rule;
	}
	return NULL;
}

static void log_text(struct stage *stage, const char *sql)
{
	bool was_blank = false;
	for (; *sql; sql++) {
		bool is_blank = *sql == ' ' || *sql == '\n';
		if (!is_blank || (!was_blank && sql[1]))
			str_add_char(&stage->log, is_blank ? ' ' : *sql);
		was_blank = is_blank;
	}
	str_add_char(&stage->log, '\n');
}

/* What the server comes to is what counts as sent: behind a failure nothing of a train is. */
static void ask(struct conn *conn, const struct query *query)
{
	free(conn->sql);
	conn->sql = mem_strdup(query->sql);
	conn->rule = find_rule(conn->stage, query->sql);
	log_text(conn->stage, query->sql);
	for (int i = 0; i < query->param_count; i++)
		str_addf(&conn->stage->params, "%s\n", query->params[i] ? query->params[i] : "");
	conn->timer = loop_soon(conn->stage->loop, answer, conn);
}

static void ask_next_of_train(struct conn *conn)
{
	ask(conn, &conn->train->queries[conn->train_at]);
}

static void start(struct conn *conn, query_done_fn *done, void *arg)
{
	assert_always(!conn->done, "one query at a time");
	conn->done = done;
	conn->arg = arg;
	conn->is_canceled = false;
}

void conn_query(struct conn *conn, const struct query *query, query_done_fn *done, void *arg)
{
	start(conn, done, arg);
	ask(conn, query);
}

void conn_train(struct conn *conn, const struct train *train, query_done_fn *done, void *arg)
{
	start(conn, done, arg);
	conn->train = train;
	conn->train_at = 0;
	str_add(&conn->stage->log, "<flight>\n");
	ask_next_of_train(conn);
}

void conn_cancel(struct conn *conn)
{
	str_add(&conn->stage->log, "<cancel>\n");
	conn->is_canceled = true;
	if (conn->stage->held == conn) {
		conn->stage->held = NULL;
		conn->timer = loop_soon(conn->stage->loop, answer_held, conn);
	}
}

void stage_let_go(struct stage *stage)
{
	struct conn *conn = stage->held;
	stage->held = NULL;
	conn->timer = loop_soon(stage->loop, answer_held, conn);
}

bool conn_is_usable(const struct conn *conn)
{
	return conn->view.state == LINK_UP && !conn->done;
}

const struct link_view *conn_view(const struct conn *conn)
{
	return &conn->view;
}

void conn_on_notice(struct conn *conn, conn_notice_fn *fn, void *arg)
{
	(void)conn;
	(void)fn;
	(void)arg;
}

/* ---- leases ---- */

static void take(void *arg)
{
	struct asking *asking = arg;
	struct stage *stage = asking->stage;
	struct err e;
	str_add(&stage->log, "<dial>\n");
	if (stage->refusals > 0) {
		stage->refusals--;
		err_set(&e, stage->refusal, "refused");
		asking->done(asking->arg, NULL, &e);
		free(asking);
		return;
	}
	struct lease *lease = mem_new(struct lease);
	lease->conn = mem_new(struct conn);
	lease->conn->stage = stage;
	lease->conn->view.state = LINK_UP;
	lease->conn->view.identity = (struct identity){
		.server_version = 150000, .database = "shop", .backend_pid = stage->next_pid++
	};
	asking->done(asking->arg, lease, NULL);
	free(asking);
}

void lease_ask(
	struct endpoint *endpoint, const struct lease_wish *wish, lease_done_fn *done, void *arg)
{
	struct stage *stage = (struct stage *)(void *)endpoint;
	(void)wish;
	struct asking *asking = mem_new(struct asking);
	*asking = (struct asking){ stage, done, arg };
	loop_soon(stage->loop, take, asking);
}

void lease_take(struct endpoint *endpoint, enum conn_purpose purpose,
	const struct identity *must_equal, int64_t deadline_ms, lease_done_fn *done, void *arg)
{
	(void)purpose;
	(void)must_equal;
	(void)deadline_ms;
	lease_ask(endpoint, NULL, done, arg);
}

struct conn *lease_conn(struct lease *lease)
{
	return lease->conn;
}

static void closed(void *arg)
{
	struct conn *conn = arg;
	struct err e;
	err_set(&e, ERR_CANCELED, "canceled");
	finish(conn, NULL, &e);
	free(conn);
}

/* Nobody keeps count on a stage. */
void lease_note_transaction(struct lease *lease, int64_t took_us)
{
	(void)lease;
	(void)took_us;
}

void lease_give_back(struct lease *lease)
{
	struct conn *conn = lease->conn;
	str_add(&conn->stage->log, "<closed>\n");
	free(lease);
	if (!conn->done) {
		loop_defer_free(conn->stage->loop, conn);
		return;
	}
	conn->is_given_back = true;
	if (conn->stage->held == conn)
		conn->stage->held = NULL;
	else
		loop_timer_stop(conn->timer);
	loop_soon(conn->stage->loop, closed, conn);
}
