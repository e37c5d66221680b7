SELECT id, note, from_content, to_content FROM note_edit
WHERE target = ?1 AND author = ?2 AND is_undone = 1 ORDER BY id LIMIT 1
