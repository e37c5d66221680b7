INSERT INTO note_edit (note, target, author, at_us, from_content, to_content)
VALUES (?1, ?2, ?3, ?4, ?5, ?6)
