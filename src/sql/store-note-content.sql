INSERT INTO content (text, pin, object, at_us, is_todo, is_done, is_deleted)
VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)
