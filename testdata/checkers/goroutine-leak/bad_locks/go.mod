module example.com/bad_locks

go 1.27
