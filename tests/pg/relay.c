// SPDX-License-Identifier: GPL-3.0-or-later
#include "relay.h"

#include "test.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <poll.h>
#include <signal.h>
#include <stdint.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

enum { OPENING_BYTES = 8, CHUNK_BYTES = 16384, PATIENCE_MS = 30000 };

static struct sockaddr_in loopback(int port)
{
	return (struct sockaddr_in){ .sin_family = AF_INET,
		.sin_port = htons((uint16_t)port),
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
}

static bool hand_on(int from, int to)
{
	char bytes[CHUNK_BYTES];
	ssize_t len = read(from, bytes, sizeof(bytes));

	return len > 0 && send(to, bytes, (size_t)len, MSG_NOSIGNAL) == len;
}

/* Until one of them closes. */
static void hand_on_all(int client, int server)
{
	struct pollfd fds[] = { { .fd = client, .events = POLLIN },
		{ .fd = server, .events = POLLIN } };
	bool goes_on = true;

	while (goes_on && poll(fds, 2, -1) > 0) {
		if (fds[0].revents)
			goes_on = hand_on(client, server);
		if (goes_on && fds[1].revents)
			goes_on = hand_on(server, client);
	}
}

static void serve(int client, int openings, int to_port)
{
	struct sockaddr_in at = loopback(to_port);
	uint32_t opening[OPENING_BYTES / 4];
	int server = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	if (recv(client, opening, sizeof(opening), MSG_WAITALL) != OPENING_BYTES)
		_exit(0);
	int number = (int)ntohl(opening[1]);
	if (write(openings, &number, sizeof(number)) != sizeof(number))
		_exit(1);
	if (connect(server, (struct sockaddr *)&at, sizeof(at)) != 0)
		_exit(1);
	if (send(server, opening, sizeof(opening), MSG_NOSIGNAL) == OPENING_BYTES)
		hand_on_all(client, server);
	_exit(0);
}

static _Noreturn void run(int listener, int openings, int to_port)
{
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	signal(SIGCHLD, SIG_IGN);
	for (;;) {
		int client = accept(listener, NULL, NULL);
		if (client < 0)
			_exit(1);
		pid_t pid = fork();
		if (pid == 0)
			serve(client, openings, to_port);
		close(client);
	}
}

void relay_start(struct relay *relay, int to_port)
{
	struct sockaddr_in at = loopback(0);
	socklen_t len = sizeof(at);
	int listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), ends[2];

	assert_int_equal(bind(listener, (struct sockaddr *)&at, len), 0);
	assert_int_equal(listen(listener, 16), 0);
	assert_int_equal(getsockname(listener, (struct sockaddr *)&at, &len), 0);
	assert_int_equal(pipe2(ends, O_CLOEXEC), 0);
	assert_int_equal(fcntl(ends[0], F_SETFL, O_NONBLOCK), 0);
	*relay = (struct relay){ .port = ntohs(at.sin_port), .openings = ends[0] };
	relay->pid = fork();
	assert_true(relay->pid >= 0);
	if (relay->pid == 0) {
		setpgid(0, 0);
		run(listener, ends[1], to_port);
	}
	setpgid(relay->pid, relay->pid);
	close(listener);
	close(ends[1]);
}

void relay_count(struct relay *relay)
{
	int number;

	while (read(relay->openings, &number, sizeof(number)) == sizeof(number)) {
		relay->tls += number == RELAY_ASKS_TLS;
		relay->plain_cancels += number == RELAY_CANCELS;
		relay->others += number != RELAY_ASKS_TLS && number != RELAY_CANCELS;
	}
}

void relay_wait_tls(struct relay *relay, int count)
{
	struct pollfd fd = { .fd = relay->openings, .events = POLLIN };

	for (relay_count(relay); relay->tls < count; relay_count(relay))
		assert_int_equal(poll(&fd, 1, PATIENCE_MS), 1);
}

void relay_end(struct relay *relay)
{
	kill(-relay->pid, SIGKILL);
	waitpid(relay->pid, NULL, 0);
	close(relay->openings);
}
