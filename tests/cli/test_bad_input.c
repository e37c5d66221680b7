// SPDX-License-Identifier: GPL-3.0-or-later
/*
 * Bad input: one sentence a tired person understands, the exit code, and nothing changed: neither the database nor what
 * the store or a file held.
 */
#include "test.h"

#include <fcntl.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/mem.h"
#include "cli/shell.h"

#define GOOD	"-- dbtop: up\ncreate table a (i int);\n-- dbtop: down\ndrop table a;\n"
#define NAME	"migrations/20240101000000_a.sql"
#define SECOND	"migrations/20240102000000_b.sql"
#define TEXT(s) s, sizeof(s) - 1

static struct cluster *servers;

static int world_up(void **state)
{
	*state = servers = server_start(&(struct cluster_options){ .is_tcp = true });
	return 0;
}

static int world_down(void **state)
{
	(void)state;
	server_end(servers);
	return 0;
}

/* Exactly these sentences, that exit code, and the catalog as it was. */
static void assert_refused(struct shell *sh, const char *line, int status, const char *err)
{
	char *before = shell_catalog(sh);

	dbtop(sh, "%s", line);

	shell_assert(sh, status);
	assert_string_equal(sh->out, "");
	assert_string_equal(sh->err, err);
	char *after = shell_catalog(sh);
	assert_string_equal(before, after);
	free(before);
	free(after);
}

/* ---- files ---- */

static void each_bad_file_is_named_with_its_place_and_the_remedy(void **state)
{
	(void)state;
	static const struct {
		const char *name, *text;
		size_t len;
		int status;
		const char *err;
	} rows[] = {
		{ NAME, TEXT("-- dbtop: up\ncreate table x ();\n-- dbtop: dwon\n"), 1,
			"dbtop: " NAME ":3:1: unknown directive `dwon`\n"
			"  hint: did you mean `down`?\n" },
		{ "migrations/a.sql", TEXT(GOOD), 1,
			"dbtop: migrations/a.sql:1:1: the name has no version\n"
			"  hint: name it <14 digits>_<words>.sql, as `dbtop create` does\n" },
		{ NAME, TEXT("-- dbtop: up\ncreate table x\0 ();\n"), 1,
			"dbtop: " NAME ":2:15: a NUL byte stands in the text\n"
			"  hint: save the file as UTF-8\n" },
		{ NAME, TEXT("-- dbtop: up\n-- \xff\ncreate table x ();\n"), 1,
			"dbtop: " NAME ":2:4: byte 0xff is not UTF-8\n"
			"  hint: save the file as UTF-8\n" },
		{ NAME, TEXT("-- dbtop: up\nselect 'abc;\n"), 1,
			"dbtop: " NAME ":2:8: quoted string without an end\n"
			"  hint: close it, or look for one above that is open\n" },
		{ NAME, TEXT("-- dbtop: up\nselect 1; /* a /* b */\n"), 1,
			"dbtop: " NAME ":2:11: comment without an end\n"
			"  hint: close it, or look for one above that is open\n" },
		{ NAME, TEXT("-- dbtop: up\nselect $a$ b $b$;\n"), 1,
			"dbtop: " NAME ":2:8: dollar-quoted string without an end\n"
			"  hint: close it, or look for one above that is open\n" },
		{ NAME, TEXT("select 1;\n"), 1,
			"dbtop: " NAME ":1:1: no `dbtop: up`; is this goose, dbmate?\n"
			"  hint: a migration of dbtop begins with `-- dbtop: up`; other tools' "
			"directories are known by their names or marks, or pinned with "
			"--format\n" },
		{ "migrations/20240101000000_a.sql", TEXT("-- migrate:up\nselect 1;\n"), 1,
			"dbtop: dbmate directories are not read yet\n"
			"  detail: migrations has -- migrate:up\n"
			"  hint: nothing was touched; dbtop reads its own format, golang-migrate "
			"and goose directories\n" },
		{ "migrations/V1__a.sql", TEXT("select 1;\n"), 1,
			"dbtop: Flyway directories are not read yet\n"
			"  detail: migrations has V1__a.sql\n"
			"  hint: nothing was touched; dbtop reads its own format, golang-migrate "
			"and goose directories\n" },
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct shell *sh = shell_new(servers);
		shell_write_bytes(sh, rows[i].name, rows[i].text, rows[i].len);
		assert_refused(sh, "plan", rows[i].status, rows[i].err);
		assert_refused(sh, "upgrade --yes --allow-hazard all", rows[i].status, rows[i].err);
		shell_free(sh);
	}
}

static void two_files_of_one_version_are_both_named(void **state)
{
	struct shell *sh = *state;
	shell_write(sh, NAME, GOOD);
	shell_write(sh, "migrations/20240101000000_b.sql", GOOD);

	assert_refused(sh, "upgrade --yes", 10,
		"dbtop: migrations/20240101000000_b.sql:1:1: has the same version as " NAME "\n"
		"  hint: give one of them another version\n");
}

static void half_a_pair_that_goes_up_is_a_warning(void **state)
{
	struct shell *sh = *state;
	shell_write(sh, "migrations/0001_a.up.sql", "create table a (i int);");

	dbtop(sh, "upgrade --yes");

	shell_assert(sh, 0);
	shell_assert_err(sh,
		"dbtop: warning: migrations/0001_a.up.sql:1:1: half a pair: there is no "
		"0001_a.down.sql, so it cannot be undone\n");
}

static void half_a_pair_that_cannot_go_up_stops(void **state)
{
	struct shell *sh = *state;
	shell_write(sh, "migrations/0001_a.down.sql", "drop table a;");

	dbtop(sh, "upgrade --yes");

	shell_assert(sh, 1);
	shell_assert_err(sh, "dbtop: migrations/0001_a.down.sql:1:1: half a pair: there is no "
			     "0001_a.up.sql to apply\n");
}

static void a_file_over_64_mb_is_not_read(void **state)
{
	struct shell *sh = *state;
	shell_write(sh, NAME, GOOD);
	char *path = mem_printf("%s/" NAME, sh->work);
	assert_int_equal(truncate(path, 65 << 20), 0);
	free(path);

	assert_refused(sh, "upgrade --yes", 1,
		"dbtop: " NAME ":1:1: has 68157440 bytes, more than the 64 MB a migration may "
		"have\n  hint: load data with \\copy or a seed, and keep migrations for the "
		"schema\n");
}

static void a_directory_with_the_name_of_a_migration_is_called_one(void **state)
{
	struct shell *sh = *state;
	shell_write(sh, NAME, GOOD);
	shell_write(sh, SECOND "/file", "");

	assert_refused(sh, "upgrade --yes", 1,
		"dbtop: " SECOND ":1:1: is a directory, not a file\n"
		"  hint: migrations are files: rename it or move it elsewhere\n");
}

static void as_nobody(struct shell *sh)
{
	assert_int_equal(chmod(sh->dir, 0777), 0);
	assert_int_equal(chmod(sh->work, 0777), 0);
	sh->uid = 65534;
	/* The sockets' folder is not for nobody. */
	const char *tcp = cluster_tcp_conninfo(sh->cluster, 0);
	char *target = mem_printf(
		"%.*s dbname=%s", (int)(strstr(tcp, " dbname=") - tcp), tcp, sh->database);
	shell_env(sh, "DBTOP_TARGET", target);
	free(target);
}

static void an_unreadable_file_is_named_with_the_reason(void **state)
{
	struct shell *sh = *state;
	shell_write(sh, NAME, GOOD);
	char *dir = mem_printf("%s/migrations", sh->work), *path = mem_printf("%s/" NAME, sh->work);
	assert_int_equal(chmod(path, 0), 0);
	assert_int_equal(chmod(dir, 0755), 0);
	free(path);
	free(dir);
	if (geteuid() == 0)
		as_nobody(sh);

	dbtop(sh, "upgrade --yes");

	shell_assert(sh, 1);
	shell_assert_err(sh, "dbtop: " NAME ":1:1: cannot read the file: Permission denied\n"
			     "  hint: give yourself the right to read it\n");
}

static void no_directory_and_an_empty_one_are_nothing_to_do(void **state)
{
	struct shell *sh = *state;

	assert_refused(sh, "upgrade --yes", 0,
		"nothing to do: there are no migrations here: no migrations/ and no "
		"db/migrations/\n");
	assert_refused(sh, "status", 0,
		"there are no migrations here: no migrations/ and no db/migrations/\n");
	assert_refused(sh, "status --dir typo", 0, "there is no directory typo\n");
	assert_refused(
		sh, "upgrade --yes --dir typo", 0, "nothing to do: there is no directory typo\n");
	shell_write(sh, "migrations/README", "");
	assert_refused(
		sh, "upgrade --yes", 0, "nothing to do: there are no migrations in migrations\n");
	assert_refused(sh, "heads", 0, "there are no migrations in migrations\n");
	assert_refused(sh, "status", 0, "there are no migrations in migrations\n");
}

/* ---- configuration ---- */

static void an_unknown_key_is_named_with_its_line_and_the_nearest_key(void **state)
{
	struct shell *sh = *state;
	static const char err[] = "dbtop: dbtop.conf:2: there is no key theem here\n"
				  "  hint: did you mean theme?\n";
	shell_write(sh, "dbtop.conf", "[dbtop]\ntheem = dusk\n");

	assert_refused(sh, "status", 2, err);
	assert_refused(sh, "upgrade --yes", 2, err);
}

/* What was found is what `config check` is asked for: its data, a line each, as editors read them. */
static void config_check_lists_what_is_wrong_as_its_answer(void **state)
{
	struct shell *sh = *state;
	shell_write(sh, "dbtop.conf", "[dbtop]\ntheem = dusk\n");

	dbtop(sh, "config check");

	shell_assert(sh, 2);
	assert_string_equal(
		sh->out, "dbtop.conf:2:1: there is no key theem here; did you mean theme?\n");
	assert_string_equal(sh->err, "dbtop: 1 thing is wrong in the configuration\n");
}

static void a_bad_value_names_itself_and_where_it_comes_from(void **state)
{
	struct shell *sh = *state;
	shell_env(sh, "DBTOP_LOCK_TIMEOUT", "soon");

	dbtop(sh, "status");

	shell_assert(sh, 2);
	shell_assert_err(sh, "soon");
	shell_assert_err(sh, "DBTOP_LOCK_TIMEOUT");
}

/* ---- the store and the disk ---- */

static void a_store_that_is_no_database_is_left_alone_and_the_run_goes_on(void **state)
{
	struct shell *sh = *state;
	static const char garbage[] = "this is a letter, and no database at all\n";
	shell_write(sh, NAME, GOOD);
	shell_write(sh, "letter.db", garbage);

	dbtop(sh, "upgrade --yes --store letter.db");

	shell_assert(sh, 0);
	shell_assert_err(sh, "dbtop: warning: the store cannot be written: ");
	shell_assert_err(sh,
		"the file is not a database); it was left alone: move it away to start "
		"a new one\n");
	assert_null(strstr(
		strstr(sh->err, "the store cannot be written") + 1, "the store cannot be written"));
	shell_expect(sh, "select count(*) from a", "0");
	char *letter = shell_read(sh, "letter.db");
	assert_string_equal(letter, garbage);
	free(letter);
}

static void notes_of_a_store_that_is_no_database_are_an_error_not_none(void **state)
{
	struct shell *sh = *state;
	shell_write(sh, "letter.db", "this is a letter, and no database at all\n");
	static const char *const lines[] = { "notes --store letter.db",
		"notes add --store letter.db x", "notes export --store letter.db",
		"notes show 1 --store letter.db", "notes done 1 --store letter.db" };

	for (size_t i = 0; i < ARRAY_SIZE(lines); i++) {
		dbtop(sh, "%s", lines[i]);
		shell_assert(sh, 1);
		assert_string_equal(sh->out, "");
		shell_assert_err(sh, "the file is not a database");
	}
}

static void a_home_that_cannot_be_written_costs_a_warning(void **state)
{
	struct shell *sh = *state;
	shell_write(sh, NAME, GOOD);
	assert_int_equal(chmod(sh->home, 0555), 0);
	if (geteuid() == 0) {
		char *dir = mem_printf("%s/migrations", sh->work);
		char *path = mem_printf("%s/" NAME, sh->work);
		assert_int_equal(chmod(dir, 0755), 0);
		assert_int_equal(chmod(path, 0644), 0);
		free(path);
		free(dir);
		as_nobody(sh);
	}

	dbtop(sh, "upgrade --yes");

	shell_assert(sh, 0);
	shell_assert_err(sh, "dbtop: warning: the store cannot be written: ");
	shell_expect(sh, "select count(*) from a", "0");
	dbtop(sh, "notes add x");
	shell_assert(sh, 1);
	assert_int_equal(chmod(sh->home, 0755), 0);
}

static void fill_disk(const char *dir)
{
	char *path = mem_printf("%s/filler", dir);
	int fd = open(path, O_WRONLY | O_CREAT, 0600);
	char block[4096] = { 0 };

	while (write(fd, block, sizeof(block)) > 0) {
	}
	close(fd);
	free(path);
}

static void a_full_disk_costs_a_warning_and_a_note_says_why(void **state)
{
	struct shell *sh = *state;
	char *data = mem_printf("%s/data", sh->home);
	assert_int_equal(mkdir(data, 0700), 0);
	if (geteuid() != 0 || mount("tmpfs", data, "tmpfs", 0, "size=64k") != 0) {
		printf("skipped: a small file system can be mounted by root only\n");
		free(data);
		skip();
	}
	shell_write(sh, NAME, GOOD);
	fill_disk(data);

	dbtop(sh, "upgrade --yes");
	int upgraded = sh->status;
	char *talk = mem_strdup(sh->err);
	dbtop(sh, "notes add x");
	umount2(data, MNT_DETACH);
	free(data);

	assert_int_equal(upgraded, 0);
	assert_non_null(strstr(talk, "warning: the store cannot be written: "));
	free(talk);
	shell_assert(sh, 1);
	shell_assert_err(sh, "full");
	shell_expect(sh, "select count(*) from a", "0");
}

int main(void)
{
#define IN_SHELL(test) cmocka_unit_test_setup_teardown(test, shell_set_up, shell_tear_down)
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_bad_file_is_named_with_its_place_and_the_remedy),
		IN_SHELL(two_files_of_one_version_are_both_named),
		IN_SHELL(half_a_pair_that_goes_up_is_a_warning),
		IN_SHELL(half_a_pair_that_cannot_go_up_stops),
		IN_SHELL(a_file_over_64_mb_is_not_read),
		IN_SHELL(a_directory_with_the_name_of_a_migration_is_called_one),
		IN_SHELL(an_unreadable_file_is_named_with_the_reason),
		IN_SHELL(no_directory_and_an_empty_one_are_nothing_to_do),
		IN_SHELL(an_unknown_key_is_named_with_its_line_and_the_nearest_key),
		IN_SHELL(config_check_lists_what_is_wrong_as_its_answer),
		IN_SHELL(a_bad_value_names_itself_and_where_it_comes_from),
		IN_SHELL(a_store_that_is_no_database_is_left_alone_and_the_run_goes_on),
		IN_SHELL(notes_of_a_store_that_is_no_database_are_an_error_not_none),
		IN_SHELL(a_home_that_cannot_be_written_costs_a_warning),
		IN_SHELL(a_full_disk_costs_a_warning_and_a_note_says_why),
	};
	return cmocka_run_group_tests(tests, world_up, world_down);
}
