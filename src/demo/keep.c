// SPDX-License-Identifier: GPL-3.0-or-later
#include "demo/keep.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/mem.h"
#include "demo/rundir.h"

#define MARK	   "dbtop-cluster"
#define INCOMPLETE "incomplete\n"

/* Everything in the directory but the mark: what an interrupted start left. */
static void remove_remains(const char *path)
{
	DIR *dir = opendir(path);

	for (const struct dirent *entry; dir && (entry = readdir(dir));) {
		if (strncmp(entry->d_name, "pg-", 3) != 0)
			continue;
		char *name = mem_printf("%s/%s", path, entry->d_name);
		rundir_remove_tree(name);
		free(name);
	}
	if (dir)
		closedir(dir);
}

static bool is_empty(const char *path)
{
	DIR *dir = opendir(path);
	bool empty = dir;

	for (const struct dirent *entry; dir && (entry = readdir(dir));)
		if (strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0)
			empty = false;
	if (dir)
		closedir(dir);
	return empty;
}

static bool write_mark(struct keep *keep, const char *text, struct err *e)
{
	if (ftruncate(keep->mark, 0) != 0 ||
		pwrite(keep->mark, text, strlen(text), 0) != (ssize_t)strlen(text))
		return err_errno(e, "cannot write %s/" MARK, keep->path);
	return true;
}

static bool read_mark(struct keep *keep, struct err *e)
{
	char text[64] = "";

	if (flock(keep->mark, LOCK_EX | LOCK_NB) != 0)
		return err_set(e, ERR_CONFLICT, "another dbtop demo runs in %s", keep->path);
	if (pread(keep->mark, text, sizeof(text) - 1, 0) < 0)
		return err_errno(e, "cannot read %s/" MARK, keep->path);
	keep->is_resumed = sscanf(text, "standbys %d", &keep->standbys) == 1;
	if (keep->is_resumed)
		return true;
	remove_remains(keep->path);
	return write_mark(keep, INCOMPLETE, e);
}

static bool open_mark(struct keep *keep, struct err *e)
{
	char *mark = mem_printf("%s/" MARK, keep->path);
	bool is_new = access(mark, F_OK) != 0;
	bool is_foreign = is_new && !is_empty(keep->path);

	if (!is_foreign)
		keep->mark = open(mark, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
	free(mark);
	if (is_foreign) {
		err_set(e, ERR_USAGE, "%s is not empty and holds no demo cluster", keep->path);
		return err_hint(e, "name a new directory");
	}
	if (keep->mark < 0)
		return err_errno(e, "cannot write in %s", keep->path);
	return read_mark(keep, e);
}

bool keep_open(struct keep *keep, const char *dir, struct err *e)
{
	*keep = (struct keep){ .mark = -1 };
	/* Whom the servers run as must pass through, whatever our umask says. */
	if (mkdir(dir, 0711) == 0 ? chmod(dir, 0711) != 0 : errno != EEXIST)
		return err_errno(e, "cannot make %s", dir);
	keep->path = realpath(dir, NULL);
	if (!keep->path)
		return err_errno(e, "cannot find %s", dir);
	if (open_mark(keep, e))
		return true;
	keep_close(keep);
	return false;
}

bool keep_complete(struct keep *keep, int standbys, struct err *e)
{
	char text[64];

	snprintf(text, sizeof(text), "standbys %d\n", standbys);
	return write_mark(keep, text, e);
}

void keep_close(struct keep *keep)
{
	if (keep->mark >= 0)
		close(keep->mark);
	free(keep->path);
	*keep = (struct keep){ .mark = -1 };
}
