// SPDX-License-Identifier: GPL-3.0-or-later
/*
 * A name server that never answers must not keep the program from ending: libuv alone would wait for its thread.
 */
#include "test.h"

#include <netdb.h>
#include <sys/wait.h>
#include <unistd.h>

#include "loop/loop.h"

enum { CHILD_STATUS = 7, PATIENCE_S = 20 };

static int asked_pipe[2], frozen_pipe[2];

/* Takes the place of the C library's, for libuv too: says it was asked, then never answers. */
__attribute__((visibility("default"))) int getaddrinfo(
	const char *host, const char *service, const struct addrinfo *hints, struct addrinfo **list)
{
	char byte;

	(void)host;
	(void)service;
	(void)hints;
	(void)list;
	(void)!write(asked_pipe[1], "?", 1);
	(void)!read(frozen_pipe[0], &byte, 1);
	return EAI_AGAIN;
}

static void never(void *arg, const char *const *addresses, size_t count, const struct err *e)
{
	(void)arg;
	(void)addresses;
	(void)count;
	(void)e;
	_exit(1);
}

static void leave_with_a_lookup_under_way(void)
{
	struct loop *loop = loop_new();
	char byte;

	loop_resolve_start(loop, "frozen.example", never, NULL);
	loop_turn(loop, false);
	assert_int_equal(read(asked_pipe[0], &byte, 1), 1); /* the worker is in it */
	loop_free(loop);
	exit(CHILD_STATUS);
}

static void a_frozen_lookup_does_not_hold_up_the_exit(void **state)
{
	int status;

	(void)state;
	assert_int_equal(pipe(asked_pipe), 0);
	assert_int_equal(pipe(frozen_pipe), 0);
	pid_t child = fork();
	if (child == 0) {
		alarm(PATIENCE_S); /* a child that hangs dies of it */
		leave_with_a_lookup_under_way();
	}

	assert_int_equal(waitpid(child, &status, 0), child);
	assert_true(WIFEXITED(status));
	assert_int_equal(WEXITSTATUS(status), CHILD_STATUS);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_frozen_lookup_does_not_hold_up_the_exit),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
