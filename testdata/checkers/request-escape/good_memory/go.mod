module example.com/good_memory

go 1.27
