// SPDX-License-Identifier: GPL-3.0-or-later
/*
 * The configuration looked at: everything wrong in it, or each value in use with the place that set it. Secrets are
 * stars, whatever form they came in.
 */
#include "core/commands/config.h"

#include "base/secret.h"
#include "conf/conf.h"
#include "core/app.h"
#include "pg/conninfo_list.h"

/* ---- check ---- */

static void add_finding(struct report *report, struct node *table, const char *text)
{
	report_text(report, report_row(report, table), "finding", "", text);
}

static void add_err(struct report *report, struct node *table, const struct err *e)
{
	add_finding(report, table,
		arena_printf(&report->arena, "%s%s%s", e->text, *e->hint ? "; " : "", e->hint));
}

/* What only shows when something connects, looked for without connecting. Returns how many things are wrong. */
static size_t check_ways(struct call *call, struct node *table)
{
	struct app *app = call->app;
	struct conninfo_list hosts;
	struct err e;
	size_t count = 0;

	for (size_t i = 0; i < app->hosts->count; i++) {
		struct conninfo *info = conninfo_copy(app->hosts->items[i]);
		if (!conninfo_secure(info, &app->target.tls, &e)) {
			add_err(&call->report, table, &e);
			count++;
		}
		conninfo_free(info);
	}
	for (size_t i = 0; i < app->target.replica_count; i++) {
		if (!app_standby_hosts(app, i, &hosts, &e)) {
			add_err(&call->report, table, &e);
			count++;
			continue;
		}
		conninfo_list_release(&hosts);
	}
	return count;
}

static size_t add_findings(struct call *call, const char *const *files, size_t file_count)
{
	struct report *report = &call->report;
	struct node *table = report_table(report, report->data, "findings", "");
	const char **findings;
	size_t count = conf_check(files, file_count, &report->arena, &findings);

	for (size_t i = 0; i < count; i++)
		add_finding(report, table, findings[i]);
	if (count)
		return count;
	/* The files are fine; a variable, a flag or the target they choose may not be. */
	if (call->app->config_error.kind == ERR_NONE)
		return check_ways(call, table);
	add_err(report, table, &call->app->config_error);
	return 1;
}

static size_t add_files(struct report *report, const struct conf *conf, const char ***files)
{
	size_t count = conf_files(conf, &report->arena, files);
	struct node *list = report_list(report, report->data, "files", NULL);

	for (size_t i = 0; i < count; i++)
		report_text(report, list, NULL, NULL, (*files)[i]);
	return count;
}

static void check_config(struct call *call)
{
	struct report *report = &call->report;
	const char **files;
	struct err e;
	size_t file_count = add_files(report, call->app->conf, &files);
	size_t count = add_findings(call, files, file_count);

	if (!file_count && !count)
		report_say(report, "no configuration file: defaults hold");
	else if (!count)
		report_say(report, "%zu file%s read, nothing wrong", file_count,
			file_count == 1 ? "" : "s");
	if (count) {
		err_set(&e, ERR_USAGE, "%zu thing%s wrong in the configuration", count,
			count == 1 ? " is" : "s are");
		report_fail(report, EXIT_USAGE, DATABASE_NOT_SAID, &e);
	}
	call_finish(call);
}

/* ---- show ---- */

struct shown {
	const char *key, *value, *source;
};

static void add_shown(struct report *report, struct node *table, const struct shown *shown)
{
	struct node *row = report_row(report, table);
	char *value = secret_mask_new(shown->value);

	report_text(report, row, "key", "KEY", shown->key);
	report_text(report, row, "value", "VALUE", value);
	report_text(report, row, "source", "FROM", shown->source);
	free(value);
}

/* The directory nobody named is looked for. */
static void add_option(struct call *call, struct node *table, const struct option *option)
{
	const struct app *app = call->app;
	const char *section = app->target.section;
	struct shown shown = { .key = option->key,
		.value = conf_target_text(app->conf, section, option->key),
		.source = conf_target_source(app->conf, section, option->key) };

	if (option->scope == OPTION_COMMAND_LINE ||
		(option->scope == OPTION_TARGET_ONLY && !shown.value))
		return;
	if (!shown.value && app->target.dir && strcmp(option->key, "migrations") == 0) {
		shown.value = app->target.dir;
		shown.source = "found there";
	}
	add_shown(&call->report, table, &shown);
}

static void add_options(struct call *call)
{
	struct report *report = &call->report;
	struct node *table = report_table(report, report->data, "options", "options");
	const struct target *target = &call->app->target;

	add_shown(report, table,
		&(struct shown){
			"target", target->name, target->source ? target->source : "default" });
	for (size_t i = 0; i < option_count; i++)
		add_option(call, table, &options[i]);
}

/* Told first and always, also where nobody set them. */
static const char *const essentials[] = { "host", "port", "user", "dbname", "password", "sslmode",
	"ssl_min_protocol_version", "channel_binding" };

static bool is_essential(const char *keyword)
{
	for (size_t i = 0; i < ARRAY_SIZE(essentials); i++)
		if (strcmp(essentials[i], keyword) == 0)
			return true;
	return false;
}

static void add_keyword(
	struct report *report, struct node *table, const struct conninfo *info, const char *keyword)
{
	struct shown shown = { keyword, conninfo_get(info, keyword),
		conninfo_source(info, keyword) };
	char *place = NULL;

	if (strcmp(keyword, "password") == 0 && !shown.source)
		shown.source = place = conninfo_password_place(info);
	if (conninfo_is_secret(keyword))
		shown.value = "***";
	if (shown.source)
		add_shown(report, table, &shown);
	free(place);
}

static void add_connection(struct call *call, const struct conninfo *info)
{
	struct report *report = &call->report;
	struct node *table = report_table(report, report->data, "connection", "connection");
	const char *const *keywords = conninfo_keywords(info);

	for (size_t i = 0; i < ARRAY_SIZE(essentials); i++)
		add_keyword(report, table, info, essentials[i]);
	for (size_t i = 0; keywords[i]; i++)
		if (!is_essential(keywords[i]) && conninfo_is_said(info, keywords[i]))
			add_keyword(report, table, info, keywords[i]);
}

static void show_config(struct call *call)
{
	struct app *app = call->app;
	struct conninfo *info = conninfo_list_whole(app->hosts);
	const char **files;
	struct err e;

	add_files(&call->report, app->conf, &files);
	add_options(call);
	/* As it would be dialed; a rule that cannot hold is told beside the values that forbid it. */
	if (!conninfo_secure(info, &app->target.tls, &e))
		report_warn(&call->report, "%s", e.text);
	add_connection(call, info);
	conninfo_free(info);
	call_finish(call);
}

static void fail(struct call *call, const struct err *e)
{
	report_fail(&call->report, EXIT_USAGE, DATABASE_NOT_SAID, e);
	call_finish(call);
}

void config_run(struct call *call)
{
	const char *word = call_arg(call, 0);
	bool is_wrong = call->app->config_error.kind != ERR_NONE;
	struct err e;

	if (word && strcmp(word, "check") == 0) {
		check_config(call);
	} else if (word && strcmp(word, "show") == 0 && is_wrong) {
		fail(call, &call->app->config_error);
	} else if (word && strcmp(word, "show") == 0) {
		show_config(call);
	} else {
		if (word)
			err_set(&e, ERR_USAGE, "config does not know %s", word);
		else
			err_set(&e, ERR_USAGE, "config needs a word");
		err_hint(&e, "dbtop config check, or dbtop config show");
		fail(call, &e);
	}
}
