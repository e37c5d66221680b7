/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Marks the compiler checks for us, and the functions nobody may call.
 */
#ifndef DBTOP_BASE_COMPILER_H
#define DBTOP_BASE_COMPILER_H

/* They declare what is poisoned below, so they come first. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define MUST_CHECK	 __attribute__((warn_unused_result))
#define PRINTF(fmt, arg) __attribute__((format(printf, fmt, arg)))
#define NORETURN	 __attribute__((noreturn))
#define UNUSED		 __attribute__((unused))

#define ARRAY_SIZE(a) (sizeof(a) / sizeof((a)[0]))

/* A bug ends the program, in release builds too; `why` is a sentence. */
void assert_failed(const char *file, int line, const char *why) NORETURN;
#define assert_always(cond, why) ((cond) ? (void)0 : assert_failed(__FILE__, __LINE__, why))

/* Unbounded, unchecked or stateful: a use does not compile. */
#pragma GCC poison strcpy strcat sprintf vsprintf strtok atoi atol gmtime localtime gets

#endif
