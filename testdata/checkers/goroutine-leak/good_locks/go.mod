module example.com/good_locks

go 1.27
