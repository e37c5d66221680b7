/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What proxy.c (the thread, and what a test says to it) and proxy_link.c (connections, and the faults that befall them)
 * share. Whoever calls across holds the mutex.
 */
#ifndef DBTOP_TESTS_FAULT_PROXY_PRIVATE_H
#define DBTOP_TESTS_FAULT_PROXY_PRIVATE_H

#include <pthread.h>
#include <sys/un.h>

#include "fault/proxy.h"
#include "fault/wire.h"

enum { LINKS_MAX = 128, LISTENERS = 2 };
enum side { CLIENT, SERVER, SIDES };

struct end {
	int fd;		  /* -1 = hung up */
	bool is_over;	  /* it says nothing more */
	bool is_stalled;  /* what it says does not move */
	struct wire wire; /* what it said */
};

struct link {
	struct end ends[SIDES];
	bool is_slow, is_silent;
	bool is_due;	      /* a fault, once the message has gone */
	bool is_keeping_back; /* answers are dropped; the end of them is the end */
	char answer;	      /* type of the server's last message */
};

struct proxy {
	char *dir; /* owned */
	int port, listeners[LISTENERS];
	struct sockaddr_un to;
	int wake;
	pthread_t thread;
	pthread_mutex_t
		mutex; /* held by the thread but while it waits; everything below is under it */
	pthread_cond_t changed;
	struct link *links[LINKS_MAX]; /* owned; NULL = free */
	int dials;
	enum proxy_way way;
	int left; /* messages until the fault; 0 = none is armed */
	enum proxy_fault fault;
	char text[WIRE_TEXT], acted_on[WIRE_TEXT];
	bool has_acted, is_ending;
};

/* Both ends are hung up; the next proxy_serve_all() forgets it. */
void link_cut(struct link *link);
void link_stall(struct link *link);
void link_reach_server(struct proxy *proxy, struct link *link);
/* A client that asks at that listener. */
void proxy_take_in(struct proxy *proxy, int listener);
/* Move whatever can be moved now. */
void proxy_serve_all(struct proxy *proxy);

#endif
