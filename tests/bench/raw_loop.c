// SPDX-License-Identifier: GPL-3.0-or-later
/*
 * Raw_loop: the same work as dbtop's, by nothing but libpq: what dbtop is measured against. One process, one
 * connection, each statement sent by itself and answered before the next.
 *
 *     raw_loop CONNINFO up N      BEGIN, the statement, the history row, COMMIT; N times
 *     raw_loop CONNINFO down N    the same backwards
 *     raw_loop CONNINFO noop N    connect, one query for all that is applied
 */
#include <libpq-fe.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static bool run(PGconn *conn, const char *sql)
{
	PGresult *result = PQexec(conn, sql);
	ExecStatusType status = PQresultStatus(result);
	bool ok = status == PGRES_COMMAND_OK || status == PGRES_TUPLES_OK;

	if (!ok)
		fprintf(stderr, "%s: %s", sql, PQerrorMessage(conn));
	PQclear(result);
	return ok;
}

static bool step(PGconn *conn, bool is_up, int i)
{
	char statement[128], history[128];

	snprintf(statement, sizeof(statement),
		is_up ? "CREATE TABLE raw.step_%d (id bigint PRIMARY KEY, note text)"
		      : "DROP TABLE raw.step_%d",
		i);
	snprintf(history, sizeof(history),
		is_up ? "INSERT INTO raw.history (rev) VALUES ('%d')"
		      : "DELETE FROM raw.history WHERE rev = '%d'",
		i);
	return run(conn, "BEGIN") && run(conn, statement) && run(conn, history) &&
	       run(conn, "COMMIT");
}

static bool steps(PGconn *conn, bool is_up, int count)
{
	for (int i = 1; i <= count; i++)
		if (!step(conn, is_up, is_up ? i : count + 1 - i))
			return false;
	return true;
}

int main(int argc, char **argv)
{
	if (argc != 4) {
		fprintf(stderr, "usage: raw_loop CONNINFO up|down|noop N\n");
		return 2;
	}
	PGconn *conn = PQconnectdb(argv[1]);
	int count = (int)strtol(argv[3], NULL, 10);
	bool ok = PQstatus(conn) == CONNECTION_OK;
	if (!ok)
		fprintf(stderr, "%s", PQerrorMessage(conn));
	if (ok && strcmp(argv[2], "noop") == 0)
		ok = run(conn, "SELECT rev, at FROM raw.history ORDER BY rev");
	else if (ok)
		ok = steps(conn, strcmp(argv[2], "up") == 0, count);
	PQfinish(conn);
	return ok ? 0 : 1;
}
