// SPDX-License-Identifier: GPL-3.0-or-later
/*
 * A copy of a store of an older version, made beside it before the first upgrade touches it: whoever goes back to the
 * older dbtop, or finds the upgrade wrong, has what there was. dbtop never removes it.
 */
#include "store/store_private.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include "base/log.h"
#include "base/mem.h"

static bool copy_into(struct store *store, const char *path, int fd, struct err *e)
{
	if (!db_run(&store->db, "store-copy", DB_VALUES(DB_TEXT(path)), e))
		return false;
	return fsync(fd) == 0 || err_errno(e, "cannot write %s", path);
}

bool store_copy(struct store *store, int64_t version, struct err *e)
{
	char time[CLOCK_TEXT_BYTES];

	clock_format_revision(store_now(store), time);
	char *path = mem_printf("%s.version%lld-%s", store->path, (long long)version, time);
	int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
	bool ok = fd >= 0 && copy_into(store, path, fd, e);

	if (ok)
		log_write(LOG_LEVEL_INFO, "store", "what there was before the upgrade is in %s",
			path);
	else if (fd >= 0)
		unlink(path);
	else if (errno == EEXIST)
		ok = true; /* another dbtop, in this very second */
	else
		err_errno(e, "cannot make %s", path);
	if (fd >= 0)
		close(fd);
	free(path);
	if (ok)
		return true;
	const struct err why = *e;
	err_set(e, ERR_STORE, "it is of an older dbtop, and no copy can be kept beside it: %.120s",
		why.text);
	return err_hint(e, "make room, then start dbtop again; nothing was changed");
}
