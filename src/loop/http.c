// SPDX-License-Identifier: GPL-3.0-or-later
#include "loop/http.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <stdio.h>
#include <sys/socket.h>
#include <unistd.h>

#include <utlist.h>

#include "base/mem.h"

/* After a failed accept (no descriptor left) the line is looked at again a little later, not in a circle. */
enum { ACCEPT_AGAIN_MS = 200, BACKLOG = 64 };
/* After the answer, what the other side still sends is read and dropped: closing over it would take the answer away. */
enum { LINGER_MS = 1000 };

enum client_state { CLIENT_READING, CLIENT_WRITING, CLIENT_LINGERING };

struct client {
	struct http_server *server;
	enum client_state state;
	int fd;
	struct loop_watch *watch;
	struct loop_timer *timer;
	char head[HTTP_HEAD_MAX];
	size_t head_len;
	struct str answer;
	size_t sent;
	struct client *prev, *next;
};

struct http_server {
	struct loop *loop;
	struct http_options options;
	int fd, port;
	struct loop_watch *watch;
	struct loop_timer *again;
	struct client *clients;
	int client_count;
};

static void look_at_line(struct http_server *server)
{
	bool has_room = server->client_count < server->options.clients_max && !server->again;

	loop_watch_set(server->watch, has_room ? LOOP_READ : 0);
}

static void drop(struct client *client)
{
	struct http_server *server = client->server;

	DL_DELETE(server->clients, client);
	server->client_count--;
	loop_watch_stop(client->watch);
	loop_timer_stop(client->timer);
	close(client->fd);
	str_release(&client->answer);
	loop_defer_free(server->loop, client);
}

/* ---- answering ---- */

static void on_timer(void *arg);

static void linger(struct client *client)
{
	shutdown(client->fd, SHUT_WR);
	client->state = CLIENT_LINGERING;
	loop_timer_stop(client->timer);
	client->timer = loop_timer_start(client->server->loop, LINGER_MS, 0, on_timer, client);
	loop_watch_set(client->watch, LOOP_READ);
}

static bool is_for_later(void)
{
	return errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR;
}

static void write_answer(struct client *client)
{
	const struct str *text = &client->answer;
	ssize_t n =
		send(client->fd, text->data + client->sent, text->len - client->sent, MSG_NOSIGNAL);

	if (n < 0 && !is_for_later()) {
		drop(client);
		return;
	}
	client->sent += n > 0 ? (size_t)n : 0;
	if (client->sent == text->len)
		linger(client);
	else
		loop_watch_set(client->watch, LOOP_WRITE);
}

static void answer(
	struct client *client, int status, const char *type, const struct str *body, bool is_head)
{
	str_addf(&client->answer,
		"HTTP/1.1 %d %s\r\nContent-Type: %s\r\nContent-Length: %zu\r\n"
		"Cache-Control: no-store\r\nX-Content-Type-Options: nosniff\r\n%s"
		"Connection: close\r\n\r\n",
		status, http_status_word(status), type, body->len,
		status == 405 ? "Allow: GET, HEAD\r\n" : "");
	if (!is_head)
		str_add_span(&client->answer, str_span(body));
	client->state = CLIENT_WRITING;
	write_answer(client);
}

static void answer_status(struct client *client, int status, bool is_head)
{
	struct str body = { 0 };

	str_addf(&body, "%d %s\n", status, http_status_word(status));
	answer(client, status, "text/plain; charset=utf-8", &body, is_head);
	str_release(&body);
}

static void answer_request(struct client *client, const struct http_request *request)
{
	const struct http_options *options = &client->server->options;
	struct str body = { 0 };
	const char *type = NULL;

	if (request->status == 200)
		type = options->page(options->arg, request->path, &body);
	if (type)
		answer(client, 200, type, &body, request->is_head);
	else
		answer_status(
			client, request->status == 200 ? 404 : request->status, request->is_head);
	str_release(&body);
}

/* ---- reading ---- */

static void read_head(struct client *client)
{
	ssize_t n = recv(client->fd, client->head + client->head_len,
		sizeof(client->head) - client->head_len, 0);

	if (n < 0 && is_for_later())
		return;
	if (n <= 0) {
		drop(client);
		return;
	}
	client->head_len += (size_t)n;
	struct http_request request = http_request_read(span_from(client->head, client->head_len));
	if (!request.status && client->head_len == sizeof(client->head))
		request.status = 431;
	if (request.status)
		answer_request(client, &request);
}

static void read_rest(struct client *client)
{
	ssize_t n = recv(client->fd, client->head, sizeof(client->head), 0);

	if (n == 0 || (n < 0 && !is_for_later()))
		drop(client);
}

/* The line moves when somebody leaves. */
static void on_client(void *arg, int events)
{
	struct client *client = arg;
	struct http_server *server = client->server;

	(void)events;
	switch (client->state) {
	case CLIENT_READING: read_head(client); break;
	case CLIENT_WRITING: write_answer(client); break;
	case CLIENT_LINGERING: read_rest(client); break;
	}
	look_at_line(server);
}

/* Who has said something, and not all, is told; who does not read the answer is not waited for. */
static void on_timer(void *arg)
{
	struct client *client = arg;
	struct http_server *server = client->server;

	client->timer = NULL;
	if (client->state == CLIENT_READING && client->head_len > 0) {
		client->timer = loop_timer_start(server->loop, LINGER_MS, 0, on_timer, client);
		answer_status(client, 408, false);
	} else {
		drop(client);
	}
	look_at_line(server);
}

/* ---- who comes ---- */

static void welcome(struct http_server *server, int fd)
{
	struct client *client = mem_new(struct client);
	struct err e;

	*client = (struct client){ .server = server, .fd = fd };
	client->watch = loop_watch_start(server->loop, fd, LOOP_READ, on_client, client, &e);
	if (!client->watch) {
		close(fd);
		free(client);
		return;
	}
	client->timer =
		loop_timer_start(server->loop, server->options.timeout_ms, 0, on_timer, client);
	DL_APPEND(server->clients, client);
	server->client_count++;
}

static void on_again(void *arg)
{
	struct http_server *server = arg;

	server->again = NULL;
	look_at_line(server);
}

static void on_line(void *arg, int events)
{
	struct http_server *server = arg;
	int fd = accept4(server->fd, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);

	(void)events;
	if (fd >= 0)
		welcome(server, fd);
	else if (!is_for_later() && errno != ECONNABORTED)
		server->again =
			loop_timer_start(server->loop, ACCEPT_AGAIN_MS, 0, on_again, server);
	look_at_line(server);
}

/* ---- the server ---- */

union address {
	struct sockaddr any;
	struct sockaddr_in four;
	struct sockaddr_in6 six;
};

static bool read_address(const struct http_options *options, union address *address, socklen_t *len)
{
	uint16_t port = htons((uint16_t)options->port);

	*address = (union address){ .six = { .sin6_family = AF_INET6, .sin6_port = port } };
	*len = sizeof(address->six);
	if (inet_pton(AF_INET6, options->address, &address->six.sin6_addr) == 1)
		return true;
	*address = (union address){ .four = { .sin_family = AF_INET, .sin_port = port } };
	*len = sizeof(address->four);
	return inet_pton(AF_INET, options->address, &address->four.sin_addr) == 1;
}

static int port_of(int fd)
{
	union address address = { .any = { 0 } };
	socklen_t len = sizeof(address);

	getsockname(fd, &address.any, &len);
	return ntohs(
		address.any.sa_family == AF_INET6 ? address.six.sin6_port : address.four.sin_port);
}

/* The descriptor, or -1 and e. */
static int listen_at(const struct http_options *options, struct err *e)
{
	union address address;
	socklen_t len;
	int on = 1;

	if (!read_address(options, &address, &len)) {
		err_set(e, ERR_USAGE, "%s is no numeric address", options->address);
		return -1;
	}
	int fd = socket(address.any.sa_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	bool ok = fd >= 0 && setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on)) == 0 &&
		  bind(fd, &address.any, len) == 0 && listen(fd, BACKLOG) == 0;
	if (ok)
		return fd;
	err_errno(e, "cannot listen on %s, port %d", options->address, options->port);
	if (fd >= 0)
		close(fd);
	return -1;
}

struct http_server *http_server_new(
	struct loop *loop, const struct http_options *options, struct err *e)
{
	int fd = listen_at(options, e);

	if (fd < 0)
		return NULL;
	struct http_server *server = mem_new(struct http_server);
	*server = (struct http_server){
		.loop = loop, .options = *options, .fd = fd, .port = port_of(fd)
	};
	if (!server->options.clients_max)
		server->options.clients_max = HTTP_CLIENTS_MAX;
	if (!server->options.timeout_ms)
		server->options.timeout_ms = HTTP_TIMEOUT_MS;
	server->watch = loop_watch_start(loop, fd, LOOP_READ, on_line, server, e);
	if (!server->watch) {
		close(fd);
		free(server);
		return NULL;
	}
	return server;
}

void http_server_free(struct http_server *server)
{
	if (!server)
		return;
	while (server->clients)
		drop(server->clients);
	loop_watch_stop(server->watch);
	loop_timer_stop(server->again);
	close(server->fd);
	free(server);
}

int http_server_port(const struct http_server *server)
{
	return server->port;
}
