module example.com/bad_pool

go 1.27
