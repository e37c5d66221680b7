// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/editor.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/mem.h"
#include "base/path.h"

enum { TEXT_BYTES_MAX = 1024 * 1024 };

static const char *place(void)
{
	const char *runtime = getenv("XDG_RUNTIME_DIR");
	const char *temporary = getenv("TMPDIR");

	if (runtime && *runtime == '/')
		return runtime;
	return temporary && *temporary == '/' ? temporary : "/tmp";
}

/* As git and psql do it: the words may be a program with options, so a shell reads them; the file is its "$1". */
static void run_in_child(const char *program, const char *path)
{
	char *command = mem_printf("exec %s \"$1\"", program);
	sigset_t none;

	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	signal(SIGPIPE, SIG_DFL);
	execl("/bin/sh", "sh", "-c", command, "sh", path, (char *)NULL);
	_exit(127);
}

static bool run(const char *program, const char *path, struct err *e)
{
	int status = 0;
	pid_t pid = fork();

	if (pid < 0)
		return err_errno(e, "cannot start %s", program);
	if (pid == 0)
		run_in_child(program, path);
	while (waitpid(pid, &status, 0) < 0) {
		if (errno != EINTR)
			return err_errno(e, "%s", program);
	}
	if (WIFEXITED(status) && WEXITSTATUS(status) == 0)
		return true;
	err_set(e, ERR_IO, "%s did not end well; the note is as it was", program);
	return err_hint(e, "set DBTOP_EDITOR or EDITOR to an editor that is here");
}

static char *edit_file(const char *program, const char *path, const char *text, struct err *e)
{
	size_t len;
	char *edited = NULL;

	if (path_write(path, text, strlen(text), e) && run(program, path, e))
		edited = path_read(path, TEXT_BYTES_MAX, &len, e);
	if (edited && len && edited[len - 1] == '\n')
		edited[len - 1] = '\0';
	unlink(path);
	return edited;
}

char *editor_edit(const char *program, const char *text, struct err *e)
{
	char *dir = mem_printf("%s/dbtop-XXXXXX", place());
	char *edited = NULL;

	if (mkdtemp(dir)) {
		char *path = path_join(dir, "note.md");
		edited = edit_file(program, path, text, e);
		rmdir(dir);
		free(path);
	} else {
		err_errno(e, "cannot make %s", dir);
	}
	free(dir);
	return edited;
}
