SELECT id, note, to_content, from_content FROM note_edit
WHERE target = ?1 AND author = ?2 AND is_undone = 0 ORDER BY id DESC LIMIT 1
