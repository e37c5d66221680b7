-- Points a note at another content, if it still points where the caller saw it.
UPDATE note SET content = ?3, version = version + 1, edited_us = ?4 WHERE id = ?1 AND content = ?2
