// SPDX-License-Identifier: GPL-3.0-or-later
/*
 * Work: what blocks runs on libuv's worker threads. Name lookups take at most half of them, so a frozen name
 * server never keeps a cancel request waiting.
 */
#include "base/mem.h"
#include "loop/loop_private.h"

#include <netdb.h>
#include <uthash.h>
#include <utlist.h>

enum { ADDRESSES_MAX = 16, RELEASE_MS = 100 };

struct loop_work {
	union {
		uv_req_t any;
		uv_work_t work;
		uv_getaddrinfo_t lookup;
	} req; /* first */
	struct loop *loop;
	loop_work_fn *work, *done; /* of a piece of work */
	loop_resolve_fn *resolved; /* of a lookup */
	void *arg;
	char *host;		       /* owned */
	int refused;		       /* why libuv would not even try, UV_… */
	struct loop_work *prev, *next; /* in loop->works */
};

struct loop_host {
	char *name, *addresses; /* owned */
	UT_hash_handle hh;
};

static struct loop_work *work_new(struct loop *loop, void *arg)
{
	struct loop_work *work = mem_new(struct loop_work);

	work->loop = loop;
	work->arg = arg;
	DL_APPEND(loop->works, work);
	return work;
}

static void work_end(struct loop_work *work)
{
	DL_DELETE(work->loop->works, work);
	free(work->host);
	free(work);
}

static void on_worker(uv_work_t *req)
{
	struct loop_work *work = (struct loop_work *)req;
	work->work(work->arg);
}

static void on_worked(uv_work_t *req, int status)
{
	struct loop_work *work = (struct loop_work *)req;

	(void)status; /* canceled at the loop's end: done() still comes, so that its owner can let go */
	loop_refresh(work->loop);
	work->done(work->arg);
	work_end(work);
}

struct loop_work *loop_work_start(
	struct loop *loop, loop_work_fn *fn, loop_work_fn *done, void *arg)
{
	struct loop_work *work = work_new(loop, arg);

	work->work = fn;
	work->done = done;
	if (!loop->is_virtual)
		uv_queue_work(&loop->uv, &work->req.work, on_worker, on_worked);
	return work;
}

static void tell_addresses(struct loop_work *work, const struct addrinfo *list)
{
	char text[ADDRESSES_MAX][NI_MAXHOST];
	const char *addresses[ADDRESSES_MAX];
	size_t count = 0;

	for (; list && count < ADDRESSES_MAX; list = list->ai_next) {
		if (getnameinfo(list->ai_addr, list->ai_addrlen, text[count], NI_MAXHOST, NULL, 0,
			    NI_NUMERICHOST) != 0)
			continue;
		addresses[count] = text[count];
		count++;
	}
	work->resolved(work->arg, addresses, count, NULL);
}

static void tell_failure(struct loop_work *work, const char *why)
{
	struct err e;

	err_set(&e, ERR_CONNECT, "cannot find the host \"%.100s\": %s", work->host, why);
	err_hint(&e, "check the name, and whether this machine reaches its name server");
	work->resolved(work->arg, NULL, 0, &e);
}

static void on_lookup(uv_getaddrinfo_t *req, int status, struct addrinfo *list)
{
	struct loop_work *work = (struct loop_work *)req;

	loop_refresh(work->loop);
	if (status == 0)
		tell_addresses(work, list);
	else
		tell_failure(work, uv_strerror(status));
	uv_freeaddrinfo(list);
	work_end(work);
}

/* Only for a name no resolver takes (too long, bad IDNA). */
static void on_refused(void *arg)
{
	struct loop_work *work = arg;

	tell_failure(work, uv_strerror(work->refused));
	work_end(work);
}

static void on_patience_over(uv_timer_t *timer)
{
	(void)timer;
}

struct loop_work *loop_resolve_start(
	struct loop *loop, const char *host, loop_resolve_fn *done, void *arg)
{
	struct loop_work *work = work_new(loop, arg);
	const struct addrinfo hints = { .ai_socktype = SOCK_STREAM };

	work->resolved = done;
	work->host = mem_strdup(host);
	if (loop->is_virtual)
		return work;
	work->refused =
		uv_getaddrinfo(&loop->uv, &work->req.lookup, on_lookup, work->host, NULL, &hints);
	if (work->refused != 0)
		loop_soon(loop, on_refused, work);
	return work;
}

void loop_virtual_host(struct loop *loop, const char *host, const char *addresses)
{
	struct loop_host *entry;

	HASH_FIND_STR(loop->hosts, host, entry);
	if (!entry) {
		entry = mem_new(struct loop_host);
		entry->name = mem_strdup(host);
		HASH_ADD_KEYPTR(hh, loop->hosts, entry->name, strlen(entry->name), entry);
	}
	free(entry->addresses);
	entry->addresses = mem_strdup(addresses);
}

static void tell_virtual(struct loop_work *work, const struct loop_host *host)
{
	const char *addresses[ADDRESSES_MAX];
	char *text = mem_strdup(host->addresses);
	char *rest = text;
	size_t count = 0;

	for (char *one; count < ADDRESSES_MAX && (one = strsep(&rest, " "));)
		addresses[count++] = one;
	work->resolved(work->arg, addresses, count, NULL);
	free(text);
}

/* False when the answer never comes. */
static bool fire_virtual(struct loop_work *work)
{
	struct loop_host *host;

	if (work->work) {
		work->work(work->arg);
		work->done(work->arg);
		return true;
	}
	HASH_FIND_STR(work->loop->hosts, work->host, host);
	if (!host)
		tell_failure(work, "unknown node or service");
	else if (host->addresses)
		tell_virtual(work, host);
	return !host || host->addresses;
}

bool works_fire(struct loop *loop)
{
	bool did = false;
	struct loop_work *last = loop->works ? loop->works->prev : NULL;

	/* What callbacks start is appended behind `last` and waits for the next turn. */
	for (struct loop_work *work = loop->works, *next; work; work = next) {
		next = work == last ? NULL : work->next;
		if (!fire_virtual(work))
			continue;
		work_end(work);
		did = true;
	}
	return did;
}

static void release_hosts(struct loop *loop)
{
	struct loop_host *host, *next;

	HASH_ITER (hh, loop->hosts, host, next) {
		HASH_DEL(loop->hosts, host);
		free(host->name);
		free(host->addresses);
		free(host);
	}
}

static void release_virtual(struct loop *loop)
{
	while (loop->works) {
		struct loop_work *work = loop->works;
		if (work->work)
			work->done(work->arg);
		else
			tell_failure(work, "given up");
		work_end(work);
	}
	release_hosts(loop);
}

bool works_release(struct loop *loop)
{
	struct loop_work *work;

	if (loop->is_virtual) {
		release_virtual(loop);
		return true;
	}
	DL_FOREACH (loop->works, work)
		uv_cancel(&work->req.any);
	uv_update_time(&loop->uv);
	uv_timer_start(&loop->patience, on_patience_over, RELEASE_MS, 0);
	while (loop->works && uv_is_active((uv_handle_t *)&loop->patience))
		uv_run(&loop->uv, UV_RUN_ONCE);
	return !loop->works;
}
