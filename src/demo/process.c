// SPDX-License-Identifier: GPL-3.0-or-later
#include "demo/process.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <limits.h>
#include <poll.h>
#include <pwd.h>
#include <signal.h>
#include <sys/pidfd.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/mem.h"
#include "base/clock.h"

enum { RUN_TIMEOUT_MS = 120000, KILL_TIMEOUT_MS = 10000, LOG_TAIL_BYTES = 400, KILL_ROUNDS = 4 };

static bool user_named(struct process_user *user, const char *name)
{
	const struct passwd *entry = getpwnam(name);

	if (!entry || entry->pw_uid == 0)
		return false;
	user->is_other = true;
	user->uid = entry->pw_uid;
	user->gid = entry->pw_gid;
	user->group_count = PROCESS_GROUPS;
	if (getgrouplist(name, entry->pw_gid, user->groups, &user->group_count) < 0)
		user->group_count = 0;
	snprintf(user->name, sizeof(user->name), "%s", name);
	return true;
}

bool process_user_find(struct process_user *user, struct err *e)
{
	*user = (struct process_user){ .uid = geteuid(), .gid = getegid() };
	if (user->uid != 0) {
		const struct passwd *entry = getpwuid(user->uid);
		snprintf(user->name, sizeof(user->name), "%s", entry ? entry->pw_name : "?");
		return entry ||
		       (err_set(e, ERR_IO, "user %d has no name on this machine", (int)user->uid),
			       err_hint(e, "PostgreSQL needs an entry in /etc/passwd"));
	}
	return user_named(user, "postgres") || user_named(user, "nobody") ||
	       err_set(e, ERR_IO,
		       "root may not run PostgreSQL, and there is no user postgres or nobody");
}

static bool may_pass(const struct process_user *user, const char *path)
{
	struct stat st;

	if (stat(path, &st) != 0)
		return false;
	if (st.st_uid == user->uid)
		return st.st_mode & S_IXUSR;
	for (int i = 0; i < user->group_count; i++)
		if (st.st_gid == user->groups[i])
			return st.st_mode & S_IXGRP;
	return st.st_mode & S_IXOTH;
}

bool process_user_can_enter(const struct process_user *user, const char *path)
{
	char *prefix = mem_strdup(path);
	bool can = true;

	for (char *slash = prefix; can && *slash && (slash = strchr(slash + 1, '/'));) {
		*slash = '\0';
		can = may_pass(user, prefix);
		*slash = '/';
	}
	can = can && may_pass(user, prefix);
	free(prefix);
	return can;
}

/* Runs in the child between fork and exec: only calls that are safe there. Returns errno. */
static int become(const struct process_user *user, pid_t parent)
{
	if (user && user->is_other &&
		(setgroups((size_t)user->group_count, user->groups) != 0 ||
			setgid(user->gid) != 0 || setuid(user->uid) != 0))
		return errno;
	prctl(PR_SET_PDEATHSIG, SIGQUIT);
	/* The parent may have died before the line above. */
	if (getppid() != parent)
		_exit(1);
	return 0;
}

static void reset_signals(void)
{
	sigset_t none;

	for (int signum = 1; signum < NSIG; signum++)
		signal(signum, SIG_DFL);
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
}

/* What a child that cannot become its program says to its parent. */
struct report {
	int error;
	bool is_dir; /* the directory is the trouble */
};

static void child(const struct process_start *start, int log, int channel, pid_t parent)
{
	static const char *const environment[] = { "LC_ALL=C", "PATH=/usr/bin:/bin", "TZ=UTC",
		NULL };
	struct report report = { 0 };
	int null = open("/dev/null", O_RDONLY);

	reset_signals();
	setsid();
	umask(077);
	report.error = become(start->user, parent);
	if (!report.error && chdir(start->dir) != 0)
		report = (struct report){ errno, true };
	if (!report.error && (dup2(null, 0) < 0 || dup2(log, 1) < 0 || dup2(log, 2) < 0))
		report.error = errno;
	if (!report.error) {
		/* No descriptor but the channel, which closes itself at exec. */
		channel = dup2(channel, 3);
		fcntl(channel, F_SETFD, FD_CLOEXEC);
		close_range(4, UINT_MAX, 0);
		execve(start->argv[0], (char *const *)start->argv, (char *const *)environment);
		report.error = errno;
	}
	if (write(channel, &report, sizeof(report)) < 0)
		_exit(126);
	_exit(127);
}

static bool read_report(int channel, const struct process_start *start, struct err *e)
{
	struct report report = { 0 };
	ssize_t n;

	do
		n = read(channel, &report, sizeof(report));
	while (n < 0 && errno == EINTR);
	if (n <= 0)
		return true;
	errno = report.error;
	if (report.is_dir)
		return err_errno(e, "user %s cannot enter %s",
			start->user ? start->user->name : "of this process", start->dir);
	return err_errno(e, "cannot start %s", start->argv[0]);
}

static pid_t fork_child(const struct process_start *start, int log, int channel)
{
	pid_t parent = getpid();
	pid_t pid = fork();

	if (pid == 0)
		child(start, log, channel, parent);
	return pid;
}

bool process_start(struct process *p, const struct process_start *start, struct err *e)
{
	int channel[2];
	int log =
		open(start->log_path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);

	*p = (struct process){ .pidfd = -1 };
	if (log < 0)
		return err_errno(e, "cannot write %s", start->log_path);
	if (pipe2(channel, O_CLOEXEC) != 0) {
		close(log);
		return err_errno(e, "cannot make a pipe");
	}
	pid_t pid = fork_child(start, log, channel[1]);
	close(log);
	close(channel[1]);
	bool ok = pid > 0 ? read_report(channel[0], start, e)
			  : err_errno(e, "cannot start %s", start->argv[0]);
	close(channel[0]);
	if (pid > 0 && !ok)
		waitpid(pid, NULL, 0);
	if (!ok)
		return false;
	p->pid = pid;
	p->pidfd = pidfd_open(pid, 0);
	assert_always(p->pidfd >= 0, "the kernel knows pidfd_open since 5.3");
	return true;
}

static bool wait_pidfd(int pidfd, int64_t timeout_ms)
{
	int64_t end_us = clock_mono_us(&clock_system) + timeout_ms * 1000;
	struct pollfd watch = { .fd = pidfd, .events = POLLIN };

	for (;;) {
		int64_t left_us = end_us - clock_mono_us(&clock_system);
		int n = poll(&watch, 1, left_us > 0 ? (int)(left_us / 1000) + 1 : 0);
		if (n != 0 && !(n < 0 && errno == EINTR))
			return n > 0;
		if (left_us <= 0)
			return false;
	}
}

bool process_wait(struct process *p, int64_t timeout_ms, int *status)
{
	int ended = 0;

	if (p->pid == 0)
		return true;
	if (!wait_pidfd(p->pidfd, timeout_ms))
		return false;
	while (waitpid(p->pid, &ended, 0) < 0 && errno == EINTR)
		continue;
	close(p->pidfd);
	*p = (struct process){ .pidfd = -1 };
	if (status)
		*status = ended;
	return true;
}

bool process_log_tail(struct err *e, const char *log_path)
{
	char tail[LOG_TAIL_BYTES + 1];
	FILE *file = fopen(log_path, "re");

	if (!file)
		return false;
	if (fseek(file, -LOG_TAIL_BYTES, SEEK_END) != 0)
		rewind(file);
	tail[fread(tail, 1, LOG_TAIL_BYTES, file)] = '\0';
	fclose(file);
	return err_detail(e, "%s", tail);
}

bool process_finish(struct process *p, const struct process_start *start, struct err *e)
{
	int status = 0;

	if (!process_wait(p, RUN_TIMEOUT_MS, &status)) {
		process_signal(p, SIGKILL);
		process_wait(p, KILL_TIMEOUT_MS, &status);
		return err_set(e, ERR_TIMEOUT, "%s did not end in %d s", start->argv[0],
			RUN_TIMEOUT_MS / 1000);
	}
	if (WIFEXITED(status) && WEXITSTATUS(status) == 0)
		return true;
	err_set(e, ERR_IO, "%s failed (%s %d)", start->argv[0],
		WIFEXITED(status) ? "exit status" : "signal",
		WIFEXITED(status) ? WEXITSTATUS(status) : WTERMSIG(status));
	return process_log_tail(e, start->log_path);
}

bool process_run(const struct process_start *start, struct err *e)
{
	struct process p;

	return process_start(&p, start, e) && process_finish(&p, start, e);
}

void process_signal(const struct process *p, int signum)
{
	if (p->pid > 0)
		kill(p->pid, signum);
}

static bool is_pid_name(const char *name)
{
	return *name && name[strspn(name, "0123456789")] == '\0';
}

/* The parent of a process: the second field after the name in parentheses, which may hold anything. */
static pid_t parent_of(const char *pid_name)
{
	char path[64], text[512];
	FILE *file;

	snprintf(path, sizeof(path), "/proc/%.20s/stat", pid_name);
	file = fopen(path, "re");
	if (!file)
		return 0;
	text[fread(text, 1, sizeof(text) - 1, file)] = '\0';
	fclose(file);
	const char *after = strrchr(text, ')');
	int parent = 0;
	if (!after || sscanf(after, ") %*c %d", &parent) != 1)
		return 0;
	return parent;
}

static bool runs_below(const char *pid_name, const char *dir)
{
	char link[64], cwd[PATH_MAX + 1];
	size_t len = strlen(dir);

	snprintf(link, sizeof(link), "/proc/%.20s/cwd", pid_name);
	ssize_t n = readlink(link, cwd, PATH_MAX);
	if (n < 0)
		return false;
	cwd[n] = '\0';
	return strncmp(cwd, dir, len) == 0 && cwd[len] == '/';
}

typedef bool pid_test_fn(const char *pid_name, const void *arg);

static size_t find_pids(pid_test_fn *test, const void *arg, pid_t *pids, size_t room)
{
	DIR *proc = opendir("/proc");
	size_t count = 0;

	if (!proc)
		return 0;
	for (const struct dirent *entry; count < room && (entry = readdir(proc));)
		if (is_pid_name(entry->d_name) && test(entry->d_name, arg))
			pids[count++] = (pid_t)strtol(entry->d_name, NULL, 10);
	closedir(proc);
	return count;
}

static bool has_parent(const char *pid_name, const void *arg)
{
	return parent_of(pid_name) == *(const pid_t *)arg;
}

static bool is_below(const char *pid_name, const void *arg)
{
	return runs_below(pid_name, arg);
}

size_t process_children(pid_t parent, pid_t *pids, size_t room)
{
	return parent > 0 ? find_pids(has_parent, &parent, pids, room) : 0;
}

void process_kill_all(const pid_t *pids, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		int pidfd = pidfd_open(pids[i], 0);
		kill(pids[i], SIGKILL);
		if (pidfd < 0)
			continue;
		wait_pidfd(pidfd, KILL_TIMEOUT_MS);
		close(pidfd);
	}
}

void process_kill_below(const char *dir)
{
	pid_t pids[256];

	/* A server may start another process while we look, so look again; but never for ever. */
	for (int round = 0; round < KILL_ROUNDS; round++) {
		size_t count = find_pids(is_below, dir, pids, ARRAY_SIZE(pids));
		if (count == 0)
			return;
		process_kill_all(pids, count);
	}
}
