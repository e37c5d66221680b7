// SPDX-License-Identifier: GPL-3.0-or-later
#include "demo/rundir.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <sys/file.h>
#include <sys/shm.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "base/mem.h"

#define PREFIX "dbtop-"
#define MEMORY "/dev/shm"
#define DISK   "/tmp"

enum { BASE_BYTES_MAX = 60, UNLOCKED_GRACE_S = 60 };
/* Room for ten clusters of three nodes. */
#define MEMORY_BYTES_MIN (UINT64_C(1) << 30)

/* $TMPDIR, or NULL when it does not fit. */
static const char *told_base(void)
{
	const char *tmp = getenv("TMPDIR");
	struct stat st;

	if (!tmp || tmp[0] != '/' || strlen(tmp) > BASE_BYTES_MAX || stat(tmp, &st) != 0 ||
		!S_ISDIR(st.st_mode) || (geteuid() == 0 && !(st.st_mode & S_IXOTH)) ||
		access(tmp, W_OK | X_OK) != 0)
		return NULL;
	return tmp;
}

static bool has_memory(void)
{
	struct statvfs room;

	return access(MEMORY, W_OK | X_OK) == 0 && statvfs(MEMORY, &room) == 0 &&
	       (uint64_t)room.f_bavail * room.f_frsize >= MEMORY_BYTES_MIN;
}

const char *rundir_base(bool must_be_disk)
{
	const char *told = told_base();

	if (told)
		return told;
	return !must_be_disk && has_memory() ? MEMORY : DISK;
}

static void remove_at(int parent, const char *name)
{
	int fd = openat(parent, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);

	if (fd < 0) {
		unlinkat(parent, name, 0);
		return;
	}
	DIR *dir = fdopendir(fd);
	for (const struct dirent *entry; dir && (entry = readdir(dir));)
		if (strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0)
			remove_at(fd, entry->d_name);
	if (dir)
		closedir(dir);
	else
		close(fd);
	unlinkat(parent, name, AT_REMOVEDIR);
}

void rundir_remove_tree(const char *path)
{
	remove_at(AT_FDCWD, path);
}

/* A server ended by SIGKILL leaves a small System V segment behind, named in line 7 of its pid file. */
static void remove_segment(const char *data_dir)
{
	char *path = mem_printf("%s/postmaster.pid", data_dir);
	FILE *file = fopen(path, "re");
	char line[128] = "";
	int key = 0, id = -1;
	struct shmid_ds segment;
	struct stat st;

	free(path);
	if (!file)
		return;
	for (int i = 0; i < 7 && fgets(line, sizeof(line), file); i++)
		continue;
	/* Only one that belongs to whoever wrote the file, and that nobody uses. */
	if (sscanf(line, "%d %d", &key, &id) == 2 && fstat(fileno(file), &st) == 0 &&
		shmctl(id, IPC_STAT, &segment) == 0 && segment.shm_perm.uid == st.st_uid &&
		segment.shm_nattch == 0)
		shmctl(id, IPC_RMID, NULL);
	fclose(file);
}

static void remove_segments(const char *path)
{
	DIR *dir = opendir(path);

	for (const struct dirent *entry; dir && (entry = readdir(dir));) {
		if (entry->d_name[0] == '.')
			continue;
		char *data_dir = mem_printf("%s/%s", path, entry->d_name);
		remove_segment(data_dir);
		free(data_dir);
	}
	if (dir)
		closedir(dir);
}

/* Nobody lives there any more. Its lock is ours then; -1 when its maker died before locking it. */
static bool take_stale(const char *path, int *lock)
{
	struct stat st;
	char *owner = mem_printf("%s/owner", path);

	*lock = open(owner, O_RDWR | O_CLOEXEC | O_NOFOLLOW);
	free(owner);
	bool is_ours = lstat(path, &st) == 0 && S_ISDIR(st.st_mode) && st.st_uid == geteuid();
	if (*lock < 0)
		return is_ours && st.st_mtime + UNLOCKED_GRACE_S < time(NULL);
	if (is_ours && flock(*lock, LOCK_EX | LOCK_NB) == 0)
		return true;
	close(*lock);
	return false;
}

static int clean_base(const char *base)
{
	DIR *dir = opendir(base);
	int cleaned = 0;

	for (const struct dirent *entry; dir && (entry = readdir(dir));) {
		if (strncmp(entry->d_name, PREFIX, strlen(PREFIX)) != 0)
			continue;
		struct rundir stale = { .path = mem_printf("%s/%s", base, entry->d_name) };
		if (!take_stale(stale.path, &stale.lock)) {
			free(stale.path);
			continue;
		}
		process_kill_below(stale.path);
		rundir_remove(&stale);
		cleaned++;
	}
	if (dir)
		closedir(dir);
	return cleaned;
}

int rundir_clean(void)
{
	const char *told = told_base();

	return clean_base(MEMORY) + clean_base(DISK) + (told ? clean_base(told) : 0);
}

/* Made under another name, so that whoever sees "owner" sees it locked. */
static bool lock_new(struct rundir *dir, struct err *e)
{
	char *making = mem_printf("%s/owner.new", dir->path);
	char *owner = mem_printf("%s/owner", dir->path);

	dir->lock = open(making, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	bool ok = dir->lock >= 0 && flock(dir->lock, LOCK_EX | LOCK_NB) == 0 &&
		  dprintf(dir->lock, "%d\n", (int)getpid()) > 0 && rename(making, owner) == 0;
	if (!ok)
		err_errno(e, "cannot lock %s", owner);
	free(making);
	free(owner);
	return ok;
}

bool rundir_make(struct rundir *dir, bool must_be_disk, struct err *e)
{
	const char *base = rundir_base(must_be_disk);

	rundir_clean();
	*dir = (struct rundir){ .path = mem_printf("%s/" PREFIX "XXXXXX", base), .lock = -1 };
	if (!mkdtemp(dir->path)) {
		err_errno(e, "cannot make a directory in %s", base);
		free(dir->path);
		dir->path = NULL;
		return false;
	}
	if (chmod(dir->path, 0711) == 0 ? lock_new(dir, e)
					: err_errno(e, "cannot open %s to the servers", dir->path))
		return true;
	rundir_remove(dir);
	return false;
}

void rundir_remove(struct rundir *dir)
{
	if (!dir->path)
		return;
	remove_segments(dir->path);
	rundir_remove_tree(dir->path);
	if (dir->lock >= 0)
		close(dir->lock);
	free(dir->path);
	*dir = (struct rundir){ .lock = -1 };
}

bool rundir_give(const char *path, const struct process_user *user, struct err *e)
{
	if (mkdir(path, 0700) != 0 && errno != EEXIST)
		return err_errno(e, "cannot make %s", path);
	if (user->is_other && lchown(path, user->uid, user->gid) != 0)
		return err_errno(e, "cannot give %s to %s", path, user->name);
	return true;
}
