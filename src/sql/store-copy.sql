-- A whole copy of the file, as it stands, into the empty one at ?1.
VACUUM INTO ?1
