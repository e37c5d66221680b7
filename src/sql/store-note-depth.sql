SELECT count(*) FILTER (WHERE is_undone = 0), count(*) FILTER (WHERE is_undone = 1)
FROM note_edit WHERE target = ?1 AND author = ?2
