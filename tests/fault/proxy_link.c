// SPDX-License-Identifier: GPL-3.0-or-later
#include "fault/proxy_private.h"

#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/mem.h"

/* ---- connections ---- */

static void hang_up(struct end *end)
{
	if (end->fd >= 0)
		close(end->fd);
	end->fd = -1;
}

void link_cut(struct link *link)
{
	hang_up(&link->ends[CLIENT]);
	hang_up(&link->ends[SERVER]);
}

void link_stall(struct link *link)
{
	link->ends[CLIENT].is_stalled = link->ends[SERVER].is_stalled = true;
}

static void orphan(struct link *link)
{
	hang_up(&link->ends[CLIENT]);
	link_stall(link);
}

void link_reach_server(struct proxy *proxy, struct link *link)
{
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	link->is_silent = false;
	link->ends[SERVER].fd = fd;
	if (fd < 0 || connect(fd, (struct sockaddr *)&proxy->to, sizeof(proxy->to)) != 0)
		link_cut(link);
}

void proxy_take_in(struct proxy *proxy, int listener)
{
	int fd = accept4(listener, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK), slot = 0, on = 1;

	if (fd < 0)
		return;
	/* as libpq and the server do it; refused by a unix socket, which does not collect either */
	(void)setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
	proxy->dials++;
	while (slot < LINKS_MAX && proxy->links[slot])
		slot++;
	if (slot == LINKS_MAX || proxy->way == PROXY_SHUT) {
		close(fd);
		return;
	}
	struct link *link = proxy->links[slot] = mem_new(struct link);
	link->ends[CLIENT].fd = fd;
	link->ends[SERVER].fd = -1;
	link->ends[SERVER].wire.has_types = true;
	link->is_slow = proxy->way == PROXY_SLOW;
	link->is_silent = proxy->way == PROXY_SILENT;
	if (!link->is_silent)
		link_reach_server(proxy, link);
}

/* ---- faults ---- */

static void act(struct proxy *proxy)
{
	proxy->has_acted = true;
	proxy->left = 0;
}

/* True: the message is handed on. */
static bool act_before(struct proxy *proxy, struct link *link)
{
	if (proxy->fault == PROXY_CUT_BEFORE) {
		link_cut(link);
	} else if (proxy->fault == PROXY_ORPHAN_BEFORE) {
		orphan(link);
	} else if (proxy->fault == PROXY_HOLE_BEFORE) {
		link_stall(link);
	} else {
		link->is_due = true;
		return true;
	}
	act(proxy);
	return false;
}

static void act_after(struct proxy *proxy, struct link *link)
{
	link->is_due = false;
	if (proxy->fault == PROXY_CUT_AFTER) {
		link->is_keeping_back = true;
		return;
	}
	if (proxy->fault == PROXY_ORPHAN_AFTER)
		orphan(link);
	else
		link->ends[SERVER].is_stalled = true;
	act(proxy);
}

/* True: it may go on. */
static bool judge(struct proxy *proxy, struct link *link, const struct wire_message *message)
{
	bool asks = message->type == 'Q' || message->type == 'P';

	if (!message->type) {
		link->ends[SERVER].wire.naked +=
			message->code == WIRE_TLS || message->code == WIRE_GSS;
		return true;
	}
	if (!asks || proxy->left == 0 ||
		strncmp(message->text, proxy->text, strlen(proxy->text)) != 0 || --proxy->left > 0)
		return true;
	snprintf(proxy->acted_on, sizeof(proxy->acted_on), "%s", message->text);
	return act_before(proxy, link);
}

/* ---- moving bytes ---- */

static void fill(struct end *end)
{
	struct wire *wire = &end->wire;
	size_t room = WIRE_BYTES - wire->len;

	if (end->is_over || room == 0)
		return;
	ssize_t len = recv(end->fd, wire->bytes + wire->len, room, MSG_DONTWAIT);
	if (len > 0)
		wire->len += (size_t)len;
	else if (len == 0 || (errno != EAGAIN && errno != EINTR))
		end->is_over = true;
}

/* How many of its bytes could be said to the other end; what has gone is forgotten here. */
static size_t say(struct link *link, enum side side)
{
	struct end *from = &link->ends[side], *to = &link->ends[!side];
	size_t count = wire_decided(&from->wire);

	if (count > 1 && link->is_slow)
		count = 1;
	if (count > 0 && !(link->is_keeping_back && side == SERVER)) {
		ssize_t sent = send(to->fd, from->wire.bytes, count, MSG_NOSIGNAL | MSG_DONTWAIT);
		if (sent < 0 && errno != EAGAIN && errno != EINTR)
			from->is_over = to->is_over = true;
		count = sent > 0 ? (size_t)sent : 0;
	}
	wire_drop(&from->wire, count);
	return count;
}

static void message_gone(struct proxy *proxy, struct link *link, enum side side)
{
	if (side == CLIENT && link->is_due)
		act_after(proxy, link);
	if (side == SERVER && link->is_keeping_back && link->answer == 'Z') {
		link_cut(link);
		act(proxy);
	}
}

static void move(struct proxy *proxy, struct link *link, enum side side)
{
	struct end *from = &link->ends[side];
	struct wire_message message;
	size_t said = 1;
	bool has_said = false;

	if (!from->is_stalled)
		fill(from);
	while (said > 0 && !from->is_stalled && from->fd >= 0) {
		if (wire_next(&from->wire, &message)) {
			if (side == SERVER)
				link->answer = message.type;
			else if (!judge(proxy, link, &message))
				return;
		}
		said = has_said && link->is_slow ? 0 : say(link, side);
		has_said = true;
		if (said > 0 && from->wire.left == 0)
			message_gone(proxy, link, side);
	}
}

/* An end that is over ends the other one, once what it said has gone. */
static void end_if_over(struct link *link, enum side side)
{
	struct end *end = &link->ends[side];

	if (end->is_over && !end->is_stalled && wire_decided(&end->wire) == 0)
		link_cut(link);
}

void proxy_serve_all(struct proxy *proxy)
{
	for (int i = 0; i < LINKS_MAX; i++) {
		struct link *link = proxy->links[i];
		if (!link || link->is_silent)
			continue;
		for (int side = CLIENT; side <= SERVER; side++)
			move(proxy, link, side);
		for (int side = CLIENT; side <= SERVER; side++)
			end_if_over(link, side);
		if (link->ends[CLIENT].fd < 0 && link->ends[SERVER].fd < 0) {
			free(link);
			proxy->links[i] = NULL;
		}
	}
}
