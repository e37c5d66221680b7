/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Path: where files live (XDG), and reading and writing them with care: only regular files are read, and never
 * waited for; writing follows no links, 0600, whole or not at all.
 */
#ifndef DBTOP_BASE_PATH_H
#define DBTOP_BASE_PATH_H

#include <stdbool.h>
#include <stddef.h>

#include "base/err.h"

enum path_kind { PATH_CONFIG, PATH_DATA, PATH_STATE, PATH_RUNTIME };
/*
 * $XDG_…_HOME/dbtop, else the default below $HOME; relative values are ignored. Without XDG_RUNTIME_DIR the runtime
 * folder is "run" below the state folder. The caller frees. NULL without a home.
 */
char *path_xdg(enum path_kind kind);
char *path_join(const char *dir, const char *name); /* the caller frees */
bool path_is_dir(const char *path);
bool path_is_file(const char *path);
/* Make it and its parents, 0700. */
bool path_make_dirs(const char *path, struct err *e) MUST_CHECK;
/* Read a regular file of at most `limit` bytes; text ends with a NUL not counted in *len. The caller frees. */
char *path_read(const char *path, size_t limit, size_t *len, struct err *e) MUST_CHECK;
/* Write temp + fsync + rename + fsync(dir), 0600. */
bool path_write(const char *path, const char *text, size_t len, struct err *e) MUST_CHECK;
/* The same, and everybody may read it (0644): for files that are made for another program. */
bool path_publish(const char *path, const char *text, size_t len, struct err *e) MUST_CHECK;

#endif
