// SPDX-License-Identifier: GPL-3.0-or-later
#include "test.h"

#include "fault/trio.h"

static void write_own(struct rig *rig)
{
	rig_file(rig, "20260101000000_a.sql",
		"-- dbtop: up\nCREATE TABLE t1 (a int);\nINSERT INTO t1 VALUES (1);\n-- dbtop: "
		"down\nDELETE FROM t1;\nDROP TABLE t1;\n");
	rig_file(rig, "20260102000000_b.sql",
		"-- dbtop: up\nCREATE TABLE t2 (a int);\n-- dbtop: verify\nSELECT count(*) = 0 "
		"FROM t2;\n"
		"-- dbtop: down\nDROP TABLE t2;\n");
}

static void write_golang_migrate(struct rig *rig)
{
	rig_file(rig, "1_a.up.sql", "CREATE TABLE t1 (a int); INSERT INTO t1 VALUES (1);");
	rig_file(rig, "1_a.down.sql", "DELETE FROM t1; DROP TABLE t1;");
	rig_file(rig, "2_b.up.sql", "CREATE TABLE t2 (a int);");
	rig_file(rig, "2_b.down.sql", "DROP TABLE t2;");
}

static void write_goose(struct rig *rig)
{
	rig_file(rig, "00001_a.sql",
		"-- +goose Up\nCREATE TABLE t1 (a int);\nINSERT INTO t1 VALUES (1);\n-- +goose "
		"Down\nDELETE FROM t1;\nDROP TABLE t1;\n");
	rig_file(rig, "00002_b.sql",
		"-- +goose Up\nCREATE TABLE t2 (a int);\n-- +goose Down\nDROP TABLE t2;\n");
}

const struct trio trio_own = {
	.name = "dbtop",
	.write = write_own,
	.truth = "SELECT bool_and((to_regclass('t' || n) IS NOT NULL) = EXISTS (SELECT FROM "
		 "dbtop.revision WHERE rev = '2026010' || n || '000000' AND state = 'applied')) "
		 "FROM generate_series(1, 2) AS n",
	.applied = "SELECT count(*) FROM dbtop.revision",
};

/* Its table keeps the newest only. */
const struct trio trio_golang_migrate = {
	.name = "golang-migrate",
	.write = write_golang_migrate,
	.truth = "SELECT bool_and((to_regclass('t' || n) IS NOT NULL) = "
		 "(n <= coalesce((SELECT version FROM schema_migrations WHERE NOT dirty), 0))) "
		 "AND NOT coalesce((SELECT bool_or(dirty) FROM schema_migrations), false) FROM "
		 "generate_series(1, 2) AS n",
	.applied = "SELECT coalesce((SELECT version FROM schema_migrations), 0)",
};

const struct trio trio_goose = {
	.name = "goose",
	.write = write_goose,
	.truth =
		"SELECT bool_and((to_regclass('t' || n) IS NOT NULL) = EXISTS (SELECT FROM "
		"goose_db_version WHERE version_id = n AND is_applied)) FROM generate_series(1, 2) "
		"AS n",
	.applied = "SELECT count(*) FROM goose_db_version WHERE version_id > 0",
};
