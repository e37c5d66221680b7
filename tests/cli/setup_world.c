// SPDX-License-Identifier: GPL-3.0-or-later
#include "setup_world.h"

#include "test.h"

#include <glob.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/mem.h"
#include "base/path.h"
#include "base/str.h"

enum { FILE_BYTES_MAX = 1 << 20 };

char *setup_text(const struct setup_world *w, const char *text)
{
	struct str out = { 0 };

	for (; *text; text++)
		if (*text == '$')
			str_add(&out, w->name);
		else
			str_add_char(&out, *text);
	return str_detach(&out);
}

struct setup_world *setup_world_new(struct cluster *cluster)
{
	static int count;
	struct setup_world *w = mem_new(struct setup_world);

	w->cluster = cluster;
	w->sh = shell_new(cluster);
	shell_env(w->sh, "DBTOP_TARGET", NULL);
	w->name = mem_printf("s%d_%d", (int)getpid(), ++count);
	w->database = setup_text(w, "$_shop");
	w->user = mem_strdup("postgres");
	return w;
}

void setup_world_free(struct setup_world *w)
{
	shell_free(w->sh);
	free(w->name);
	free(w->database);
	free(w->user);
	free(w);
}

int setup_world_up(void **state)
{
	*state = setup_world_new(*state);
	return 0;
}

int setup_world_down(void **state)
{
	setup_world_free(*state);
	return 0;
}

/* 'it\'s' of conninfo. */
static char *conninfo_of(const struct setup_world *w, const char *user, const char *database)
{
	struct str out = { 0 };

	str_addf(&out, "host=%s port=%d user='%s' dbname='", cluster_socket_dir(w->cluster),
		cluster_node_port(w->cluster, 0), user);
	for (; *database; database++) {
		if (strchr("'\\", *database))
			str_add_char(&out, '\\');
		str_add_char(&out, *database);
	}
	str_add_char(&out, '\'');
	return str_detach(&out);
}

void setup_describe(struct setup_world *w, const char *lines)
{
	char *conninfo = conninfo_of(w, w->user, w->database);
	char *text = setup_text(w, lines);
	char *conf = mem_printf(
		"[target shop]\ndsn = %s\nenv = dev\n[setup shop]\n%s\n", conninfo, text);

	shell_write(w->sh, "dbtop.conf", conf);
	free(conninfo);
	free(text);
	free(conf);
}

static void copy_files(struct setup_world *w, const char *folder)
{
	const char *top = getenv("top_srcdir");
	char *pattern = mem_printf("%s/%s/*", top ? top : ".", folder);
	glob_t files;
	struct err e;
	size_t len;

	assert_int_equal(glob(pattern, 0, NULL, &files), 0);
	for (size_t i = 0; i < files.gl_pathc; i++) {
		char *text = path_read(files.gl_pathv[i], FILE_BYTES_MAX, &len, &e);
		char *name = mem_printf("%s%s", folder, strrchr(files.gl_pathv[i], '/'));
		assert_non_null(text);
		shell_write(w->sh, name, text);
		free(text);
		free(name);
	}
	globfree(&files);
	free(pattern);
}

void setup_sample(struct setup_world *w)
{
	copy_files(w, "migrations");
	copy_files(w, "seed");
	setup_describe(w, "owner = $_owner\napp_roles = $_web\nmonitor_roles = $_watch\n"
			  "extensions = citext\n");
}

/* ---- SQL ---- */

static PGconn *connect_as(const struct setup_world *w, const char *role)
{
	char *user = setup_text(w, role);
	char *conninfo = conninfo_of(w, user, w->database);
	PGconn *conn = server_connect_to(conninfo);

	free(user);
	free(conninfo);
	return conn;
}

void setup_sql(struct setup_world *w, const char *role, const char *sql)
{
	PGconn *conn = connect_as(w, role);
	char *text = setup_text(w, sql);

	server_run_on(conn, text);
	free(text);
	PQfinish(conn);
}

static void expect_cell(char *cell, const char *sql, const char *text)
{
	if (!cell != !text || (cell && strcmp(cell, text) != 0))
		fail_msg("%s\nis       %s\nexpected %s", sql, cell ? cell : "(null)",
			text ? text : "(null)");
	free(cell);
}

void setup_expect(struct setup_world *w, const char *sql, const char *text)
{
	PGconn *conn = connect_as(w, "postgres");
	char *whole = setup_text(w, sql);

	expect_cell(server_cell_on(conn, whole), whole, text);
	free(whole);
	PQfinish(conn);
}

void setup_expect_server(struct setup_world *w, const char *sql, const char *text)
{
	char *whole = setup_text(w, sql);

	expect_cell(server_cell(w->cluster, 0, whole), whole, text);
	free(whole);
}

void setup_expect_refused(
	struct setup_world *w, const char *role, const char *sql, const char *sqlstate)
{
	PGconn *conn = connect_as(w, role);
	PGresult *result = PQexec(conn, sql);
	const char *is = PQresultErrorField(result, PG_DIAG_SQLSTATE);

	assert_string_equal(is ? is : "(no error)", sqlstate);
	PQclear(result);
	PQfinish(conn);
}

/* ---- the checklist ---- */

const struct json *setup_item(struct setup_world *w, const char *item, const char *name)
{
	const struct json *list = json_get(json_get(w->sh->json, "data"), "checklist");
	char *wanted = name ? setup_text(w, name) : NULL;

	for (size_t i = 0; i < json_count(list); i++) {
		const struct json *row = json_at(list, i);
		const char *is = json_text(json_get(row, "name"));
		if (strcmp(json_text(json_get(row, "item")), item) == 0 &&
			(!wanted || (is && strcmp(is, wanted) == 0))) {
			free(wanted);
			return row;
		}
	}
	fail_msg("no item %s %s in\n%s", item, name ? name : "", w->sh->out);
	return NULL;
}

void setup_expect_item(struct setup_world *w, const char *item, const char *name, const char *state)
{
	const char *is = json_text(json_get(setup_item(w, item, name), "state"));

	if (strcmp(is, state) != 0)
		fail_msg("%s %s is \"%s\", not \"%s\"\n%s", item, name ? name : "", is, state,
			w->sh->out);
}
