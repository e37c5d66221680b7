SELECT counter FROM change WHERE topic = ?1
