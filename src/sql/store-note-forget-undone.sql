-- A new edit after an undo: what was undone cannot be redone any more.
DELETE FROM note_edit WHERE target = ?1 AND author = ?2 AND is_undone = 1
