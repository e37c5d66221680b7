// SPDX-License-Identifier: GPL-3.0-or-later
#include "demo/cluster.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/mem.h"
#include "base/str.h"
#include "demo/binaries.h"
#include "demo/keep.h"
#include "demo/node.h"
#include "demo/rundir.h"

enum { FIRST_PORT = 5432 };

struct cluster {
	struct process_user user;
	struct rundir run;
	struct keep keep;
	char *bindir, *postgres; /* owned */
	char *socket_dir, *log;	 /* owned */
	char *template_path;	 /* owned; NULL = none */
	int node_count;
	struct node nodes[CLUSTER_NODES_MAX];
};

/* Small, quick, and with everything on that a standby, a rewind or a probe needs. */
static const char common_conf[] = "wal_level = replica\n"
				  "max_wal_senders = 10\n"
				  "max_replication_slots = 10\n"
				  "wal_log_hints = on\n"
				  "full_page_writes = on\n"
				  "hot_standby = on\n"
				  "shared_buffers = 16MB\n"
				  "dynamic_shared_memory_type = mmap\n"
				  "min_wal_size = 2MB\n"
				  "max_wal_size = 32MB\n"
				  "wal_keep_size = 4MB\n"
				  "autovacuum_naptime = 10s\n"
				  "wal_sender_timeout = 3s\n"
				  "wal_receiver_timeout = 3s\n"
				  "wal_receiver_status_interval = 1s\n"
				  "wal_retrieve_retry_interval = 500ms\n";
static const char quick_conf[] = "fsync = off\n"
				 "synchronous_commit = off\n";
static const char common_hba[] = "local all,replication all trust\n"
				 "host all,replication all 127.0.0.1/32 trust\n";

static bool run_tool(struct cluster *c, const char *const *argv, struct err *e)
{
	const struct process_start start = {
		.argv = argv,
		.user = &c->user,
		.log_path = c->log,
		.dir = c->run.path,
	};
	return process_run(&start, e);
}

/* Copies keep their owner, so it runs as whoever we are. */
static bool copy_tree(struct cluster *c, const char *from, const char *to, struct err *e)
{
	char *inside = mem_printf("%s/.", from);
	const char *const argv[] = { "/bin/cp", "-a", inside, to, NULL };
	const struct process_start start = { .argv = argv, .log_path = c->log, .dir = "/" };
	bool ok = process_run(&start, e);

	free(inside);
	return ok;
}

static bool initdb(struct cluster *c, const char *data_dir, struct err *e)
{
	char *program = mem_printf("%s/initdb", c->bindir);
	const char *const argv[] = { program, "-D", data_dir, "-U", "postgres", "-A", "trust", "-N",
		"-E", "UTF8", "--locale=C", "--wal-segsize=1", NULL };
	bool ok = run_tool(c, argv, e);

	free(program);
	return ok;
}

/* Leave a copy for the next cluster. Whole or not at all; losing a race to another test is fine. */
static void save_template(struct cluster *c, const char *data_dir)
{
	struct err ignored;
	char *making = mem_printf("%s.%d", c->template_path, (int)getpid());

	if (mkdir(making, 0700) == 0 && (!copy_tree(c, data_dir, making, &ignored) ||
						rename(making, c->template_path) != 0))
		rundir_remove_tree(making);
	free(making);
}

/* One that another user's tests left is of no use: the copy would be theirs too. */
static bool has_template(const struct cluster *c)
{
	struct stat st;

	return c->template_path && lstat(c->template_path, &st) == 0 && st.st_uid == c->user.uid;
}

static bool make_data(struct cluster *c, const char *data_dir, struct err *e)
{
	if (!rundir_give(data_dir, &c->user, e))
		return false;
	if (has_template(c))
		return copy_tree(c, c->template_path, data_dir, e);
	if (!initdb(c, data_dir, e))
		return false;
	if (c->template_path)
		save_template(c, data_dir);
	return true;
}

static bool write_hba(struct cluster *c, const char *extra, struct err *e)
{
	char *path = mem_printf("%s/pg_hba.conf", c->nodes[0].data_dir);
	int fd = open(path, O_WRONLY | O_TRUNC | O_CLOEXEC | O_NOFOLLOW);
	bool ok = fd >= 0 && dprintf(fd, "%s\n%s", extra ? extra : "", common_hba) > 0;

	if (!ok)
		err_errno(e, "cannot write %s", path);
	if (fd >= 0)
		close(fd);
	free(path);
	return ok;
}

static bool make_primary(struct cluster *c, const struct cluster_options *options, struct err *e)
{
	struct node *primary = &c->nodes[0];
	struct str conf = { 0 };

	str_addf(&conf, "%s%scluster_name = '%s'\n%s", common_conf,
		options->is_durable ? "" : quick_conf, primary->name,
		options->extra_conf ? options->extra_conf : "");
	bool ok = make_data(c, primary->data_dir, e) &&
		  node_append(primary, "postgresql.conf", str_c(&conf), e) &&
		  write_hba(c, options->extra_hba, e);
	str_release(&conf);
	return ok;
}

static bool create_database(struct cluster *c, const char *name, struct err *e)
{
	char *program = mem_printf("%s/createdb", c->bindir);
	char port[16];

	snprintf(port, sizeof(port), "%d", c->nodes[0].port);
	const char *const argv[] = { program, "-h", c->socket_dir, "-p", port, "-U", "postgres",
		name, NULL };
	bool ok = run_tool(c, argv, e);
	free(program);
	return ok;
}

/* Start copying the primary into a standby; its slot is made on the way. */
static bool start_copy(struct cluster *c, struct node *node, struct process *p, struct err *e)
{
	char *program = mem_printf("%s/pg_basebackup", c->bindir);
	char *conninfo = mem_printf("application_name=%s", node->name);
	char port[16];

	snprintf(port, sizeof(port), "%d", c->nodes[0].port);
	const char *const argv[] = { program, "-h", c->socket_dir, "-p", port, "-U", "postgres",
		"-D", node->data_dir, "-R", "-C", "-S", node->slot, "-X", "stream", "-c", "fast",
		"-N", "-d", conninfo, NULL };
	const struct process_start start = {
		.argv = argv,
		.user = &c->user,
		.log_path = node->log_path,
		.dir = c->run.path,
	};
	bool ok = rundir_give(node->data_dir, &c->user, e) && process_start(p, &start, e);
	free(program);
	free(conninfo);
	return ok;
}

static bool finish_copy(struct node *node, struct process *p, struct err *e)
{
	char conf[64];
	const char *const argv[] = { "pg_basebackup", NULL };
	const struct process_start start = { .argv = argv, .log_path = node->log_path };

	snprintf(conf, sizeof(conf), "cluster_name = '%s'", node->name);
	return process_finish(p, &start, e) && node_append(node, "postgresql.conf", conf, e);
}

/* All standbys are copied at the same time. */
static bool make_standbys(struct cluster *c, struct err *e)
{
	struct process copies[CLUSTER_NODES_MAX] = { 0 };
	bool ok = true;

	for (int i = 1; ok && i < c->node_count; i++)
		ok = start_copy(c, &c->nodes[i], &copies[i], e);
	for (int i = 1; i < c->node_count; i++) {
		struct err later;
		if (copies[i].pid && !finish_copy(&c->nodes[i], &copies[i], ok ? e : &later))
			ok = false;
	}
	return ok;
}

/* The sockets of a kept cluster stand in another directory each time. */
static bool point_standbys(struct cluster *c, struct err *e)
{
	for (int i = 1; i < c->node_count; i++) {
		struct node *node = &c->nodes[i];
		char *conf = mem_printf("primary_conninfo = 'host=%s port=%d user=postgres "
					"application_name=%s'",
			c->socket_dir, c->nodes[0].port, node->name);
		bool ok = node_append(node, "postgresql.auto.conf", conf, e);
		free(conf);
		if (!ok)
			return false;
	}
	return true;
}

static bool start_and_wait(struct cluster *c, int first, int end, struct err *e)
{
	for (int i = first; i < end; i++)
		if (!node_start(&c->nodes[i], e))
			return false;
	for (int i = first; i < end; i++)
		if (!node_wait_ready(&c->nodes[i], e))
			return false;
	return true;
}

static int free_port(const struct cluster *c, int nodes)
{
	struct sockaddr_in address = { .sin_family = AF_INET,
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	socklen_t len = sizeof(address);
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	bool ok = fd >= 0 && bind(fd, (struct sockaddr *)&address, len) == 0 &&
		  getsockname(fd, (struct sockaddr *)&address, &len) == 0;
	int port = ok ? ntohs(address.sin_port) : 0;

	/* Asked again while the number is held, so that it cannot come twice. */
	for (int i = 0; ok && i < nodes; i++)
		if (c->nodes[i].port == port)
			port = free_port(c, nodes);
	if (fd >= 0)
		close(fd);
	return port;
}

static void name_node(struct cluster *c, int i, const struct cluster_options *options)
{
	struct node *node = &c->nodes[i];
	const char *dbname = options->database ? options->database : "postgres";

	snprintf(node->name, sizeof(node->name), "pg-%c", 'a' + i);
	if (i > 0)
		snprintf(node->slot, sizeof(node->slot), "pg_%c", 'a' + i);
	node->data_dir = mem_printf("%s/%s", c->keep.path ? c->keep.path : c->run.path, node->name);
	node->log_path = mem_printf("%s.log", node->data_dir);
	node->postgres = c->postgres;
	node->socket_dir = c->socket_dir;
	node->user = &c->user;
	node->is_tcp = options->is_tcp;
	node->port = options->is_tcp ? free_port(c, i) : FIRST_PORT + i;
	node->conninfo = mem_printf(
		"host=%s port=%d user=postgres dbname=%s", c->socket_dir, node->port, dbname);
	node->tcp_conninfo =
		mem_printf("host=127.0.0.1 port=%d user=postgres dbname=%s", node->port, dbname);
}

static char *template_for(const struct cluster *c, const char *template_dir)
{
	if (!template_dir)
		return NULL;
	mkdir(template_dir, 0700);
	/* Servers of another version are made by another initdb, and files of another user cannot be read. */
	char *path = mem_printf("%s/%s-%d", template_dir, c->bindir + 1, (int)c->user.uid);
	for (char *slash = path + strlen(template_dir) + 1; (slash = strchr(slash, '/'));)
		*slash = '-';
	return path;
}

static bool open_kept(struct cluster *c, const char *dir, struct err *e)
{
	if (!keep_open(&c->keep, dir, e))
		return false;
	if (!c->user.is_other || process_user_can_enter(&c->user, c->keep.path))
		return true;
	err_set(e, ERR_USAGE, "%s: user %s, whom the servers run as, cannot enter it", c->keep.path,
		c->user.name);
	return err_hint(e, "name a directory below one that everybody may enter, as /var/tmp");
}

static bool prepare(struct cluster *c, const struct cluster_options *options, struct err *e)
{
	if (!process_user_find(&c->user, e) || !(c->bindir = binaries_find(e)))
		return false;
	if (options->keep_dir && !open_kept(c, options->keep_dir, e))
		return false;
	if (!rundir_make(&c->run, options->is_durable, e))
		return false;
	c->postgres = mem_printf("%s/postgres", c->bindir);
	c->socket_dir = mem_printf("%s/s", c->run.path);
	c->log = mem_printf("%s/tools.log", c->run.path);
	c->template_path = template_for(c, options->template_dir);
	c->node_count = 1 + (c->keep.is_resumed ? c->keep.standbys : options->standbys);
	assert_always(c->node_count <= CLUSTER_NODES_MAX, "a cluster has at most nine nodes");
	for (int i = 0; i < c->node_count; i++)
		name_node(c, i, options);
	return rundir_give(c->socket_dir, &c->user, e);
}

static bool make(struct cluster *c, const struct cluster_options *options, struct err *e)
{
	return make_primary(c, options, e) && start_and_wait(c, 0, 1, e) &&
	       (!options->database || create_database(c, options->database, e)) &&
	       make_standbys(c, e) && start_and_wait(c, 1, c->node_count, e) &&
	       (!c->keep.path || keep_complete(&c->keep, c->node_count - 1, e));
}

static bool resume(struct cluster *c, struct err *e)
{
	return point_standbys(c, e) && start_and_wait(c, 0, 1, e) &&
	       start_and_wait(c, 1, c->node_count, e);
}

struct cluster *cluster_start(const struct cluster_options *options, struct err *e)
{
	struct cluster *c = mem_new(struct cluster);

	c->run.lock = -1;
	c->keep.mark = -1;
	if (prepare(c, options, e) && (c->keep.is_resumed ? resume(c, e) : make(c, options, e)))
		return c;
	cluster_free(c);
	return NULL;
}

void cluster_free(struct cluster *c)
{
	struct err ignored;

	if (!c)
		return;
	/* The primary first: a fast stop waits until its standbys have everything. */
	for (int i = 0; i < c->node_count; i++) {
		enum cluster_stop how = c->keep.path ? CLUSTER_STOP_FAST : CLUSTER_STOP_IMMEDIATE;
		if (c->nodes[i].server.pid && !cluster_stop_node(c, i, how, &ignored))
			node_kill(&c->nodes[i]);
	}
	for (int i = 0; i < c->node_count; i++)
		node_release(&c->nodes[i]);
	rundir_remove(&c->run);
	keep_close(&c->keep);
	free(c->bindir);
	free(c->postgres);
	free(c->socket_dir);
	free(c->log);
	free(c->template_path);
	free(c);
}

static struct node *node_of(struct cluster *c, int node)
{
	assert_always(node >= 0 && node < c->node_count, "the cluster has such a node");
	return &c->nodes[node];
}

static const struct node *see(const struct cluster *c, int node)
{
	assert_always(node >= 0 && node < c->node_count, "the cluster has such a node");
	return &c->nodes[node];
}

bool cluster_stop_node(struct cluster *c, int node, enum cluster_stop how, struct err *e)
{
	return node_stop(node_of(c, node), how == CLUSTER_STOP_FAST ? SIGINT : SIGQUIT, e);
}

bool cluster_start_node(struct cluster *c, int node, struct err *e)
{
	struct node *n = node_of(c, node);

	/* One that ended by itself, or by another hand, is reaped here. */
	if (!process_wait(&n->server, 0, NULL))
		return true;
	return node_start(n, e) && node_wait_ready(n, e);
}

bool cluster_restart_node(struct cluster *c, int node, struct err *e)
{
	return cluster_stop_node(c, node, CLUSTER_STOP_FAST, e) && cluster_start_node(c, node, e);
}

void cluster_kill_node(struct cluster *c, int node)
{
	node_kill(node_of(c, node));
}

void cluster_freeze_node(struct cluster *c, int node)
{
	node_freeze(node_of(c, node));
}

void cluster_thaw_node(struct cluster *c, int node)
{
	node_thaw(node_of(c, node));
}

bool cluster_promote_node(struct cluster *c, int node, struct err *e)
{
	return node_promote(node_of(c, node), e);
}

bool cluster_configure_node(struct cluster *c, int node, const char *lines, struct err *e)
{
	struct node *n = node_of(c, node);

	if (!node_append(n, "postgresql.conf", lines, e))
		return false;
	process_signal(&n->server, SIGHUP);
	return true;
}

bool cluster_follow_node(struct cluster *c, int node, int upstream, struct err *e)
{
	struct node *n = node_of(c, node);
	char *conf = mem_printf("primary_conninfo = 'host=%s port=%d user=postgres "
				"application_name=%s'\nprimary_slot_name = ''\n",
		c->socket_dir, node_of(c, upstream)->port, n->name);
	bool ok = node_append(n, "postgresql.auto.conf", conf, e) && node_mark_standby(n, e);
	free(conf);
	if (n->server.pid)
		process_signal(&n->server, SIGHUP);
	return ok;
}

char *cluster_binaries(struct err *e)
{
	return binaries_find(e);
}

int cluster_node_count(const struct cluster *c)
{
	return c->node_count;
}

bool cluster_is_resumed(const struct cluster *c)
{
	return c->keep.is_resumed;
}

const char *cluster_conninfo(const struct cluster *c, int node)
{
	return see(c, node)->conninfo;
}

const char *cluster_tcp_conninfo(const struct cluster *c, int node)
{
	assert_always(see(c, node)->is_tcp, "the cluster was started with is_tcp");
	return see(c, node)->tcp_conninfo;
}

const char *cluster_node_name(const struct cluster *c, int node)
{
	return see(c, node)->name;
}

const char *cluster_socket_dir(const struct cluster *c)
{
	return c->socket_dir;
}

int cluster_node_port(const struct cluster *c, int node)
{
	return see(c, node)->port;
}

const char *cluster_data_dir(const struct cluster *c, int node)
{
	return see(c, node)->data_dir;
}

const char *cluster_log_path(const struct cluster *c, int node)
{
	return see(c, node)->log_path;
}

pid_t cluster_node_pid(const struct cluster *c, int node)
{
	return see(c, node)->server.pid;
}
