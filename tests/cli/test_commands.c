// SPDX-License-Identifier: GPL-3.0-or-later
/*
 * Every command from the shell: text, JSON, CSV, --check, addressing, files it makes, help.
 */
#include "test.h"

#include <sys/stat.h>

#include "base/mem.h"
#include "cli/shell.h"
#include "core/command.h"

/* Three migrations, one of them applied. */
static int scene_up(void **state)
{
	struct shell *sh = shell_new(*state);

	shell_write(sh, "migrations/20240101000000_a.sql",
		"-- dbtop: up\ncreate table a ();\n-- dbtop: down\ndrop table a;\n");
	shell_write(sh, "migrations/20240102000000_b.sql",
		"-- dbtop: up\ncreate table b ();\n-- dbtop: down\ndrop table b;\n");
	shell_write(sh, "migrations/20240203000000_c.sql",
		"-- dbtop: up\ncreate table c ();\n-- dbtop: down\ndrop table c;\n");
	dbtop(sh, "upgrade +1");
	shell_assert(sh, 0);
	*state = sh;
	return 0;
}

static const struct json *data_of(struct shell *sh, const char *command)
{
	return json_get(shell_json(sh, command), "data");
}

static void each_looking_command_answers_in_json_and_in_text(void **state)
{
	struct shell *sh = *state;
	static const struct {
		const char *line, *command, *says;
	} rows[] = {
		{ "status", "status", "20240102000000  b     pending" },
		{ "current", "current", "20240101000000  a     applied" },
		{ "heads", "heads", "20240203000000  c" },
		{ "history", "history", "upgrade  20240101000000  a" },
		{ "plan", "plan", "CREATE TABLE" },
		{ "plan --down", "plan", "DROP TABLE" },
		{ "show 20240102000000", "show", "create table b ();" },
		{ "health", "health", "healthy" },
		{ "notes", "notes", "" },
		{ "paths", "paths", "dbtop.db" },
		{ "config check", "config", "" },
		{ "config show", "config", "lock_timeout" },
		{ "spec", "spec", "migration.upgrade" },
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		dbtop(sh, "%s", rows[i].line);
		shell_assert(sh, 0);
		shell_assert_out(sh, rows[i].says);
		assert_null(strstr(sh->out, " \n"));  /* nothing is padded at its end */
		assert_null(strstr(sh->out, "\033")); /* no colours into a file */
		dbtop(sh, "%s --json", rows[i].line);
		shell_assert(sh, 0);
		shell_json(sh, rows[i].command);
	}
}

static void check_exits_3_while_something_is_pending(void **state)
{
	struct shell *sh = *state;
	static const char *const lines[] = { "status --check", "current --check", "plan --check",
		"status --check --json" };

	for (size_t i = 0; i < ARRAY_SIZE(lines); i++) {
		dbtop(sh, "%s", lines[i]);
		shell_assert(sh, 3);
	}
	dbtop(sh, "upgrade");
	shell_assert(sh, 0);
	for (size_t i = 0; i < ARRAY_SIZE(lines); i++) {
		dbtop(sh, "%s", lines[i]);
		shell_assert(sh, 0);
	}
}

static void csv_is_the_table_with_names_of_json(void **state)
{
	struct shell *sh = *state;

	dbtop(sh, "status --csv");

	shell_assert(sh, 0);
	assert_int_equal(
		strncmp(sh->out, "revision,name,state,applied_at\n20240101000000,a,applied,", 56),
		0);
	shell_assert_out(sh, "\n20240102000000,b,pending,\n20240203000000,c,pending,\n");
}

static void revisions_are_named_by_distance_part_or_in_full(void **state)
{
	struct shell *sh = *state;
	static const struct {
		const char *line;
		int status;
		const char *tables;
	} rows[] = {
		{ "upgrade +1", 0, "a b" },
		{ "downgrade -2 --yes --allow-hazard all", 0, NULL },
		{ "upgrade 202402", 0, "a b c" },
		{ "downgrade 20240101000000 --yes --allow-hazard all", 0, "a" },
		{ "upgrade 2024", 2, "a" },
		{ "upgrade 19990101", 2, "a" },
		{ "upgrade +9", 2, "a" },
		{ "upgrade -1", 2, "a" },
		{ "downgrade +1", 2, "a" },
		{ "upgrade heads", 0, "a b c" },
		{ "downgrade base --yes --allow-hazard all", 0, NULL },
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		dbtop(sh, "%s", rows[i].line);
		shell_assert(sh, rows[i].status);
		shell_expect(sh,
			"select string_agg(relname, ' ' order by relname) from pg_class where "
			"relname in ('a', 'b', 'c')",
			rows[i].tables);
	}
}

static void history_keeps_what_was_rolled_back(void **state)
{
	struct shell *sh = *state;
	dbtop(sh, "downgrade --yes --allow-hazard all");
	shell_assert(sh, 0);

	dbtop(sh, "history --json");

	const struct json *events = json_get(data_of(sh, "history"), "events");
	assert_int_equal(json_count(events), 2);
	assert_string_equal(json_text(json_get(json_at(events, 0), "event")), "downgrade");
	assert_string_equal(json_text(json_get(json_at(events, 1), "event")), "upgrade");
	assert_non_null(json_text(json_get(json_at(events, 1), "actor")));
	dbtop(sh, "history --limit 1 --csv");
	shell_assert(sh, 0);
	shell_assert_out(sh, ",downgrade,");
	shell_assert_no(sh, ",upgrade,");
	dbtop(sh, "history --limit 1x");
	shell_assert(sh, 2);
	shell_assert_err(sh, "dbtop: --limit 1x: a number from 1 to 100000\n");
}

static void repair_marks_with_a_reason_that_stays(void **state)
{
	struct shell *sh = *state;

	dbtop(sh, "repair 20240102000000 --mark applied");
	shell_assert(sh, 2);
	dbtop(sh, "repair 20240102000000 --mark perhaps --reason x");
	shell_assert(sh, 2);
	dbtop(sh, "repair 20240102000000 --mark applied --reason 'made by hand'");
	shell_assert(sh, 0);
	shell_expect(sh, "select detail->>'reason' from dbtop.event where event = 'repair'",
		"made by hand");
	dbtop(sh, "upgrade");
	shell_assert(sh, 0);
	shell_expect(sh, "select to_regclass('b') is null and to_regclass('c') is not null", "t");
	dbtop(sh, "repair 20240102000000 --mark absent --reason 'it was not'");
	shell_assert(sh, 0);
	dbtop(sh, "status --json");
	shell_assert_out(sh, "\"revision\":\"20240102000000\",\"name\":\"b\",\"state\":\"late\"");
}

static void notes_are_added_found_ticked_and_exported(void **state)
{
	struct shell *sh = *state;

	dbtop(sh, "notes add --migration 20240102000000 --todo run after 22:00");
	shell_assert(sh, 0);
	assert_string_equal(sh->err, "note #1 kept\n");
	dbtop(sh, "notes add 'second, with a | pipe'");
	shell_assert(sh, 0);
	dbtop(sh, "notes list --open --json");
	const struct json *notes = json_get(data_of(sh, "notes"), "notes");
	assert_int_equal(json_count(notes), 1);
	assert_string_equal(json_text(json_get(json_at(notes, 0), "text")), "run after 22:00");
	assert_string_equal(json_text(json_get(json_at(notes, 0), "object")), "20240102000000");
	dbtop(sh, "notes --search pipe");
	shell_assert_out(sh, "second, with a | pipe");
	shell_assert_no(sh, "22:00");
	dbtop(sh, "notes show 1");
	shell_assert_out(sh, "run after 22:00");
	dbtop(sh, "notes done 1");
	assert_string_equal(sh->err, "note #1 is done\n");
	dbtop(sh, "notes export");
	shell_assert_out(sh, "- [x] run after 22:00\n");
	dbtop(sh, "notes show 7");
	shell_assert(sh, 2);
	shell_assert_err(sh, "dbtop: there is no note #7\n");
	dbtop(sh, "notes add");
	shell_assert(sh, 2);
	dbtop(sh, "notes frob");
	shell_assert(sh, 2);
	shell_assert_err(sh, "  hint: list, add, show, done or export\n");
}

static void create_follows_the_directory(void **state)
{
	struct shell *sh = shell_new(*state);

	dbtop(sh, "create 'Add user table' --json");
	shell_assert(sh, 0);
	shell_assert_out(sh, "_add_user_table.sql");
	dbtop(sh, "upgrade --dry-run");
	shell_assert(sh, 0);
	shell_write(sh, "gm/0007_x.up.sql", "create table x ();");
	shell_write(sh, "gm/0007_x.down.sql", "drop table x;");
	dbtop(sh, "create --dir gm next thing");
	shell_assert(sh, 0);
	shell_assert_out(sh, "gm/0008_next_thing.up.sql\ngm/0008_next_thing.down.sql\n");
	shell_write(sh, "goose/00001_x.sql", "-- +goose Up\ncreate table y ();\n");
	dbtop(sh, "create --dir goose next thing");
	shell_assert(sh, 0);
	shell_assert_out(sh, "goose/00002_next_thing.sql\n");
	char *text = shell_read(sh, "goose/00002_next_thing.sql");
	assert_non_null(strstr(text, "-- +goose Up"));
	free(text);
	dbtop(sh, "create");
	shell_assert(sh, 2);
	shell_free(sh);
}

static void every_command_has_help_with_an_example(void **state)
{
	(void)state;
	struct shell *sh = shell_new(NULL);

	for (size_t i = 0; i < command_count(); i++) {
		const char *word = command_at(i)->word;
		if (!word)
			continue;
		dbtop(sh, "%s --help", word);
		shell_assert(sh, 0);
		char *example = mem_printf("\nExample:\n  dbtop %s", word);
		shell_assert_out(sh, example);
		assert_string_equal(sh->err, "");
		free(example);
	}
	dbtop(sh, "-?");
	shell_assert(sh, 0);
	shell_assert_out(sh, "Usage:\n  dbtop [OPTION]... [TARGET]");
	dbtop(sh, "--version");
	shell_assert(sh, 0);
	shell_assert_out(sh, "dbtop ");
	shell_assert_out(sh, "GPL-3.0-or-later");
	shell_free(sh);
}

static void words_that_mean_nothing_are_usage_errors(void **state)
{
	struct shell *sh = *state;
	static const struct {
		const char *line, *says;
	} rows[] = {
		{ "upgarde", "  hint: did you mean the command upgrade?\n" },
		{ "upgrade --yess",
			"dbtop: upgrade does not know --yess\n  hint: did you mean --yes?\n" },
		{ "upgrade a b", "dbtop: too many words: b\n" },
		{ "shop upgrade", "dbtop: the command comes first, and its target behind -d\n" },
		{ "status --env test", "test" },
		{ "show", "dbtop: show needs a revision: dbtop show REV\n" },
		{ "config", "dbtop: config needs a word\n" },
		{ "", "dbtop: the console needs a terminal, and this is none\n" },
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		dbtop(sh, "%s", rows[i].line);
		shell_assert(sh, 2);
		assert_string_equal(sh->out, "");
		shell_assert_err(sh, rows[i].says);
	}
}

static void settings_come_from_flags_then_variables_then_files(void **state)
{
	struct shell *sh = *state;
	shell_write(
		sh, "dbtop.conf", "[dbtop]\nlock_timeout = 4s\nlock_wait = 5s\ninterval = 6s\n");
	shell_env(sh, "DBTOP_LOCK_WAIT", "7s");
	shell_env(sh, "DBTOP_INTERVAL", "8s");

	dbtop(sh, "config show --interval 9s --csv");

	shell_assert(sh, 0);
	shell_assert_out(sh, "\nlock_timeout,4s,");
	shell_assert_out(sh, "\nlock_wait,7s,");
	shell_assert_out(sh, "\ninterval,9s,");
}

static void colour_always_colours_text_and_never_json(void **state)
{
	struct shell *sh = *state;

	dbtop(sh, "status --color always");
	shell_assert_out(sh, "\033[33mpending\033[0m");
	dbtop(sh, "status --color always --json");
	shell_assert_no(sh, "\033");
}

static void a_wrong_use_of_health_is_unknown_and_never_critical(void **state)
{
	struct shell *sh = *state;
	static const char *const lines[] = { "health --pool-size 3.5", "--pool-size 3.5 health",
		"-Z health", "health -d", "health extra", "health --nonsense",
		"health --json extra" };

	for (size_t i = 0; i < ARRAY_SIZE(lines); i++) {
		dbtop(sh, "%s", lines[i]);
		shell_assert(sh, 3);
	}
	assert_int_equal(json_int(json_get(shell_json(sh, "health"), "exit"), -1), 3);
	shell_env(sh, "DBTOP_POOL_SIZE", "0");
	dbtop(sh, "health");
	shell_assert(sh, 3);
	dbtop(sh, "status");
	shell_assert(sh, 2);
	shell_env(sh, "DBTOP_POOL_SIZE", NULL);
	shell_write(sh, "dbtop.conf", "[dbtop]\nnonsense = 3\n");
	dbtop(sh, "health");
	shell_assert(sh, 3);
	shell_assert_err(sh, "dbtop.conf:2: there is no key nonsense here");
}

int main(void)
{
#define IN_SHELL(test) cmocka_unit_test_setup_teardown(test, scene_up, shell_tear_down)
	const struct CMUnitTest tests[] = {
		IN_SHELL(each_looking_command_answers_in_json_and_in_text),
		IN_SHELL(check_exits_3_while_something_is_pending),
		IN_SHELL(csv_is_the_table_with_names_of_json),
		IN_SHELL(revisions_are_named_by_distance_part_or_in_full),
		IN_SHELL(history_keeps_what_was_rolled_back),
		IN_SHELL(repair_marks_with_a_reason_that_stays),
		IN_SHELL(notes_are_added_found_ticked_and_exported),
		cmocka_unit_test(create_follows_the_directory),
		cmocka_unit_test(every_command_has_help_with_an_example),
		IN_SHELL(words_that_mean_nothing_are_usage_errors),
		IN_SHELL(a_wrong_use_of_health_is_unknown_and_never_critical),
		IN_SHELL(settings_come_from_flags_then_variables_then_files),
		IN_SHELL(colour_always_colours_text_and_never_json),
	};
	return cmocka_run_group_tests(tests, shell_servers_up, shell_servers_down);
}
