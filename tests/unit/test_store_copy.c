// SPDX-License-Identifier: GPL-3.0-or-later
/*
 * A store of an older version, made up, since files of version 1 are the first: it is copied before it is upgraded.
 */
#include "test.h"

#include <dirent.h>
#include <fcntl.h>
#include <sqlite3.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/mem.h"
#include "base/path.h"
#include "store_world.h"

static int64_t number(const char *path, const char *sql)
{
	sqlite3 *db;
	sqlite3_stmt *row;

	assert_int_equal(sqlite3_open_v2(path, &db, SQLITE_OPEN_READONLY, NULL), SQLITE_OK);
	assert_int_equal(sqlite3_prepare_v2(db, sql, -1, &row, NULL), SQLITE_OK);
	assert_int_equal(sqlite3_step(row), SQLITE_ROW);
	int64_t value = sqlite3_column_int64(row, 0);
	sqlite3_finalize(row);
	sqlite3_close(db);
	return value;
}

/* One table that no schema of ours has, with so many bytes in it. */
static void make_older(const char *path, int bytes)
{
	sqlite3 *db;
	char *sql = mem_printf("PRAGMA application_id = 1684173936; CREATE TABLE keepsake (x); "
			       "INSERT INTO keepsake VALUES (randomblob(%d))",
		bytes);

	unlink(path);
	assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
	assert_int_equal(sqlite3_exec(db, sql, NULL, NULL, NULL), SQLITE_OK);
	sqlite3_close(db);
	free(sql);
}

/* The copy's path, or NULL; *count: how many there are. */
static char *find_copy(const char *dir_path, int *count)
{
	DIR *dir = opendir(dir_path);
	char *found = NULL;

	*count = 0;
	for (const struct dirent *entry; (entry = readdir(dir));) {
		if (!strstr(entry->d_name, ".version0-"))
			continue;
		free(found);
		found = path_join(dir_path, entry->d_name);
		++*count;
	}
	closedir(dir);
	return found;
}

static void an_older_store_is_kept_whole_beside_the_upgraded_one(void **state)
{
	struct store_world *w = *state;
	struct stat st;
	int count;
	store_close(w->store);
	make_older(w->path, 1000);

	w->store = store_open(w->path, &w->clock);

	assert_int_equal(store_health(w->store), STORE_WRITABLE);
	assert_string_equal(store_words(w->store), "");
	assert_int_equal(number(w->path, "PRAGMA user_version"), 1);
	assert_int_equal(number(w->path, "SELECT count(*) FROM note"), 0);
	char *copy = find_copy(w->dir, &count);
	assert_int_equal(count, 1);
	assert_int_equal(stat(copy, &st), 0);
	assert_int_equal(st.st_mode & 0777, 0600);
	assert_int_equal(number(copy, "PRAGMA user_version"), 0);
	assert_int_equal(number(copy, "SELECT length(x) FROM keepsake"), 1000);
	free(copy);
	store_world_restart(w);
	free(find_copy(w->dir, &count));
	assert_int_equal(count, 1);
}

static void a_new_store_needs_no_copy(void **state)
{
	struct store_world *w = *state;
	int count;

	assert_null(find_copy(w->dir, &count));
	assert_int_equal(count, 0);
}

static void without_room_for_a_copy_nothing_is_touched(void **state)
{
	struct store_world *w = *state;
	char *disk = path_join(w->dir, "disk"), *path = path_join(disk, "dbtop.db");
	int count;
	assert_int_equal(mkdir(disk, 0700), 0);
	if (mount("tmpfs", disk, "tmpfs", 0, "size=300k,mode=0700") != 0) {
		print_message("skipped: a small disk cannot be mounted here\n");
		free(disk);
		free(path);
		skip();
	}
	make_older(path, 180000);

	struct store *store = store_open(path, &w->clock);
	enum store_health health = store_health(store);
	char *words = mem_strdup(store_words(store));
	store_close(store);
	int64_t version = number(path, "PRAGMA user_version");
	int64_t bytes = number(path, "SELECT length(x) FROM keepsake");
	free(find_copy(disk, &count));
	umount2(disk, MNT_DETACH);
	free(path);
	free(disk);

	assert_int_equal(health, STORE_CLOSED);
	assert_string_equal(words,
		"notes are off: it is of an older dbtop, and no copy can be kept "
		"beside it: the disk is full");
	assert_int_equal(version, 0);
	assert_int_equal(bytes, 180000);
	assert_int_equal(count, 0);
	free(words);
}

int main(void)
{
#define IN_A_WORLD(f) cmocka_unit_test_setup_teardown(f, store_world_open, store_world_close)
	const struct CMUnitTest tests[] = {
		IN_A_WORLD(an_older_store_is_kept_whole_beside_the_upgraded_one),
		IN_A_WORLD(a_new_store_needs_no_copy),
		IN_A_WORLD(without_room_for_a_copy_nothing_is_touched),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
