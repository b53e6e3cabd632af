module example.com/good_pool

go 1.27
