// SPDX-License-Identifier: GPL-3.0-or-later
#include "pg/retry.h"

#include <string.h>

/* What a rule allows before the phase has its say. */
enum allowance {
	ALLOW_NOTHING,
	ALLOW_BY_PHASE, /* dial: until the deadline; reading: once elsewhere; unit: replay */
	ALLOW_DIAL,	/* only while nothing was sent */
	ALLOW_WORK,	/* reading and units, on the same server: nothing was committed */
	ALLOW_PRIMARY,	/* units, on whoever is primary now */
	ALLOW_UNKNOWN,	/* nothing: the server itself does not know the outcome */
};

struct rule {
	const char *sqlstate; /* its beginning; "" = none came */
	const char *words;    /* contained in the text; NULL = any */
	enum allowance allow;
	enum retry_link link;
	enum retry_news news;
	int tries; /* of reading and units */
	const char *why;
};

/*
 * SQLSTATEs are those of the manual's appendix A; the words of poolers and of libpq (rows without a code) are what
 * PgBouncer 1.18 and libpq 15 say in the C locale. The first row that fits wins: longer beginnings stand above shorter.
 */
#define ROW(code, text, allowance, of_link, of_endpoint, most, reason)                         \
	{                                                                                      \
		.sqlstate = code, .words = text, .allow = ALLOW_##allowance,                   \
		.link = RETRY_LINK_##of_link, .news = RETRY_NEWS_##of_endpoint, .tries = most, \
		.why = reason                                                                  \
	}
/* clang-format off */
static const struct rule rules[] = {
	/*  code     words                     may again  link    endpoint  tries  why */
	ROW("08007", NULL,                     UNKNOWN,   DROP,   FAILED,   1, "the outcome is unknown by definition"),
	ROW("08P01", "query_wait_timeout",     DIAL,      DROP,   FULL,     1, "the pooler had no server free"),
	ROW("08P01", "server login",           DIAL,      DROP,   STARTING, 1, "the pooler cannot reach its server"),
	ROW("08P01", "login failed",           DIAL,      DROP,   STARTING, 1, "the pooler cannot reach its server"),
	ROW("08P01", "paused",                 DIAL,      DROP,   STARTING, 1, "the pooler is paused"),
	ROW("08P01", NULL,                     NOTHING,   DROP,   NONE,     1, "a breach of the protocol"),
	ROW("08",    NULL,                     BY_PHASE,  DROP,   FAILED,   2, "the connection failed"),
	ROW("0A000", "cached plan",            WORK,      FORGET, NONE,     2, "a prepared statement's result has changed"),
	ROW("25006", NULL,                     PRIMARY,   EVICT,  DEMOTED,  3, "the server is no primary"),
	ROW("25P02", NULL,                     NOTHING,   KEEP,   NONE,     1, "the transaction had failed before"),
	ROW("25P03", NULL,                     NOTHING,   DROP,   NONE,     1, "we were idle in a transaction for too long"),
	ROW("25P04", NULL,                     NOTHING,   DROP,   NONE,     1, "the transaction took too long"),
	ROW("26000", NULL,                     WORK,      FORGET, NONE,     2, "a prepared statement is not there any more"),
	ROW("42P05", NULL,                     WORK,      FORGET, NONE,     2, "a prepared statement of that name is somebody else's"),
	ROW("28",    NULL,                     NOTHING,   DROP,   AUTH,     1, "who we are was not accepted"),
	ROW("3D000", NULL,                     NOTHING,   DROP,   AUTH,     1, "there is no such database"),
	ROW("40001", "recovery",               BY_PHASE,  KEEP,   NONE,     2, "the standby's replay needed the rows away"),
	ROW("40001", NULL,                     WORK,      KEEP,   NONE,     5, "nothing was committed: transactions got in each other's way"),
	ROW("40P01", NULL,                     WORK,      KEEP,   NONE,     3, "nothing was committed: a deadlock was broken"),
	ROW("40003", NULL,                     UNKNOWN,   DROP,   FAILED,   1, "the outcome is unknown by definition"),
	ROW("53300", NULL,                     DIAL,      DROP,   FULL,     1, "the server has no free slot"),
	ROW("53000", NULL,                     WORK,      KEEP,   NONE,     2, "the server is short of something"),
	ROW("53200", NULL,                     WORK,      KEEP,   NONE,     2, "the server is short of memory"),
	ROW("57P01", NULL,                     BY_PHASE,  DROP,   LEAVING,  2, "the session was ended"),
	ROW("57P02", NULL,                     BY_PHASE,  DROP,   LEAVING,  2, "the server crashed"),
	ROW("57P03", NULL,                     DIAL,      DROP,   STARTING, 1, "the server is starting, stopping or recovering"),
	ROW("57P04", NULL,                     NOTHING,   EVICT,  AUTH,     1, "the database was dropped"),
	ROW("57P05", NULL,                     BY_PHASE,  DROP,   NONE,     2, "the session was idle for too long"),
	ROW("58",    NULL,                     NOTHING,   DROP,   NONE,     1, "the server's own disk or system failed"),
	ROW("72000", NULL,                     WORK,      KEEP,   NONE,     2, "the snapshot was too old"),
	ROW("XX001", NULL,                     NOTHING,   DROP,   CORRUPT,  1, "data are damaged"),
	ROW("XX002", NULL,                     NOTHING,   DROP,   CORRUPT,  1, "an index is damaged"),
	ROW("XX",    NULL,                     NOTHING,   DROP,   NONE,     1, "a fault inside the server"),
	/* no code: libpq has the word */
	ROW("",      "certificate",            NOTHING,   DROP,   AUTH,     1, "the certificate is not accepted"),
	ROW("",      "channel binding",        NOTHING,   DROP,   AUTH,     1, "the channel cannot be bound"),
	ROW("",      "does not support SSL",   NOTHING,   DROP,   AUTH,     1, "the server has no TLS"),
	ROW("",      "protocol version",       NOTHING,   DROP,   AUTH,     1, "no TLS version in common"),
	ROW("",      "invalid connection option", NOTHING,   DROP,   AUTH,     1, "a connection option is wrong"),
	ROW("",      "password in clear",      NOTHING,   DROP,   AUTH,     1, "the password would be read on the way"),
	ROW("",      "no password supplied",   NOTHING,   DROP,   AUTH,     1, "the server wants a password"),
	ROW("",      "onnection refused",      BY_PHASE,  DROP,   REFUSED,  2, "nobody listens there"),
	ROW("",      "No such file",           BY_PHASE,  DROP,   REFUSED,  2, "nobody listens there"),
	ROW("",      NULL,                     BY_PHASE,  DROP,   FAILED,   2, "the connection was lost"),
};
/* clang-format on */
#undef ROW

static const struct rule semantic = {
	.link = RETRY_LINK_KEEP, .tries = 1, .why = "it would fail again"
};
/* A right missing while dialing is CONNECT on the database; later it is any right. */
static const struct rule not_admitted = { .link = RETRY_LINK_DROP,
	.news = RETRY_NEWS_AUTH,
	.tries = 1,
	.why = "the role may not connect" };
static const struct rule given_up = {
	.link = RETRY_LINK_KEEP, .tries = 1, .why = "somebody gave it up"
};

static bool fits(const struct rule *rule, const struct err *e)
{
	size_t len = strlen(rule->sqlstate);

	if (len ? strncmp(e->sqlstate, rule->sqlstate, len) != 0 : *e->sqlstate != '\0')
		return false;
	return !rule->words || strstr(e->text, rule->words);
}

static bool is_from_server_or_link(const struct err *e)
{
	return e->kind == ERR_CONNECT || e->kind == ERR_TIMEOUT || e->kind == ERR_SERVER;
}

static const struct rule *find_rule(const struct err *e, enum retry_phase phase)
{
	if (e->kind == ERR_CANCELED)
		return &given_up;
	if (!is_from_server_or_link(e))
		return &semantic;
	if (phase == RETRY_DIALING && strcmp(e->sqlstate, "42501") == 0)
		return &not_admitted;
	for (size_t i = 0; i < ARRAY_SIZE(rules); i++)
		if (fits(&rules[i], e))
			return &rules[i];
	return &semantic;
}

static enum retry_action act_dialing(const struct rule *rule)
{
	return rule->allow == ALLOW_BY_PHASE || rule->allow == ALLOW_DIAL ? RETRY_ELSEWHERE
									  : RETRY_NEVER;
}

static enum retry_action act_reading(const struct rule *rule)
{
	static const enum retry_action actions[] = {
		[ALLOW_NOTHING] = RETRY_NEVER,
		[ALLOW_BY_PHASE] = RETRY_ELSEWHERE,
		[ALLOW_DIAL] = RETRY_NEVER,
		[ALLOW_WORK] = RETRY_SAME,
		[ALLOW_PRIMARY] = RETRY_PRIMARY,
		[ALLOW_UNKNOWN] = RETRY_NEVER,
	};
	return actions[rule->allow];
}

/* A unit's other endpoint is the primary, wherever that is by then. */
static enum retry_action act_in_unit(const struct rule *rule)
{
	enum retry_action action = act_reading(rule);
	return action == RETRY_ELSEWHERE ? RETRY_PRIMARY : action;
}

/*
 * An answer that was read is final, also a bad one: nothing was committed. Whatever loses the link leaves the
 * outcome open.
 */
static enum retry_action act_committing(const struct rule *rule)
{
	bool is_lost = rule->link == RETRY_LINK_DROP || rule->link == RETRY_LINK_EVICT;
	return is_lost || rule->allow == ALLOW_UNKNOWN ? RETRY_RESOLVE : RETRY_NEVER;
}

struct retry_verdict retry_judge(const struct err *e, enum retry_phase phase)
{
	const struct rule *rule = find_rule(e, phase);
	struct retry_verdict verdict = {
		.link = rule->link, .news = rule->news, .tries = rule->tries, .why = rule->why
	};

	switch (phase) {
	case RETRY_DIALING:
		verdict.action = act_dialing(rule);
		verdict.tries = verdict.action == RETRY_NEVER ? 1 : 0;
		break;
	case RETRY_READING: verdict.action = act_reading(rule); break;
	case RETRY_IN_UNIT: verdict.action = act_in_unit(rule); break;
	case RETRY_TYPED: verdict.action = RETRY_NEVER; break;
	case RETRY_COMMITTING: verdict.action = act_committing(rule); break;
	}
	if (verdict.action == RETRY_NEVER || verdict.action == RETRY_RESOLVE)
		verdict.tries = 1;
	return verdict;
}

const struct retry_pace retry_pace_dial = { .base_ms = 50, .cap_ms = 5000 };
const struct retry_pace retry_pace_unit = { .base_ms = 10, .cap_ms = 1000 };

int64_t retry_delay_ms(const struct retry_pace *pace, int attempt, struct dice *dice)
{
	int64_t most_ms = pace->base_ms;

	for (int i = 1; i < attempt && most_ms < pace->cap_ms; i++)
		most_ms *= 2;
	if (most_ms > pace->cap_ms)
		most_ms = pace->cap_ms;
	return dice_below(dice, most_ms + 1);
}

/* Slots of seconds that passed without a word are empty. */
static void move_to(struct retry_budget *budget, int64_t now_us)
{
	int64_t second = now_us / 1000000;
	int64_t passed = second - budget->second;

	if (passed > RETRY_BUDGET_SECONDS)
		passed = RETRY_BUDGET_SECONDS;
	for (int64_t i = 0; i < passed; i++) {
		int64_t slot = (second - i) % RETRY_BUDGET_SECONDS;
		budget->requests[slot] = budget->retries[slot] = 0;
	}
	if (passed > 0)
		budget->second = second;
}

void retry_budget_request(struct retry_budget *budget, int64_t now_us)
{
	move_to(budget, now_us);
	budget->requests[budget->second % RETRY_BUDGET_SECONDS]++;
}

bool retry_budget_take(struct retry_budget *budget, int64_t now_us)
{
	int64_t requests = 0, retries = 0;

	move_to(budget, now_us);
	for (int i = 0; i < RETRY_BUDGET_SECONDS; i++) {
		requests += budget->requests[i];
		retries += budget->retries[i];
	}
	if (retries >= RETRY_BUDGET_FREE && retries * 100 >= requests * RETRY_BUDGET_PERCENT)
		return false;
	budget->retries[budget->second % RETRY_BUDGET_SECONDS]++;
	return true;
}
