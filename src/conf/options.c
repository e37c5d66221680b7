// SPDX-License-Identifier: GPL-3.0-or-later
#include "conf/options.h"

#include "base/log.h"

#define KB(n) (INT64_C(n) << 10)
#define MB(n) (INT64_C(n) << 20)
#define TB(n) (INT64_C(n) << 40)

enum { SECOND = 1000, MINUTE = 60 * SECOND, HOUR = 60 * MINUTE, DAY = 24 * HOUR };

static const char *const binding_words[] = { "auto", "require", "prefer", "disable", NULL };
static const char *const color_words[] = { "auto", "always", "never", NULL };
static const char *const env_words[] = { "dev", "stage", "prod", NULL };
static const char *const format_words[] = { "dbtop", "golang-migrate", "goose", NULL };
static const char *const glyph_words[] = { "auto", "utf8", "ascii", NULL };
static const char *const level_words[] = { "error", "warn", "info", "debug", NULL };
static const char *const log_format_words[] = { "text", "json", NULL };
static const char *const order_words[] = { "refuse", "ask", "allow", NULL };
static const char *const ping_words[] = { "auto", "off", "always", NULL };
static const char *const pooler_words[] = { "none", "session", NULL };
static const char *const tls_words[] = { "auto", "1.2", "1.3", NULL };

/*
 * The order of --help and of the manual: which server, how it is treated, the console, files, odds and ends. A row: its
 * names, what it takes, the range, the help.
 */
/* clang-format off */
const struct option options[] = {
	{ .key = "target", .variable = "DBTOP_TARGET", .flag = "--target", .short_flag = 'd',
		.value = "TARGET", .kind = OPTION_TEXT, .scope = OPTION_COMMAND_LINE,
		.help = "a [target] of the configuration, a service, a URI, conninfo, or a "
			"database name" },
	{ .key = "host", .flag = "--host", .short_flag = 'h',
		.value = "HOST", .kind = OPTION_TEXT, .scope = OPTION_COMMAND_LINE,
		.help = "host names divided by commas, or directories of sockets" },
	{ .key = "port", .flag = "--port", .short_flag = 'p',
		.value = "PORT", .kind = OPTION_TEXT, .scope = OPTION_COMMAND_LINE,
		.help = "port of the server, or one for each host" },
	{ .key = "user", .flag = "--username", .short_flag = 'U',
		.value = "NAME", .kind = OPTION_TEXT, .scope = OPTION_COMMAND_LINE,
		.help = "role to connect as" },
	{ .key = "no_password", .flag = "--no-password", .short_flag = 'w',
		.kind = OPTION_BOOL, .scope = OPTION_COMMAND_LINE,
		.help = "never ask for a password" },
	{ .key = "password", .flag = "--password", .short_flag = 'W',
		.kind = OPTION_BOOL, .scope = OPTION_COMMAND_LINE,
		.help = "ask for a password before connecting" },
	{ .key = "dsn",
		.value = "CONNINFO", .kind = OPTION_TEXT, .scope = OPTION_TARGET_ONLY,
		.help = "where the target is: URI or keywords as libpq reads them, several hosts too" },
	{ .key = "primary",
		.value = "CONNINFO", .kind = OPTION_TEXT, .scope = OPTION_TARGET_ONLY,
		.help = "the same, where replicas are named beside it" },
	{ .key = "replicas",
		.value = "CONNINFO …", .kind = OPTION_TEXT, .scope = OPTION_TARGET_ONLY,
		.help = "standbys of the target, divided by blanks: URIs, or keywords from host= on" },
	{ .key = "service",
		.value = "NAME", .kind = OPTION_TEXT, .scope = OPTION_TARGET_ONLY,
		.help = "where the target is: a service of libpq's service file" },
	{ .key = "pgbouncer",
		.value = "CONNINFO", .kind = OPTION_TEXT, .scope = OPTION_TARGET_ONLY,
		.help = "PgBouncer in front of the target: accepted, shown by a later version" },
	{ .key = "tls", .variable = "DBTOP_TLS", .flag = "--tls",
		.value = "VERSION", .kind = OPTION_WORD, .scope = OPTION_TARGET, .fallback = "auto",
		.words = tls_words,
		.help = "oldest TLS that is taken, and none without it; auto: sslmode decides" },
	{ .key = "channel_binding", .variable = "DBTOP_CHANNEL_BINDING",
		.flag = "--channel-binding",
		.value = "WHEN", .kind = OPTION_WORD, .scope = OPTION_TARGET, .fallback = "auto",
		.words = binding_words,
		.help = "require: the password proves the server's certificate too (SCRAM)" },
	{ .key = "env", .variable = "DBTOP_ENV", .flag = "--env",
		.value = "CLASS", .kind = OPTION_WORD, .scope = OPTION_TARGET,
		.words = env_words,
		.help = "environment class; of all that is said the most severe counts" },
	{ .key = "migrations", .variable = "DBTOP_DIR", .flag = "--dir",
		.value = "DIR", .kind = OPTION_FILE, .scope = OPTION_TARGET,
		.help = "directory of migrations; else migrations/ or db/migrations/" },
	{ .key = "format", .variable = "DBTOP_FORMAT", .flag = "--format",
		.value = "FORMAT", .kind = OPTION_WORD, .scope = OPTION_TARGET,
		.words = format_words,
		.help = "format of the migrations, instead of the guess" },
	{ .key = "project", .variable = "DBTOP_PROJECT", .flag = "--project",
		.value = "NAME", .kind = OPTION_TEXT, .scope = OPTION_TARGET, .fallback = "main",
		.help = "whose history and lock, where several projects share a database" },
	{ .key = "history_table", .variable = "DBTOP_HISTORY_TABLE",
		.flag = "--history-table",
		.value = "SCHEMA.TABLE", .kind = OPTION_TEXT, .scope = OPTION_TARGET,
		.help = "history table of a foreign format, instead of the one found" },
	{ .key = "order", .variable = "DBTOP_ORDER", .flag = "--order",
		.value = "RULE", .kind = OPTION_WORD, .scope = OPTION_TARGET,
		.words = order_words,
		.help = "what to do with a migration older than the newest applied one" },
	{ .key = "migrate_role", .variable = "DBTOP_MIGRATE_ROLE", .flag = "--migrate-role",
		.value = "ROLE", .kind = OPTION_TEXT, .scope = OPTION_TARGET,
		.help = "role that creates and runs (SET ROLE)" },
	{ .key = "monitor_user", .variable = "DBTOP_MONITOR_USER", .flag = "--monitor-user",
		.value = "ROLE", .kind = OPTION_TEXT, .scope = OPTION_TARGET,
		.help = "other role for the watching connection" },
	{ .key = "pooler", .variable = "DBTOP_POOLER", .flag = "--pooler",
		.value = "KIND", .kind = OPTION_WORD, .scope = OPTION_TARGET, .fallback = "none",
		.words = pooler_words,
		.help = "session: changes may go through a session pooler" },
	{ .key = "pool_size", .variable = "DBTOP_POOL_SIZE", .flag = "--pool-size",
		.value = "N", .kind = OPTION_COUNT, .scope = OPTION_TARGET, .fallback = "4",
		.min = 1, .max = 500,
		.help = "connections dbtop keeps to one server" },
	{ .key = "max_overflow", .variable = "DBTOP_MAX_OVERFLOW", .flag = "--max-overflow",
		.value = "N", .kind = OPTION_COUNT, .scope = OPTION_TARGET, .fallback = "0",
		.max = 500,
		.help = "connections above that while many are wanted" },
	{ .key = "pool_timeout", .variable = "DBTOP_POOL_TIMEOUT", .flag = "--pool-timeout",
		.value = "TIME", .kind = OPTION_MS, .scope = OPTION_TARGET, .fallback = "30s",
		.min = 100, .max = HOUR,
		.help = "longest wait for a free connection" },
	{ .key = "pool_recycle", .variable = "DBTOP_POOL_RECYCLE", .flag = "--pool-recycle",
		.value = "TIME", .kind = OPTION_MS, .scope = OPTION_TARGET, .fallback = "1h",
		.min = MINUTE, .max = 7 * DAY, .may_be_off = true,
		.help = "age at which a connection is replaced" },
	{ .key = "pool_pre_ping", .variable = "DBTOP_POOL_PRE_PING",
		.flag = "--pool-pre-ping",
		.value = "WHEN", .kind = OPTION_WORD, .scope = OPTION_TARGET, .fallback = "auto",
		.words = ping_words,
		.help = "ask an idle connection whether it lives before it is used" },
	{ .key = "read_only", .variable = "DBTOP_READ_ONLY", .flag = "--read-only",
		.kind = OPTION_BOOL, .scope = OPTION_TARGET, .fallback = "no",
		.help = "never change anything: cannot be armed" },
	{ .key = "connect_timeout", .variable = "DBTOP_CONNECT_TIMEOUT",
		.flag = "--connect-timeout",
		.value = "TIME", .kind = OPTION_MS, .scope = OPTION_TARGET, .fallback = "5s",
		.min = 100, .max = 5 * MINUTE,
		.help = "give a connection attempt up after this time" },
	{ .key = "lock_timeout", .variable = "DBTOP_LOCK_TIMEOUT", .flag = "--lock-timeout",
		.value = "TIME", .kind = OPTION_MS, .scope = OPTION_TARGET, .fallback = "3s",
		.min = 10, .max = HOUR,
		.help = "give a lock up and try the step again after this time" },
	{ .key = "lock_wait", .variable = "DBTOP_LOCK_WAIT", .flag = "--lock-wait",
		.value = "TIME", .kind = OPTION_MS, .scope = OPTION_TARGET, .fallback = "15s",
		.min = 0, .max = DAY,
		.help = "wait so long for another operator to finish" },
	{ .key = "hazard.size", .variable = "DBTOP_HAZARD_SIZE", .flag = "--hazard-size",
		.value = "BYTES", .kind = OPTION_BYTES, .scope = OPTION_TARGET, .fallback = "64MB",
		.min = KB(8), .max = TB(1024),
		.help = "tables from this size on make a scan or rewrite a hazard of level 2" },
	{ .key = "gate.lag", .variable = "DBTOP_GATE_LAG", .flag = "--gate-lag",
		.value = "BYTES", .kind = OPTION_BYTES, .scope = OPTION_TARGET,
		.fallback = "500MB",
		.min = KB(8), .max = TB(1024), .may_be_off = true,
		.help = "no step while a standby is further behind" },
	{ .key = "gate.slots", .variable = "DBTOP_GATE_SLOTS", .flag = "--gate-slots",
		.value = "PERCENT", .kind = OPTION_PERCENT, .scope = OPTION_TARGET,
		.fallback = "90%",
		.min = 1, .max = 100, .may_be_off = true,
		.help = "no step while more of the connection slots are used" },
	{ .key = "gate.blocked", .variable = "DBTOP_GATE_BLOCKED", .flag = "--gate-blocked",
		.value = "N for TIME", .kind = OPTION_COUNT_FOR, .scope = OPTION_TARGET,
		.fallback = "3 for 2s",
		.min = 1, .max = 10000, .may_be_off = true,
		.help = "no step while so many sessions wait for us for so long" },
	{ .key = "gate.oldest", .variable = "DBTOP_GATE_OLDEST", .flag = "--gate-oldest",
		.value = "TIME", .kind = OPTION_MS, .scope = OPTION_TARGET, .fallback = "5min",
		.min = SECOND, .max = 30 * (int64_t)DAY, .may_be_off = true,
		.help = "no step while a transaction is open for longer" },
	{ .key = "gate.wait",
		.value = "TIME", .kind = OPTION_MS, .scope = OPTION_TARGET,
		.min = 10, .max = HOUR, .may_be_off = true,
		.help = "no step while our own wait for a lock is longer; else lock_timeout" },
	{ .key = "gate_patience", .variable = "DBTOP_GATE_PATIENCE", .flag = "--gate-wait",
		.value = "TIME", .kind = OPTION_MS, .scope = OPTION_TARGET, .fallback = "60s",
		.min = 0, .max = DAY,
		.help = "headless, wait so long for a shut gate to open" },
	{ .key = "interval", .variable = "DBTOP_INTERVAL", .flag = "--interval",
		.value = "TIME", .kind = OPTION_MS, .scope = OPTION_TARGET, .fallback = "2s",
		.min = 100, .max = HOUR,
		.help = "time between two samples" },
	{ .key = "theme", .variable = "DBTOP_THEME", .flag = "--theme",
		.value = "THEME", .kind = OPTION_TEXT, .scope = OPTION_GLOBAL, .fallback = "auto",
		.help = "colours: auto (by the terminal), native, dusk, paper, tidal, mono, or "
			"a file" },
	{ .key = "color", .variable = "DBTOP_COLOR", .flag = "--color",
		.value = "WHEN", .kind = OPTION_WORD, .scope = OPTION_GLOBAL, .fallback = "auto",
		.words = color_words,
		.help = "whether to use colours; NO_COLOR is honoured" },
	{ .key = "no_color", .flag = "--no-color",
		.kind = OPTION_BOOL, .scope = OPTION_COMMAND_LINE,
		.sets = "color", .sets_value = "never",
		.help = "the same as --color never" },
	{ .key = "glyphs", .variable = "DBTOP_GLYPHS", .flag = "--glyphs",
		.value = "SET", .kind = OPTION_WORD, .scope = OPTION_GLOBAL, .fallback = "auto",
		.words = glyph_words,
		.help = "characters for frames and marks; auto: by the locale" },
	{ .key = "ascii", .flag = "--ascii",
		.kind = OPTION_BOOL, .scope = OPTION_COMMAND_LINE,
		.sets = "glyphs", .sets_value = "ascii",
		.help = "the same as --glyphs ascii" },
	{ .key = "plain", .variable = "DBTOP_PLAIN", .flag = "--plain",
		.kind = OPTION_BOOL, .scope = OPTION_GLOBAL, .fallback = "no",
		.help = "sentences instead of a screen: for pipes and screen readers" },
	{ .key = "editor", .variable = "DBTOP_EDITOR",
		.value = "PROGRAM", .kind = OPTION_TEXT, .scope = OPTION_GLOBAL,
		.is_personal = true,
		.help = "editor for notes; else PSQL_EDITOR, EDITOR, VISUAL, vi" },
	{ .key = "store", .variable = "DBTOP_STORE", .flag = "--store",
		.value = "FILE", .kind = OPTION_FILE, .scope = OPTION_GLOBAL, .is_personal = true,
		.help = "file of notes, plans, runs and audit" },
	{ .key = "config", .variable = "DBTOP_CONFIG", .flag = "--config",
		.value = "FILE", .kind = OPTION_FILE, .scope = OPTION_COMMAND_LINE,
		.help = "read this file instead of the user's own" },
	{ .key = "log", .variable = "DBTOP_LOG", .flag = "--log",
		.value = "FILE", .kind = OPTION_FILE, .scope = OPTION_GLOBAL, .is_personal = true,
		.help = "append the log to this file; - is standard error, syslog and journald "
			"are those of the system" },
	{ .key = "log_format", .variable = "DBTOP_LOG_FORMAT", .flag = "--log-format",
		.value = "FORMAT", .kind = OPTION_WORD, .scope = OPTION_GLOBAL, .fallback = "text",
		.words = log_format_words,
		.help = "lines of text, or one JSON object a line" },
	{ .key = "log_level", .variable = "DBTOP_LOG_LEVEL", .flag = "--log-level",
		.value = "LEVEL", .kind = OPTION_WORD, .scope = OPTION_GLOBAL, .fallback = "info",
		.words = level_words,
		.help = "how much is logged" },
	{ .key = "log_levels", .variable = "DBTOP_LOG_LEVELS", .flag = "--log-levels",
		.value = "TOPIC=LEVEL …", .kind = OPTION_TEXT, .scope = OPTION_GLOBAL,
		.check = log_check_levels,
		.help = "levels of single topics: conn, pool, role, query, run, audit, setup, "
			"store, message" },
	{ .key = "json", .flag = "--json",
		.kind = OPTION_BOOL, .scope = OPTION_COMMAND_LINE,
		.help = "answer with one JSON object" },
	{ .key = "csv", .flag = "--csv",
		.kind = OPTION_BOOL, .scope = OPTION_COMMAND_LINE,
		.help = "answer with the table as CSV" },
	{ .key = "events", .flag = "--events",
		.kind = OPTION_BOOL, .scope = OPTION_COMMAND_LINE,
		.help = "tell what happens as it happens, one JSON object a line" },
	{ .key = "no_input", .flag = "--no-input",
		.kind = OPTION_BOOL, .scope = OPTION_COMMAND_LINE,
		.help = "never ask: what needs an answer is not done" },
	{ .key = "version", .flag = "--version", .short_flag = 'V',
		.kind = OPTION_BOOL, .scope = OPTION_COMMAND_LINE,
		.help = "say the version and stop" },
	{ .key = "help", .flag = "--help", .short_flag = '?',
		.kind = OPTION_BOOL, .scope = OPTION_COMMAND_LINE,
		.help = "say how dbtop, or a command, is used and stop" },
};
/* clang-format on */

const size_t option_count = ARRAY_SIZE(options);

const struct option *option_find(const char *key)
{
	for (size_t i = 0; i < option_count; i++) {
		if (strcmp(options[i].key, key) == 0)
			return &options[i];
	}
	return NULL;
}

const struct option *option_find_flag(struct span flag)
{
	for (size_t i = 0; i < option_count; i++) {
		const struct option *o = &options[i];
		bool is_short = flag.len == 2 && *flag.data == '-' && o->short_flag &&
				flag.data[1] == o->short_flag;
		if (is_short || (o->flag && span_is(flag, o->flag)))
			return o;
	}
	return NULL;
}
