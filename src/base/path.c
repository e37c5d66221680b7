// SPDX-License-Identifier: GPL-3.0-or-later
#include "base/path.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/mem.h"

static const struct {
	const char *variable, *below_home;
} xdg_rows[] = {
	[PATH_CONFIG] = { "XDG_CONFIG_HOME", ".config/dbtop" },
	[PATH_DATA] = { "XDG_DATA_HOME", ".local/share/dbtop" },
	[PATH_STATE] = { "XDG_STATE_HOME", ".local/state/dbtop" },
	[PATH_RUNTIME] = { "XDG_RUNTIME_DIR", NULL },
};

static const char *absolute_variable(const char *name)
{
	const char *value = getenv(name);

	return value && *value == '/' ? value : NULL;
}

char *path_xdg(enum path_kind kind)
{
	const char *base = absolute_variable(xdg_rows[kind].variable);
	const char *home = absolute_variable("HOME");

	if (base)
		return path_join(base, "dbtop");
	if (kind == PATH_RUNTIME) {
		char *state = path_xdg(PATH_STATE);
		char *run = state ? path_join(state, "run") : NULL;
		free(state);
		return run;
	}
	return home ? path_join(home, xdg_rows[kind].below_home) : NULL;
}

char *path_join(const char *dir, const char *name)
{
	size_t len = strlen(dir);
	const char *slash = len && dir[len - 1] == '/' ? "" : "/";

	return mem_printf("%s%s%s", dir, slash, name);
}

bool path_is_dir(const char *path)
{
	struct stat st;

	return stat(path, &st) == 0 && S_ISDIR(st.st_mode);
}

bool path_is_file(const char *path)
{
	struct stat st;

	return stat(path, &st) == 0 && S_ISREG(st.st_mode);
}

bool path_make_dirs(const char *path, struct err *e)
{
	char *part = mem_strdup(path);
	bool ok = true;

	for (char *at = part + 1; ok && *part; at++) {
		char kept = *at;
		if (kept != '/' && kept != '\0')
			continue;
		*at = '\0';
		if (mkdir(part, 0700) != 0 && !path_is_dir(part))
			ok = err_errno(e, "cannot make the folder %s", part);
		*at = kept;
		if (!kept)
			break;
	}
	free(part);
	return ok;
}

/* A folder or a pipe called x.sql is refused before anything is read from it. */
static bool check_regular(int fd, const char *path, size_t limit, struct err *e)
{
	struct stat st;

	if (fstat(fd, &st) != 0)
		return err_errno(e, "cannot look at %s", path);
	if (S_ISDIR(st.st_mode))
		return err_set(e, ERR_IO, "cannot read %s: it is a directory", path);
	if (!S_ISREG(st.st_mode))
		return err_set(e, ERR_IO, "cannot read %s: it is not a regular file", path);
	if (st.st_size > 0 && (size_t)st.st_size > limit)
		return err_set(e, ERR_IO, "cannot read %s: it has %lld bytes, at most %zu", path,
			(long long)st.st_size, limit);
	return true;
}

/* Reads on to the end, whatever the size was a moment ago; NULL and errno when it cannot. */
static char *read_all(int fd, size_t limit, size_t *len)
{
	size_t used = 0, capacity = 4096;
	char *text = mem_resize(NULL, capacity, 1);
	ssize_t n;

	while ((n = read(fd, text + used, capacity - used - 1)) != 0) {
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0 || used + (size_t)n > limit) {
			errno = n < 0 ? errno : EFBIG;
			free(text);
			return NULL;
		}
		used += (size_t)n;
		if (capacity - used < 2)
			text = mem_resize(text, capacity *= 2, 1);
	}
	text[used] = '\0';
	*len = used;
	return text;
}

char *path_read(const char *path, size_t limit, size_t *len, struct err *e)
{
	/* Without NONBLOCK the open of a pipe would wait for its other end. */
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	char *text = NULL;

	if (fd < 0) {
		err_errno(e, "cannot open %s", path);
		return NULL;
	}
	if (check_regular(fd, path, limit, e)) {
		text = read_all(fd, limit, len);
		if (!text)
			err_errno(e, "cannot read %s", path);
	}
	close(fd);
	return text;
}

static bool write_all(int fd, const char *text, size_t len)
{
	while (len) {
		ssize_t n = write(fd, text, len);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return false;
		text += n;
		len -= (size_t)n;
	}
	return true;
}

/* The rename is on disk only when its folder is. */
static bool sync_dir_of(const char *path)
{
	char *dir = mem_strdup(path);
	char *slash = strrchr(dir, '/');

	if (slash)
		slash[slash == dir] = '\0';
	int fd = open(slash ? dir : ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	bool ok = fd >= 0 && fsync(fd) == 0;
	if (fd >= 0)
		close(fd);
	free(dir);
	return ok;
}

static bool write_whole(const char *path, mode_t mode, const char *text, size_t len, struct err *e)
{
	char *temp = mem_printf("%s.XXXXXX", path);
	int fd = mkostemp(temp, O_CLOEXEC); /* 0600, exclusive */
	bool ok = fd >= 0;

	if (ok) {
		ok = fchmod(fd, mode) == 0 && write_all(fd, text, len) && fsync(fd) == 0;
		/* The first failure keeps its errno. */
		int saved = errno;
		if (close(fd) != 0 && ok)
			ok = false;
		else
			errno = saved;
		ok = ok && rename(temp, path) == 0 && sync_dir_of(path);
	}
	if (!ok) {
		err_errno(e, "cannot write %s", path);
		if (fd >= 0)
			unlink(temp);
	}
	free(temp);
	return ok;
}

bool path_write(const char *path, const char *text, size_t len, struct err *e)
{
	return write_whole(path, 0600, text, len, e);
}

bool path_publish(const char *path, const char *text, size_t len, struct err *e)
{
	return write_whole(path, 0644, text, len, e);
}
