// SPDX-License-Identifier: GPL-3.0-or-later
#include "migrate/source/directive.h"

#include "base/words.h"
#include "migrate/source/listing.h"
#include "model/plan.h"

/* A directive with what it works on. */
struct target {
	struct arena *arena;
	const struct directive *directive;
	struct migration *migration;
	struct migration_statement *statement;
};

typedef bool directive_fn(const struct target *target, struct err *e);

static bool wrong(const struct directive *directive, struct err *e, const char *what)
{
	return err_at(e, directive->file, directive->line, 1, "`%s` %s", directive->name, what);
}

static bool needs_argument(const struct target *target, const char *example, struct err *e)
{
	if (target->directive->argument.len)
		return true;
	wrong(target->directive, e, "needs a value");
	return err_hint(e, "write `-- dbtop: %s %s`", target->directive->name, example);
}

static const char *argument_copy(const struct target *target)
{
	struct span argument = target->directive->argument;
	return arena_strndup(target->arena, argument.data, argument.len);
}

static bool is_revision(struct span word)
{
	for (size_t i = 0; i < word.len; i++) {
		char c = word.data[i];
		bool fits = (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') ||
			    (c >= 'A' && c <= 'Z') || c == '_' || c == '.';
		if (!fits)
			return false;
	}
	return word.len > 0;
}

static bool apply_rev(const struct target *target, struct err *e)
{
	struct span rev = target->directive->argument;
	uint64_t number;

	if (!needs_argument(target, "20260131120000", e))
		return false;
	if (!is_revision(rev)) {
		wrong(target->directive, e, "may hold letters, digits, _ and . only");
		return err_hint(e, "leave it out: the digits of the file's name are the revision");
	}
	target->migration->rev = argument_copy(target);
	bool is_digits = strspn(target->migration->rev, "0123456789") == rev.len;
	target->migration->number = is_digits && digits_number(rev, &number) ? number : 0;
	return true;
}

static bool add_parent(const struct target *target, struct span rev, struct err *e)
{
	struct migration *migration = target->migration;

	if (!is_revision(rev)) {
		err_at(e, target->directive->file, target->directive->line, 1,
			"`parents`: \"%.*s\" is no revision", (int)rev.len, rev.data);
		return err_hint(e,
			"separate revisions by commas: `-- dbtop: parents 20260131120000,"
			"20260131130000`");
	}
	const char **parents =
		arena_array(target->arena, const char *, migration->parent_count + 1);
	for (size_t i = 0; i < migration->parent_count; i++)
		parents[i] = migration->parents[i];
	parents[migration->parent_count++] = arena_strndup(target->arena, rev.data, rev.len);
	migration->parents = parents;
	return true;
}

/* `base` alone: a new root. */
static bool apply_parents(const struct target *target, struct err *e)
{
	struct span rest = target->directive->argument, word;

	if (!needs_argument(target, "20260131120000,20260131130000", e))
		return false;
	target->migration->has_own_parents = true;
	if (span_is(rest, "base"))
		return true;
	while (span_word(&rest, &word)) {
		while (word.len) {
			const char *comma = memchr(word.data, ',', word.len);
			size_t n = comma ? (size_t)(comma - word.data) : word.len;
			if (n && !add_parent(target, span_from(word.data, n), e))
				return false;
			n += comma != NULL;
			word = span_from(word.data + n, word.len - n);
		}
	}
	return true;
}

static bool apply_tx(const struct target *target, struct err *e)
{
	static const struct {
		const char *word;
		enum tx_mode mode;
	} modes[] = { { "auto", TX_AUTO }, { "one", TX_ONE }, { "step", TX_STEP },
		{ "none", TX_NONE } };

	for (size_t i = 0; i < ARRAY_SIZE(modes); i++) {
		if (span_is(target->directive->argument, modes[i].word)) {
			target->migration->tx = modes[i].mode;
			return true;
		}
	}
	wrong(target->directive, e, "knows auto, one, step and none");
	return err_hint(e, "leave it out: auto is one transaction wherever that is possible");
}

static bool duration(const struct target *target, int64_t *ms, struct err *e)
{
	if (!needs_argument(target, "2s", e))
		return false;
	if (words_parse_ms(argument_copy(target), 1, ms) && *ms >= 0)
		return true;
	wrong(target->directive, e, "is no duration");
	return err_hint(e, "write 500ms, 2s or 5min");
}

static bool apply_lock_timeout(const struct target *target, struct err *e)
{
	return duration(target, &target->migration->lock_timeout_ms, e);
}

static bool apply_statement_timeout(const struct target *target, struct err *e)
{
	return duration(target, &target->migration->statement_timeout_ms, e);
}

static bool apply_irreversible(const struct target *target, struct err *e)
{
	if (!needs_argument(target, "the old prices are gone", e))
		return false;
	target->migration->irreversible = argument_copy(target);
	return true;
}

static bool apply_step(const struct target *target, struct err *e)
{
	if (!needs_argument(target, "backfill", e))
		return false;
	target->statement->step_name = argument_copy(target);
	return true;
}

static bool apply_probe(const struct target *target, struct err *e)
{
	if (!needs_argument(target, "a query that returns true once it happened", e))
		return false;
	target->statement->probe = argument_copy(target);
	return true;
}

static bool unknown_hazard(const struct directive *directive, const char *word, struct err *e)
{
	const char *words[HAZARD_KIND_COUNT];

	for (int i = 0; i < HAZARD_KIND_COUNT; i++)
		words[i] = hazard_word((enum hazard_kind)i);
	const char *nearest = words_nearest(word, words, HAZARD_KIND_COUNT);
	err_at(e, directive->file, directive->line, 1, "`ack`: no hazard is called \"%s\"", word);
	if (nearest)
		return err_hint(e, "did you mean %s?", nearest);
	return err_hint(e, "`dbtop plan` names the hazards of each step");
}

static bool apply_ack(const struct target *target, struct err *e)
{
	struct span rest = target->directive->argument, word;
	struct migration_statement *statement = target->statement;
	enum hazard_kind kind;

	if (!span_word(&rest, &word))
		return needs_argument(target, "KIND reason", e);
	const char *hazard = arena_strndup(target->arena, word.data, word.len);
	rest = span_trim(rest);
	if (!hazard_from_word(hazard, &kind))
		return unknown_hazard(target->directive, hazard, e);
	if (!rest.len) {
		wrong(target->directive, e, "needs a reason");
		return err_hint(e, "write `-- dbtop: ack %s why it is fine here`", hazard);
	}
	struct ack *acks = arena_array(target->arena, struct ack, statement->ack_count + 1);
	if (statement->ack_count)
		memcpy(acks, statement->acks, statement->ack_count * sizeof(*acks));
	acks[statement->ack_count++] = (struct ack){ .hazard = hazard_word(kind),
		.reason = arena_strndup(target->arena, rest.data, rest.len),
		.line = target->directive->line };
	statement->acks = acks;
	return true;
}

static const struct row {
	const char *name;
	enum directive_place place;
	enum migration_section section;
	directive_fn *apply;
	bool is_later; /* known, not built yet */
} rows[] = {
	{ "up", DIRECTIVE_SECTION, .section = SECTION_UP },
	{ "down", DIRECTIVE_SECTION, .section = SECTION_DOWN },
	{ "verify", DIRECTIVE_SECTION, .section = SECTION_VERIFY },
	{ "rev", DIRECTIVE_HEADER, .apply = apply_rev },
	{ "parents", DIRECTIVE_HEADER, .apply = apply_parents },
	{ "tx", DIRECTIVE_HEADER, .apply = apply_tx },
	{ "lock-timeout", DIRECTIVE_HEADER, .apply = apply_lock_timeout },
	{ "statement-timeout", DIRECTIVE_HEADER, .apply = apply_statement_timeout },
	{ "irreversible", DIRECTIVE_ANYWHERE, .apply = apply_irreversible },
	{ "step", DIRECTIVE_STATEMENT, .apply = apply_step },
	{ "ack", DIRECTIVE_STATEMENT, .apply = apply_ack },
	{ "probe", DIRECTIVE_STATEMENT, .apply = apply_probe },
	{ "depends", DIRECTIVE_HEADER, .is_later = true },
	{ "labels", DIRECTIVE_HEADER, .is_later = true },
	{ "retry", DIRECTIVE_HEADER, .is_later = true },
	{ "requires-pg", DIRECTIVE_HEADER, .is_later = true },
	{ "precheck", DIRECTIVE_SECTION, .is_later = true },
	{ "on-fail", DIRECTIVE_STATEMENT, .is_later = true },
	{ "batch", DIRECTIVE_STATEMENT, .is_later = true },
	{ "guard", DIRECTIVE_STATEMENT, .is_later = true },
};

static const struct row *row_find(struct span name)
{
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		if (span_is(name, rows[i].name))
			return &rows[i];
	}
	return NULL;
}

static void unknown_directive(const char *file, int line, struct span name, struct err *e)
{
	const char *names[ARRAY_SIZE(rows)];
	char word[64];

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++)
		names[i] = rows[i].name;
	snprintf(word, sizeof(word), "%.*s", (int)name.len, name.data);
	const char *nearest = words_nearest(word, names, ARRAY_SIZE(names));
	err_at(e, file, line, 1, "unknown directive `%s`", word);
	if (nearest)
		err_hint(e, "did you mean `%s`?", nearest);
	else
		err_hint(e, "take \"dbtop:\" out of the comment if it is none");
}

enum directive_reading directive_read(
	const char *file, struct span comment, int line, struct directive *directive, struct err *e)
{
	struct span rest, name = { "", 0 };

	if (!span_starts(comment, "--"))
		return DIRECTIVE_NONE;
	rest = span_trim(span_from(comment.data + 2, comment.len - 2));
	if (!span_starts(rest, "dbtop:"))
		return DIRECTIVE_NONE;
	rest = span_from(rest.data + 6, rest.len - 6);
	span_word(&rest, &name);
	const struct row *row = row_find(name);
	if (!row) {
		unknown_directive(file, line, name, e);
		return DIRECTIVE_WRONG;
	}
	*directive = (struct directive){ .name = row->name,
		.place = row->place,
		.section = row->section,
		.argument = span_trim(rest),
		.file = file,
		.line = line };
	if (!row->is_later)
		return DIRECTIVE_FOUND;
	wrong(directive, e, "is known but not built yet");
	err_hint(e, "leave it out for this version of dbtop");
	return DIRECTIVE_WRONG;
}

static bool apply(const struct target *target, struct err *e)
{
	const struct row *row = row_find(span_of(target->directive->name));
	assert_always(row && row->apply, "a directive without a meaning");
	return row->apply(target, e);
}

bool directive_apply_header(struct arena *arena, const struct directive *directive,
	struct migration *migration, struct err *e)
{
	return apply(&(struct target){ arena, directive, .migration = migration }, e);
}

bool directive_apply_statement(struct arena *arena, const struct directive *directive,
	struct migration_statement *statement, struct err *e)
{
	return apply(&(struct target){ arena, directive, .statement = statement }, e);
}
