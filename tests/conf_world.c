// SPDX-License-Identifier: GPL-3.0-or-later
#include "conf_world.h"

#include <unistd.h>

#include "base/mem.h"
#include "scratch.h"

/* Everything libpq listens to. Taking one away moves the others, so it begins anew. */
static void clear_libpq(void)
{
	for (size_t i = 0; environ[i];) {
		char *name = mem_strndup(environ[i], strcspn(environ[i], "="));
		bool is_libpq = strncmp(name, "PG", 2) == 0;
		if (is_libpq)
			unsetenv(name);
		i = is_libpq ? 0 : i + 1;
		free(name);
	}
}

static void clear_environment(void)
{
	static const char *const names[] = { "DATABASE_URL", "NO_COLOR", "XDG_CONFIG_HOME",
		"USER" };

	clear_libpq();
	for (size_t i = 0; i < ARRAY_SIZE(names); i++)
		unsetenv(names[i]);
	for (size_t i = 0; i < option_count; i++) {
		if (options[i].variable)
			unsetenv(options[i].variable);
	}
}

int conf_world_open(void **state)
{
	struct conf_world *w = mem_new(struct conf_world);

	w->dir = scratch_new();
	clear_environment();
	if (chdir(w->dir) != 0)
		return 1;
	char *home = mem_printf("%s/home", w->dir);
	setenv("HOME", home, 1);
	setenv("PGSYSCONFDIR", home, 1);
	free(home);
	*state = w;
	return 0;
}

int conf_world_close(void **state)
{
	struct conf_world *w = *state;

	conf_free(w->conf);
	int failed = chdir("/");
	scratch_remove(w->dir);
	free(w);
	return failed;
}

void conf_world_write(struct conf_world *w, const char *name, const char *text)
{
	free(scratch_write(w->dir, name, text));
}

void conf_world_flag(struct conf_world *w, const char *flag, const char *value)
{
	const struct option *option = option_find_flag(span_of(flag));

	assert_always(option && w->flag_count < ARRAY_SIZE(w->flags), "a flag of a test");
	w->flags[w->flag_count++] = (struct conf_flag){ option, value };
}

bool conf_world_load(struct conf_world *w)
{
	conf_free(w->conf);
	w->conf = conf_new(w->flags, w->flag_count, &w->e);
	return w->conf != NULL;
}
