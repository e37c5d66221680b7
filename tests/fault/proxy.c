// SPDX-License-Identifier: GPL-3.0-or-later
#include "fault/proxy_private.h"

#include "test.h"

#include <netinet/in.h>
#include <poll.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "base/mem.h"
#include "scratch.h"

enum { BACKLOG = 128, PATIENCE_S = 30 };

/* ---- the thread ---- */

static struct pollfd look_at(const struct link *link, enum side side)
{
	const struct end *end = &link->ends[side], *other = &link->ends[!side];
	struct pollfd fd = { .fd = end->fd };

	if (!end->is_stalled && !end->is_over && end->wire.len < WIRE_BYTES)
		fd.events |= POLLIN;
	if (!other->is_stalled && wire_decided(&other->wire) > 0)
		fd.events |= POLLOUT;
	if (!fd.events || link->is_silent)
		fd.fd = -1; /* a hang-up nobody may hear would be told again and again */
	return fd;
}

static void wait_for_something(struct proxy *proxy)
{
	struct pollfd fds[1 + LISTENERS + SIDES * LINKS_MAX];
	nfds_t count = 0;
	uint64_t times;

	fds[count++] = (struct pollfd){ .fd = proxy->wake, .events = POLLIN };
	for (int i = 0; i < LISTENERS; i++)
		fds[count++] = (struct pollfd){ .fd = proxy->listeners[i], .events = POLLIN };
	for (int i = 0; i < LINKS_MAX; i++)
		for (int side = CLIENT; proxy->links[i] && side <= SERVER; side++)
			fds[count++] = look_at(proxy->links[i], side);
	pthread_mutex_unlock(&proxy->mutex);
	poll(fds, count, -1);
	pthread_mutex_lock(&proxy->mutex);
	if (fds[0].revents)
		(void)!read(proxy->wake, &times, sizeof(times));
	for (int i = 0; i < LISTENERS; i++)
		if (fds[1 + i].revents)
			proxy_take_in(proxy, proxy->listeners[i]);
}

static void *run(void *arg)
{
	struct proxy *proxy = arg;

	pthread_mutex_lock(&proxy->mutex);
	while (!proxy->is_ending) {
		wait_for_something(proxy);
		proxy_serve_all(proxy);
		pthread_cond_broadcast(&proxy->changed);
	}
	pthread_mutex_unlock(&proxy->mutex);
	return NULL;
}

/* ---- for the test ---- */

static void wake_up(struct proxy *proxy)
{
	uint64_t once = 1;

	pthread_mutex_unlock(&proxy->mutex);
	(void)!write(proxy->wake, &once, sizeof(once));
}

static void listen_at(struct proxy *proxy)
{
	struct sockaddr_in at = { .sin_family = AF_INET,
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	struct sockaddr_un path = { .sun_family = AF_UNIX };
	socklen_t len = sizeof(at);
	int tcp = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	int local = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

	assert_int_equal(bind(tcp, (struct sockaddr *)&at, len), 0);
	assert_int_equal(getsockname(tcp, (struct sockaddr *)&at, &len), 0);
	proxy->port = ntohs(at.sin_port);
	snprintf(path.sun_path, sizeof(path.sun_path), "%s/.s.PGSQL.%d", proxy->dir, proxy->port);
	assert_int_equal(bind(local, (struct sockaddr *)&path, sizeof(path)), 0);
	assert_int_equal(listen(tcp, BACKLOG), 0);
	assert_int_equal(listen(local, BACKLOG), 0);
	proxy->listeners[0] = tcp;
	proxy->listeners[1] = local;
}

struct proxy *proxy_start_at(const char *socket_dir, int port)
{
	struct proxy *proxy = mem_new(struct proxy);

	proxy->dir = scratch_new();
	proxy->to.sun_family = AF_UNIX;
	snprintf(
		proxy->to.sun_path, sizeof(proxy->to.sun_path), "%s/.s.PGSQL.%d", socket_dir, port);
	proxy->wake = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	assert_true(proxy->wake >= 0);
	listen_at(proxy);
	pthread_mutex_init(&proxy->mutex, NULL);
	pthread_cond_init(&proxy->changed, NULL);
	assert_int_equal(pthread_create(&proxy->thread, NULL, run, proxy), 0);
	return proxy;
}

struct proxy *proxy_start(struct cluster *cluster, int node)
{
	return proxy_start_at(cluster_socket_dir(cluster), cluster_node_port(cluster, node));
}

void proxy_end(struct proxy *proxy)
{
	pthread_mutex_lock(&proxy->mutex);
	proxy->is_ending = true;
	wake_up(proxy);
	pthread_join(proxy->thread, NULL);
	for (int i = 0; i < LINKS_MAX; i++) {
		if (proxy->links[i])
			link_cut(proxy->links[i]);
		free(proxy->links[i]);
	}
	for (int i = 0; i < LISTENERS; i++)
		close(proxy->listeners[i]);
	close(proxy->wake);
	pthread_mutex_destroy(&proxy->mutex);
	pthread_cond_destroy(&proxy->changed);
	scratch_remove(proxy->dir);
	free(proxy);
}

char *proxy_conninfo(const struct proxy *proxy, const char *rest)
{
	return mem_printf("host=%s port=%d %s", proxy->dir, proxy->port, rest);
}

char *proxy_tcp_conninfo(const struct proxy *proxy, const char *rest)
{
	return mem_printf("host=127.0.0.1 port=%d %s", proxy->port, rest);
}

void proxy_arm(struct proxy *proxy, const char *text, int count, enum proxy_fault fault)
{
	pthread_mutex_lock(&proxy->mutex);
	snprintf(proxy->text, sizeof(proxy->text), "%s", text);
	proxy->left = count;
	proxy->fault = fault;
	proxy->has_acted = false;
	proxy->acted_on[0] = '\0';
	pthread_mutex_unlock(&proxy->mutex);
}

void proxy_disarm(struct proxy *proxy)
{
	proxy_arm(proxy, "", 0, PROXY_CUT_BEFORE);
}

typedef bool claim_fn(const struct proxy *proxy, int least);

/* Until it is so, or for as long as only a hanging program needs. */
static bool wait_until(struct proxy *proxy, claim_fn *is_so, int least)
{
	struct timespec until;
	int rc = 0;

	clock_gettime(CLOCK_REALTIME, &until);
	until.tv_sec += PATIENCE_S;
	pthread_mutex_lock(&proxy->mutex);
	while (rc == 0 && !is_so(proxy, least))
		rc = pthread_cond_timedwait(&proxy->changed, &proxy->mutex, &until);
	bool came = is_so(proxy, least);
	pthread_mutex_unlock(&proxy->mutex);
	return came;
}

static bool acted(const struct proxy *proxy, int least)
{
	(void)least;
	return proxy->has_acted;
}

static bool dialed(const struct proxy *proxy, int least)
{
	return proxy->dials >= least;
}

void proxy_wait_acted(struct proxy *proxy)
{
	if (!wait_until(proxy, acted, 0))
		fail_msg("\"%s\" never came by", proxy->text);
}

bool proxy_has_acted(struct proxy *proxy)
{
	pthread_mutex_lock(&proxy->mutex);
	bool is_so = proxy->has_acted;
	pthread_mutex_unlock(&proxy->mutex);
	return is_so;
}

char *proxy_acted_on(struct proxy *proxy)
{
	pthread_mutex_lock(&proxy->mutex);
	char *text = mem_strdup(proxy->acted_on);
	pthread_mutex_unlock(&proxy->mutex);
	return text;
}

void proxy_set_way(struct proxy *proxy, enum proxy_way way)
{
	pthread_mutex_lock(&proxy->mutex);
	proxy->way = way;
	pthread_mutex_unlock(&proxy->mutex);
}

static void tell_all(struct proxy *proxy, void (*tell)(struct proxy *, struct link *))
{
	pthread_mutex_lock(&proxy->mutex);
	for (int i = 0; i < LINKS_MAX; i++)
		if (proxy->links[i])
			tell(proxy, proxy->links[i]);
	wake_up(proxy);
}

static void stall_it(struct proxy *proxy, struct link *link)
{
	(void)proxy;
	link_stall(link);
}

static void cut_it(struct proxy *proxy, struct link *link)
{
	(void)proxy;
	link_cut(link);
}

static void heal_it(struct proxy *proxy, struct link *link)
{
	for (int side = CLIENT; side <= SERVER; side++)
		link->ends[side].is_stalled = false;
	if (link->ends[CLIENT].fd < 0)
		link_cut(link);
	else if (link->is_silent)
		link_reach_server(proxy, link);
}

void proxy_stall_all(struct proxy *proxy)
{
	tell_all(proxy, stall_it);
}

void proxy_cut_all(struct proxy *proxy)
{
	tell_all(proxy, cut_it);
}

void proxy_heal(struct proxy *proxy)
{
	tell_all(proxy, heal_it);
}

int proxy_count_dials(struct proxy *proxy)
{
	pthread_mutex_lock(&proxy->mutex);
	int dials = proxy->dials;
	pthread_mutex_unlock(&proxy->mutex);
	return dials;
}

void proxy_wait_dials(struct proxy *proxy, int count)
{
	if (!wait_until(proxy, dialed, count))
		fail_msg("%d connections were never asked for", count);
}
