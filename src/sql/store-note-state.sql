SELECT version, content, target FROM note WHERE id = ?1
