// SPDX-License-Identifier: GPL-3.0-or-later
#include "test.h"

#include "base/digest.h"

static void sha256_gives_the_published_answers(void **state)
{
	(void)state;
	char hex[DIGEST_HEX_BYTES];

	digest_sha256(span_of(""), hex);
	assert_string_equal(
		hex, "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
	digest_sha256(span_of("abc"), hex);
	assert_string_equal(
		hex, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
}

static void text_in_pieces_has_the_digest_of_the_whole(void **state)
{
	(void)state;
	char whole[DIGEST_HEX_BYTES], pieces[DIGEST_HEX_BYTES];

	digest_sha256(span_of("dbtop-plan 1\nmain\n"), whole);
	struct digest *digest = digest_start();
	digest_add(digest, "dbtop-plan", 10);
	digest_add(digest, "", 0);
	digest_add(digest, " 1\nmain\n", 8);
	digest_end(digest, pieces);
	assert_string_equal(whole, pieces);
}

static void one_digest_serves_many_texts(void **state)
{
	(void)state;
	char alone[DIGEST_HEX_BYTES], again[DIGEST_HEX_BYTES];
	const char *const texts[] = { "abc", "", "dbtop-plan 1\nmain\n", "abc" };
	struct digest *digest = digest_start();

	digest_add(digest, "forgotten", 9);
	for (size_t i = 0; i < ARRAY_SIZE(texts); i++) {
		digest_sha256(span_of(texts[i]), alone);
		digest_again(digest, span_of(texts[i]), again);
		assert_string_equal(alone, again);
	}
	digest_free(digest);
}

static void a_digest_may_be_given_up(void **state)
{
	(void)state;
	struct digest *digest = digest_start();

	digest_add(digest, "x", 1);
	digest_end(digest, NULL);
}

static void crc32_is_zlibs(void **state)
{
	(void)state;

	assert_int_equal(digest_crc32(span_of("123456789")), 0xcbf43926);
	assert_int_equal(digest_crc32(span_of("")), 0);
	assert_int_equal(digest_crc32((struct span){ 0 }), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(sha256_gives_the_published_answers),
		cmocka_unit_test(text_in_pieces_has_the_digest_of_the_whole),
		cmocka_unit_test(one_digest_serves_many_texts),
		cmocka_unit_test(a_digest_may_be_given_up),
		cmocka_unit_test(crc32_is_zlibs),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
