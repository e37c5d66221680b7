UPDATE note_edit SET is_undone = ?2 WHERE id = ?1
