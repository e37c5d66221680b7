// SPDX-License-Identifier: GPL-3.0-or-later
/*
 * Fault row 33, the half without a real server: somebody stands on the way, answers before there is TLS or without any,
 * sends text made to harm a terminal, or asks for the password as it is. cli/test_tls has the servers that are real.
 */
#include "test.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "cli/shell.h"
#include "fault/liar.h"
#include "screen/pty.h"

#define HARM   "\033]52;c;cm0gLXJm\007\033[2Jall is \xe2\x80\xaewell"
#define SEEN   "\\x1b]52;c;cm0gLXJm\\x07\\x1b[2Jall is \\u{202e}well"
#define SECRET "op3n-sesame"

static void connect_to(
	struct shell *sh, const struct liar *liar, const char *host, const char *more)
{
	char *target = mem_printf("host=%s hostaddr=127.0.0.1 port=%d user=ann dbname=shop %s",
		host, liar_port(liar), more);

	shell_env(sh, "DBTOP_TARGET", target);
	shell_env(sh, "PGPASSWORD", SECRET);
	free(target);
}

static void assert_harmless(const struct shell *sh)
{
	assert_null(strchr(sh->out, '\033'));
	assert_null(strchr(sh->err, '\033'));
	assert_null(strstr(sh->out, SECRET));
	assert_null(strstr(sh->err, SECRET));
}

static void assert_heard(struct liar *liar, const char *passwords)
{
	char *heard = liar_end(liar);

	assert_string_equal(heard, passwords);
	free(heard);
}

static void text_that_came_without_tls_is_called_untrusted_and_made_visible(void **state)
{
	struct shell *sh = *state;
	struct liar *liar = liar_start(LIAR_REFUSES, HARM);
	connect_to(sh, liar, "db.example", "");

	dbtop(sh, "status");
	shell_assert(sh, 12);
	shell_assert_err(sh, "untrusted, without TLS: the server refuses the password: " SEEN);
	assert_harmless(sh);
	dbtop(sh, "health");
	shell_assert(sh, 3);
	shell_assert_out(sh, "untrusted, without TLS: the server refuses the password: " SEEN);
	assert_harmless(sh);
	dbtop(sh, "health --json");
	shell_assert_out(sh, "untrusted, without TLS: ");
	assert_harmless(sh);

	assert_heard(liar, "");
}

static void whoever_took_less_is_not_told_so_again(void **state)
{
	struct shell *sh = *state;
	struct liar *liar = liar_start(LIAR_REFUSES, HARM);

	connect_to(sh, liar, "db.example", "sslmode=disable");
	dbtop(sh, "status");
	shell_assert(sh, 12);
	shell_assert_err(sh, SEEN);
	shell_assert_no(sh, "untrusted");
	connect_to(sh, liar, "localhost", "");
	dbtop(sh, "status");
	shell_assert_no(sh, "untrusted");
	assert_harmless(sh);

	assert_heard(liar, "");
}

/* Whatever is said before the handshake, whoever wants TLS hears only that there is none. */
static void where_tls_is_wanted_what_comes_before_it_is_not_shown_at_all(void **state)
{
	static const enum liar_act acts[] = { LIAR_REFUSES_TLS, LIAR_REFUSES, LIAR_WANTS_PASSWORD };
	static const char *const modes[] = { "require", "verify-ca", "verify-full" };
	struct shell *sh = *state;

	/* an error instead of an answer is tried again until then: a server may be short of something for a moment */
	shell_env(sh, "DBTOP_CONNECT_TIMEOUT", "200ms");
	for (size_t i = 0; i < ARRAY_SIZE(acts); i++) {
		struct liar *liar = liar_start(acts[i], HARM);
		for (size_t m = 0; m < ARRAY_SIZE(modes); m++) {
			char *mode = mem_printf("sslmode=%s sslrootcert=/dev/null", modes[m]);
			connect_to(sh, liar, "db.example", mode);
			dbtop(sh, "status");
			shell_assert(sh, 12);
			shell_assert_no(sh, "well");
			assert_harmless(sh);
			free(mode);
		}
		assert_heard(liar, "");
	}
}

static void a_password_goes_out_in_clear_only_where_somebody_allowed_it(void **state)
{
	struct shell *sh = *state;
	struct liar *liar = liar_start(LIAR_WANTS_PASSWORD, "no");
	connect_to(sh, liar, "db.example", "");

	dbtop(sh, "status");
	shell_assert(sh, 12);
	shell_assert_err(sh, "the server wants the password in clear, and nothing encrypts the "
			     "way");
	shell_assert_err(sh, "hint: it was not sent: use TLS");
	dbtop(sh, "health --json");
	shell_assert_out(sh, "password-in-clear");
	assert_heard(liar, "");

	liar = liar_start(LIAR_WANTS_PASSWORD, "no");
	connect_to(sh, liar, "db.example", "sslmode=prefer");
	dbtop(sh, "status");
	shell_assert(sh, 12);
	assert_heard(liar, SECRET "\n");
}

/* ---- on a screen ---- */

static int become_console(void *sh)
{
	shell_become(sh, "");
}

static void a_screen_shows_it_as_harmless_and_stops(void **state)
{
	struct shell *sh = *state;
	struct liar *liar = liar_start(LIAR_REFUSES, HARM);
	struct pty pty;
	connect_to(sh, liar, "db.example", "");
	shell_env(sh, "TERM", "xterm-256color");

	pty_start(&pty, 120, 36, become_console, sh);
	pty_wait_words(&pty, "untrusted, without TLS: the server refuses the password: " SEEN);
	pty_wait_words(&pty, "Not tried again by itself. r tries once more.");
	assert_null(strstr(str_c(&pty.bytes), "\033]52"));
	pty_type(&pty, "q");
	pty_wait_end(&pty);
	pty_stop(&pty);

	assert_heard(liar, "");
}

static int shell_up(void **state)
{
	*state = shell_new(NULL);
	return 0;
}

#define TEST(test) cmocka_unit_test_setup_teardown(test, shell_up, shell_tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(text_that_came_without_tls_is_called_untrusted_and_made_visible),
		TEST(whoever_took_less_is_not_told_so_again),
		TEST(where_tls_is_wanted_what_comes_before_it_is_not_shown_at_all),
		TEST(a_password_goes_out_in_clear_only_where_somebody_allowed_it),
		TEST(a_screen_shows_it_as_harmless_and_stops),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
