GRANT pg_monitor TO :"name"
