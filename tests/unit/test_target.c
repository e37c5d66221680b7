// SPDX-License-Identifier: GPL-3.0-or-later
#include "test.h"

#include "base/mem.h"
#include "conf/target.h"
#include "conf_world.h"

static const char user_file[] = "home/.config/dbtop/config";

static struct target chosen;
static struct target_rival rival;

static int world_close(void **state)
{
	target_release(&chosen);
	return conf_world_close(state);
}

static bool choose(struct conf_world *w, const char *word)
{
	target_release(&chosen);
	return conf_world_load(w) && target_choose(w->conf, word, &chosen, &rival, &w->e);
}

static void assert_chosen(const char *name, const char *conninfo)
{
	assert_string_equal(chosen.name, name);
	assert_string_equal(chosen.conninfo, conninfo);
}

static void a_word_is_a_target_a_service_conninfo_or_a_database(void **state)
{
	struct conf_world *w = *state;

	conf_world_write(w, "dbtop.conf", "[target shop]\ndsn = host=a dbname=b\n");
	conf_world_write(w, "home/.pg_service.conf", "# mine\n[pay]\nhost=x\n");
	assert_true(choose(w, "shop"));
	assert_chosen("shop", "host=a dbname=b");
	assert_string_equal(chosen.section, "shop");
	assert_true(choose(w, "pay"));
	assert_chosen("pay", "service='pay'");
	assert_true(choose(w, "postgresql://u:secret@h:1/orders?sslmode=require"));
	assert_chosen("orders", "postgresql://u:secret@h:1/orders?sslmode=require");
	assert_true(choose(w, "host=h password='a b' dbname = 'odd \\' one'"));
	assert_string_equal(chosen.name, "odd ' one");
	assert_true(choose(w, "it's"));
	assert_chosen("it's", "dbname='it\\'s'");
	assert_null(chosen.section);
	assert_false(choose(w, ""));
	assert_string_equal(w->e.text, "the target's name is empty");
}

static void the_order_is_word_variable_only_target_url_libpq(void **state)
{
	struct conf_world *w = *state;

	setenv("PGDATABASE", "from_libpq", 1);
	assert_true(choose(w, NULL));
	assert_chosen("from_libpq", "");
	setenv("DATABASE_URL", "postgres://h/from_url", 1);
	assert_true(choose(w, NULL));
	assert_chosen("from_url", "postgres://h/from_url");
	conf_world_write(w, "dbtop.conf", "[target one]\nprimary = host=one\n");
	assert_true(choose(w, NULL));
	assert_chosen("one", "host=one");
	setenv("DBTOP_TARGET", "two", 1);
	assert_true(choose(w, NULL));
	assert_chosen("two", "dbname='two'");
	conf_world_flag(w, "-d", "three");
	assert_true(choose(w, NULL));
	assert_chosen("three", "dbname='three'");
	assert_true(choose(w, "four"));
	assert_chosen("four", "dbname='four'");
}

static void two_targets_of_the_project_choose_none(void **state)
{
	struct conf_world *w = *state;

	conf_world_write(
		w, "dbtop.conf", "[target one]\ndsn = host=one\n[target two]\ndsn = host=two\n");
	setenv("DATABASE_URL", "postgres://h/url", 1);
	assert_true(choose(w, NULL));
	assert_chosen("url", "postgres://h/url");
	assert_null(rival.conninfo);
}

static void the_only_target_beside_a_url_names_its_rival(void **state)
{
	struct conf_world *w = *state;

	conf_world_write(w, "dbtop.conf", "\n[target one]\ndsn = host=one\n");
	setenv("DATABASE_URL", "postgres://h/url", 1);
	assert_true(choose(w, NULL));
	assert_string_equal(rival.conninfo, "postgres://h/url");
	assert_string_equal(rival.project_file, "dbtop.conf:3");
	assert_true(choose(w, "one"));
	assert_null(rival.conninfo);
}

static void a_target_of_the_users_file_alone_is_not_chosen_unasked(void **state)
{
	struct conf_world *w = *state;

	conf_world_write(w, user_file, "[target mine]\ndsn = host=mine\n");
	setenv("PGDATABASE", "db", 1);
	assert_true(choose(w, NULL));
	assert_chosen("db", "");
	assert_true(choose(w, "mine"));
	assert_chosen("mine", "host=mine");
}

static void a_target_must_say_once_where_it_is(void **state)
{
	struct conf_world *w = *state;

	conf_world_write(
		w, "dbtop.conf", "[target a]\nenv = dev\n[target b]\ndsn = x=1\nprimary = y=2\n");
	assert_false(choose(w, "a"));
	assert_string_equal(
		w->e.text, "[target a] does not say where it is: it needs dsn, primary or service");
	assert_false(choose(w, "b"));
	assert_string_equal(w->e.text, "[target b] says both dsn and primary: keep one");
}

static void replicas_are_uris_or_keywords_that_begin_with_their_host(void **state)
{
	struct conf_world *w = *state;

	conf_world_write(w, "dbtop.conf",
		"[target shop]\nprimary = postgres://a/shop\n"
		"replicas = host=b,c port=1 dbname=shop  postgres://d,e/shop hostaddr=192.0.2.1\n");

	assert_true(choose(w, NULL));

	assert_int_equal(chosen.replica_count, 3);
	assert_string_equal(chosen.replicas[0], "host=b,c port=1 dbname=shop");
	assert_string_equal(chosen.replicas[1], "postgres://d,e/shop");
	assert_string_equal(chosen.replicas[2], "hostaddr=192.0.2.1");
}

static void settings_fill_the_target(void **state)
{
	struct conf_world *w = *state;

	conf_world_write(w, "dbtop.conf",
		"[target shop]\nprimary = postgres://a/shop\nreplicas = postgres://b/shop  "
		"postgres://c/shop\n"
		"migrations = sql\nformat = goose\nproject = web\norder = refuse\npooler = "
		"session\n"
		"gate.lag = off\ngate.blocked = 5 for 1s\nlock_timeout = 2s\nread_only = yes\n"
		"hazard.size = 1GB\nmonitor_user = mon\nmigrate_role = owner\nhistory_table = "
		"a.b\n");
	assert_true(choose(w, NULL));
	assert_int_equal(chosen.replica_count, 2);
	assert_string_equal(chosen.replicas[1], "postgres://c/shop");
	assert_string_equal(chosen.dir, "sql");
	assert_string_equal(chosen.format, "goose");
	assert_string_equal(chosen.project, "web");
	assert_int_equal(chosen.late, LATE_REFUSE);
	assert_true(chosen.pooler_is_session);
	assert_true(chosen.is_read_only);
	assert_int_equal(chosen.hazard_size_bytes, 1 << 30);
	assert_int_equal(chosen.gate.lag_bytes, -1);
	assert_int_equal(chosen.gate.blocked_count, 5);
	assert_int_equal(chosen.gate.blocked_ms, 1000);
	assert_int_equal(chosen.gate.wait_ms, 2000);
	assert_int_equal(chosen.lock_timeout_ms, 2000);
	assert_string_equal(chosen.monitor_user, "mon");
	assert_string_equal(chosen.migrate_role, "owner");
	assert_string_equal(chosen.history_table, "a.b");
}

static void an_ad_hoc_target_has_the_defaults_of_the_manual(void **state)
{
	struct conf_world *w = *state;

	assert_true(choose(w, "db"));
	assert_string_equal(chosen.project, "main");
	assert_int_equal(chosen.late, LATE_DEFAULT);
	assert_int_equal(chosen.env, ENV_UNLABELLED);
	assert_null(chosen.env_source);
	assert_null(chosen.dir);
	assert_int_equal(chosen.gate.lag_bytes, 500 << 20);
	assert_int_equal(chosen.gate.blocked_ms, 2000);
	assert_int_equal(chosen.gate.wait_ms, 3000);
	conf_world_write(w, "db/migrations/x.sql", "");
	assert_true(choose(w, "db"));
	assert_string_equal(chosen.dir, "db/migrations");
	conf_world_write(w, "migrations/x.sql", "");
	assert_true(choose(w, "db"));
	assert_string_equal(chosen.dir, "migrations");
	conf_world_flag(w, "--dir", "elsewhere");
	assert_true(choose(w, "db"));
	assert_string_equal(chosen.dir, "elsewhere");
}

static void the_most_severe_class_wins_whoever_says_it(void **state)
{
	struct conf_world *w = *state;

	conf_world_write(w, "dbtop.conf", "[target shop]\nservice = pay-eu\nenv = dev\n");
	assert_true(choose(w, "shop"));
	assert_int_equal(chosen.env, ENV_DEV);
	assert_string_equal(chosen.env_source, "dbtop.conf:3");
	conf_world_write(w, user_file, "[target shop]\nenv = stage\n");
	conf_world_flag(w, "--env", "dev");
	assert_true(choose(w, "shop"));
	assert_int_equal(chosen.env, ENV_STAGE);
	conf_world_write(w, user_file, "[env]\nprod = host:*.prod, service:pay*\n");
	assert_true(choose(w, "shop"));
	assert_int_equal(chosen.env, ENV_PROD);
	assert_non_null(strstr(chosen.env_source, "config:2"));
}

static void the_host_met_and_equal_targets_count_after_connecting(void **state)
{
	struct conf_world *w = *state;
	const char *const equal[] = { "shop" };

	conf_world_write(w, "dbtop.conf", "[target shop]\ndsn = host=a\nenv = stage\n");
	conf_world_write(w, user_file, "[env]\nprod = host:*.prod\n");
	assert_true(choose(w, "db"));
	assert_int_equal(chosen.env, ENV_UNLABELLED);
	target_set_env(w->conf, &chosen, "db1.test", NULL, NULL, 0);
	assert_int_equal(chosen.env, ENV_UNLABELLED);
	target_set_env(w->conf, &chosen, "db1.test", NULL, equal, 1);
	assert_int_equal(chosen.env, ENV_STAGE);
	target_set_env(w->conf, &chosen, "DB1.PROD", NULL, NULL, 0);
	assert_int_equal(chosen.env, ENV_PROD);
}

static void a_database_named_like_a_target_does_not_take_its_class(void **state)
{
	struct conf_world *w = *state;

	conf_world_write(w, "dbtop.conf", "[target shop]\ndsn = host=a\nenv = dev\n");
	assert_true(choose(w, "host=prod.example dbname=shop"));
	assert_string_equal(chosen.name, "shop");
	assert_int_equal(chosen.env, ENV_UNLABELLED);
}

static void the_configured_targets_can_be_listed(void **state)
{
	struct conf_world *w = *state;
	const char *const *names, *const *conninfos;

	conf_world_write(w, "dbtop.conf", "[target a]\ndsn = host=a\n[target b]\nservice = s\n");
	conf_world_write(w, user_file, "[target a]\nenv = dev\n[target c]\nenv = dev\n");
	assert_true(conf_world_load(w));
	assert_int_equal(target_list(w->conf, &names, &conninfos), 2);
	assert_string_equal(names[0], "a");
	assert_string_equal(conninfos[0], "host=a");
	assert_string_equal(names[1], "b");
	assert_string_equal(conninfos[1], "service='s'");
}

int main(void)
{
#define IN_A_WORLD(f) cmocka_unit_test_setup_teardown(f, conf_world_open, world_close)
	const struct CMUnitTest tests[] = {
		IN_A_WORLD(a_word_is_a_target_a_service_conninfo_or_a_database),
		IN_A_WORLD(the_order_is_word_variable_only_target_url_libpq),
		IN_A_WORLD(two_targets_of_the_project_choose_none),
		IN_A_WORLD(the_only_target_beside_a_url_names_its_rival),
		IN_A_WORLD(a_target_of_the_users_file_alone_is_not_chosen_unasked),
		IN_A_WORLD(a_target_must_say_once_where_it_is),
		IN_A_WORLD(replicas_are_uris_or_keywords_that_begin_with_their_host),
		IN_A_WORLD(settings_fill_the_target),
		IN_A_WORLD(an_ad_hoc_target_has_the_defaults_of_the_manual),
		IN_A_WORLD(the_most_severe_class_wins_whoever_says_it),
		IN_A_WORLD(the_host_met_and_equal_targets_count_after_connecting),
		IN_A_WORLD(a_database_named_like_a_target_does_not_take_its_class),
		IN_A_WORLD(the_configured_targets_can_be_listed),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
