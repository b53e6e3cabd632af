module example.com/bad_memory

go 1.27
