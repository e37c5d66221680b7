SELECT n.id, n.version, n.target, c.text, n.author, c.pin, c.object, c.at_us, n.created_us, n.edited_us,
	c.is_todo, c.is_done, c.is_deleted
FROM note n JOIN content c ON c.id = n.content
WHERE (?1 IS NULL OR n.target = ?1)
	AND (?2 = '' OR c.pin = ?2)
	AND (?3 IS NULL OR c.object = ?3)
	AND (?4 IS NULL OR c.text LIKE ?4 ESCAPE '!' OR c.object LIKE ?4 ESCAPE '!')
	AND (?5 = 0 OR (c.is_todo = 1 AND c.is_done = 0))
	AND (?6 = 1 OR c.is_deleted = 0)
	AND (?8 = 0 OR n.id = ?8)
ORDER BY n.id DESC LIMIT ?7
