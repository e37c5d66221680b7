GRANT USAGE, CREATE ON SCHEMA :"schema" TO :"owner"
