CREATE ROLE :"name"
