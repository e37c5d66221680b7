// SPDX-License-Identifier: GPL-3.0-or-later
/*
 * The HTTP server: heads read without a socket, and whole exchanges over the loopback, both ends in this program.
 */
#include "test.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/mem.h"
#include "loop/http.h"

static int status_of(const char *head)
{
	return http_request_read(span_of(head)).status;
}

static void a_request_is_read_when_its_head_is_whole(void **state)
{
	(void)state;
	const char head[] = "GET /metrics?x=1 HTTP/1.1\r\nHost: a\r\nAccept: */*\r\n\r\n";

	for (size_t len = 0; len < sizeof(head) - 1; len++)
		assert_int_equal(http_request_read(span_from(head, len)).status, 0);

	struct http_request request = http_request_read(span_of(head));
	assert_int_equal(request.status, 200);
	assert_string_equal(request.path, "/metrics");
	assert_false(request.is_head);
	assert_true(http_request_read(span_of("HEAD / HTTP/1.0\n\n")).is_head);
}

static void what_is_wrong_has_its_status(void **state)
{
	(void)state;
	struct str long_path = { 0 };
	str_add(&long_path, "GET /");
	str_pad(&long_path, 'a', 300);
	str_add(&long_path, " HTTP/1.1\r\n\r\n");

	assert_int_equal(status_of("POST /metrics HTTP/1.1\r\n\r\n"), 405);
	assert_int_equal(status_of("GET /metrics HTTP/2.0\r\n\r\n"), 505);
	assert_int_equal(status_of(str_c(&long_path)), 414);
	str_release(&long_path);
	assert_int_equal(status_of("GET metrics HTTP/1.1\r\n\r\n"), 400);
	assert_int_equal(status_of("GET /\x1b[2J HTTP/1.1\r\n\r\n"), 400);
	assert_int_equal(status_of("GET /metrics\r\n\r\n"), 400);
	assert_int_equal(status_of("G@T / HTTP/1.1\r\n\r\n"), 400);
	assert_int_equal(status_of("GET / HTTP/1.1\r\nno header\r\n\r\n"), 400);
	assert_int_equal(status_of("GET / HTTP/1.1\r\n: x\r\n\r\n"), 400);
	assert_int_equal(status_of("\x16\x03\x01\x02\n"), 400); /* TLS */
}

struct world {
	struct loop *loop;
	struct http_server *server;
	int asked; /* pages */
	size_t page_bytes;
	int fd; /* of the one who asks */
	struct str got;
	bool is_over; /* the server closed */
};

static const char *page(void *arg, const char *path, struct str *body)
{
	struct world *w = arg;

	w->asked++;
	if (strcmp(path, "/metrics") != 0)
		return NULL;
	str_pad(body, 'x', w->page_bytes);
	return "text/plain";
}

static void serve(struct world *w, int clients_max, int64_t timeout_ms)
{
	struct err e;

	w->server = http_server_new(w->loop,
		&(struct http_options){ .address = "127.0.0.1",
			.clients_max = clients_max,
			.timeout_ms = timeout_ms,
			.page = page,
			.arg = w },
		&e);
	if (!w->server)
		fail_msg("%s", e.text);
}

static int connect_to(const struct world *w)
{
	struct sockaddr_in to = { .sin_family = AF_INET,
		.sin_port = htons((uint16_t)http_server_port(w->server)),
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	assert_int_equal(connect(fd, (struct sockaddr *)&to, sizeof(to)), 0);
	return fd;
}

static void on_answer(void *arg, int events)
{
	struct world *w = arg;
	char bytes[4096];
	ssize_t n = recv(w->fd, bytes, sizeof(bytes), MSG_DONTWAIT);

	(void)events;
	if (n > 0)
		str_add_bytes(&w->got, bytes, (size_t)n);
	else if (n == 0)
		w->is_over = true;
}

/* All that comes back until the server closes. */
static const char *read_answer(struct world *w)
{
	struct err e;
	struct loop_watch *watch = loop_watch_start(w->loop, w->fd, LOOP_READ, on_answer, w, &e);

	assert_non_null(watch);
	str_clear(&w->got);
	for (w->is_over = false; !w->is_over; loop_free_deferred(w->loop))
		loop_turn(w->loop, true);
	loop_watch_stop(watch);
	close(w->fd);
	return str_c(&w->got);
}

static void say(int fd, const char *text)
{
	assert_int_equal(send(fd, text, strlen(text), MSG_NOSIGNAL), strlen(text));
}

static const char *ask(struct world *w, const char *head)
{
	w->fd = connect_to(w);
	say(w->fd, head);
	return read_answer(w);
}

static bool begins(const char *text, const char *with)
{
	return strncmp(text, with, strlen(with)) == 0;
}

static void get_answers_with_the_page_and_closes(void **state)
{
	struct world *w = *state;
	serve(w, 0, 0);
	w->page_bytes = 10;

	const char *got = ask(w, "GET /metrics HTTP/1.1\r\nHost: x\r\n\r\n");

	assert_true(begins(got, "HTTP/1.1 200 OK\r\n"));
	assert_non_null(strstr(got, "\r\nContent-Type: text/plain\r\n"));
	assert_non_null(strstr(got, "\r\nContent-Length: 10\r\n"));
	assert_non_null(strstr(got, "\r\nConnection: close\r\n"));
	assert_string_equal(strstr(got, "\r\n\r\n"), "\r\n\r\nxxxxxxxxxx");
}

static void head_answers_without_the_page(void **state)
{
	struct world *w = *state;
	serve(w, 0, 0);
	w->page_bytes = 10;

	const char *got = ask(w, "HEAD /metrics HTTP/1.1\r\n\r\n");

	assert_non_null(strstr(got, "\r\nContent-Length: 10\r\n"));
	assert_string_equal(strstr(got, "\r\n\r\n"), "\r\n\r\n");
}

static void other_paths_and_methods_are_refused(void **state)
{
	struct world *w = *state;
	serve(w, 0, 0);

	assert_true(begins(ask(w, "GET / HTTP/1.1\r\n\r\n"), "HTTP/1.1 404 Not Found\r\n"));
	const char *got = ask(w, "POST /metrics HTTP/1.1\r\nContent-Length: 3\r\n\r\nabc");
	assert_true(begins(got, "HTTP/1.1 405 Method Not Allowed\r\n"));
	assert_non_null(strstr(got, "\r\nAllow: GET, HEAD\r\n"));
	assert_true(begins(ask(w, "hello\r\n\r\n"), "HTTP/1.1 400 Bad Request\r\n"));
	assert_int_equal(w->asked, 1);
}

static void a_head_without_end_is_refused_at_its_limit(void **state)
{
	struct world *w = *state;
	struct str head = { 0 };
	serve(w, 0, 0);
	str_add(&head, "GET /metrics HTTP/1.1\r\nX: ");
	str_pad(&head, 'a', 2 * (size_t)HTTP_HEAD_MAX);

	assert_true(begins(ask(w, str_c(&head)), "HTTP/1.1 431 "));

	str_release(&head);
}

static void a_page_larger_than_the_socket_takes_is_sent_whole(void **state)
{
	struct world *w = *state;
	serve(w, 0, 0);
	w->page_bytes = 8 << 20;

	ask(w, "GET /metrics HTTP/1.1\r\n\r\n");

	assert_true(w->got.len > w->page_bytes);
	assert_int_equal(strlen(strstr(str_c(&w->got), "\r\n\r\n")), w->page_bytes + 4);
}

static void who_never_ends_his_request_is_told_and_dropped(void **state)
{
	struct world *w = *state;
	serve(w, 0, 50);
	w->fd = connect_to(w);
	say(w->fd, "GET /metrics HTTP/1.1\r\n");

	assert_true(begins(read_answer(w), "HTTP/1.1 408 Request Timeout\r\n"));

	w->fd = connect_to(w); /* and who says nothing at all */
	assert_string_equal(read_answer(w), "");
}

static void who_is_too_many_waits_until_one_has_gone(void **state)
{
	struct world *w = *state;
	serve(w, 2, 300);
	int idle[2] = { connect_to(w), connect_to(w) };
	w->fd = connect_to(w);
	say(w->fd, "GET /metrics HTTP/1.1\r\n\r\n");
	int64_t since_us = loop_now_us(w->loop);

	assert_true(begins(read_answer(w), "HTTP/1.1 200 OK\r\n"));

	assert_true(loop_now_us(w->loop) - since_us >= 250000);
	close(idle[0]);
	close(idle[1]);
}

static void a_server_ends_with_clients_in_mid_request(void **state)
{
	struct world *w = *state;
	serve(w, 0, 0);
	int fd = connect_to(w);
	say(fd, "GET /met");
	for (int turn = 0; turn < 5; turn++)
		loop_turn(w->loop, false);

	http_server_free(w->server);
	w->server = NULL;

	char byte;
	assert_true(recv(fd, &byte, 1, 0) <= 0);
	close(fd);
}

static void an_address_that_is_none_or_taken_is_refused(void **state)
{
	struct world *w = *state;
	struct err e;
	serve(w, 0, 0);
	struct http_options options = { .address = "localhost", .page = page };

	assert_null(http_server_new(w->loop, &options, &e));
	assert_string_equal(e.text, "localhost is no numeric address");
	options.address = "127.0.0.1";
	options.port = http_server_port(w->server);
	assert_null(http_server_new(w->loop, &options, &e));
	assert_non_null(strstr(e.text, "cannot listen on 127.0.0.1, port "));
}

static int setup(void **state)
{
	struct world *w = mem_new(struct world);

	w->loop = loop_new();
	*state = w;
	return 0;
}

static int teardown(void **state)
{
	struct world *w = *state;

	http_server_free(w->server);
	loop_free_deferred(w->loop);
	loop_free(w->loop);
	str_release(&w->got);
	free(w);
	return 0;
}

int main(void)
{
#define CASE(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_request_is_read_when_its_head_is_whole),
		cmocka_unit_test(what_is_wrong_has_its_status),
		CASE(get_answers_with_the_page_and_closes),
		CASE(head_answers_without_the_page),
		CASE(other_paths_and_methods_are_refused),
		CASE(a_head_without_end_is_refused_at_its_limit),
		CASE(a_page_larger_than_the_socket_takes_is_sent_whole),
		CASE(who_never_ends_his_request_is_told_and_dropped),
		CASE(who_is_too_many_waits_until_one_has_gone),
		CASE(a_server_ends_with_clients_in_mid_request),
		CASE(an_address_that_is_none_or_taken_is_refused),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
