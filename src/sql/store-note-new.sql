INSERT INTO note (version, target, author, created_us, edited_us, content)
VALUES (1, ?1, ?2, ?3, ?3, ?4)
