// SPDX-License-Identifier: GPL-3.0-or-later
#include "bench/child.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/mem.h"

extern char **environ;

double child_now(void)
{
	return (double)clock_mono_us(&clock_system) / 1e6;
}

void child_become(const char *dir, const char *const *argv)
{
	for (char **at = environ; *at;) {
		size_t length = strcspn(*at, "=");
		char *name = mem_strndup(*at, length);
		bool is_ours = strncmp(name, "DBTOP_", 6) == 0 || strncmp(name, "PG", 2) == 0 ||
			       strncmp(name, "XDG_", 4) == 0 || strcmp(name, "DATABASE_URL") == 0;
		if (is_ours)
			unsetenv(name); /* moves the rest up */
		else
			at++;
		free(name);
	}
	setenv("HOME", dir, 1);
	execv(argv[0], (char *const *)argv);
	_exit(127);
}

/* The last line of a file, for the table. */
static void last_line(const char *path, char *out, size_t bytes)
{
	FILE *file = fopen(path, "r");
	char line[512];

	snprintf(out, bytes, "it said nothing");
	while (file && fgets(line, sizeof(line), file)) {
		line[strcspn(line, "\r\n")] = '\0';
		if (line[0])
			snprintf(out, bytes, "%.*s", (int)bytes - 1, line);
	}
	if (file)
		fclose(file);
}

bool child_said(const char *dir, const char *text)
{
	char *path = mem_printf("%s/words", dir), line[4096];
	FILE *file = fopen(path, "r");
	bool is_there = false;

	while (!is_there && file && fgets(line, sizeof(line), file))
		is_there = strstr(line, text) != NULL;
	if (file)
		fclose(file);
	free(path);
	return is_there;
}

static void child_side(const char *dir, const char *words, const char *const *argv)
{
	int out = open(words, O_WRONLY | O_CREAT | O_TRUNC, 0600);
	int in = open("/dev/null", O_RDONLY);

	dup2(in, 0);
	dup2(out, 1);
	dup2(out, 2);
	if (chdir(dir) != 0)
		_exit(127);
	child_become(dir, argv);
}

static double seconds_of(struct timeval time)
{
	return (double)time.tv_sec + (double)time.tv_usec / 1e6;
}

void child_run(struct child *child, const char *dir, const char *const *argv)
{
	char *words = mem_printf("%s/words", dir);
	struct rusage usage = { 0 };
	int status = 0;
	double start = child_now();
	pid_t pid = fork();

	if (pid == 0)
		child_side(dir, words, argv);
	*child = (struct child){ .status = -1 };
	if (pid > 0 && wait4(pid, &status, 0, &usage) == pid) {
		child->seconds = child_now() - start;
		child->cpu_seconds = seconds_of(usage.ru_utime) + seconds_of(usage.ru_stime);
		child->rss_mb = (double)usage.ru_maxrss / 1024;
		child->status = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
	}
	last_line(words, child->words, sizeof(child->words));
	free(words);
}
