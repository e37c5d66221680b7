// SPDX-License-Identifier: GPL-3.0-or-later
#include "demo/demo.h"

#include <limits.h>
#include <unistd.h>

#include "base/mem.h"
#include "base/path.h"
#include "demo/cluster.h"
#include "demo/workload.h"

#define DATABASE "shop"
/* The last sample that is applied at the start: tables and history exist, the interesting ones are pending. */
#define GOAL  "20240202110000"
#define FIRST "20240105090000_customers_and_orders.sql"

enum { PARENTS_MAX = 5 };

struct demo {
	struct cluster *cluster;   /* owned */
	struct workload *workload; /* owned; NULL before demo_work() */
	char *migrations_dir;	   /* owned */
};

static char *if_samples(char *dir)
{
	char *first = path_join(dir, FIRST);
	bool is_there = path_is_file(first);

	free(first);
	if (is_there)
		return dir;
	free(dir);
	return NULL;
}

/* Above the program when it runs where it was built, be that in place or in a directory of its own; else installed. */
static char *find_migrations(struct err *e)
{
	char program[PATH_MAX + 1] = "";
	char *found = NULL;

	if (readlink("/proc/self/exe", program, PATH_MAX) > 0) {
		for (int i = 0; !found && i < PARENTS_MAX; i++) {
			*strrchr(program, '/') = '\0';
			found = *program ? if_samples(path_join(program, "migrations")) : NULL;
			if (!*program)
				break;
		}
	}
	if (!found)
		found = if_samples(path_join(DBTOP_DATADIR, "migrations"));
	if (!found) {
		err_set(e, ERR_IO, "the sample migrations are not in %s/migrations", DBTOP_DATADIR);
		err_hint(e, "install dbtop again: its data files are missing");
	}
	return found;
}

struct demo *demo_start(const struct demo_options *options, struct err *e)
{
	struct demo *demo = mem_new(struct demo);
	const struct cluster_options cluster = {
		.standbys = options->standbys,
		.database = DATABASE,
		.keep_dir = options->keep_dir,
	};

	if ((demo->migrations_dir = find_migrations(e)) &&
		(demo->cluster = cluster_start(&cluster, e)))
		return demo;
	demo_free(demo);
	return NULL;
}

void demo_free(struct demo *demo)
{
	if (!demo)
		return;
	workload_stop(demo->workload);
	cluster_free(demo->cluster);
	free(demo->migrations_dir);
	free(demo);
}

const char *demo_primary(const struct demo *demo)
{
	return cluster_conninfo(demo->cluster, 0);
}

const char *demo_standby(const struct demo *demo, int standby)
{
	return cluster_conninfo(demo->cluster, standby + 1);
}

int demo_standby_count(const struct demo *demo)
{
	return cluster_node_count(demo->cluster) - 1;
}

const char *demo_migrations_dir(const struct demo *demo)
{
	return demo->migrations_dir;
}

const char *demo_goal(const struct demo *demo)
{
	return cluster_is_resumed(demo->cluster) ? NULL : GOAL;
}

static struct setup_names one_name(struct arena *arena, const char *name)
{
	struct setup_names names = { .items = arena_array(arena, const char *, 1), .count = 1 };

	names.items[0] = name;
	return names;
}

void demo_describe(const struct demo *demo, struct setup_spec *out)
{
	struct arena *arena = &out->arena;

	*out = (struct setup_spec){ .maintenance_db = "postgres", .encoding = "UTF8" };
	out->app_roles = one_name(arena, "shop_web");
	out->monitor_roles = one_name(arena, "shop_watch");
	out->schemas = one_name(arena, "public");
	out->seed = arena_printf(arena, "%s/../seed", demo->migrations_dir);
}

struct cluster *demo_cluster(struct demo *demo)
{
	return demo->cluster;
}

bool demo_work(struct demo *demo, struct loop *loop, const struct driver *driver, struct err *e)
{
	assert_always(!demo->workload, "the shop is open already");
	demo->workload = workload_start(loop, driver, demo_primary(demo), e);
	return demo->workload != NULL;
}
