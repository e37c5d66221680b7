SAVEPOINT :"name"
