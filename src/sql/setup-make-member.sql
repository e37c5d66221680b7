GRANT :"name" TO :"user"
