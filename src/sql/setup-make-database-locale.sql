CREATE DATABASE :"name" OWNER :"owner" TEMPLATE template0 ENCODING :"encoding" LOCALE :"locale"
