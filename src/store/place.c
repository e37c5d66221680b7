// SPDX-License-Identifier: GPL-3.0-or-later
#include "store/place.h"

#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <linux/magic.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>

#include "base/mem.h"
#include "base/path.h"

/* linux/magic.h does not name them. */
#define CIFS_MAGIC 0xff534d42u
#define SMB2_MAGIC 0xfe534d42u

bool place_is_network(long file_system)
{
	static const unsigned kinds[] = { NFS_SUPER_MAGIC, SMB_SUPER_MAGIC, CIFS_MAGIC, SMB2_MAGIC,
		CODA_SUPER_MAGIC, AFS_SUPER_MAGIC, V9FS_MAGIC, CEPH_SUPER_MAGIC, FUSE_SUPER_MAGIC };

	for (size_t i = 0; i < ARRAY_SIZE(kinds); i++) {
		if (kinds[i] == (unsigned)file_system)
			return true;
	}
	return false;
}

/* The folder may be reached through links (a home often is); the file itself may not. */
static char *resolve(const char *path, struct err *e)
{
	char *for_dir = mem_strdup(path), *for_name = mem_strdup(path);
	const char *dir = dirname(for_dir);
	char *resolved = NULL;

	if (path_make_dirs(dir, e)) {
		char *real = realpath(dir, NULL);
		if (real)
			resolved = path_join(real, basename(for_name));
		else
			err_errno(e, "cannot reach %s", dir);
		free(real);
	}
	free(for_dir);
	free(for_name);
	return resolved;
}

static bool folder_is_fixed(const char *path)
{
	char *copy = mem_strdup(path);
	bool is_fixed = access(dirname(copy), W_OK) != 0;

	free(copy);
	return is_fixed;
}

/*
 * A file that is there is only looked at, never opened: closing another descriptor of it would drop the locks that
 * SQLite holds on it in this process.
 */
static bool check_file(const char *path, const struct stat *st, struct err *e)
{
	if (S_ISLNK(st->st_mode))
		return err_set(e, ERR_STORE, "%s is a link: it is not followed", path);
	if (!S_ISREG(st->st_mode))
		return err_set(e, ERR_STORE, "%s is not a regular file", path);
	if (st->st_uid != geteuid())
		return err_set(e, ERR_STORE, "%s belongs to another user", path);
	if (st->st_nlink != 1)
		return err_set(e, ERR_STORE, "%s has %ld names: it must have one", path,
			(long)st->st_nlink);
	if ((st->st_mode & 077) && chmod(path, 0600) != 0)
		return err_errno(e, "others can read %s, and that cannot be changed", path);
	return true;
}

static bool make_file(struct place *place, struct err *e)
{
	int fd = open(place->path, O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);

	if (fd < 0)
		return err_errno(e, "cannot make %s", place->path);
	close(fd);
	place->is_new = true;
	return true;
}

bool place_prepare(struct place *place, const char *path, struct err *e)
{
	struct stat st;
	struct statfs fs;

	*place = (struct place){ 0 };
	place->path = resolve(path, e);
	if (!place->path)
		return false;
	if (lstat(place->path, &st) != 0) {
		if (errno != ENOENT)
			return err_errno(e, "cannot look at %s", place->path);
		/* Another dbtop may make it at this moment: then it is there and gets looked at. */
		if (!make_file(place, e) && lstat(place->path, &st) != 0)
			return false;
	}
	if (!place->is_new && !check_file(place->path, &st, e))
		return false;
	place->is_fixed = folder_is_fixed(place->path);
	place->is_network = statfs(place->path, &fs) == 0 && place_is_network((long)fs.f_type);
	return true;
}

void place_release(struct place *place)
{
	free(place->path);
	*place = (struct place){ 0 };
}
