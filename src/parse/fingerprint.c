// SPDX-License-Identifier: GPL-3.0-or-later
#include "parse/fingerprint.h"

#include "parse/lexer.h"

void fingerprint_bytes(const struct statement *statement, char hex[DIGEST_HEX_BYTES])
{
	struct digest *digest = digest_start();

	digest_add(digest, statement->text.data, statement->text.len);
	if (statement->data.data) {
		digest_add(digest, "\n", 1);
		digest_add(digest, statement->data.data, statement->data.len);
	}
	digest_end(digest, hex);
}

static void add_word(struct digest *digest, struct span word)
{
	char buffer[64];

	while (word.len) {
		size_t len = word.len < sizeof(buffer) ? word.len : sizeof(buffer);
		for (size_t i = 0; i < len; i++) {
			char c = word.data[i];
			buffer[i] = (char)(c >= 'A' && c <= 'Z' ? c + ('a' - 'A') : c);
		}
		digest_add(digest, buffer, len);
		word = span_from(word.data + len, word.len - len);
	}
}

void fingerprint_add_tokens(struct digest *digest, const struct statement *statement)
{
	struct lexer lexer;
	struct token token;

	lexer_init(&lexer, statement->text);
	while (lexer_next(&lexer, &token) != TOKEN_END) {
		if (token.kind == TOKEN_WORD)
			add_word(digest, token.text);
		else
			digest_add(digest, token.text.data, token.text.len);
		digest_add(digest, "", 1);
	}
	digest_add(digest, ";", 2);
	if (statement->data.data) {
		digest_add(digest, statement->data.data, statement->data.len);
		digest_add(digest, "", 1);
	}
}
