// SPDX-License-Identifier: GPL-3.0-or-later
/*
 * Fuzz: any bytes are cut without harm, as the server's grammar cuts them wherever it understands them, and
 * described: where tokens settle a statement, the tree says the same. What we refuse the grammar refuses too.
 */
#include <stdio.h>
#include <stdlib.h>

#include "agree.h"
#include "parse/facts.h"
#include "parse/fingerprint.h"
#include "parse/script.h"
#include "parse/statement.h"
#include "told.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_inside(const struct script *script)
{
	size_t end = 0;

	for (size_t i = 0; i < script->count; i++) {
		const struct statement *s = &script->statements[i];
		if (!s->text.len || s->offset < end || s->line < 1 || s->column < 1 ||
			s->text.data != script->text.data + s->offset)
			abort();
		end = s->offset + s->text.len;
		if (end > script->text.len)
			abort();
	}
}

struct look {
	struct facts facts;
	bool is_read;
};

static void look_at_tree(void *arg)
{
	struct look *look = arg;
	look->is_read = tree_describe(&look->facts);
}

/* The grammar refuses more than the tokens do; where both speak they agree. */
static void check_quick(const struct statement *quick, struct arena *arena, struct deep *deep)
{
	struct statement copy = *quick;
	struct form_match match;
	struct look look = { .facts = { arena, &copy, &match } };

	form_match(copy.text, arena, &match);
	facts_clear(&look.facts);
	deep_call(deep, look_at_tree, &look);
	char *by_tokens = told_new(quick), *by_tree = told_new(&copy);
	if (look.is_read && match.form && !match.form->is_settled &&
		strcmp(by_tokens, by_tree) != 0) {
		fprintf(stderr, "%.*s\n\ttokens %s\n\ttree   %s\n", (int)copy.text.len,
			copy.text.data, by_tokens, by_tree);
		abort();
	}
	free(by_tokens);
	free(by_tree);
}

static void describe(struct script *script)
{
	static struct deep *deep;
	char hex[DIGEST_HEX_BYTES];

	if (!deep)
		deep = deep_new();
	statements_describe(script->statements, script->count, script->arena, deep);
	for (size_t i = 0; i < script->count; i++) {
		fingerprint_bytes(&script->statements[i], hex);
		if (script->statements[i].parse == PARSE_TOKENS)
			check_quick(&script->statements[i], script->arena, deep);
	}
}

static void check_refusal(const struct script *script, const struct err *e)
{
	char why[AGREE_WHY_BYTES];

	if (e->line < 1 || e->column < 1)
		abort();
	if (agree_on_refusal(script, e, why) == AGREE_DIFFERENT) {
		fprintf(stderr, "%s\n", why);
		abort();
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena arena = { 0 };
	struct script script;
	struct err e;
	char why[AGREE_WHY_BYTES];

	script_init(&script, &arena, NULL, span_from((const char *)data, size));
	if (script_split(&script, &e)) {
		check_inside(&script);
		if (agree_on_split(&script, why) == AGREE_DIFFERENT) {
			fprintf(stderr, "%s\n", why);
			abort();
		}
		describe(&script);
	} else {
		check_refusal(&script, &e);
	}
	arena_release(&arena);
	return 0;
}
