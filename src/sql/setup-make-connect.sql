GRANT CONNECT ON DATABASE :"database" TO :"name"
