// SPDX-License-Identifier: GPL-3.0-or-later
/*
 * Several operators at once, each a process of its own: one history, every migration run exactly once, no raw error.
 */
#include "test.h"

#include <sys/wait.h>
#include <unistd.h>

#include "fault/rig.h"

enum { OPERATORS = 6, MIGRATIONS = 8, PLANS_MAX = 50 };

static struct cluster *servers;

static int start_servers(void **state)
{
	(void)state;
	servers = server_start(NULL);
	return 0;
}

static int end_servers(void **state)
{
	(void)state;
	server_end(servers);
	return 0;
}

/* As the command line does it: a plan that somebody else made old is made again. */
static enum exit_code insist(struct rig *rig)
{
	enum exit_code exit = EXIT_MISMATCH;
	for (int i = 0; i < PLANS_MAX && exit == EXIT_MISMATCH; i++) {
		exit = rig_up(rig, "head");
		if (exit == EXIT_MISMATCH && !rig->end.is_stale)
			break;
	}
	return exit;
}

static void race(const struct rig *rig, const char *const *projects)
{
	pid_t children[OPERATORS];
	for (int i = 0; i < OPERATORS; i++) {
		children[i] = fork();
		assert_true(children[i] >= 0);
		if (children[i] == 0) {
			struct rig *own = rig_beside(rig);
			own->project = projects[i];
			enum exit_code exit = insist(own);
			if (exit != EXIT_DONE)
				print_error("%s: %s %s\n", projects[i], own->end.error.sqlstate,
					own->end.error.text);
			_exit(exit);
		}
	}
	for (int i = 0; i < OPERATORS; i++) {
		int status;
		assert_int_equal(waitpid(children[i], &status, 0), children[i]);
		assert_true(WIFEXITED(status));
		assert_int_equal(WEXITSTATUS(status), EXIT_DONE);
	}
}

static void files(struct rig *rig, bool makes_tables)
{
	for (int i = 1; i <= MIGRATIONS; i++) {
		char name[64], text[160];
		snprintf(name, sizeof(name), "202601010000%02d_t%d.sql", i, i);
		snprintf(text, sizeof(text),
			makes_tables ? "-- dbtop: up\nCREATE TABLE t%d (a int);\n"
				     : "-- dbtop: up\nSELECT %d;\n",
			i);
		rig_file(rig, name, text);
	}
}

static void six_operators_on_one_project_run_each_migration_once(void **state)
{
	(void)state;
	static const char *const projects[OPERATORS] = { "main", "main", "main", "main", "main",
		"main" };
	struct rig *rig = rig_new(servers);
	files(rig, true);
	race(rig, projects);
	rig_expect(rig, "SELECT count(*) FROM dbtop.revision WHERE state = 'applied'", "8");
	rig_expect(rig, "SELECT count(*) || ' ' || count(DISTINCT rev) FROM dbtop.event", "8 8");
	rig_expect(rig, "SELECT count(*) FROM pg_class WHERE relname ~ '^t[0-9]$'", "8");
	rig_free(rig);
}

static void projects_of_one_database_do_not_get_in_each_others_way(void **state)
{
	(void)state;
	static const char *const projects[OPERATORS] = { "a", "b", "c", "d", "e", "f" };
	struct rig *rig = rig_new(servers);
	files(rig, false);
	race(rig, projects);
	rig_expect(rig, "SELECT count(*) || ' ' || count(DISTINCT project) FROM dbtop.revision",
		"48 6");
	rig_free(rig);
}

int main(void)
{
	server_need();
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(six_operators_on_one_project_run_each_migration_once),
		cmocka_unit_test(projects_of_one_database_do_not_get_in_each_others_way),
	};
	return cmocka_run_group_tests(tests, start_servers, end_servers);
}
