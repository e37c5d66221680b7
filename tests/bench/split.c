// SPDX-License-Identifier: GPL-3.0-or-later
/*
 * A script of 5 MB and 65,000 statements, as a data migration looks that somebody wrote by hand and let a program
 * fill: cut into statements and told what each does. Prints the seconds of both.
 */
#include <stdio.h>
#include <stdlib.h>

#include "base/clock.h"
#include "base/str.h"
#include "parse/script.h"
#include "parse/statement.h"

enum { STATEMENTS = 65000 };

/* One line a form; %d is the running number. How often each comes is how often it stands here. */
static const char *const forms[] = {
	"INSERT INTO shop.orders (id, customer, total, note) VALUES (%d, 17, 12.50, 'it''s "
	"paid');\n",
	"INSERT INTO shop.items VALUES (%d, 'x', now()) ON CONFLICT DO NOTHING;\n",
	"INSERT INTO shop.orders (id, total) VALUES (%d, 99.90), (1, 2), (3, 4) RETURNING id;\n",
	"INSERT INTO shop.log (at, what) VALUES ('2026-01-01', $$row; %d$$);\n",
	"INSERT INTO shop.items (id, name) VALUES (%d, E'tab\\there');\n",
	"UPDATE shop.orders SET total = total + 1, note = 'y' WHERE id = %d;\n",
	"UPDATE shop.items SET name = upper(name) WHERE id = %d;\n",
	"DELETE FROM shop.log WHERE id = %d AND at < '2026-01-01';\n",
	"-- a table for number %d\nCREATE TABLE IF NOT EXISTS shop.t (id bigint, name text);\n",
	"CREATE INDEX IF NOT EXISTS i%d ON shop.orders (customer, total);\n",
	"COMMENT ON COLUMN shop.orders.total IS 'number %d, with tax; in euro';\n",
	"ALTER TABLE shop.orders ADD COLUMN IF NOT EXISTS c%d integer;\n",
	"ALTER TABLE shop.orders ADD CONSTRAINT k%d CHECK (total > 0) NOT VALID;\n",
	"SELECT pg_catalog.setval('shop.orders_id_seq', %d, true);\n",
	"GRANT SELECT ON shop.orders TO reader%d;\n",
	"INSERT INTO shop.orders (id, total) SELECT %d, sum(price) FROM shop.items WHERE id < 9;\n",
};

static double seconds_since(const struct clock *clock, int64_t start_us)
{
	return (double)(clock_mono_us(clock) - start_us) / 1e6;
}

int main(void)
{
	const struct clock *clock = &clock_system;
	struct str text = { 0 };
	struct arena arena = { 0 };
	struct script script;
	struct err e;
	size_t tokens = 0;

	for (int i = 0; i < STATEMENTS; i++) {
		const char *form = forms[(size_t)i % (sizeof(forms) / sizeof(forms[0]))];
		size_t cut = strcspn(form, "%");
		str_add_bytes(&text, form, cut);
		str_addf(&text, "%d%s", i, form + cut + 2);
	}
	struct deep *deep = deep_new();
	script_init(&script, &arena, NULL, str_span(&text));
	int64_t start_us = clock_mono_us(clock);
	if (!script_split(&script, &e)) {
		fprintf(stderr, "%d:%d: %s\n", e.line, e.column, e.text);
		return EXIT_FAILURE;
	}
	double split = seconds_since(clock, start_us);
	start_us = clock_mono_us(clock);
	statements_describe(script.statements, script.count, &arena, deep);
	double described = seconds_since(clock, start_us);
	for (size_t i = 0; i < script.count; i++)
		tokens += script.statements[i].parse == PARSE_TOKENS;
	printf("%zu statements, %zu bytes: split %.3f s, classify %.3f s, %.0f %% by tokens\n",
		script.count, text.len, split, described,
		100.0 * (double)tokens / (double)script.count);
	deep_free(deep);
	arena_release(&arena);
	str_release(&text);
	return EXIT_SUCCESS;
}
