-- Encoding and locale are words that may be written as identifiers.
CREATE DATABASE :"name" OWNER :"owner" TEMPLATE template0 ENCODING :"encoding"
