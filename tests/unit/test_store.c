// SPDX-License-Identifier: GPL-3.0-or-later
#include "test.h"

#include <fcntl.h>
#include <sqlite3.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/mem.h"
#include "base/path.h"
#include "scratch.h"
#include "store/place.h"
#include "store/store_note.h"
#include "store_world.h"

enum { NOBODY = 65534 };

static bool add_note(struct store *store, const char *text, struct err *e)
{
	struct note note = {
		.target = (char *)"shop", .author = (char *)"bob@laptop", .text = (char *)text
	};

	return store_note_add(store, &note, e);
}

static size_t count_notes(struct store *store)
{
	struct note_list list = { 0 };
	struct err e;

	bool ok = store_note_list(store, &(struct note_filter){ 0 }, &list, &e);
	size_t count = ok ? list.count : SIZE_MAX;
	note_list_release(&list);
	return count;
}

static char *read_all(const char *path, size_t *len)
{
	struct err e;
	char *bytes = path_read(path, 64 << 20, len, &e);

	assert_non_null(bytes);
	return bytes;
}

/* Opens what stands at w->path, expects those words, and finds every byte of the file as before. */
static void assert_left_alone(struct store_world *w, enum store_health health, const char *words)
{
	size_t before_len, after_len;

	store_close(w->store);
	char *before = read_all(w->path, &before_len);
	w->store = store_open(w->path, &w->clock);
	assert_int_equal(store_health(w->store), health);
	if (!strstr(store_words(w->store), words))
		assert_string_equal(store_words(w->store), words);
	assert_false(add_note(w->store, "no", &w->e));
	assert_int_equal(w->e.kind, ERR_STORE);
	assert_non_null(strstr(w->e.text, "the store cannot be written: "));
	store_close(w->store);
	w->store = NULL;
	char *after = read_all(w->path, &after_len);
	assert_int_equal(before_len, after_len);
	assert_memory_equal(before, after, before_len);
	free(before);
	free(after);
}

static void sql(const char *path, const char *text)
{
	sqlite3 *db;

	assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
	assert_int_equal(sqlite3_exec(db, text, NULL, NULL, NULL), SQLITE_OK);
	sqlite3_close(db);
}

static void a_new_store_is_private_and_well(void **state)
{
	struct store_world *w = *state;
	struct stat st;

	assert_int_equal(store_health(w->store), STORE_WRITABLE);
	assert_string_equal(store_words(w->store), "");
	assert_string_equal(store_path(w->store), w->path);
	assert_true(add_note(w->store, "one", &w->e));
	assert_int_equal(stat(w->path, &st), 0);
	assert_int_equal(st.st_mode & 0777, 0600);
	store_world_restart(w);
	assert_int_equal(count_notes(w->store), 1);
}

static void the_settings_are_the_safe_ones(void **state)
{
	struct store_world *w = *state;
	static const struct {
		const char *pragma, *value;
	} rows[] = {
		{ "PRAGMA journal_mode", "wal" },
		{ "PRAGMA application_id", "1684173936" },
		{ "PRAGMA user_version", "1" },
	};
	sqlite3 *db;

	assert_int_equal(sqlite3_open(w->path, &db), SQLITE_OK);
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		sqlite3_stmt *row;
		assert_int_equal(sqlite3_prepare_v2(db, rows[i].pragma, -1, &row, NULL), SQLITE_OK);
		assert_int_equal(sqlite3_step(row), SQLITE_ROW);
		assert_string_equal((const char *)sqlite3_column_text(row, 0), rows[i].value);
		sqlite3_finalize(row);
	}
	sqlite3_close(db);
}

static void a_store_in_memory_works_too(void **state)
{
	struct store_world *w = *state;
	struct store *store = store_open(":memory:", &w->clock);

	assert_int_equal(store_health(store), STORE_WRITABLE);
	assert_true(add_note(store, "one", &w->e));
	assert_int_equal(count_notes(store), 1);
	assert_string_equal(store_path(store), "");
	store_close(store);
}

static void a_store_readable_by_others_is_made_private(void **state)
{
	struct store_world *w = *state;
	struct stat st;

	store_close(w->store);
	assert_int_equal(chmod(w->path, 0644), 0);
	w->store = store_open(w->path, &w->clock);
	assert_int_equal(store_health(w->store), STORE_WRITABLE);
	assert_int_equal(stat(w->path, &st), 0);
	assert_int_equal(st.st_mode & 0777, 0600);
}

static void what_is_no_database_is_left_alone(void **state)
{
	struct store_world *w = *state;

	store_close(w->store);
	w->store = NULL;
	free(scratch_write(w->dir, "dbtop.db", "dear diary, this is not a database at all\n"));
	chmod(w->path, 0600);
	assert_left_alone(w, STORE_CLOSED,
		"cannot be read (the file is not a database); it was left alone: move it away to "
		"start a new one");
}

static void a_database_of_another_program_is_left_alone(void **state)
{
	struct store_world *w = *state;

	store_close(w->store);
	w->store = NULL;
	unlink(w->path);
	sql(w->path, "CREATE TABLE theirs (a)");
	assert_left_alone(w, STORE_CLOSED, "belongs to another program; it was left alone");
}

static void a_newer_store_is_left_alone(void **state)
{
	struct store_world *w = *state;

	store_close(w->store);
	w->store = NULL;
	sql(w->path, "PRAGMA user_version = 999; PRAGMA journal_mode = DELETE");
	assert_left_alone(w, STORE_CLOSED, "is of a newer dbtop; it was left alone");
	assert_int_equal(access(w->path, F_OK), 0);
}

static void a_store_damaged_in_the_middle_is_read_and_never_written(void **state)
{
	struct store_world *w = *state;
	char garbage[3000];
	char text[400];

	memset(text, 'x', sizeof(text) - 1);
	text[sizeof(text) - 1] = '\0';
	for (int i = 0; i < 200; i++)
		assert_true(add_note(w->store, text, &w->e));
	store_close(w->store);
	w->store = NULL;
	sql(w->path, "PRAGMA journal_mode = DELETE");
	int fd = open(w->path, O_WRONLY);
	memset(garbage, 0xa5, sizeof(garbage));
	off_t size = lseek(fd, 0, SEEK_END);
	assert_int_equal(pwrite(fd, garbage, sizeof(garbage), size / 2), sizeof(garbage));
	close(fd);
	assert_left_alone(w, STORE_READ_ONLY, "is damaged (");
}

/* Every bent file is read, refused, or bent where nothing stands; none is written to when that was seen. */
static void bent_files_are_opened_or_refused_and_never_made_worse(void **state)
{
	struct store_world *w = *state;
	uint32_t seed = 7;
	size_t len, refused = 0;

	for (int i = 0; i < 50; i++)
		assert_true(add_note(w->store, "a note that is long enough to be found", &w->e));
	store_close(w->store);
	w->store = NULL;
	sql(w->path, "PRAGMA journal_mode = DELETE");
	char *good = read_all(w->path, &len);
	for (int round = 0; round < 60; round++) {
		char *bent = mem_dup(good, len);
		for (int i = 0; i < 8; i++) {
			seed = seed * 1664525 + 1013904223;
			bent[(seed >> 8) % len] = (char)seed;
		}
		/* Half of them in the header and the schema, where little is without a meaning. */
		bent[(seed >> 3) % (round % 2 ? 100 : 4096)] ^= 0x55;
		free(scratch_write_bytes(w->dir, "dbtop.db", bent, len));
		w->store = store_open(w->path, &w->clock);
		enum store_health health = store_health(w->store);
		count_notes(w->store);
		store_close(w->store);
		w->store = NULL;
		size_t after_len;
		char *after = read_all(w->path, &after_len);
		refused += health != STORE_WRITABLE;
		if (health != STORE_WRITABLE) {
			assert_int_equal(after_len, len);
			assert_memory_equal(after, bent, len);
		}
		free(after);
		free(bent);
	}
	assert_true(refused > 10);
	free(good);
}

static void a_link_is_not_followed(void **state)
{
	struct store_world *w = *state;
	char *link = path_join(w->dir, "link.db");

	assert_int_equal(symlink(w->path, link), 0);
	struct store *store = store_open(link, &w->clock);
	assert_int_equal(store_health(store), STORE_CLOSED);
	assert_non_null(strstr(store_words(store), "is a link: it is not followed"));
	assert_int_equal(count_notes(store), 0);
	store_close(store);
	free(link);
}

static void a_file_with_two_names_is_refused(void **state)
{
	struct store_world *w = *state;
	char *other = path_join(w->dir, "other.db");

	assert_int_equal(link(w->path, other), 0);
	struct store *store = store_open(other, &w->clock);
	assert_int_equal(store_health(store), STORE_CLOSED);
	assert_non_null(strstr(store_words(store), "has 2 names: it must have one"));
	store_close(store);
	free(other);
}

static void a_folder_reached_through_a_link_is_fine(void **state)
{
	struct store_world *w = *state;
	char *way = path_join(w->dir, "way");
	char *path = path_join(way, "dbtop.db");

	assert_int_equal(symlink(w->dir, way), 0);
	assert_true(add_note(w->store, "one", &w->e));
	struct store *store = store_open(path, &w->clock);
	assert_int_equal(store_health(store), STORE_WRITABLE);
	assert_int_equal(count_notes(store), 1);
	store_close(store);
	free(path);
	free(way);
}

/* As an ordinary user: root may write everywhere. The child's findings come back as its exit status. */
static int in_a_fixed_folder(struct store_world *w, const char *path)
{
	pid_t child = fork();

	if (child == 0) {
		struct err e;
		bool is_root = geteuid() == 0;
		if (is_root && (setgid(NOBODY) != 0 || setuid(NOBODY) != 0))
			_exit(99);
		struct store *store = store_open(path, &w->clock);
		int found = (int)store_health(store) * 10 + (int)count_notes(store);
		if (!strstr(store_words(store), "cannot") || add_note(store, "x", &e))
			found = 98;
		store_close(store);
		_exit(found);
	}
	int status;
	assert_int_equal(waitpid(child, &status, 0), child);
	return WEXITSTATUS(status);
}

static void in_a_read_only_home_notes_are_read_and_nothing_else_breaks(void **state)
{
	struct store_world *w = *state;

	assert_true(add_note(w->store, "one", &w->e));
	store_close(w->store);
	w->store = NULL;
	if (geteuid() == 0)
		assert_int_equal(chown(w->dir, NOBODY, NOBODY) | chown(w->path, NOBODY, NOBODY), 0);
	assert_int_equal(chmod(w->dir, 0500), 0);
	int found = in_a_fixed_folder(w, w->path);
	char *absent = path_join(w->dir, "deeper/new.db");
	int nothing = in_a_fixed_folder(w, absent);
	assert_int_equal(chmod(w->dir, 0700), 0);
	assert_int_equal(found, STORE_READ_ONLY * 10 + 1);
	assert_int_equal(nothing, STORE_CLOSED * 10);
	free(absent);
}

static void without_a_home_the_store_is_off(void **state)
{
	struct store_world *w = *state;

	unsetenv("HOME");
	unsetenv("XDG_DATA_HOME");
	struct store *store = store_open(NULL, &w->clock);
	assert_int_equal(store_health(store), STORE_CLOSED);
	assert_string_equal(
		store_words(store), "notes are off: there is no home folder (HOME is not set)");
	assert_int_equal(store_changes(store, STORE_NOTES), 0);
	store_close(store);
}

static void the_default_place_is_made(void **state)
{
	struct store_world *w = *state;

	setenv("XDG_DATA_HOME", w->dir, 1);
	char *expected = path_join(w->dir, "dbtop/dbtop.db");
	struct store *store = store_open(NULL, &w->clock);
	assert_int_equal(store_health(store), STORE_WRITABLE);
	assert_string_equal(store_path(store), expected);
	store_close(store);
	free(expected);
}

/* A disk of one megabyte, where mounting is allowed. */
static void a_full_disk_loses_nothing_and_is_told_until_a_write_succeeds(void **state)
{
	struct store_world *w = *state;
	char *disk = path_join(w->dir, "disk");
	char *path = path_join(disk, "dbtop.db");
	char text[4000];
	size_t saved = 0;

	assert_int_equal(mkdir(disk, 0700), 0);
	if (mount("tmpfs", disk, "tmpfs", 0, "size=1m,mode=0700") != 0) {
		print_message("skipped: a small disk cannot be mounted here\n");
		free(disk);
		free(path);
		skip();
	}
	memset(text, 'x', sizeof(text) - 1);
	text[sizeof(text) - 1] = '\0';
	struct store *store = store_open(path, &w->clock);
	while (saved < 1000 && add_note(store, text, &w->e))
		saved++;
	bool is_told = strcmp(store_words(store), "notes are read-only: the disk is full") == 0 &&
		       strcmp(w->e.text, "the store cannot be written: the disk is full") == 0;
	size_t kept = count_notes(store);
	store_close(store);
	store = store_open(path, &w->clock);
	size_t kept_after = count_notes(store);
	store_close(store);
	umount2(disk, MNT_DETACH);
	free(path);
	free(disk);
	assert_in_range(saved, 10, 900);
	assert_true(is_told);
	assert_int_equal(kept, saved);
	assert_int_equal(kept_after, saved);
}

static void network_file_systems_are_known(void **state)
{
	(void)state;

	assert_true(place_is_network(0x6969));		 /* NFS */
	assert_true(place_is_network((long)0xff534d42)); /* CIFS, as 64 bits */
	assert_true(place_is_network((int)0xfe534d42));	 /* SMB2, as a signed word */
	assert_false(place_is_network(0xef53));		 /* ext4 */
	assert_false(place_is_network(0x01021994));	 /* tmpfs */
}

int main(void)
{
#define IN_A_WORLD(f) cmocka_unit_test_setup_teardown(f, store_world_open, store_world_close)
	const struct CMUnitTest tests[] = {
		IN_A_WORLD(a_new_store_is_private_and_well),
		IN_A_WORLD(the_settings_are_the_safe_ones),
		IN_A_WORLD(a_store_in_memory_works_too),
		IN_A_WORLD(a_store_readable_by_others_is_made_private),
		IN_A_WORLD(what_is_no_database_is_left_alone),
		IN_A_WORLD(a_database_of_another_program_is_left_alone),
		IN_A_WORLD(a_newer_store_is_left_alone),
		IN_A_WORLD(a_store_damaged_in_the_middle_is_read_and_never_written),
		IN_A_WORLD(bent_files_are_opened_or_refused_and_never_made_worse),
		IN_A_WORLD(a_link_is_not_followed),
		IN_A_WORLD(a_file_with_two_names_is_refused),
		IN_A_WORLD(a_folder_reached_through_a_link_is_fine),
		IN_A_WORLD(in_a_read_only_home_notes_are_read_and_nothing_else_breaks),
		IN_A_WORLD(without_a_home_the_store_is_off),
		IN_A_WORLD(the_default_place_is_made),
		IN_A_WORLD(a_full_disk_loses_nothing_and_is_told_until_a_write_succeeds),
		cmocka_unit_test(network_file_systems_are_known),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
