// SPDX-License-Identifier: GPL-3.0-or-later
#include "fault/proxied.h"

#include "test.h"

#include <sys/wait.h>

#include "base/mem.h"
#include "stored.h"

const char *const proxied_texts[PROXIED_TEXTS] = { "BEGIN", "create table a ", "create table aa ",
	"WITH r AS" };

int proxied_up(void **state)
{
	struct proxied *p = mem_new(struct proxied);

	p->sh = shell_new(*state);
	p->proxy = proxy_start(p->sh->cluster, 0);
	char *rest = mem_printf("user=postgres dbname=%s", p->sh->database);
	char *through = proxy_conninfo(p->proxy, rest);
	shell_env(p->sh, "DBTOP_TARGET", through);
	shell_write(p->sh, "migrations/20240101000000_a.sql",
		"-- dbtop: up\ncreate table a ();\ncreate table aa ();\n"
		"-- dbtop: down\ndrop table aa;\ndrop table a;\n");
	shell_write(p->sh, "migrations/20240102000000_b.sql",
		"-- dbtop: up\ncreate table b ();\n-- dbtop: down\ndrop table b;\n");
	free(through);
	free(rest);
	*state = p;
	return 0;
}

int proxied_down(void **state)
{
	struct proxied *p = *state;

	shell_free(p->sh);
	proxy_end(p->proxy);
	free(p);
	return 0;
}

char *proxied_stored(struct proxied *p, const char *sql)
{
	char *path = mem_printf("%s/data/dbtop/dbtop.db", p->sh->home);
	char *cell = stored_cell(path, sql);

	free(path);
	return cell;
}

void proxied_expect(struct proxied *p, const char *count)
{
	shell_expect(p->sh,
		"select count(*) from (values ('a'), ('b')) as t (name) "
		"where to_regclass(name) is not null",
		count);
	shell_expect(p->sh,
		"select count(*) from dbtop.revision where state = 'applied' and "
		"to_regclass(name) is not null",
		count);
	/* Of each revision the newest attempt: up and done. */
	char *journal = proxied_stored(p,
		"SELECT count(*) FROM intent i WHERE direction = 'up' AND result = 'done' AND id = "
		"(SELECT max(id) FROM intent WHERE rev = i.rev)");
	assert_string_equal(journal, count);
	free(journal);
}

void proxied_go_on(struct proxied *p)
{
	proxy_heal(p->proxy);
	dbtop(p->sh, "upgrade --yes");
	shell_assert(p->sh, 0);
	proxied_expect(p, "2");
	shell_wait(p->sh, "select count(*) = 0 from pg_stat_activity where application_name like "
			  "'dbtop/change%'");
	shell_expect(p->sh,
		"select count(*) from pg_locks l join pg_database d on d.oid = l.database "
		"where l.locktype = 'advisory' and d.datname = current_database()",
		"0");
}

static int become_console(void *sh)
{
	shell_become(sh, "");
}

void proxied_open_step(struct proxied *p, struct pty *pty)
{
	shell_env(p->sh, "TERM", "xterm-256color");
	pty_start(pty, 140, 40, become_console, p->sh);
	pty_wait_text(pty, "4 Migrations 2 to run");
	pty_type(pty, "4");
	pty_wait_text(pty, "you are here");
	pty_type(pty, "\r");
	pty_wait_text(pty, "GATE OPEN");
}

void proxied_step(struct pty *pty, const char *awaited)
{
	pty_type(pty, "s");
	pty_wait_text(pty, "Press y to do it.");
	pty_type_until(pty, "y", awaited);
}

void proxied_leave(struct pty *pty)
{
	int status = pty_type_to_end(pty, "q");

	assert_true(WIFEXITED(status));
	assert_int_equal(WEXITSTATUS(status), 0);
	pty_assert_given_back(pty);
	pty_stop(pty);
}
