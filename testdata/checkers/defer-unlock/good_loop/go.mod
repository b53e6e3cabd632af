module example.com/good_loop

go 1.27
