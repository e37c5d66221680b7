// SPDX-License-Identifier: GPL-3.0-or-later
/*
 * make soak: the connection layer for minutes under valgrind while its servers come and go: the primary is switched,
 * stopped hard and started again, standbys are killed, the pooler is. After each such cycle the crew comes to rest and
 * says what it holds; heap, resident memory and descriptors have to be level. What valgrind finds fails it too. A second
 * crew does the same without valgrind, whose own memory grows with what it has seen: there resident memory is measured.
 *
 * SOAK_SECONDS=600 is how long, SOAK_SEED=n repeats the order of things, SOAK_CREW is the program (soak_crew).
 * The servers are this program's: valgrind sees only the crew.
 */
#include "test.h"

#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/dice.h"
#include "base/mem.h"
#include "base/path.h"
#include "pg/pgbouncer.h"
#include "pg/server.h"
#include "pg/traffic.h"
#include "scratch.h"

enum { NODES = TRAFFIC_SERVERS, CYCLES_MAX = 2000, WARM_CYCLES = 6, VALGRIND_FOUND = 99 };

struct figures {
	long heap, rss, descriptors, acknowledged, reads, pooled;
};

struct crew {
	const char *name;
	bool is_watched; /* by valgrind */
	pid_t pid;
	FILE *to, *from;
	struct figures cycles[CYCLES_MAX];
};

enum { WATCHED, BARE, CREWS };

struct soak {
	struct cluster *servers;
	struct pgbouncer *pooler;
	struct dice dice;
	int primary;
	char *scratch, *log;
	struct crew crews[CREWS];
	int cycle_count;
};

static void must(bool ok, const struct err *e)
{
	if (!ok)
		fail_msg("%s: %s", e->text, e->detail);
}

static const struct pgbouncer_options pooling = { .pool_mode = "transaction", .pool_size = 3 };

/* ---- what befalls the servers ---- */

static void follow(struct soak *soak, int node)
{
	struct err e = { 0 };

	must(cluster_follow_node(soak->servers, node, soak->primary, &e), &e);
	if (!cluster_node_pid(soak->servers, node))
		must(cluster_start_node(soak->servers, node, &e), &e);
	server_wait(soak->servers, node, "select status = 'streaming' from pg_stat_wal_receiver");
}

static void switch_over(struct soak *soak)
{
	int old = soak->primary, next = (old + 1 + (int)dice_below(&soak->dice, NODES - 1)) % NODES;
	struct err e = { 0 };

	must(cluster_stop_node(soak->servers, old, CLUSTER_STOP_FAST, &e), &e);
	must(cluster_promote_node(soak->servers, next, &e), &e);
	soak->primary = next;
	for (int node = 0; node < NODES; node++)
		if (node != next)
			follow(soak, node);
}

static void stop_and_start(struct soak *soak)
{
	struct err e = { 0 };

	must(cluster_stop_node(soak->servers, soak->primary, CLUSTER_STOP_IMMEDIATE, &e), &e);
	must(cluster_start_node(soak->servers, soak->primary, &e), &e);
}

static void kill_standby(struct soak *soak)
{
	int node = (soak->primary + 1 + (int)dice_below(&soak->dice, NODES - 1)) % NODES;
	struct err e = { 0 };

	cluster_kill_node(soak->servers, node);
	must(cluster_start_node(soak->servers, node, &e), &e);
	server_wait(soak->servers, node, "select status = 'streaming' from pg_stat_wal_receiver");
}

static void replace_pooler(struct soak *soak)
{
	pgbouncer_end(soak->pooler);
	soak->pooler = pgbouncer_start_as(soak->servers, 0, &pooling);
}

static const struct mishap {
	const char *words;
	void (*run)(struct soak *soak);
} mishaps[] = {
	{ "another primary", switch_over },
	{ "the primary stopped and started", stop_and_start },
	{ "a standby killed", kill_standby },
	{ "another pooler", replace_pooler },
};

/* ---- the crew ---- */

static void become_crew(const struct soak *soak, int crew, int in, int out)
{
	char *log = mem_printf("--log-file=%s", soak->log), *writer = mem_printf("%d", crew * 100);
	char *status = mem_printf("--error-exitcode=%d", VALGRIND_FOUND);
	const char *program = getenv("SOAK_CREW");
	const char *const argv[] = { "valgrind", "-q", "--leak-check=full", "--track-fds=yes",
		"--errors-for-leak-kinds=definite,indirect", "--freelist-vol=1000000", log, status,
		program ? program : "tests/soak/soak_crew", cluster_conninfo(soak->servers, 0),
		cluster_conninfo(soak->servers, 1), cluster_conninfo(soak->servers, 2),
		pgbouncer_conninfo(soak->pooler), writer, NULL };
	const char *const *from = soak->crews[crew].is_watched ? argv : argv + 8;

	dup2(in, 0);
	dup2(out, 1);
	execvp(from[0], (char *const *)from);
	_exit(127);
}

static void crew_start(struct soak *soak, int number, const char *name, bool is_watched)
{
	struct crew *crew = &soak->crews[number];
	int in[2], out[2];

	crew->name = name;
	crew->is_watched = is_watched;
	assert_int_equal(pipe2(in, O_CLOEXEC), 0);
	assert_int_equal(pipe2(out, O_CLOEXEC), 0);
	crew->pid = fork();
	assert_true(crew->pid >= 0);
	if (crew->pid == 0)
		become_crew(soak, number, in[0], out[1]);
	close(in[0]);
	close(out[1]);
	crew->to = fdopen(in[1], "w");
	crew->from = fdopen(out[0], "r");
}

static void show_log(const struct soak *soak)
{
	struct err e;
	size_t len;
	char *text = path_read(soak->log, 1 << 20, &len, &e);

	printf("%s", text ? text : e.text);
	free(text);
}

static void crew_measure(struct soak *soak, struct crew *crew, const char *words)
{
	struct figures *f = &crew->cycles[soak->cycle_count];

	fprintf(crew->to, "\n");
	fflush(crew->to);
	if (fscanf(crew->from, "%ld %ld %ld %ld %ld %ld", &f->heap, &f->rss, &f->descriptors,
		    &f->acknowledged, &f->reads, &f->pooled) != 6) {
		show_log(soak);
		fail_msg("the %s crew ended in cycle %d, after: %s", crew->name,
			soak->cycle_count + 1, words);
	}
	printf("%4d %-8s heap %8ld  rss %6ld kB  descriptors %3ld  written %6ld  read %6ld  "
	       "pooled %6ld  %s\n",
		soak->cycle_count + 1, crew->name, f->heap, f->rss / 1024, f->descriptors,
		f->acknowledged, f->reads, f->pooled, words);
	fflush(stdout);
}

/* ---- is it level? ---- */

static long heap_of(const struct figures *f)
{
	return f->heap;
}

static long rss_of(const struct figures *f)
{
	return f->rss;
}

static long descriptors_of(const struct figures *f)
{
	return f->descriptors;
}

/* What only grows is, in the second half of the cycles, always above the most there was in the first. */
static bool is_level(const struct soak *soak, const struct crew *crew, const char *what,
	long (*of)(const struct figures *))
{
	int first = WARM_CYCLES, count = soak->cycle_count, middle = first + (count - first) / 2;
	long most = 0, least = LONG_MAX;

	for (int i = first; i < middle; i++)
		most = of(&crew->cycles[i]) > most ? of(&crew->cycles[i]) : most;
	for (int i = middle; i < count; i++)
		least = of(&crew->cycles[i]) < least ? of(&crew->cycles[i]) : least;
	printf("%s crew, %s: at most %ld in the first half, at least %ld in the second: %s\n",
		crew->name, what, most, least, least <= most ? "level" : "GROWING");
	return least <= most;
}

static bool is_at_work(const struct soak *soak, const struct crew *crew)
{
	const struct figures *a = &crew->cycles[WARM_CYCLES - 1],
			     *b = &crew->cycles[soak->cycle_count - 1];

	return b->acknowledged > a->acknowledged && b->reads > a->reads && b->pooled > a->pooled;
}

static bool crew_is_well(const struct soak *soak, const struct crew *crew)
{
	bool ok = is_level(soak, crew, "heap, bytes", heap_of);

	ok &= is_level(soak, crew, "descriptors", descriptors_of);
	if (!crew->is_watched)
		ok &= is_level(soak, crew, "resident, bytes", rss_of);
	return ok && is_at_work(soak, crew);
}

/* Every acknowledged row is there, and none twice. */
static bool is_written(struct soak *soak)
{
	int last = soak->cycle_count - 1;
	long acknowledged = soak->crews[WATCHED].cycles[last].acknowledged +
			    soak->crews[BARE].cycles[last].acknowledged;
	int64_t rows = server_number(
			soak->servers, soak->primary, "select count(*) from public.traffic"),
		single = server_number(soak->servers, soak->primary,
			"select count(*) from (select distinct writer, n from public.traffic) s");

	printf("acknowledged %ld, rows %lld, different ones %lld\n", acknowledged, (long long)rows,
		(long long)single);
	return rows == single && rows >= acknowledged;
}

static bool crew_end(struct crew *crew)
{
	int status = 0;

	fclose(crew->to);
	waitpid(crew->pid, &status, 0);
	fclose(crew->from);
	if (WIFEXITED(status) && WEXITSTATUS(status) == 0)
		return true;
	printf("the %s crew ended with %d%s\n", crew->name,
		WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status),
		WEXITSTATUS(status) == VALGRIND_FOUND ? ": valgrind found errors" : "");
	return false;
}

/* Those it inherited have no place where they were opened. */
static bool left_no_descriptor(const struct soak *soak)
{
	struct err e;
	size_t len;
	char *text = path_read(soak->log, 1 << 20, &len, &e);
	bool ok = text && strstr(text, "FILE DESCRIPTORS") && !strstr(text, " at 0x");

	show_log(soak);
	printf("descriptors left open: %s\n", ok ? "none" : "SOME");
	free(text);
	return ok;
}

/* ---- the whole ---- */

static uint64_t number_of(const char *variable, uint64_t otherwise)
{
	const char *text = getenv(variable);
	return text && *text ? strtoull(text, NULL, 10) : otherwise;
}

static void soak_begin(struct soak *soak)
{
	struct err e = { 0 };

	soak->servers = server_start(&(struct cluster_options){ .standbys = NODES - 1 });
	for (int node = 0; node < NODES; node++)
		must(cluster_configure_node(soak->servers, node, "synchronous_commit = on\n", &e),
			&e);
	soak->pooler = pgbouncer_start_as(soak->servers, 0, &pooling);
	traffic_make_table(soak->servers);
	soak->scratch = scratch_new();
	soak->log = path_join(soak->scratch, "valgrind");
	crew_start(soak, WATCHED, "watched", true);
	crew_start(soak, BARE, "bare", false);
}

static void soak_run(struct soak *soak, int64_t end_us)
{
	while (clock_mono_us(&clock_system) < end_us && soak->cycle_count < CYCLES_MAX) {
		const struct mishap *mishap =
			&mishaps[dice_below(&soak->dice, ARRAY_SIZE(mishaps))];
		mishap->run(soak);
		for (int i = 0; i < CREWS; i++)
			crew_measure(soak, &soak->crews[i], mishap->words);
		soak->cycle_count++;
	}
}

static bool soak_judge(struct soak *soak)
{
	bool ok = soak->cycle_count >= 2 * WARM_CYCLES;

	if (!ok)
		printf("too short: %d cycles, and %d are needed\n", soak->cycle_count,
			2 * WARM_CYCLES);
	for (int i = 0; i < CREWS; i++)
		ok &= crew_end(&soak->crews[i]);
	ok &= left_no_descriptor(soak);
	for (int i = 0; i < CREWS && soak->cycle_count >= 2 * WARM_CYCLES; i++)
		ok &= crew_is_well(soak, &soak->crews[i]);
	return is_written(soak) && ok;
}

int main(void)
{
	struct soak *soak = mem_new(struct soak);
	int64_t seconds = (int64_t)number_of("SOAK_SECONDS", 600);
	uint64_t seed = number_of("SOAK_SEED", 0);

	server_need();
	dice_init(&soak->dice);
	seed = seed ? seed : dice_next(&soak->dice) >> 32 | 1;
	dice_seed(&soak->dice, seed);
	printf("SOAK_SECONDS=%lld SOAK_SEED=%llu\n", (long long)seconds, (unsigned long long)seed);
	soak_begin(soak);
	soak_run(soak, clock_mono_us(&clock_system) + seconds * 1000000);
	bool ok = soak_judge(soak);
	pgbouncer_end(soak->pooler);
	server_end(soak->servers);
	scratch_remove(soak->scratch);
	free(soak->log);
	free(soak);
	printf(ok ? "soaked: all is level\n" : "FAILED\n");
	return ok ? 0 : 1;
}
