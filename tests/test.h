/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What every test program includes: cmocka with its prerequisites, in the order it wants; and the locale, since
 * without one only ASCII is drawable (base/width.h).
 */
#ifndef DBTOP_TESTS_TEST_H
#define DBTOP_TESTS_TEST_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdbool.h>

#include <cmocka.h>
#include <locale.h>

#include "base/compiler.h"

/* Exit status that automake counts as skipped: a part of the world is missing here, and its name was printed. */
enum { TEST_SKIPPED = 77 };

__attribute__((constructor)) static void test_set_locale(void)
{
	setlocale(LC_CTYPE, "C.UTF-8");
}

#endif
