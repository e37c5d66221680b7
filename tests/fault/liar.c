// SPDX-License-Identifier: GPL-3.0-or-later
#include "fault/liar.h"

#include "test.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/mem.h"
#include "base/str.h"

enum { SSL_REQUEST = 80877103, TEXT_MAX = 1024 };

struct liar {
	enum liar_act act;
	const char *text; /* borrowed */
	int listener;
	int port;
	int ear; /* what it hears comes here */
	pid_t pid;
};

/* ---- what it says, in a process of its own ---- */

static bool take(int fd, void *bytes, size_t len)
{
	return recv(fd, bytes, len, MSG_WAITALL) == (ssize_t)len;
}

/* A packet without a type, as a client begins: its code, or -1. */
static int32_t take_request(int fd)
{
	unsigned char rest[TEXT_MAX];
	uint32_t head[2];

	if (!take(fd, head, sizeof(head)))
		return -1;
	size_t left = ntohl(head[0]) - sizeof(head);
	if (left > sizeof(rest) || (left > 0 && !take(fd, rest, left)))
		return -1;
	return (int32_t)ntohl(head[1]);
}

static void say(int fd, const void *bytes, size_t len)
{
	(void)!send(fd, bytes, len, MSG_NOSIGNAL);
}

static void say_error(const struct liar *liar, int fd)
{
	char message[TEXT_MAX] = "E";
	int len = 5;

	len += snprintf(message + len, sizeof(message) - (size_t)len,
		"SFATAL%cVFATAL%cC28P01%cM%.900s%c", 0, 0, 0, liar->text, 0);
	message[len++] = '\0';
	uint32_t counted = htonl((uint32_t)len - 1);
	memcpy(message + 1, &counted, sizeof(counted));
	say(fd, message, (size_t)len);
}

/* A password message: its text goes to the ear. */
static void hear_password(int fd, int ear)
{
	static const unsigned char wanted[] = { 'R', 0, 0, 0, 8, 0, 0, 0, 3 };
	unsigned char head[5];
	char text[TEXT_MAX];
	uint32_t len;

	say(fd, wanted, sizeof(wanted));
	if (!take(fd, head, sizeof(head)))
		return;
	memcpy(&len, head + 1, sizeof(len));
	len = ntohl(len) - (uint32_t)sizeof(len);
	if (len > sizeof(text) || !take(fd, text, len))
		return;
	text[len - 1] = '\n';
	(void)!write(ear, text, len);
}

static void talk(const struct liar *liar, int fd, int ear)
{
	int32_t code = take_request(fd);

	if (code == SSL_REQUEST && liar->act == LIAR_REFUSES_TLS) {
		say_error(liar, fd);
		return;
	}
	if (code == SSL_REQUEST) {
		say(fd, "N", 1);
		code = take_request(fd);
	}
	if (code == -1)
		return;
	if (liar->act == LIAR_WANTS_PASSWORD)
		hear_password(fd, ear);
	say_error(liar, fd);
}

static _Noreturn void serve(const struct liar *liar, int ear)
{
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	for (;;) {
		int fd = accept(liar->listener, NULL, NULL);
		if (fd < 0)
			_exit(1);
		talk(liar, fd, ear);
		shutdown(fd, SHUT_WR);
		char rest[TEXT_MAX];
		while (recv(fd, rest, sizeof(rest), 0) > 0)
			;
		close(fd);
	}
}

/* ---- for the test ---- */

static void listen_somewhere(struct liar *liar)
{
	struct sockaddr_in at = { .sin_family = AF_INET,
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	socklen_t len = sizeof(at);

	liar->listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	assert_int_equal(bind(liar->listener, (struct sockaddr *)&at, len), 0);
	assert_int_equal(listen(liar->listener, 8), 0);
	assert_int_equal(getsockname(liar->listener, (struct sockaddr *)&at, &len), 0);
	liar->port = ntohs(at.sin_port);
}

struct liar *liar_start(enum liar_act act, const char *text)
{
	struct liar *liar = mem_new(struct liar);
	int ends[2];

	*liar = (struct liar){ .act = act, .text = text };
	listen_somewhere(liar);
	assert_int_equal(pipe(ends), 0);
	liar->pid = fork();
	assert_true(liar->pid >= 0);
	if (liar->pid == 0)
		serve(liar, ends[1]);
	close(ends[1]);
	liar->ear = ends[0];
	return liar;
}

int liar_port(const struct liar *liar)
{
	return liar->port;
}

char *liar_end(struct liar *liar)
{
	struct str heard = { 0 };
	char bytes[TEXT_MAX];
	ssize_t len;

	kill(liar->pid, SIGKILL);
	assert_int_equal(waitpid(liar->pid, NULL, 0), liar->pid);
	str_add(&heard, "");
	while ((len = read(liar->ear, bytes, sizeof(bytes) - 1)) > 0) {
		bytes[len] = '\0';
		str_add(&heard, bytes);
	}
	close(liar->ear);
	close(liar->listener);
	free(liar);
	return str_detach(&heard);
}
